"""Bugs that the shape of code gives away, in several languages: rules of our own and how they are looked for."""

from __future__ import annotations

from .engine import Pattern, matches
from .table import PATTERNS

__all__ = ["PATTERNS", "Pattern", "matches"]
