"""All rules of our own."""

from __future__ import annotations

from . import c, common, go, java, javascript, python, rust
from .engine import Pattern

PATTERNS: tuple[Pattern, ...] = (
    *common.RULES,
    *python.RULES,
    *javascript.RULES,
    *go.RULES,
    *rust.RULES,
    *java.RULES,
    *c.RULES,
)
