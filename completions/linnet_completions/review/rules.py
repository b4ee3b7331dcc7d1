"""Bugs that ruff knows by rule, in one Python text: a curated set, none of the workspace's configuration."""

from __future__ import annotations

import json
import re
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from linnet_context.languages import is_test_path
from linnet_context.process import environment, find_program, run
from linnet_context.text import Position

from .dropped import CODE, dropped_exceptions
from .finding import Candidate, Edit, Fix
from .ruff_rules import AT_A_DISTANCE, MAY_BE_EXPECTED, NOT_IN_TESTS, RULES, Rule

SYNTAX_RULE = "invalid-syntax"
_SECONDS = 20.0
_MAX_OUTPUT = 16 << 20
_EXTRA = re.compile(r"[A-Z]{1,6}\d{0,4}")
_TICKED = re.compile(r"`([^`]+)`")
_OPTIONS = (
    "check",
    "--isolated",
    "--no-cache",
    "--no-fix",
    "--quiet",
    "--output-format=json",
    # The newest syntax: what version a project runs on is not ours to guess.
    "--target-version=py314",
    "--preview",
    "--config=lint.explicit-preview-rules=true",
)
_UNKNOWN = Rule("warning", "")
# Names that the surroundings of certain files define: gettext, notebooks, build scripts, type checkers.
_GIVEN = frozenset(
    ["_", "ngettext", "gettext", "get_ipython", "display", "dbutils", "spark", "reveal_type", "reveal_locals"]
)
# An address with places to fill in, and a type as D-Bus writes it: `-> "as"`.
_ROUTE = re.compile(r"^[\"']/")
_SIGNATURE = re.compile(r"([\"'])[ybnqiuxtdsogvah]+\1")
_EXPECTS = re.compile(r"\b(?:raises|assertRaises\w*|warns|assertWarns\w*|suppress)\(")
# Rules that need all of a text: without the broken lines of it they would be wrong.
_NEEDS_ALL = frozenset(
    f"ruff/{code}"
    for code in (
        *AT_A_DISTANCE,
        "F811",
        "B018",
        "F404",
        "F701",
        "F702",
        "F704",
        "F706",
        "F707",
        "PLE0100",
        "PLE1142",
    )
)
_MOST_BROKEN = 4
_LOOK_BACK = 12
_OPENER_LINES = 3


def ruff_program() -> Path | None:
    """The ruff that was installed together with us; never one that a workspace or the PATH brings."""
    places = [
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")),
    ]
    found = (find_program("ruff", place) for place in places if place)
    return next((program for program in found if program), None)


def bugs(program: Path, path: str, text: str, extra: Sequence[str] = ()) -> tuple[Candidate, ...] | None:
    """What ruff says about a Python text, syntax errors included; None when ruff fails.

    `extra` are further rules by code or prefix ("PLE", "B904"); anything else in it is passed over.
    """
    reports = ruff_reports(program, path, text, [*RULES, *extra])
    if reports is None:
        return None
    found = tuple(_candidates(path, text, reports))
    if any(each.source == "syntax" for each in found):
        return found
    known = {each.start.line for each in found}
    lines = text.split("\n")
    more = (
        each
        for each in dropped_exceptions(path, text, known)
        if not _is_meant(CODE, each.message, lines, each.start.line)
    )
    return (*found, *more)


def ruff_reports(program: Path, path: str, text: str, rules: Sequence[str]) -> list[dict[str, Any]] | None:
    """What ruff reports about a Python text under some rules, in its own JSON; None when ruff fails.

    Anything in `rules` that is no code of a rule or prefix of one is passed over.
    """
    select = ",".join(code for code in rules if _EXTRA.fullmatch(code))
    suffix = ".pyi" if path.endswith(".pyi") else ".py"
    command = [str(program), *_OPTIONS, f"--select={select}", f"--stdin-filename=text{suffix}", "-"]
    source = text.encode("utf-8", "replace")
    try:
        finished = run(
            command,
            folder=program.parent,
            environ=_environ(),
            seconds=_SECONDS,
            limit=_MAX_OUTPUT,
            stdin=source,
        )
        found: list[dict[str, Any]] = json.loads(finished.output)
    except (OSError, ValueError):
        return None
    return found


def bugs_beside(
    program: Path, path: str, text: str, broken: Candidate, extra: Sequence[str] = ()
) -> tuple[Candidate, ...]:
    """What ruff says about a text that does not parse, as if its broken lines were not there."""
    lines = text.split("\n")
    emptied: set[int] = set()
    for _ in range(_MOST_BROKEN):
        at = min(broken.start.line, len(lines) - 1)
        while at and (not lines[at].strip() or at in emptied):
            at -= 1
        emptied.add(at)
        # What opens a block must go on doing so.
        lines[at] = " " * _indent(lines[at]) + ("if 1:" if lines[at].rstrip().endswith(":") else "pass")
        found = bugs(program, path, "\n".join(lines), extra) or ()
        errors = [each for each in found if each.source == "syntax"]
        if not errors:
            return tuple(
                each
                for each in found
                if each.rule not in _NEEDS_ALL
                and emptied.isdisjoint(range(each.start.line, each.end.line + 1))
            )
        broken = errors[0]
    return ()


def ruff_page(code: str) -> bytes | None:
    """What ruff says about one of its rules, as JSON; None when it does not know the rule, or fails."""
    program = ruff_program()
    if program is None:
        return None
    command = [str(program), "rule", code, "--output-format=json"]
    try:
        finished = run(
            command, folder=program.parent, environ=_environ(), seconds=_SECONDS, limit=_MAX_OUTPUT
        )
    except OSError:
        return None
    return finished.output if finished.code == 0 else None


def _environ() -> dict[str, str]:
    """The environment without what would configure ruff."""
    return {name: value for name, value in environment().items() if not name.startswith("RUFF_")}


def _candidates(path: str, text: str, reports: Sequence[Mapping[str, Any]]) -> Iterator[Candidate]:
    lines = text.split("\n")
    in_test = is_test_path(path)
    for report in reports:
        code = report.get("code") or SYNTAX_RULE
        start, end = _position(report["location"]), _position(report["end_location"])
        if code == SYNTAX_RULE:
            yield _syntax_error(report["message"], start, end)
        elif not (in_test and code in NOT_IN_TESTS or _is_meant(code, report["message"], lines, start.line)):
            yield replace(_candidate(code, report["message"], start, end), fix=_fix(report.get("fix")))


def _position(place: Mapping[str, int]) -> Position:
    return Position(place["row"] - 1, place["column"] - 1)


def _fix(value: Mapping[str, Any] | None) -> Fix | None:
    """What ruff would write, unless it says that this is only for show."""
    if not value or value.get("applicability") not in ("safe", "unsafe"):
        return None
    edits = (
        Edit(_position(each["location"]), _position(each["end_location"]), each["content"])
        for each in value["edits"]
    )
    return Fix(value.get("message") or "Fix it", tuple(edits), value["applicability"] == "safe")


def _syntax_error(message: str, start: Position, end: Position) -> Candidate:
    consequence = "Python refuses to compile the file."
    message = message.removeprefix("SyntaxError: ")
    return Candidate("syntax/python", "error", "syntax", message, consequence, start, end)


def _candidate(code: str, message: str, start: Position, end: Position) -> Candidate:
    severity, consequence = RULES.get(code, _UNKNOWN)
    subject = ticked[1] if (ticked := _TICKED.search(message)) else ""
    return Candidate(f"ruff/{code}", severity, "bugs", message, consequence, start, end, subject)


def _is_meant(code: str, message: str, lines: Sequence[str], line: int) -> bool:
    """Whether it was written on purpose: to be caught raising something, or to offer a debugger."""
    if code == "T100":
        return message.startswith(
            "Import"
        )  # Tools import pdb to call it on demand; a call is what is left behind.
    if code not in MAY_BE_EXPECTED or line >= len(lines):
        return False
    indent = _indent(lines[line])
    above = range(line - 1, max(-1, line - _LOOK_BACK), -1)
    opener = next(
        (number for number in above if lines[number].strip() and _indent(lines[number]) < indent), None
    )
    # The line that opens the block may be the last of several: `) as caught:`.
    return opener is not None and any(
        map(_EXPECTS.search, lines[max(0, opener - _OPENER_LINES) : opener + 1])
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def is_given(candidate: Candidate, line: str) -> bool:
    """Whether the surroundings of the file are known to give a meaning to what looks wrong in this line of it."""
    quoted = line[candidate.start.column : candidate.end.column]
    if candidate.rule == "ruff/RUF027":
        return _ROUTE.search(quoted) is not None
    if candidate.rule != "ruff/F821":
        return False
    around = line[max(0, candidate.start.column - 1) : candidate.end.column + 1]
    return candidate.subject in _GIVEN or _SIGNATURE.fullmatch(around) is not None


def is_python(path: str) -> bool:
    """Whether ruff should read a file: Python, and neither a template of it nor a build script with names of its own."""
    return PurePosixPath(path).suffix in {".py", ".pyi", ".pyw"} and "{{" not in path
