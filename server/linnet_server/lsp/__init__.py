"""The LSP edge."""
