"""Fills a budget: the lines of look-alike places that promise most a token, and one compact line a definition."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from .budget import line_tokens, text_tokens
from .evidence import Evidence
from .forest import Forest
from .index.index import Index
from .index.names import IDENTIFIER
from .index.places import View
from .languages import comment_prefix
from .lines import Line, bare, valued_lines
from .rank import Candidate
from .snippet import Chunk, LeftOut

SEGMENT_LINES = 5
_LENGTH_POWER, _LENGTH_BASE = 0.85, 12
_LEAST_ROOM = 40
_SEEN_FACTOR = 0.65
_LONGEST_LINE = 240
_JOINED_LINES = 12
# Definitions looked at: some, and one for each few tokens there are.
_OFFERS, _OFFER_TOKENS = 50, 6
_LONGEST_HEAD = 120
_BRACKETS = re.compile(r"[()\[\]]|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|#.*|//.*")


@dataclass(slots=True)
class Packing:
    """Chunks so far, the tokens that are left, and what did not get in."""

    room: int
    chunks: list[Chunk] = field(default_factory=list[Chunk])
    left_out: list[LeftOut] = field(default_factory=list[LeftOut])
    words: set[str] = field(default_factory=set[str])
    lines: set[str] = field(default_factory=set[str])

    def add(self, chunk: Chunk, body: Iterable[str]) -> None:
        self.chunks.append(chunk)
        self.room -= chunk.tokens
        for line in body:
            self.words.update(IDENTIFIER.findall(line))
            self.lines.add(bare(line))


class Sources:
    """Lines of files as the index knows them, the own file as it is now; remembers which files could not be used.

    As soon as `is_late` says so no file is read any more: `unread` are those that would have been.
    """

    def __init__(
        self, index: Index, view: View, language: str, is_late: Callable[[], bool] = lambda: False
    ) -> None:
        self._index = index
        self._is_late = is_late
        self.unread: set[str] = set()
        self._view = view
        self._known: dict[str, Sequence[str]] = {view.path: view.own.lines}
        self._digests: dict[str, int | None] = {}
        self.changed: set[str] = set()
        self.language = language
        self.comment = comment_prefix(language) or "#"

    def lines(self, path: str) -> Sequence[str]:
        """No lines for a file that is gone or no longer what was indexed."""
        lines = self._known.get(path)
        if lines is None:
            stamp = self._view.corpus.stamp(path)
            if self._is_late() and stamp is not None and not self._index.texts.is_ready(path, stamp.digest):
                self.unread.add(path)
                return ()
            found = self._index.texts.lines(path, stamp.digest) if stamp is not None else None
            if found is None:
                self.changed.add(path)
            lines = self._known[path] = found if found is not None else ()
        return lines

    def definition(self, path: str, line: int) -> str:
        """The head of the definition on a line, on one line; empty when its file cannot be used."""
        if path == self._view.path:
            return definition_line(self._view.own.lines, line)
        if self._is_late() and self._needs_reading(path, line):
            self.unread.add(path)
            return ""
        head = None
        if (digest := self._digest(path)) is not None:
            head = self._index.texts.head(path, digest, line, definition_line)
        if head is None:
            self.changed.add(path)
        return head or ""

    def _needs_reading(self, path: str, line: int) -> bool:
        stamp = self._view.corpus.stamp(path)
        return stamp is not None and not self._index.texts.is_ready(path, stamp.digest, line)

    def _digest(self, path: str) -> int | None:
        """The digest of a file that is still what was indexed; looked for once."""
        if path not in self._digests:
            stamp = self._view.corpus.stamp(path)
            current = stamp is not None and self._index.texts.is_current(path, stamp.digest)
            self._digests[path] = stamp.digest if stamp is not None and current else None
        return self._digests[path]

    def header(self, name: str) -> str:
        return f"{self.comment} {name}"


def add_definitions(packing: Packing, budget: int, candidates: Sequence[Candidate], sources: Sources) -> None:
    """One compact line for each of the best names within `budget` tokens, grouped under their files' names."""
    budget = min(budget, packing.room)
    groups: dict[str, list[tuple[Candidate, str]]] = {}
    for _, one, text, cost in _offers(packing, budget, candidates, sources):
        header = sources.header(posixpath.basename(one.path))
        total = cost + (0 if one.path in groups else line_tokens(header))
        if total > budget:
            packing.left_out.append(LeftOut(f"{one.name} ({one.path})", "budget"))
            continue
        if bare(text) in packing.lines:
            continue
        budget -= total
        packing.lines.add(bare(text))
        groups.setdefault(one.path, []).append((one, text))
    for path, members in groups.items():
        body = [text for _, text in members]
        text = "\n".join([sources.header(posixpath.basename(path)), *body])
        first, last = (members[0][0].line,) * 2 if len(members) == 1 else (-1, -1)
        why = "; ".join(dict.fromkeys(f"{one.name}: {one.why}" for one, _ in members))
        cost = text_tokens(text.split("\n"))
        packing.add(
            Chunk(path, first, last, text, cost, "definition", round(members[0][0].score, 6), why), body
        )


def _offers(
    packing: Packing, budget: int, candidates: Sequence[Candidate], sources: Sources
) -> list[tuple[float, Candidate, str, int]]:
    """Definition lines with their price, those that promise most a token first."""
    offers = []
    for one in candidates[: _OFFERS + budget // _OFFER_TOKENS]:
        text = sources.definition(one.path, one.line)
        if not text or len(text) > _LONGEST_LINE or bare(text) in packing.lines:
            continue
        cost = line_tokens(text)
        score = one.score * (_SEEN_FACTOR if one.name in packing.words else 1)
        offers.append((round(score / (cost + 4) ** 0.5, 9), one, text, cost))
    return sorted(offers, key=lambda offer: (-offer[0], offer[1].name))


def definition_line(lines: Sequence[str], line: int) -> str:
    """A definition's head on one line: lines are joined until its brackets are closed."""
    if not 0 <= line < len(lines):
        return ""
    head = lines[line].strip()
    depth = _depth(head)
    for following in lines[line + 1 : line + _JOINED_LINES] if depth > 0 else ():
        part = following.strip()
        if len(head) + len(part) > _LONGEST_HEAD:
            return head + " ..."
        head += part if head.endswith(("(", "[")) or part.startswith((")", "]")) else " " + part
        depth += _depth(part)
        if depth <= 0:
            break
    return head


def _depth(text: str) -> int:
    brackets = _BRACKETS.findall(text)
    return sum((found in "([") - (found in ")]") for found in brackets if len(found) == 1)


def add_places(
    packing: Packing,
    budget: int,
    found: Evidence,
    names: Mapping[str, float],
    forest: Forest | None,
    view: View,
    sources: Sources,
) -> None:
    """Lines of look-alike places within `budget` tokens: runs of at most SEGMENT_LINES compete by value a token."""
    budget = min(budget, packing.room)
    runs: list[tuple[float, str, int, list[Line]]] = []
    for path, lines in valued_lines(found, names, view, sources.lines, forest).items():
        runs += [(-round(value, 9), path, run[0].number, run) for value, run in _runs(lines)]
    runs.sort(key=lambda run: run[:3])
    taken: dict[str, list[Line]] = {}
    values: dict[str, float] = {}
    seen = set(packing.lines)
    for value, path, _, run in runs:
        fresh = _fresh(run, seen)
        if not fresh:
            continue
        cost = sum(line.cost for line in fresh)
        if path not in taken:
            cost += line_tokens(sources.header(path))
        if cost > budget:
            if budget < _LEAST_ROOM:
                break
            continue
        budget -= cost
        for line in run:
            line.used = True
        seen.update(line.bare for line in fresh)
        taken.setdefault(path, []).extend(fresh)
        values.setdefault(path, -value)
    if runs and not taken:
        packing.left_out.append(LeftOut(f"{len(runs)} look-alike places", "budget"))
    for path, lines in taken.items():
        packing.add(_place_chunk(path, lines, values[path], sources), [line.text for line in lines])


def _fresh(run: Sequence[Line], seen: set[str]) -> list[Line]:
    """The lines of a run that are not chosen yet; none when most of them are."""
    fresh: dict[str, Line] = {}
    used = 0
    for line in run:
        if line.used:
            used += 1
        elif line.bare not in seen:
            fresh.setdefault(line.bare, line)
    return list(fresh.values()) if used <= 0.4 * len(run) else []


def _place_chunk(path: str, lines: list[Line], value: float, sources: Sources) -> Chunk:
    ordered = sorted(lines, key=lambda line: line.number)
    first, last = ordered[0].number, ordered[-1].number
    whole = last - first + 1 == len(ordered)
    texts = [sources.header(path), *(line.text.rstrip() for line in ordered)]
    spots = f"lines {first + 1}-{last + 1}" if first != last else f"line {first + 1}"
    return Chunk(
        path=path,
        first=first if whole else -1,
        last=last if whole else -1,
        text="\n".join(texts),
        tokens=text_tokens(texts),
        source="similar",
        score=round(value, 6),
        why=f"{'' if whole else 'from '}{spots}: looks like what precedes the cursor",
    )


def _runs(lines: list[Line]) -> Iterable[tuple[float, list[Line]]]:
    """From each line on, those within SEGMENT_LINES, and what they promise a token."""
    values = [0.0, *accumulate(line.value for line in lines)]
    costs = [0, *accumulate(line.cost for line in lines)]
    end = 0
    for start, first in enumerate(lines):
        while end < len(lines) and lines[end].number < first.number + SEGMENT_LINES:
            end += 1
        cost = costs[end] - costs[start]
        yield (values[end] - values[start]) / (cost + _LENGTH_BASE) ** _LENGTH_POWER, lines[start:end]
