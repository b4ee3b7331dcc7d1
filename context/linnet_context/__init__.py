"""What the model should see: documents, syntax, index and gathering. Pure and synchronous: no network, no LSP."""
