"""Answer from what was already shown, as long as the typing agrees with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from linnet_completions.ghost.item import Item
from linnet_context.text import Document, Position


@dataclass(frozen=True, slots=True)
class Shown:
    """What was on the screen: the document and place it was made for, and the items, best first."""

    document: Document
    position: Position
    items: tuple[Item, ...]


def typed_through(shown: Shown, document: Document, position: Position) -> Shown | None:
    """What is left of the shown items after the user typed part of them; None when the typing left them.

    The place must be on the same line, further to the right, and the rest of the document must be as it was: an
    edit elsewhere (a new import, say) may change what is right here.
    """
    if position.line != shown.position.line or position.column < shown.position.column:
        return None
    line, old = document.line(position.line), shown.document.line(position.line)
    start = shown.position.column
    if line[:start] != old[:start] or not _same_elsewhere(shown.document, document, position.line):
        return None
    typed, after = line[start : position.column], line[position.column :]
    items = (_rest(item, typed, old[start:], after) for item in shown.items)
    rest = tuple(item for item in items if item is not None)
    return Shown(document, position, rest) if rest else None


def _rest(item: Item, typed: str, old_after: str, after: str) -> Item | None:
    if not item.text.startswith(typed) or len(item.text) == len(typed):
        return None
    text = item.text[len(typed) :]
    # Editors close brackets while one types: what stands behind the cursor may have grown by a closer that the
    # suggestion brings too, or still be what the suggestion covers.
    kept = old_after[item.replaced :]
    if not after.endswith(kept):
        return None
    covered = after[: len(after) - len(kept)]
    if covered and not text.endswith(covered):
        return None
    return replace(item, text=text, replaced=len(covered))


def _same_elsewhere(old: Document, new: Document, line: int) -> bool:
    if old.lines is new.lines:
        return True
    return len(old.lines) == len(new.lines) and old.lines.differs_only_at(new.lines, line)


def followed(old: Document, new: Document, position: Position) -> Position | None:
    """Where the cursor is now, when nothing but typing at `position` led from `old` to `new`; else None."""
    before, after = old.before(position), old.after(position)
    line = new.line(position.line)
    if not line.startswith(before) or not line.endswith(after) or len(line) < len(before) + len(after):
        return None
    if not _same_elsewhere(old, new, position.line):
        return None
    return Position(position.line, len(line) - len(after))
