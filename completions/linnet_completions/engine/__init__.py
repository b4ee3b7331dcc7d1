"""The embedded engine: ghost text learned from the workspace itself."""
