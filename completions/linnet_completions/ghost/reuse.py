"""Answer from what was already shown, as long as the typing agrees with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from linnet_completions.checks.insertion import unopened
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

    The place must be further on, and the rest of the document must be as it was: an edit elsewhere (a new import,
    say) may change what is right here.
    """
    if position < shown.position:
        return None
    first, start = shown.position.line, shown.position.column
    line, old = document.line(first), shown.document.line(first)
    if line[:start] != old[:start]:
        return None
    typed, after = between(document, shown.position, position), document.after(position)
    items = (_rest(item, typed, old[start:], after) for item in shown.items)
    rest = tuple(item for item in items if item is not None)
    # Comparing the rest of the document comes last, since it is the only thing here that may take long.
    if not rest or not _same_around(shown.document, document, first, position.line):
        return None
    return Shown(document, position, rest)


def is_in(shown: Shown, document: Document) -> bool:
    """Whether the first of the shown items, or what was left of it, stands in a later version where it was shown."""
    place, text = shown.position, shown.items[0].text
    first = place.line
    lines = [
        document.after(place),
        *(document.line(first + 1 + number) for number in range(text.count("\n"))),
    ]
    return document.line(first)[: place.column] == shown.document.before(place) and "\n".join(
        lines
    ).startswith(text)


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
    if covered and not text.endswith(covered) and not unopened(text).startswith(covered):
        return None
    return replace(item, text=text, replaced=len(covered))


def between(document: Document, start: Position, end: Position) -> str:
    """The text between two places, with plain line endings as suggestions have them."""
    if start.line == end.line:
        return document.line(start.line)[start.column : end.column]
    middle = [document.line(number) for number in range(start.line + 1, end.line)]
    return "\n".join((document.after(start), *middle, document.before(end)))


def _same_around(old: Document, new: Document, first: int, last: int) -> bool:
    """Whether nothing differs but that line `first` of the old text became lines `first`..`last` of the new."""
    if first == last:
        return _same_elsewhere(old, new, first)
    if len(new.lines) - len(old.lines) != last - first:
        return False
    return old.lines[:first] == new.lines[:first] and old.lines[first + 1 :] == new.lines[last + 1 :]


def _same_elsewhere(old: Document, new: Document, line: int) -> bool:
    if old.lines is new.lines:
        return True
    return len(old.lines) == len(new.lines) and old.lines.differs_only_at(new.lines, line)


def followed(old: Document, new: Document, position: Position) -> Position | None:
    """Where the cursor is now, when nothing but typing at `position` led from `old` to `new`; else None."""
    before, after = old.before(position), old.after(position)
    last = position.line + len(new.lines) - len(old.lines)
    if last < position.line or not new.line(position.line).startswith(before):
        return None
    line = new.line(last)
    column = len(line) - len(after)
    if not line.endswith(after) or column < (len(before) if last == position.line else 0):
        return None
    return Position(last, column) if _same_around(old, new, position.line, last) else None
