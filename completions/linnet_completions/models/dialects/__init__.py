"""One module for each way in which providers speak."""
