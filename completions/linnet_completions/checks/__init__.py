"""Checks of text before it is shown or applied: pure functions."""
