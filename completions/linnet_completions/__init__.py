"""From a context to an answer: engine, ghost text, explanations, review. No LSP."""
