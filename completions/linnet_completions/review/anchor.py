"""Which of the things that are wrong in a text did the change bring?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from linnet_context.diff import FileDiff, Hunk, split_lines

from .finding import Candidate, normalised
from .ruff_rules import AT_A_DISTANCE

_Key = TypeVar("_Key")
_ANYWHERE = frozenset(f"ruff/{code}" for code in AT_A_DISTANCE)


def is_possible(candidate: Candidate, change: FileDiff) -> bool:
    """Whether the change can have brought it: it lies on an added line, or can be caused from elsewhere.

    Cheap, and needs nothing of the text before: where nothing is possible that text need not be checked.
    """
    return (
        candidate.source == "syntax"
        or candidate.rule in _ANYWHERE
        or bool(_lines(candidate) & change.added.keys())
    )


def brought(
    candidates: Sequence[Candidate], before: Sequence[Candidate], change: FileDiff, base: str, head: str
) -> Iterator[Candidate]:
    """The candidates in `head` that `before`, those in `base`, do not account for."""
    new_lines = split_lines(head)
    known = _Known(before, split_lines(base), change)
    for candidate in candidates:
        if not is_possible(candidate, change):
            continue
        if candidate.rule in _ANYWHERE:
            if (candidate.rule, candidate.subject) not in known.subjects:
                yield candidate
        elif not known.accounts_for(candidate, normalised(_line(new_lines, candidate))):
            yield candidate


class _Known:
    """What was wrong before, to be ticked off: by its line's text, or by the block of lines that was rewritten."""

    def __init__(self, before: Sequence[Candidate], lines: Sequence[str], change: FileDiff) -> None:
        self.subjects = {(each.rule, each.subject) for each in before}
        self._hunks = change.hunks
        self._by_line = Counter((each.rule, normalised(_line(lines, each))) for each in before)
        self._by_hunk = Counter((each.rule, _old_hunk(change.hunks, each.start.line)) for each in before)

    def accounts_for(self, candidate: Candidate, line: str) -> bool:
        return _ticked_off(self._by_line, (candidate.rule, line)) or _ticked_off(
            self._by_hunk, (candidate.rule, _new_hunk(self._hunks, candidate.start.line))
        )


def _ticked_off(known: Counter[_Key], key: _Key) -> bool:
    if not known[key]:
        return False
    known[key] -= 1
    return True


def _old_hunk(hunks: Sequence[Hunk], line: int) -> int | None:
    """The number of the hunk that takes an old line away."""
    spans = ((hunk.old_start, hunk.old_start + hunk.old_count) for hunk in hunks)
    return next((number for number, (first, end) in enumerate(spans) if first <= line < end), None)


def _new_hunk(hunks: Sequence[Hunk], line: int) -> int:
    """The number of the hunk that brings a new line; -1 for none."""
    spans = ((hunk.new_start, hunk.new_start + hunk.new_count) for hunk in hunks)
    return next((number for number, (first, end) in enumerate(spans) if first <= line < end), -1)


def _lines(candidate: Candidate) -> set[int]:
    return set(range(candidate.start.line, candidate.end.line + 1))


def _line(lines: Sequence[str], candidate: Candidate) -> str:
    return lines[candidate.start.line] if candidate.start.line < len(lines) else ""
