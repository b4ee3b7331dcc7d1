"""Models: how a provider is asked, and what may go wrong."""
