"""Edits that a model proposes, as far as they can be trusted."""
