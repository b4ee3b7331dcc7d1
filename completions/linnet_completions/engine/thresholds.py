"""How sure the engine must be. Apart from the engine, so that nobody loads it to learn two numbers."""

DEFAULT_CONFIDENCE = 0.5
QUIET_CONFIDENCE = 0.7
