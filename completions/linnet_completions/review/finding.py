"""The one model of a finding, whatever engine found it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from linnet_context.text import Position

Severity = Literal["error", "warning", "info"]
Source = Literal["syntax", "bugs", "secrets", "linters", "ignores", "model"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
LINES_BEFORE, LINES_AFTER = 2, 1
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Edit:
    """Text to put in the place of `start`..`end` of the new text; 0-based, the end excluded, columns in code points."""

    start: Position
    end: Position
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What would mend a finding, `title` in words. A safe one changes nothing that was meant."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an engine says about one text, before it is known whether the change brought it.

    `start`..`end` are 0-based, the end excluded, columns in code points. `consequence` says what happens if it stays.
    `subject` is what it speaks of ("an undefined name's name"): two candidates of one rule and subject are one matter.
    `aliases` are the names that other tools have for the rule.
    """

    rule: str
    severity: Severity
    source: Source
    message: str
    consequence: str
    start: Position
    end: Position
    subject: str = ""
    fix: Fix | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong that a change brings.

    `path` is relative to the root of what is reviewed; `start`..`end` as in `Candidate`. `quote` is the line at `start`
    as it stands in the file, except that secrets in it are masked by asterisks. `confidence` is 0..1. `symbol` names the enclosing
    definition ("Class.method" or ""). `fingerprint` stays the same when lines move. `before` and `after` are the lines
    next to the quote as far as they are known, their secrets taken out: at most `LINES_BEFORE` and `LINES_AFTER`.
    """

    path: str
    start: Position
    end: Position
    quote: str
    rule: str
    severity: Severity
    source: Source
    confidence: float
    message: str
    consequence: str
    symbol: str
    fingerprint: str
    fix: Fix | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def finding(
    path: str, quote: str, symbol: str, candidate: Candidate, lines: Mapping[int, str] = MappingProxyType({})
) -> Finding:
    """A finding for a candidate; `quote` is its line without ending and with secrets masked, `symbol` around it.

    `lines` are the file's (0-based number -> text) without secrets; what they hold next to the quote is shown with it.
    """
    at = candidate.start.line
    return Finding(
        path=path,
        start=candidate.start,
        end=candidate.end,
        quote=quote,
        rule=candidate.rule,
        severity=candidate.severity,
        source=candidate.source,
        confidence=1.0,
        message=candidate.message,
        consequence=candidate.consequence,
        symbol=symbol,
        fingerprint=fingerprint(candidate.rule, quote, symbol),
        fix=candidate.fix,
        before=tuple(reversed(list(_run(lines, range(at - 1, at - 1 - LINES_BEFORE, -1))))),
        after=tuple(_run(lines, range(at + 1, at + 1 + LINES_AFTER))),
    )


def _run(lines: Mapping[int, str], numbers: range) -> Iterator[str]:
    """The lines of these numbers, up to the first that is missing."""
    for number in numbers:
        if number not in lines:
            return
        yield lines[number].rstrip("\r\n")


def fingerprint(rule: str, line: str, symbol: str) -> str:
    """16 hexadecimal digits that tell one finding from another whatever its line number and indentation."""
    parts = "\0".join((rule, normalised(line), symbol))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def numbered(findings: Sequence[Finding]) -> list[tuple[Finding, int]]:
    """Each finding with how many of its path and fingerprint stand before it: equal lines need telling apart."""
    seen: Counter[tuple[str, str]] = Counter()
    result: list[tuple[Finding, int]] = []
    for each in findings:
        key = (each.path, each.fingerprint)
        result.append((each, seen[key]))
        seen[key] += 1
    return result


def normalised(line: str) -> str:
    """A line without indentation, line ending and differences in inner white space."""
    return _SPACE.sub(" ", line).strip()


def at_or_above(findings: Sequence[Finding], level: Severity | Literal["never"]) -> int:
    """How many findings are at least as severe as `level`; none for "never"."""
    if level == "never":
        return 0
    return sum(SEVERITIES.index(each.severity) <= SEVERITIES.index(level) for each in findings)
