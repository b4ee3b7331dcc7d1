"""Readings of tide gauges: kept, reported, watched."""
