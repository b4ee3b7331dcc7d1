"""All rules of our own."""

from __future__ import annotations

from . import c, conditions, go, java, javascript, python, rust, statements
from .engine import Pattern

PATTERNS: tuple[Pattern, ...] = (
    *conditions.RULES,
    *statements.RULES,
    *python.RULES,
    *javascript.RULES,
    *go.RULES,
    *rust.RULES,
    *java.RULES,
    *c.RULES,
)
