"""What would mend the findings, as patches that apply and leave a text that still parses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from itertools import pairwise

from linnet_context.diff import split_lines
from linnet_context.text import Position

from . import parsing, rules
from .change import Change
from .finding import Edit, Finding, Fix
from .sides import pairs

_ODD = re.compile(r'["\\\x00-\x1f\x7f-\U0010ffff]')


@dataclass(frozen=True, slots=True)
class Mended:
    """A file with fixes: its text before and after, without the byte order mark that stands there, and the findings
    that are gone then."""

    path: str
    before: str
    after: str
    findings: tuple[Finding, ...]
    mark: str = ""


def mended(
    change: Change, findings: Sequence[Finding], ignore: Sequence[str] = (), *, unsafe: bool
) -> Iterator[Mended]:
    """Each reviewed file that fixes change; `unsafe` ones may change what was meant.

    Fixes that overlap are not made together: the first in the text is. A fix after which the text would not parse is
    not made.
    """
    wanted = [each for each in findings if each.fix is not None and (each.fix.safe or unsafe)]
    paths = {each.path for each in wanted}
    for pair in pairs(change, ignore) if paths else ():
        if pair.file.path in paths and pair.head is not None and not pair.skip:
            found = _mended(
                pair.file.path, pair.head, [each for each in wanted if each.path == pair.file.path]
            )
            if found.findings:
                yield replace(found, mark=pair.mark)


def _mended(path: str, text: str, findings: Sequence[Finding]) -> Mended:
    done: list[Finding] = []
    parses = not _is_broken(path, text)
    for each in sorted(findings, key=lambda each: (each.start.line, each.start.column)):
        attempt = [*done, each]
        result = _applied(text, attempt)
        if result is not None and (not parses or not _is_broken(path, result)):
            done = attempt
    return Mended(path, text, _applied(text, done) or text, tuple(done))


def _is_broken(path: str, text: str) -> bool:
    if not rules.is_python(path):
        return bool(parsing.syntax_errors(path, text))
    program = rules.ruff_program()
    found = rules.bugs(program, path, text) if program else None
    if found is None:
        return bool(parsing.syntax_errors(path, text))
    return any(each.source == "syntax" for each in found)


def _applied(text: str, findings: Sequence[Finding]) -> str | None:
    """The text with all fixes made; None when two of them overlap or one has no place in it."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    edits = {edit for each in findings if isinstance(each.fix, Fix) for edit in each.fix.edits}
    spans = sorted(_spans(edits, lines, starts))
    if len(spans) != len(edits) or any(end > nxt for (_, end, _), (nxt, _, _) in pairwise(spans)):
        return None
    parts, done = list[str](), 0
    ending = "\r\n" if "\r\n" in text else "\n"
    for start, end, new in spans:
        parts += [text[done:start], new.replace("\r\n", "\n").replace("\n", ending)]
        done = end
    return "".join([*parts, text[done:]])


def _spans(edits: set[Edit], lines: Sequence[str], starts: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    def at(place: Position) -> int | None:
        inside = place.line < len(lines) and place.column <= len(lines[place.line])
        # The place behind the last line is how "to the end" is said.
        return (
            starts[place.line] + place.column
            if inside
            else starts[-1] - 1
            if place.line == len(lines)
            else None
        )

    for edit in edits:
        start, end = at(edit.start), at(edit.end)
        if start is not None and end is not None and start <= end:
            yield start, end, edit.text


def patch(files: Sequence[Mended], *, undo: bool = False) -> str:
    """The unified diff of all files as git writes it; with `undo` the one that takes the fixes back."""
    return "".join(
        _file_patch(each.path, each.mark + each.before, each.mark + each.after, undo) for each in files
    )


def _file_patch(path: str, before: str, after: str, undo: bool) -> str:
    old, new = (after, before) if undo else (before, after)
    names = _name(f"a/{path}"), _name(f"b/{path}")
    lines = [f"diff --git {names[0]} {names[1]}\n"]
    if " " in path:  # A tab tells git where a name with spaces ends.
        names = f"{names[0]}\t", f"{names[1]}\t"
    for line in unified_diff(split_lines(old), split_lines(new), *names, lineterm="\n"):
        lines.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(lines)


def _name(path: str) -> str:
    """A path as git writes it in patches: in quotes, with escapes, where it is not plain ASCII. A space is plain."""
    if not _ODD.search(path):
        return path
    escaped = "".join(_escape(byte) for byte in path.encode("utf-8", "surrogateescape"))
    return f'"{escaped}"'


def _escape(byte: int) -> str:
    letter = chr(byte)
    if letter in '"\\':
        return f"\\{letter}"
    return letter if 0x20 <= byte < 0x7F else f"\\{byte:03o}"
