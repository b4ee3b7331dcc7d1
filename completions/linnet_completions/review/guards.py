"""What a model claims about a change is believed only as far as the text of the change bears it out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from linnet_context.text import Position

from .answers import Claim, Class
from .finding import SEVERITIES, Candidate, Finding, finding, normalised
from .ignoring import ignores
from .parts import CONTEXT_LINES, Part
from .secrets import masked_line

# How sure a model has to be of a finding, by its class. A wrong remark about style is the cheapest to make.
CORRECTNESS_CONFIDENCE = 0.6
SECURITY_CONFIDENCE = 0.6
DOCUMENTATION_CONFIDENCE = 0.75
STYLE_CONFIDENCE = 0.85
THRESHOLDS: Mapping[Class, float] = MappingProxyType(
    {
        "correctness": CORRECTNESS_CONFIDENCE,
        "security": SECURITY_CONFIDENCE,
        "documentation": DOCUMENTATION_CONFIDENCE,
        "style": STYLE_CONFIDENCE,
    }
)
# A quote of a part of a line must be long enough to tell one place from another.
_LEAST_PART, _MOST_LINES = 6, 12
_GUTTER = re.compile(r"^ *\d* ?[+-]?\|", re.MULTILINE)
_WORD = re.compile(r"\w")
_PLACEHOLDER = re.compile(r"REDACTED_[0-9]+(?:_X+)?")


def believed(part: Part, claims: Sequence[Claim], mechanical: Iterable[Finding]) -> Iterator[Finding]:
    """The claims about a part that are sure enough, quote a line of the change, are news, and no comment takes back.

    `mechanical` are what other checks found in the file.
    """
    known = [each for each in mechanical if each.path == part.path]
    comments = ignores(part.path, part.lines)
    for claim in claims:
        if claim.confidence < THRESHOLDS[claim.kind]:
            continue
        place = place_of(part, claim)
        if place is None or _is_known(place, claim, known):
            continue
        made = _made(part, claim, *place)
        if not any(comment.covers(made) for comment in comments):
            yield made


def place_of(part: Part, claim: Claim) -> tuple[Position, Position] | None:
    """Where the quoted text stands at a change or beside it, nearest to the line that was named; None if nowhere."""
    reach = {
        near
        for number in part.changed
        for near in range(number - CONTEXT_LINES, number + CONTEXT_LINES + 1)
        if near in part.shown
    }
    for quote in dict.fromkeys((claim.quote, _GUTTER.sub("", claim.quote))):
        quoted = [line.strip() for line in quote.strip().split("\n")]
        if len(quoted) > _MOST_LINES or not _WORD.search(quote):
            continue
        spans = [(number, span) for number in part.shown if (span := _span(part, number, quoted))]
        near = [each for each in spans if not reach.isdisjoint(range(each[0], each[1][1].line + 1))]
        if near:
            return min(near, key=lambda each: _distance(part, each[0], claim.line))[1]
    return None


def _distance(part: Part, number: int, named: int | None) -> tuple[int, int]:
    """How far a line is from the one that was named; without one, changed lines come first."""
    if named is not None:
        return abs(number - named), number
    return int(number not in part.changed), number


def _span(part: Part, number: int, quoted: Sequence[str]) -> tuple[Position, Position] | None:
    """The place of a quote that starts on a line, blanks at both ends of each of its lines aside."""
    if len(quoted) == 1:
        columns = _columns(part.shown[number], quoted[0])
        return None if columns is None else _place(part, number, number, *columns)
    texts = [part.shown.get(line, "").strip() for line in range(number, number + len(quoted))]
    fits = texts[1:-1] == list(quoted[1:-1]) and texts[-1].startswith(quoted[-1])
    if not fits or not quoted[0] or not texts[0].endswith(quoted[0]):
        return None
    first, last = part.shown[number], part.shown.get(number + len(quoted) - 1, "")
    start = len(first.rstrip()) - len(quoted[0])
    return _place(part, number, number + len(quoted) - 1, start, last.find(quoted[-1]) + len(quoted[-1]))


def _columns(line: str, quoted: str) -> tuple[int, int] | None:
    """Where a line holds a quote: all of it, or a part that is long enough and cuts no word in two."""
    text = line.strip()
    if text == quoted:
        start = len(line) - len(line.lstrip())
        return start, start + len(text)
    if len(quoted) < _LEAST_PART:
        return None
    start = line.find(quoted)
    while start >= 0:
        end = start + len(quoted)
        if not _cuts(line, start) and not _cuts(line, end):
            return start, end
        start = line.find(quoted, start + 1)
    return None


def _cuts(line: str, at: int) -> bool:
    return 0 < at < len(line) and _is_word(line[at - 1]) and _is_word(line[at])


def _is_word(letter: str) -> bool:
    return letter == "_" or letter.isalnum()


def _place(part: Part, first: int, last: int, start: int, end: int) -> tuple[Position, Position] | None:
    if last not in part.lines:
        return None
    if part.lines[first] != part.shown[first]:  # Columns in a text without its secrets are not the file's.
        start = len(part.lines[first]) - len(part.lines[first].lstrip())
    if part.lines[last] != part.shown[last]:
        end = len(part.lines[last].rstrip())
    return Position(first, start), Position(last, end)


def _is_known(place: tuple[Position, Position], claim: Claim, known: Sequence[Finding]) -> bool:
    """Whether another check said as much about one of the lines."""
    start, end = place
    return any(
        each.start.line <= end.line
        and start.line <= each.end.line
        and (each.source == "secrets") == (claim.kind == "security")
        for each in known
    )


def _made(part: Part, claim: Claim, start: Position, end: Position) -> Finding:
    candidate = Candidate(
        rule=f"model/{claim.kind}",
        severity=claim.severity,
        source="model",
        message=_PLACEHOLDER.sub("(a secret)", claim.title),
        consequence=_PLACEHOLDER.sub("(a secret)", claim.consequence),
        start=start,
        end=end,
    )
    quote = masked_line(part.lines[start.line])
    return replace(
        finding(part.path, quote, _symbol(part, start.line), candidate, part.shown),
        confidence=claim.confidence,
    )


def _symbol(part: Part, line: int) -> str:
    inside = [name for first, last, name in part.scopes if first <= line <= last]
    return inside[-1] if inside else ""


def best(findings: Iterable[Finding], most: int) -> list[Finding]:
    """The `most` surest findings of a change, each matter once, ordered by severity and place."""
    chosen: list[Finding] = []
    seen: set[tuple[str, str, int | str]] = set()
    for each in sorted(findings, key=lambda each: (-each.confidence, _order(each))):
        matters: set[tuple[str, str, int | str]] = {
            (each.path, each.rule, each.start.line),
            (each.path, "", normalised(each.message).lower()),
        }
        if len(chosen) < most and seen.isdisjoint(matters):
            chosen.append(each)
        seen.update(matters)
    return sorted(chosen, key=_order)


def _order(each: Finding) -> tuple[int, str, int, int, str]:
    return SEVERITIES.index(each.severity), each.path, each.start.line, each.start.column, each.rule
