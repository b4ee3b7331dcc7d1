"""Lines changed in this session, in whatever document: what was just written in one file is often wanted in the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from linnet_context.text import Document, Splice
from linnet_context.uncommitted import Changed

from .abstraction import Abstraction
from .buffer import Stack
from .lexer import DEDENT, START, Vocabulary
from .locality import related

MOST = 1500  # Lines that count, the latest.


@dataclass(frozen=True, slots=True)
class Hunk:
    """Changed lines that stand together; `first` is the number (0-based) of the first of them."""

    path: str
    first: int
    lines: tuple[str, ...]


class Edits:
    """Which lines were changed in which document. A keystroke costs no more than the move of one byte for each line."""

    def __init__(self) -> None:
        self._clock = 0
        # When each document was changed, in the order of the last change.
        self._times: dict[str, int] = {}
        # Of each open document that was changed: its text, and 1 for each changed line.
        self._open: dict[str, tuple[Document, bytearray]] = {}
        self._closed: dict[str, list[Hunk]] = {}
        # Documents whose changes are all from before the session.
        self._recalled: set[str] = set()

    def opened(self, document: Document) -> None:
        """Lines that were changed before the document was closed are still the changed ones."""
        self.closed(document.path)
        hunks = self._closed.pop(document.path, None)
        if hunks:
            self._mark(document, (line for hunk in hunks for line in hunk.lines))

    def changed(self, document: Document, splices: Sequence[Splice]) -> None:
        """A new version of an open document; `splices` lead to it from the one before, in order."""
        path = document.path
        self._clock += 1
        self._recalled.discard(path)
        self._times.pop(path, None)
        self._times[path] = self._clock
        entry = self._open.get(path)
        count = len(document.lines)
        before = count - sum(len(one.lines) - (one.last - one.first) for one in splices)
        marks = bytearray(max(0, before)) if entry is None else entry[1]
        for splice in splices:
            marks[splice.first : splice.last] = b"\1" * len(splice.lines)
        # Splices that do not lead to the document say nothing about it.
        self._open[path] = document, marks if len(marks) == count else bytearray(count)

    def closed(self, path: str) -> None:
        """The lines stay as they were last."""
        if path not in self._open:
            return
        self._closed[path] = self._hunks(path)
        del self._open[path]
        left = MOST
        for other in reversed(list(self._times)):
            left -= sum(len(hunk.lines) for hunk in self._closed.get(other, ()))
            if left < 0:
                self._closed.pop(other, None)

    def recall(self, changes: Iterable[Changed], documents: Mapping[str, Document]) -> None:
        """Lines that were changed before this session, the latest file last; what was changed in it counts more.

        `documents` are those that are open.
        """
        for path in self._recalled:
            self._times.pop(path, None)
            self._open.pop(path, None)
            self._closed.pop(path, None)
        before: dict[str, int] = {}
        for change in changes:
            if change.path in self._times:
                continue
            self._clock += 1
            before[change.path] = self._clock
            if change.path in documents:
                self._mark(documents[change.path], change.lines.values())
            else:
                self._closed[change.path] = _hunks(change.path, change.lines)
        self._recalled = set(before)
        self._times = {**before, **self._times}

    def version(self, path: str) -> int:
        """Changes when a document other than this one is changed."""
        return next((time for other, time in reversed(self._times.items()) if other != path), 0)

    def elsewhere(self, path: str, language: str) -> list[Hunk]:
        """What was changed in other documents of the language and its relatives, the latest document last."""
        found: list[Hunk] = []
        left = MOST
        for other in reversed(self._times):
            if other == path or left <= 0 or not related(other, language):
                continue
            hunks = self._hunks(other) if other in self._open else self._closed.get(other, [])
            taken: list[Hunk] = []
            for hunk in reversed(hunks):
                if left > 0:
                    taken.append(Hunk(hunk.path, hunk.first, hunk.lines[:left]))
                    left -= len(hunk.lines)
            found += taken
        return found[::-1]

    def _mark(self, document: Document, changed: Iterable[str]) -> None:
        """From now on the document's lines with these texts are changed ones."""
        texts = {text for line in changed if (text := line.strip())}
        self._open[document.path] = document, bytearray(line.strip() in texts for line in document.lines)

    def _hunks(self, path: str) -> list[Hunk]:
        document, marks = self._open[path]
        lines, found, first = document.lines, [], marks.find(1)
        while 0 <= first < len(lines):
            last = marks.find(0, first)
            last = len(lines) if last < 0 else last
            found.append(Hunk(path, first, tuple(lines[first:last])))
            first = marks.find(1, last)
        return found


def _hunks(path: str, lines: Mapping[int, str]) -> list[Hunk]:
    """Numbered lines as hunks."""
    found: list[Hunk] = []
    for number, line in sorted(lines.items()):
        last = found[-1] if found else None
        if last is not None and last.first + len(last.lines) == number:
            found[-1] = Hunk(path, last.first, (*last.lines, line))
        else:
            found.append(Hunk(path, number, (line,)))
    return found


class Recent:
    """Changed lines as evidence: their tokens, read upwards, and where each of them stands."""

    def __init__(self, hunks: Iterable[Hunk], vocabulary: Vocabulary, abstraction: Abstraction) -> None:
        from .reader import Reader  # It loads numpy, which the opening of a document need not wait for.

        self.stack = Stack(abstraction, 1)
        self._hunks = list(hunks)
        self._starts: list[int] = []
        for hunk in self._hunks:
            reader = Reader(vocabulary)
            reader.feed(hunk.lines)
            self._starts.append(len(self.stack.tokens))
            self.stack.push([*reader.codes.tolist(), 2 * START])

    def place(self, position: int) -> tuple[str, int]:
        """Path and line (0-based) of the token at a position."""
        number = bisect_right(self._starts, position) - 1
        hunk = self._hunks[number]
        breaks = sum(token <= DEDENT for token in self.stack.tokens[self._starts[number] : position + 1])
        full = [line for line, text in enumerate(hunk.lines) if text.strip()]
        return hunk.path, hunk.first + full[breaks - 1]
