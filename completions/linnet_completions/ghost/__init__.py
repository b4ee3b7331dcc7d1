"""Ghost text, from a cursor to what is shown."""
