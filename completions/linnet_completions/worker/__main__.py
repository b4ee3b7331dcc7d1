"""`python -I -m linnet_completions.worker`: the worker process."""

from linnet_completions.worker.process import main

main()
