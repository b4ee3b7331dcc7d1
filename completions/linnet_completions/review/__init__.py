"""Review of a change: findings only where the change added something."""
