"""What the embedded engine proposes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """One proposal for the text at the cursor.

    `text` is inserted at the cursor and holds no line break. `confidence` is the calibrated probability (0..1)
    that the text is right as far as it goes. `path` and `line` (0-based) point at an occurrence that supports
    it, or are None when the evidence has no single place.
    """

    text: str
    confidence: float
    path: str | None = None
    line: int | None = None
