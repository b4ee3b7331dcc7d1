"""Changes of a document: as small as they can be, and moved along when the document was edited meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from linnet_context.text import Document, Lines, Position, split_lines

# Comparing takes quadratic time; longer spans become one change.
_MOST_LINES = 4000


@dataclass(frozen=True, slots=True)
class Span:
    """Whole lines of a document, 0-based, both ends included."""

    first: int
    last: int

    def holds(self, line: int) -> bool:
        return self.first <= line <= self.last

    def moved(self, by: int) -> Span:
        return Span(self.first + by, self.last + by)


@dataclass(frozen=True, slots=True)
class Change:
    """`start`..`end` of a document (columns in code points) become `text`.

    `outside` marks what lies beyond the lines that were asked about, and `why` says what it is for.
    """

    start: Position
    end: Position
    text: str
    outside: bool = False
    why: str = ""


def applied(document: Document, changes: Sequence[Change]) -> str:
    """The document's text with all changes made; they do not overlap, and each speaks of the text as it was."""
    order = sorted(enumerate(changes), key=lambda one: (one[1].start, one[1].end, one[0]), reverse=True)
    for _, change in order:
        document, _ = document.edited(change.start, change.end, change.text, document.version)
    return document.text()


def ending(document: Document) -> str:
    """What ends most of the document's lines."""
    breaks = [line[len(line.rstrip("\r\n")) :] for line in document.lines[:200]]
    return max(("\n", "\r\n", "\r"), key=breaks.count)


def replaced(document: Document, span: Span, lines: Sequence[str]) -> str:
    """The document's text with some of its lines replaced by others, which have no endings of their own."""
    end = ending(document)
    last = span.last + 1 >= len(document.lines)
    body = [line + end for line in lines]
    if body and last and not document.lines[span.last].endswith(("\n", "\r")):
        body[-1] = lines[-1]
    return "".join((*document.lines[: span.first], *body, *document.lines[span.last + 1 :]))


def differences(document: Document, text: str) -> tuple[Change, ...]:
    """The smallest changes of whole lines, trimmed to the characters that differ, that make a text of a document."""
    old, new = list(document.lines), split_lines(text)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    return tuple(
        change
        for one, two, three, four in _hunks(before, after)
        if (change := _trimmed(document, head + one, before[one:two], after[three:four])) is not None
    )


def _hunks(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    if max(len(before), len(after)) > _MOST_LINES:
        yield 0, len(before), 0, len(after)
        return
    for kind, *bounds in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            one, two, three, four = bounds
            yield one, two, three, four


def _trimmed(document: Document, first: int, old: Sequence[str], new: Sequence[str]) -> Change | None:
    """The change of some lines, without the characters that both texts begin or end with."""
    before, after = "".join(old), "".join(new)
    if before == after:
        return None
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    # A line ending of two characters is never cut in two.
    head -= before[:head].endswith("\r")
    ends = before[: len(before) - tail].endswith("\r") or after[: len(after) - tail].endswith("\r")
    tail -= tail > 0 and ends and before[len(before) - tail] == "\n"
    start = _place(document, first, before[:head])
    end = _place(document, first, before[: len(before) - tail])
    return Change(start, end, after[head : len(after) - tail])


def _place(document: Document, first: int, text: str) -> Position:
    """Where a text that starts with a line ends."""
    lines = split_lines(text)
    line = first + len(lines) - 1
    if line < len(document.lines):
        return Position(line, len(lines[-1]))
    return Position(len(document.lines) - 1, len(document.lines[-1]))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def shift(before: Lines, now: Lines, span: Span) -> int | None:
    """How far lines have moved from one version of a text to another; None when they are not what they were."""
    old, new = list(before), list(now)
    head = _common(old, new)
    if span.last < head:
        return 0
    tail = _common(old[head:][::-1], new[head:][::-1])
    if span.first >= len(old) - tail:
        return len(new) - len(old)
    if max(len(old), len(new)) - head - tail > _MOST_LINES:
        return None
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    for block in SequenceMatcher(None, *middle, autojunk=False).get_matching_blocks():
        if head + block.a <= span.first and span.last < head + block.a + block.size:
            return block.b - block.a
    return None


def rebased(before: Document, now: Document, changes: Sequence[Change]) -> tuple[Change, ...] | None:
    """Changes of one version of a document for another; None when some of their lines are not what they were."""
    if before.lines is now.lines:
        return tuple(changes)
    moved: list[Change] = []
    for change in changes:
        by = shift(before.lines, now.lines, Span(change.start.line, change.end.line))
        if by is None:
            return None
        start = Position(change.start.line + by, change.start.column)
        end = Position(change.end.line + by, change.end.column)
        moved.append(Change(start, end, change.text, change.outside, change.why))
    return tuple(moved)
