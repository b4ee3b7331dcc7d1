"""Exceptions that are made and not raised, those that ruff cannot tell from other classes included."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate

from linnet_context.diff import FileDiff
from linnet_context.languages import SOURCE_LANGUAGES, language_of
from linnet_context.syntax import in_string_or_comment, parse
from linnet_context.text import Document, Position

from .finding import Candidate, Edit, Fix
from .ruff_rules import RULES

CODE = "PLW0133"
_MADE = re.compile(r"(\s*)((?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception))\(")
# A line that ends so goes on in the next one, which then is no statement of its own.
_GOES_ON = re.compile(r"(?:[,(\[{\\=+\-*/%|&^~<>]|\b(?:in|is|and|or|not|else|from|import|lambda|await))\s*$")
_THROWN = re.compile(r"\s*(?:raise|throw)\s+((?:new\s+)?[\w.:$]+\(.*)", re.DOTALL)
_FILLED_IN = re.compile(r"(?<![\w\"'])[fF](?=(\"|')(?:(?!\1).)*\{[^{}]+\})")
_STRING = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""")
_COMMENT = re.compile(r"\s+#.*$")


def dropped_exceptions(path: str, text: str, known: Collection[int]) -> tuple[Candidate, ...]:
    """Statements of a Python text that only make an exception, by its name; those on lines in `known` are left out."""
    lines = text.split("\n")
    found = [number for number in _statements(lines) if number not in known]
    tree = parse(Document.of(path, "python", text)) if found else None
    if tree is None:
        return ()
    outside = (
        number for number in found if not in_string_or_comment(tree, Position(number, _indent(lines[number])))
    )
    return tuple(_candidate(number, lines[number]) for number in outside)


def lost_raises(path: str, change: FileDiff) -> Iterator[Candidate]:
    """Lines of a change that were `raise X(...)` or `throw X(...)` and now are the rest alone, in any language."""
    if language_of(path) not in SOURCE_LANGUAGES:
        return
    for hunk in change.hunks:
        added = [line for line in hunk.lines if line.kind == "+"]
        thrown = (_THROWN.match(line.text) for line in hunk.lines if line.kind == "-")
        rests = {found[1].strip() for found in thrown if found}
        for line in added:
            if line.text.strip() in rests:
                start = Position(line.new, _indent(line.text))
                yield _lost(start, Position(line.new, len(line.text.rstrip())))


def lost_prefixes(path: str, change: FileDiff) -> Iterator[Candidate]:
    """Lines of Python that lost the f of a string with places to fill in, and nothing else."""
    if language_of(path) != "python":
        return
    for hunk in change.hunks:
        added = [line for line in hunk.lines if line.kind == "+"]
        if any("format" in line.text for line in added):
            continue  # Something else fills them in now.
        plain = {
            (line.text[: found.start()] + line.text[found.end() :]).strip(): found.start()
            for line in hunk.lines
            if line.kind == "-"
            for found in _FILLED_IN.finditer(line.text)
        }
        for line in added:
            at = plain.get(line.text.strip())
            if at is not None:
                start = Position(line.new, min(at, len(line.text.rstrip())))
                end = Position(line.new, len(line.text.rstrip()))
                yield _unfilled(start, end)


def _unfilled(start: Position, end: Position) -> Candidate:
    severity, consequence = RULES["RUF027"]
    message = "The change takes away the f of a string with places to fill in"
    return Candidate(
        "pattern/lost-f", severity, "bugs", message, consequence, start, end, aliases=("RUF027",)
    )


def _lost(start: Position, end: Position) -> Candidate:
    consequence = RULES[CODE].consequence
    message = "The change takes away what threw this error"
    aliases = (CODE, "dropped-error")
    return Candidate("pattern/lost-raise", "error", "bugs", message, consequence, start, end, aliases=aliases)


def _statements(lines: Sequence[str]) -> Iterator[int]:
    above = ""
    for number, line in enumerate(lines):
        if _MADE.match(line) and not _GOES_ON.search(above) and _ends_as_call(lines, number):
            yield number
        if line.strip() and not line.lstrip().startswith("#"):
            above = _COMMENT.sub("", line)


def _ends_as_call(lines: Sequence[str], number: int) -> bool:
    """Whether nothing follows the call's closing bracket; a call over several lines is closed at its indentation."""
    if "noqa" in lines[number]:
        return False
    line = _COMMENT.sub("", _STRING.sub("", lines[number])).rstrip()
    if line.endswith("("):
        indent = _indent(line)
        rest = (each for each in lines[number + 1 :] if each.strip() and _indent(each) <= indent)
        return next(rest, "").strip() == ")"
    depths = list(accumulate((letter == "(") - (letter == ")") for letter in line))
    return depths[-1] == 0 and depths.index(0, line.find("(")) == len(line) - 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _candidate(number: int, line: str) -> Candidate:
    severity, consequence = RULES[CODE]
    start, end = Position(number, _indent(line)), Position(number, len(line.rstrip()))
    message = "Missing `raise` statement on exception"
    fix = Fix("Raise the exception", (Edit(start, start, "raise "),), safe=False)
    return Candidate(f"ruff/{CODE}", severity, "bugs", message, consequence, start, end, fix=fix)
