"""The ways of asking a model, one file for each family of endpoints."""
