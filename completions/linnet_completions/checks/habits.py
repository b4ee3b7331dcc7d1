"""What chat models add to the code that was asked for, and what editors are tired of: one small rule each.

A rule takes the text that was proposed and what surrounds its place, and gives what is left of it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from linnet_completions.checks.insertion import unopened
from linnet_context.text import Document, Position

# Lines around the place that a rule may look at.
ABOVE, BELOW = 5, 4
# The same line so often in a row is no code.
MOST_EQUAL_LINES = 3
# The same piece so often in a row, within one line.
MOST_EQUAL_PIECES = 4
LONGEST_LINE = 1_000
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
_REST = re.compile(
    r"(?:#|//|/\*|--|<!--|;)\s*\W*(?:(?:the )?rest of|(?:existing|remaining|other|your) code|implementation (?:goes )?here)",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?:#|//|/\*|--)\s*(?:path|file|filename)\s*:\s*\S+\s*(?:\*/)?", re.IGNORECASE)
_MARK = re.compile(r"(?:#|//|--|;|/\*|\*)")
_COMMENT = {
    "python": "#",
    "ruby": "#",
    "shellscript": "#",
    "yaml": "#",
    "toml": "#",
    "lua": "--",
    "sql": "--",
}
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#39);")


@dataclass(frozen=True, slots=True)
class Place:
    """What surrounds a place: whole lines without their endings, and the two parts of the place's own line."""

    language: str
    above: tuple[str, ...]
    before: str
    after: str
    below: tuple[str, ...]

    @classmethod
    def of(cls, document: Document, position: Position) -> Place:
        line = position.line
        return cls(
            document.language,
            tuple(document.line(number) for number in range(max(0, line - ABOVE), line)),
            document.before(position),
            document.after(position),
            tuple(
                document.line(number)
                for number in range(line + 1, min(line + 1 + BELOW, len(document.lines)))
            ),
        )


def without_habits(text: str, place: Place) -> str:
    """A text without what does not belong into it; "" where nothing is left. `text` may still be coming."""
    for rule in RULES:
        text = rule(text, place)
        if not text:
            return ""
    return text


def without_invisible(text: str, place: Place) -> str:
    """Marks that nobody sees, which a model put in front."""
    return text.lstrip(_INVISIBLE)


def without_diff_marks(text: str, place: Place) -> str:
    """The signs of a diff in front of every line."""
    lines = text.split("\n")
    if (
        len(lines) < 2
        or not all(line.startswith("+ ") or line in ("+", "") for line in lines)
        or "+" in place.before
    ):
        return text
    return "\n".join(line[2:] for line in lines)


def without_entities(text: str, place: Place) -> str:
    """Signs as HTML spells them, where the document does not."""
    if not _ENTITY.search(text) or any(
        _ENTITY.search(line) for line in (*place.above, place.before, *place.below)
    ):
        return text
    return html.unescape(text)


def without_lines_above(text: str, place: Place) -> str:
    """The lines above the cursor, which the answer repeats before it goes on."""
    if place.before.strip():
        return text
    lines, above = text.split("\n"), [line.strip() for line in place.above]
    for count in range(min(len(lines) - 1, len(above)), 0, -1):
        said = [line.strip() for line in lines[:count]]
        if said == above[-count:] and any(len(line) > 3 for line in said):
            return "\n".join(lines[count:])
    return text


def without_lines_below(text: str, place: Place) -> str:
    """What stands below already: the text ends where it begins to repeat it, however it is indented."""
    below = [line.strip() for line in place.below if line.strip()]
    if not below:
        return text
    lines = text.split("\n")
    # On a line that was begun, the first line of the text is the end of that one.
    first = 0 if not place.before.strip() else 1
    for number in range(first, len(lines)):
        said = [line.strip() for line in lines[number:] if line.strip()]
        if not said or said[0] != below[0]:
            continue
        # A bracket alone is the one below only if the text did not open it itself.
        if len(below[0]) > 2 or unopened("\n".join(lines[: number + 1])):
            return "\n".join(lines[:number])
    return text


def without_notes(text: str, place: Place) -> str:
    """A note that says where the code comes from, or that the rest of it was left out."""
    kept: list[str] = []
    for line in text.split("\n"):
        if _REST.match(line.strip()):
            break
        if not _PATH.fullmatch(line.strip()):
            kept.append(line)
    return "\n".join(kept) if "".join(kept).strip() else ""


def without_repetition(text: str, place: Place) -> str:
    """The same line, or the same piece of a line, again and again: once is enough."""
    lines = text.split("\n")
    for number in range(len(lines) - MOST_EQUAL_LINES + 1):
        said = {line.strip() for line in lines[number : number + MOST_EQUAL_LINES]}
        if len(said) == 1 and len(next(iter(said))) > 1:
            return "\n".join(lines[: number + 1])
    found = _repeated(lines[0][:LONGEST_LINE])
    return lines[0][:found] if found >= 0 else text


def without_comment_alone(text: str, place: Place) -> str:
    """Nothing but a comment, where the person writes none."""
    mark = _COMMENT.get(place.language, "//")
    if mark in place.before or any(line.lstrip().startswith(mark) for line in place.above[-1:]):
        return text
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    # While a text is still coming its code may follow; a line that has not ended is no reason to wait.
    return "" if lines and all(_MARK.match(line) and line.startswith(mark) for line in lines) else text


def indented_as_document(text: str, place: Place) -> str:
    """Tabs where the document has tabs, spaces where it has spaces; a document's own width is left as it is."""
    lines = text.split("\n")
    unit = _unit((*place.above, place.before, *place.below))
    if unit == "\t" and any(line.startswith(" ") for line in lines[1:]):
        width = min(len(_indent(line)) for line in lines[1:] if line.startswith(" "))
        return "\n".join([lines[0], *(_tabbed(line, max(1, width)) for line in lines[1:])])
    if unit.startswith(" ") and "\t" not in "".join(map(_indent, (*place.above, *place.below))):
        return "\n".join([lines[0], *(_spaced(line, unit) for line in lines[1:])])
    return text


def _tabbed(line: str, width: int) -> str:
    indent = _indent(line)
    if "\t" in indent:
        return line
    return "\t" * (len(indent) // width) + " " * (len(indent) % width) + line[len(indent) :]


def _spaced(line: str, unit: str) -> str:
    indent = _indent(line)
    return indent.replace("\t", unit) + line[len(indent) :]


def _unit(lines: Sequence[str]) -> str:
    """What one step of indentation is made of around a place; "" where nothing is indented."""
    indents = [_indent(line) for line in lines if _indent(line)]
    if not indents:
        return ""
    if sum(indent.startswith("\t") for indent in indents) * 2 > len(indents):
        return "\t"
    widths = sorted({len(indent) for indent in indents})
    steps = [later - earlier for earlier, later in pairwise(widths)]
    return " " * min((widths[0], *steps))


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _repeated(line: str) -> int:
    """Where the second of many equal pieces begins that end a line; -1 if it ends in none."""
    for size in range(2, len(line) // MOST_EQUAL_PIECES + 1):
        piece, count = line[-size:], 1
        while line.endswith(piece * (count + 1)):
            count += 1
        if count >= MOST_EQUAL_PIECES and len(set(piece.strip())) > 1:
            return len(line) - size * (count - 1)
    return -1


RULES = (
    without_invisible,
    without_diff_marks,
    without_entities,
    without_lines_above,
    without_lines_below,
    without_notes,
    without_repetition,
    without_comment_alone,
    indented_as_document,
)
