"""Answers remembered: in memory, and on disk for the next process."""
