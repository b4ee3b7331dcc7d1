"""Whether a line or a whole block is wanted at a place."""

from __future__ import annotations

from linnet_context.text import Document, Position

_OPENERS = {"python": (":",)}
_DEFAULT_OPENERS = ("{", "=>", "(")


def wants_block(document: Document, position: Position) -> bool:
    """Whether the cursor stands on an empty line right behind a header whose body is still empty."""
    if document.line(position.line).strip():
        return False
    above = _neighbour(document, position.line, -1)
    if above is None:
        return False
    header = document.line(above)
    if not header.rstrip().endswith(_OPENERS.get(document.language, _DEFAULT_OPENERS)):
        return False
    below = _neighbour(document, position.line, 1)
    return below is None or _indent(document.line(below)) <= _indent(header)


def _neighbour(document: Document, line: int, step: int) -> int | None:
    """The nearest line that is not blank, above or below."""
    line += step
    while 0 <= line < len(document.lines):
        if document.line(line).strip():
            return line
        line += step
    return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
