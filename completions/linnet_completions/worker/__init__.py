"""The worker process: index, gathering, engine and tokenizer, away from the loop."""
