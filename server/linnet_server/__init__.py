"""The only place that knows LSP, JSON-RPC, argv and the terminal."""
