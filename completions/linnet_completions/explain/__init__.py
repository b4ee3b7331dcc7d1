"""What can be said about code."""
