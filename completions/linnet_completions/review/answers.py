"""Reads findings out of a model's answer while it streams, whatever stands around them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal, cast

from linnet_completions.models.fence import one_line

from .finding import Severity

Class = Literal["correctness", "security", "documentation", "style"]
CLASSES: tuple[Class, ...] = ("correctness", "security", "documentation", "style")
# Longer answers than this are not read to their end, and objects of this depth and length are no findings.
LONGEST_ANSWER = 100_000
_DEEPEST, _LONGEST_OBJECT = 6, 20_000
_LONGEST_TITLE, _LONGEST_CONSEQUENCE, _LONGEST_QUOTE = 140, 500, 4000
_MOST_STARTS = 300
_START = re.compile(r'\{\s*"')
_DECODER = json.JSONDecoder(strict=False)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_THOUGHT_END = "</think>"
_EMPTY = re.compile(r"(?:```\w*)?\s*(?:\[\s*\]|\{\s*\}|\{\s*\"findings\"\s*:\s*\[\s*\]\s*\})\s*(?:```)?\s*")
_SEVERITIES: Mapping[str, Severity] = {
    "critical": "error",
    "blocker": "error",
    "error": "error",
    "high": "error",
    "major": "warning",
    "medium": "warning",
    "warning": "warning",
    "minor": "info",
    "low": "info",
    "note": "info",
    "info": "info",
}
_CLASS_NAMES: Mapping[str, Class] = {
    "bug": "correctness",
    "logic": "correctness",
    "performance": "correctness",
    "vulnerability": "security",
    "docs": "documentation",
    "comment": "documentation",
}
_CONFIDENCES = {"high": 0.9, "medium": 0.6, "low": 0.3}


@dataclass(frozen=True, slots=True)
class Claim:
    """What a model claims, put in form and not yet believed. `line` is 0-based, None where it named none."""

    quote: str
    line: int | None
    severity: Severity
    kind: Class
    title: str
    consequence: str
    confidence: float


class Scanner:
    """Finds the JSON objects that are findings: alone on lines, in an array, in an object, in a code fence.

    Braces in strings do not count, and an object that is no finding is looked into. Never raises.
    """

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._open: list[int] = []
        self._in_string = False
        self._escaped = False
        # Findings by where they start, with where they end.
        self._found: dict[int, tuple[int, Claim]] = {}

    @property
    def claims(self) -> list[Claim]:
        """The findings so far, in the answer's order."""
        return [self._found[start][1] for start in sorted(self._found)]

    @property
    def is_full(self) -> bool:
        """Whether the answer is longer than any that is read."""
        return len(self._text) > LONGEST_ANSWER

    @property
    def is_empty(self) -> bool:
        """Whether the answer says that there is nothing to report, and nothing else."""
        answer = self._text.rpartition(_THOUGHT_END)[2]
        return not self._found and _EMPTY.fullmatch(answer.strip()) is not None

    def feed(self, text: str) -> None:
        """Read a piece of the answer."""
        self._text += text[: max(0, LONGEST_ANSWER + 1 - len(self._text))]
        self._scan()

    def finish(self) -> None:
        """Look again, at the end of the answer, where a stray brace or quote led astray; and forget what was only
        thought aloud before a lone `</think>`."""
        spans = sorted((start, end) for start, (end, _) in self._found.items())
        for start in islice((found.start() for found in _START.finditer(self._text)), _MOST_STARTS):
            if not any(first <= start < end for first, end in spans):
                end = self._read_at(start)
                spans += [(start, end)] if end else []
        thought = self._text.rfind(_THOUGHT_END)
        if not any(start < thought < end for start, end in spans):
            self._found = {start: found for start, found in self._found.items() if start > thought}

    def _read_at(self, start: int) -> int:
        """Where the finding that starts there ends; 0 if there is none."""
        try:
            value, end = _DECODER.raw_decode(self._text, start)
        except (ValueError, RecursionError):
            return 0
        claim = claim_of(value)
        if claim is None:
            return 0
        self._found[start] = (end, claim)
        return int(end)

    def _scan(self) -> None:
        while self._at < len(self._text):
            letter = self._text[self._at]
            self._at += 1
            if self._in_string:
                self._pass_string(letter)
            elif letter == '"' and self._open:  # Outside of all braces it is prose.
                self._in_string = True
            elif letter == "{":
                self._open.append(self._at - 1)
            elif letter == "}" and self._open:
                self._close(self._open.pop())

    def _pass_string(self, letter: str) -> None:
        if self._escaped:
            self._escaped = False
        elif letter == "\\":
            self._escaped = True
        elif letter == '"':
            self._in_string = False

    def _close(self, start: int) -> None:
        if start in self._found or len(self._open) >= _DEEPEST or self._at - start > _LONGEST_OBJECT:
            return
        claim = claim_of(_value(self._text[start : self._at]))
        if claim is not None:
            self._found[start] = (self._at, claim)


def claims_in(answer: str) -> list[Claim]:
    """All findings of a whole answer."""
    scanner = Scanner()
    scanner.feed(answer)
    scanner.finish()
    return scanner.claims


def _value(text: str) -> object:
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return cast(object, json.loads(candidate, strict=False))
        except (ValueError, RecursionError):
            continue
    return None


def claim_of(value: object) -> Claim | None:
    """A finding in form; None for anything else, and for one that does not say what, where and what of it."""
    if not isinstance(value, dict):
        return None
    given = {str(key).lower(): each for key, each in cast("dict[object, object]", value).items()}
    quote = given.get("quote")
    title = _words(given, ("title", "message", "summary"), _LONGEST_TITLE)
    consequence = _words(given, ("consequence", "impact", "description", "body"), _LONGEST_CONSEQUENCE)
    confidence = _confidence(given.get("confidence"))
    if not isinstance(quote, str) or not 0 < len(quote.strip()) <= _LONGEST_QUOTE:
        return None
    if not title or not consequence or confidence is None:
        return None
    kind = str(given.get("class", "")).strip().lower()
    return Claim(
        quote=quote,
        line=_line(given.get("line")),
        severity=_SEVERITIES.get(str(given.get("severity", "")).strip().lower(), "warning"),
        # What it calls by no name of ours has to be as sure as a matter of style.
        kind=kind if kind in CLASSES else _CLASS_NAMES.get(kind, "style"),
        title=title,
        consequence=consequence,
        confidence=confidence,
    )


def _words(given: Mapping[str, object], names: tuple[str, ...], longest: int) -> str:
    text = next((each for name in names if isinstance(each := given.get(name), str) and each.strip()), "")
    line = one_line(text)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _line(value: object) -> int | None:
    found = re.match(r"\s*(\d{1,9})\b", value) if isinstance(value, str) else None
    if found:
        value = int(found[1])
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 31:
        return None
    return value - 1


def _confidence(value: object) -> float | None:
    """A share of 1; None for what is no such thing."""
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _CONFIDENCES:
            return _CONFIDENCES[word]
        try:
            value = float(word.removesuffix("%")) / (100 if word.endswith("%") else 1)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value):
        return None
    share = value / 100 if 1 < value <= 100 else value
    return float(share) if 0 <= share <= 1 else None
