"""Measurements that a user can repeat: how fast the server is on this machine."""
