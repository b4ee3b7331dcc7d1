"""`python -I -m linnet_server`: the command line without its console script."""

from __future__ import annotations

import sys

from linnet_server.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
