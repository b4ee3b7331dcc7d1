"""Cuts a changed file into what a model is shown at a time: numbered lines of its new side around each change."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from linnet_completions.models.redaction import Redactor
from linnet_context.budget import line_tokens
from linnet_context.diff import FileDiff, split_lines
from linnet_context.languages import language_of
from linnet_context.outline import Definition, outline

from .finding import Finding
from .sides import Pair

PART_TOKENS = 1400
"""What the lines of one call may cost; with its instructions it costs about 2,000."""
CONTEXT_LINES = 3
# A definition that is no longer is shown as a whole.
_SHORT_BODY = 40
# Of a long run of removed lines the first and the last are shown.
_REMOVED_FIRST, _REMOVED_LAST = 16, 4
_LONGEST_LINE = 300
_BODIES = ("function", "method")
_SCOPES = (*_BODIES, "class", "type", "module")


@dataclass(frozen=True, slots=True)
class Row:
    """One line as it is shown; `number` is 0-based in the new text, -1 for a removed line and for a gap."""

    number: int
    mark: str
    text: str


_GAP = Row(-1, "", "...")


@dataclass(frozen=True, slots=True)
class Part:
    """What a model is shown of one changed file, and what is needed to check what it says.

    `lines` is the new text by 0-based number, around the changes of this part, and `shown` the same without secrets.
    `changed` are the lines that were added, and those beside removed ones. `scopes` are definitions around changes,
    outermost first: first line, last line, dotted name. `reported` says what other checks found here already.
    """

    path: str
    language: str
    rows: tuple[Row, ...]
    lines: Mapping[int, str]
    shown: Mapping[int, str]
    changed: frozenset[int]
    scopes: tuple[tuple[int, int, str], ...] = ()
    reported: tuple[str, ...] = ()


@dataclass(slots=True)
class _File:
    """The two sides of a change by line, secrets taken out of whole texts before any line is chosen."""

    lines: dict[int, str]
    shown: dict[int, str]
    added: frozenset[int]
    # Removed lines by the number of the new line that they stood before.
    removed: Mapping[int, Sequence[str]]
    scopes: dict[tuple[int, int, str], range] = field(default_factory=dict[tuple[int, int, str], range])

    @property
    def changed(self) -> frozenset[int]:
        """The added lines, and those on both sides of removed ones for which nothing was put."""
        taken = (number for number in self.removed if number not in self.added)
        return self.added | ({near for number in taken for near in (number - 1, number)} & self.lines.keys())


def parts_of(pair: Pair, findings: Sequence[Finding] = (), budget: int = PART_TOKENS) -> tuple[Part, ...]:
    """All changes of one file (not a skipped one), several in a part as far as they fit; a large one in several parts.

    `findings` are what other checks found in the file. The parts together hold every line that was added. There is none
    for a text of which nothing is left: nothing could be quoted.
    """
    file = _file(pair)
    _add_scopes(file, pair)
    rows = [list(_rows(file, first, last)) for first, last in _spans(file)]
    found = [each for each in findings if each.path == pair.file.path]
    parts = (_part(pair.file.path, file, packed, found) for packed in _packed(rows, budget))
    return tuple(part for part in parts if part.changed)


def _file(pair: Pair) -> _File:
    redactor = Redactor()  # One of our own numbers secrets from 1, so that equal files make equal prompts.
    lines = _side(pair.head, pair.diff, "+")
    shown = _without_secrets(lines, redactor)
    before = _without_secrets(_side(pair.base, pair.diff, "-"), redactor)
    removed: dict[int, list[str]] = {}
    for hunk in pair.diff.hunks:
        at = hunk.new_start
        for line in hunk.lines:
            if line.kind == "-":
                removed.setdefault(at, []).append(before[line.old])
            else:
                at = line.new + 1
    return _File(lines, shown, frozenset(pair.diff.added), removed)


def _side(text: str | None, change: FileDiff, mark: Literal["+", "-"]) -> dict[int, str]:
    """The lines of one side of a change by number; of a patch that fits no file, those that stand in it."""
    if text is not None:
        return {number: line.rstrip("\r\n") for number, line in enumerate(split_lines(text))}
    there = (line for hunk in change.hunks for line in hunk.lines if line.kind in (" ", mark))
    return {line.new if mark == "+" else line.old: line.text.rstrip("\r\n") for line in there}


def _without_secrets(lines: Mapping[int, str], redactor: Redactor) -> dict[int, str]:
    safe = redactor.redact("\n".join(lines.values())).text.split("\n")
    return dict(zip(lines, safe, strict=True)) if lines else {}


def _add_scopes(file: _File, pair: Pair) -> None:
    """Note the definitions around changed lines, each with the lines of it to show: its head, or all of a short one."""
    language = language_of(pair.file.path)
    if pair.head is None or language is None:
        return
    found = (each for each in outline(pair.head, language).definitions if each.kind in _SCOPES)
    definitions = deque(sorted(found, key=lambda each: (each.line, -each.end_line)))
    around: list[Definition] = []
    for line in sorted(file.changed):
        while definitions and definitions[0].line <= line:
            around = [each for each in around if definitions[0].line <= each.end_line]
            around.append(definitions.popleft())
        around = [each for each in around if line <= each.end_line]
        for depth, each in enumerate(around, 1):
            is_short = each.kind in _BODIES and each.end_line - each.line < _SHORT_BODY
            name = ".".join(outer.name for outer in around[:depth])
            last = each.end_line if is_short else each.line
            file.scopes[each.line, each.end_line, name] = range(each.line, last + 1)


def _spans(file: _File) -> Iterator[tuple[int, int]]:
    """The lines to show, first and last: around changes, all of a short function. Lines that touch are one span."""
    wanted = {
        near for number in file.changed for near in range(number - CONTEXT_LINES, number + CONTEXT_LINES + 1)
    }
    wanted.update(number for lines in file.scopes.values() for number in lines)
    ordered = sorted(wanted & file.lines.keys())
    for _, run in groupby(enumerate(ordered), lambda each: each[1] - each[0]):
        numbers = [number for _, number in run]
        yield numbers[0], numbers[-1]


def _rows(file: _File, first: int, last: int) -> Iterator[Row]:
    for number in range(first, last + 2):
        # What stood behind the last line belongs to this span only if no line follows it.
        if number <= last or number not in file.lines:
            yield from _removed_rows(file.removed.get(number, ()))
        if number <= last:
            yield Row(number, "+" if number in file.added else " ", file.shown[number])


def _removed_rows(run: Sequence[str]) -> Iterator[Row]:
    left_out = len(run) - _REMOVED_FIRST - _REMOVED_LAST
    if left_out <= 1:
        yield from (Row(-1, "-", text) for text in run)
        return
    yield from (Row(-1, "-", text) for text in run[:_REMOVED_FIRST])
    yield Row(-1, "-", f"... ({left_out} more removed lines)")
    yield from (Row(-1, "-", text) for text in run[-_REMOVED_LAST:])


def _packed(spans: Sequence[Sequence[Row]], budget: int) -> Iterator[list[Row]]:
    """Rows for one call at a time: spans together as long as they fit, a span that is too long in pieces.

    Lines without a change, such as heads of definitions, go with the next ones that have one.
    """
    packed: list[Row] = []
    lead: list[Row] = []
    for piece in (piece for span in spans for piece in _pieces(span, budget)):
        if all(row.mark == " " for row in piece):
            lead += [*piece, _GAP]
            continue
        if packed and _cost(packed) + _cost(lead) + _cost(piece) > budget:
            yield packed
            packed = []
        packed += [_GAP, *lead, *piece] if packed else [*lead, *piece]
        lead = []
    if packed:
        yield packed


def _pieces(span: Sequence[Row], budget: int) -> Iterator[Sequence[Row]]:
    """A span in pieces that fit, cut before a line that is indented least among the last third of the piece."""
    start = 0
    while start < len(span):
        end, spent = start, 0
        while end < len(span) and (end == start or spent + _cost(span[end : end + 1]) <= budget):
            spent += _cost(span[end : end + 1])
            end += 1
        if end < len(span):
            end = _best_cut(span, start + max(1, (end - start) * 2 // 3), end)
        yield span[start:end]
        start = end


def _best_cut(span: Sequence[Row], low: int, high: int) -> int:
    def indentation(at: int) -> tuple[int, int]:
        text = span[at].text
        return (len(text) - len(text.lstrip()) if text.strip() else 1 << 20, -at)

    return min(range(low, high + 1), key=indentation) if low <= high < len(span) else high


def _cost(rows: Sequence[Row]) -> int:
    return sum(4 + line_tokens(row.text[:_LONGEST_LINE]) for row in rows)


def _part(path: str, file: _File, rows: Sequence[Row], findings: Sequence[Finding]) -> Part:
    seen = {row.number for row in rows if row.number >= 0}
    near = {each for number in seen for each in range(number - CONTEXT_LINES, number + CONTEXT_LINES + 1)}
    lines = {number: file.lines[number] for number in sorted(near & file.lines.keys())}
    return Part(
        path=path,
        language=language_of(path) or "plaintext",
        rows=tuple(Row(row.number, row.mark, _short(row.text)) for row in rows),
        lines=lines,
        shown={number: file.shown[number] for number in lines},
        changed=file.changed & seen,
        scopes=tuple(sorted(file.scopes, key=lambda scope: (scope[0], -scope[1]))),
        reported=tuple(
            f"line {each.start.line + 1}: {each.message} [{each.rule}]"
            for each in findings
            if each.start.line in seen
        ),
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]} ..."
