"""An answer that is a difference instead of code: its hunks are found by what they show, never by their numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from linnet_completions.edit.blocks import Refused
from linnet_completions.edit.change import Span

_HEAD = re.compile(r"^@@.*$", re.MULTILINE)
_FILE = re.compile(r"^\+\+\+ (?:b/)?(?P<path>\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that were and lines that are to be."""

    old: tuple[str, ...]
    new: tuple[str, ...]


def is_difference(text: str) -> bool:
    """Whether a text is a difference in the unified form."""
    lines = text.split("\n")
    marked = sum(line[:1] in "+-" for line in lines if line)
    headed = any(line.startswith("@@") for line in lines)
    return headed and marked > 0 and all(line[:1] in "+- @\\" for line in _body(text) if line)


def file_of(text: str) -> str:
    """The file that a difference says it changes, or ""."""
    found = _FILE.search(text)
    return found["path"] if found else ""


def patched(lines: Sequence[str], span: Span, text: str) -> list[str] | Refused:
    """The lines of a span with the hunks of a difference applied, or why that cannot be done."""
    places: list[tuple[int, Hunk]] = []
    for hunk in _hunks(text):
        place = _place(lines, span, hunk)
        if isinstance(place, Refused):
            return place
        places.append((place, hunk))
    if not places:
        return Refused("The answer changes nothing.")
    done = list(lines[span.first : span.last + 1])
    end = len(lines)
    for place, hunk in sorted(places, key=lambda one: one[0], reverse=True):
        if end < place + len(hunk.old):
            return Refused("Two changes of the answer overlap.")
        end = place
        done[place - span.first : place - span.first + len(hunk.old)] = hunk.new
    return done


def _body(text: str) -> list[str]:
    found = _HEAD.search(text)
    return text[found.start() :].split("\n") if found else []


def _hunks(text: str) -> list[Hunk]:
    found: list[Hunk] = []
    for part in _HEAD.split("\n".join(_body(text)))[1:]:
        lines = [line for line in part.strip("\n").split("\n") if not line.startswith("\\")]
        old = tuple(line[1:] for line in lines if line[:1] != "+")
        new = tuple(line[1:] for line in lines if line[:1] != "-")
        if old != new:
            found.append(Hunk(old, new))
    return found


def _place(lines: Sequence[str], span: Span, hunk: Hunk) -> int | Refused:
    """The one place where all that a hunk takes for given stands."""
    size = len(hunk.old)
    if not size:
        return Refused("A change of the answer does not say where it belongs.")
    old = [line.rstrip() for line in hunk.old]
    found = [
        start
        for start in range(len(lines) - size + 1)
        if [line.rstrip() for line in lines[start : start + size]] == old
    ]
    inside = [start for start in found if span.first <= start and start + size - 1 <= span.last]
    if len(inside) == 1:
        return inside[0]
    if inside or len(found) > 1:
        return Refused("A change of the answer fits more than one place.")
    if found:
        return Refused("The answer changes lines that were not asked about.")
    return Refused("The answer changes lines that are not in the file.")
