"""All that was learned: a handful of segments over one vocabulary, built while it is already asked."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from linnet_context.text import split_lines

from . import store
from .abstraction import Abstraction, abstraction
from .lexer import Vocabulary
from .reader import Reader
from .segment import Segment, Source, table
from .store import Stored

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FIRST = 16_000  # Tokens of the first segment of a build: it can be asked after a few milliseconds.
_GROWTH = 6  # Each further segment may be so many times larger ...
_LARGEST = 1_000_000  # ... up to this: sorting needs some 60 bytes a token for a moment.
_OVERLAY = 50_000  # Half as many tokens are sorted at most when one file changes (and that file).
_SMALL = 250_000  # Segments below this are made one when a build ends.
_SLICE = 1000  # Lines read between two yields.
_PATIENCE = 0.01  # Seconds between two yields while waiting.

T = TypeVar("T")


@dataclass(slots=True)
class _Copy:
    """The current text of a file: first only its tokens, then its place in a segment."""

    version: int
    codes: NDArray[np.int32] | None
    segment: Segment | None = None
    number: int = 0

    def tokens(self) -> list[int]:
        """The different tokens."""
        codes = self.segment.codes(self.number) if self.segment else self.codes
        return [] if codes is None else np.unique(codes >> 1).tolist()


class Library:
    """Segments, and which of them holds the current text of each file. `version` changes with their content."""

    def __init__(self, vocabulary: Vocabulary, cache: Path | None) -> None:
        self.vocabulary = vocabulary
        self.segments: list[Segment] = []
        self.abstraction: Abstraction = abstraction(vocabulary, 0)
        self.version = 0
        self._cache = cache
        self._table_of: Abstraction | None = None
        self._table = np.zeros(0, np.int32)
        self._copies: dict[str, _Copy] = {}
        self._versions = 0
        # Of files learned one by one, the largest first.
        self._overlays: list[Segment] = []
        # Files that were learned one by one while a build ran: their text is newer than what the build reads.
        self._newer: set[str] = set()
        # Sorting and compressing run without the interpreter's lock.
        self._pool = ThreadPoolExecutor(1, "engine")

    def learn(self, path: str, text: str | None) -> None:
        """One changed file; None: it is gone."""
        self._newer.add(path)
        self._forget(path)
        if text is None:
            return
        reader = Reader(self.vocabulary)
        reader.feed(split_lines(text))
        stored = Stored(reader.codes, reader.gaps)
        sources = [*self._enter(path, stored)]
        size, replaced = len(stored.codes), []
        # Overlays grow geometrically: few to look into, and a file is sorted again only a few times.
        while self._overlays and len(self._overlays[-1]) <= 2 * size < _OVERLAY:
            replaced.append(self._overlays.pop())
            sources += replaced[-1].sources()
            size += len(replaced[-1])
        if sources:
            segment = self._sorter(sources)()
            self._adopt(segment, replaced)
            self._overlays.append(segment)

    def build(self, files: Iterable[tuple[str, str]]) -> Iterator[None]:
        """Learn many files, the most important first; yields every few milliseconds."""
        self._newer.clear()
        known = yield from self._saved()
        read: dict[bytes, Stored] = {}
        yield from self._build(files, known, read)
        yield from self._merge()
        self._settle()
        if self._cache and read.keys() != known.keys():
            save = partial(store.save, self._cache, read, list(self.vocabulary.words))
            yield from _until(self._pool.submit(save))
        self.vocabulary.compact()

    def _saved(self) -> Generator[None, None, dict[bytes, Stored]]:
        """What the cache holds, by digest."""
        if not self._cache:
            return {}
        task = self._pool.submit(store.read, self._cache)
        yield from _until(task)
        saved = task.result()
        return saved.files(self.vocabulary) if saved else {}

    def _build(
        self, files: Iterable[tuple[str, str]], known: Mapping[bytes, Stored], read: dict[bytes, Stored]
    ) -> Iterator[None]:
        """Read files, and sort what was read in another thread meanwhile. `read` is filled."""
        pending: list[Source] = []
        size, limit = 0, _FIRST
        task: Future[Segment] | None = None
        for path, text in files:
            key = store.digest(text)
            stored = known.get(key) or (yield from self._read(text))
            read[key] = stored
            if path not in self._newer:
                pending += self._enter(path, stored)
                size += len(stored.codes)
            if task and (size >= limit or task.done()):
                yield from self._take_up(task)
                task = None
            if size >= limit:
                self._settle()
                task = self._pool.submit(self._sorter(pending))
                pending, size, limit = [], 0, min(limit * _GROWTH, _LARGEST)
            yield
        if task:
            yield from self._take_up(task)
        self._settle()
        if pending:
            yield from self._take_up(self._pool.submit(self._sorter(pending)))

    def _take_up(self, task: Future[Segment], replaced: Sequence[Segment] = ()) -> Iterator[None]:
        yield from _until(task)
        self._adopt(task.result(), replaced)

    def _read(self, text: str) -> Generator[None, None, Stored]:
        reader, lines = Reader(self.vocabulary), split_lines(text)
        for start in range(0, len(lines), _SLICE):
            if start:
                yield
            reader.feed(lines[start : start + _SLICE])
        return Stored(reader.codes, reader.gaps)

    def _merge(self) -> Iterator[None]:
        """Make one of the small segments that a build leaves, as far as the largest size allows."""
        small = sorted((segment for segment in self.segments if len(segment) < _SMALL), key=len)
        while len(small) > 1:
            group, size = [], 0
            while small and size + len(small[0]) <= 1.5 * _LARGEST:
                size += len(small[0])
                group.append(small.pop(0))
            sources = [source for one in group for source in one.sources()]
            yield from self._take_up(self._pool.submit(self._sorter(sources)), group)

    def _sorter(self, sources: Sequence[Source]) -> Callable[[], Segment]:
        """The sorting of sources, ready to run in another thread: it touches nothing that changes."""
        if self._table_of is not self.abstraction:
            self._table_of, self._table = self.abstraction, np.zeros(0, np.int32)
        added = table(self.abstraction, len(self._table), len(self.vocabulary))
        self._table = np.concatenate([self._table, added])
        return partial(Segment, sources, self.abstraction, self._table)

    def _settle(self) -> None:
        """Draw the line between names and idiom anew."""
        self.abstraction = abstraction(self.vocabulary, len(self._copies))
        self.version += 1

    def _enter(self, path: str, stored: Stored) -> Iterator[Source]:
        """Make this the current text of the file; nothing to sort when it has no tokens."""
        self._forget(path)
        if len(stored.codes):
            self._versions += 1
            copy = self._copies[path] = _Copy(self._versions, stored.codes)
            self._count(copy, 1)
            yield Source(path, self._versions, stored.codes, stored.gaps)

    def _forget(self, path: str) -> None:
        copy = self._copies.pop(path, None)
        if copy:
            self._count(copy, -1)
            if copy.segment:
                copy.segment.alive[copy.number] = 0
                self.version += 1

    def _count(self, copy: _Copy, change: int) -> None:
        files = self.vocabulary.files
        for token in copy.tokens():
            files[token] += change

    def _adopt(self, segment: Segment, replaced: Sequence[Segment]) -> None:
        """Take a sorted segment up; `replaced` are those whose files it holds. What is no longer current is dead."""
        for number, (path, version) in enumerate(zip(segment.paths, segment.versions, strict=True)):
            copy = self._copies.get(path)
            if copy and copy.version == version:
                if copy.segment:  # Learned again while this was being sorted, or replaced by it.
                    copy.segment.alive[copy.number] = 0
                copy.segment, copy.number, copy.codes = segment, number, None
            else:
                segment.alive[number] = 0
        self._overlays = [one for one in self._overlays if one not in replaced]
        self.segments = [*(one for one in self.segments if one not in replaced), segment]
        self.version += 1


def _until(task: Future[T]) -> Iterator[None]:
    """Yield until the task is done, without spinning; raises what it raised."""
    while not task.done():
        wait([task], _PATIENCE)
        yield
    task.result()
