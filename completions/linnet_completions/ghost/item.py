"""One piece of ghost text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """A text that an editor would insert at the cursor, over `replaced` code points behind it on the line.

    `source` names who made it ("local" is the embedded engine), `confidence` is the probability that it is right
    (None where nobody knows, as with a model's text), `path` and `line` (0-based) an occurrence that speaks for it, or
    None.
    """

    text: str
    replaced: int
    source: str
    confidence: float | None
    path: str | None = None
    line: int | None = None
