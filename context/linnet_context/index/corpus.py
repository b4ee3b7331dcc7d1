"""All files of one family of languages: their vocabulary, counts and segments, changed file by file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from .names import AnyArray, Floats, Ints, Vocabulary
from .segment import BLOCK, END, FILE, LINE, NAME, Record, Segment, Stamp, build_segment

# Fresh records are sorted again at each search after a change, so that there may only be few of them.
_FRESH_FILES = 32
_FRESH_NAMES = 60_000
# Segments are merged up to this size: large enough that few are searched, small enough to merge in little memory.
_SEGMENT_NAMES = 1_000_000
_MANY_SMALL = 6
# Records without lines stand for files that were read and are not used (generated, binary ...).
_COUNTS = ("uses", "files", "definitions")

Kept = TypeVar("Kept")


class Corpus:
    """Files by path. `uses`, `files` and `definitions` count by name how often, in how many files, how often defined."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()
        self.uses: Ints = np.zeros(0, np.int32)
        self.files: Ints = np.zeros(0, np.int32)
        self.definitions: Ints = np.zeros(0, np.int32)
        self.changes = 0
        self._segments: list[Segment] = []
        self._owner: dict[str, tuple[Segment, int]] = {}
        self._fresh: dict[str, Record] = {}
        self._fresh_segment: Segment | None = None
        self._rarity: tuple[int, int, Floats] | None = None
        self._part_uses: tuple[int, AnyArray] | None = None
        self._latest: tuple[object, Any] | None = None

    def __len__(self) -> int:
        return len(self._owner) + len(self._fresh)

    def paths(self) -> Iterable[str]:
        """Every file that was read, used or not."""
        yield from self._owner
        yield from self._fresh

    def used_paths(self) -> Iterable[str]:
        """Every file that can be found by a search."""
        for path, (segment, file) in self._owner.items():
            if segment.file_lines[file]:
                yield path
        yield from (path for path, record in self._fresh.items() if record.lines)

    def stamp(self, path: str) -> Stamp | None:
        if (record := self._fresh.get(path)) is not None:
            return record.stamp
        if (owner := self._owner.get(path)) is None:
            return None
        return Stamp(*(int(value) for value in owner[0].stamps[owner[1]]))

    def restamp(self, path: str, stamp: Stamp) -> None:
        """Note a new stamp of a file whose text is still the same."""
        if (record := self._fresh.get(path)) is not None:
            self._fresh[path] = record.stamped(stamp)
        elif (owner := self._owner.get(path)) is not None:
            owner[0].restamp(owner[1], stamp)

    def put(self, record: Record) -> None:
        """Add a file, or replace its older record."""
        self.remove(record.path)
        self._fresh[record.path] = record
        self._fresh_segment = None
        self._count(record, 1)
        if (
            len(self._fresh) > _FRESH_FILES
            or sum(len(one.names) for one in self._fresh.values()) > _FRESH_NAMES
        ):
            self.seal()

    def remove(self, path: str) -> None:
        record = self._fresh.pop(path, None)
        if record is not None:
            self._fresh_segment = None
        elif (owner := self._owner.pop(path, None)) is not None:
            segment, file = owner
            record = segment.record(file)
            segment.dead.add(file)
        if record is not None:
            self._count(record, -1)

    def rarity(self, all_files: int) -> Floats:
        """By name, how rare it is among this many files; a new array."""
        self._make_room()
        if self._rarity is None or self._rarity[:2] != (self.changes, all_files):
            self._rarity = self.changes, all_files, np.log(1 + all_files / (self.files + 0.5))
        found = self._rarity[2]
        missing = len(self.vocabulary) - len(found)
        return (
            np.append(found, np.full(missing, np.log(1 + all_files / 0.5)))
            if missing > 0
            else found[: len(self.vocabulary)].copy()
        )

    def part_uses(self) -> Floats:
        """By word part, how often names with it are used; a new array."""
        self._make_room()
        parts = self.vocabulary.parts()
        if self._part_uses is None or self._part_uses[0] != self.changes:
            uses = np.repeat(
                self.uses.astype(np.float64)[: len(parts.name_rows) - 1], np.diff(parts.name_rows)
            )
            summed = np.bincount(parts.by_name, weights=uses, minlength=parts.count)
            self._part_uses = self.changes, summed
        found = self._part_uses[1]
        # Names that came since then are not used in any file of the corpus.
        return np.append(found, np.zeros(parts.count - len(found)))

    def latest(self, key: object, make: Callable[[], Kept]) -> Kept:
        """What was made last, if it was for the same key; a key must hold all that its value depends on."""
        if self._latest is None or self._latest[0] != key:
            self._latest = key, make()
        found: Kept = self._latest[1]
        return found

    def segments(self) -> list[Segment]:
        """Everything that can be searched now; files in `dead` are to be passed over."""
        if self._fresh and self._fresh_segment is None:
            self._fresh_segment = build_segment(list(self._fresh.values()))
        return (
            [*self._segments, self._fresh_segment]
            if self._fresh_segment is not None
            else list(self._segments)
        )

    def sealed(self) -> list[Segment]:
        """The segments that a dump holds, in its order; without fresh records."""
        return list(self._segments)

    def place(self, path: str) -> tuple[Segment, int] | None:
        """The segment a file is searched in, and its number there."""
        if path in self._fresh:
            return self.segments()[-1], list(self._fresh).index(path)
        return self._owner.get(path)

    def seal(self) -> None:
        """Make a segment of the fresh records."""
        if self._fresh:
            segment = self.segments()[-1]
            self._fresh.clear()
            self._fresh_segment = None
            self._add(segment)

    def to_merge(self) -> list[list[Segment]]:
        """Groups of segments that are better merged: the small ones and those with many dead files."""
        self.seal()
        poor = [one for one in self._segments if len(one.dead) * 5 > len(one.paths)]
        small = [one for one in self._segments if _names(one) < _SEGMENT_NAMES // 2 and one not in poor]
        small.sort(key=_names)
        # As in any tree of sorted runs: a large segment is not merged again for a handful of new files.
        if len(small) < 2 or (
            sum(map(_names, small[:-1])) * 4 < _names(small[-1]) and len(small) < _MANY_SMALL
        ):
            small = []
        groups: list[list[Segment]] = []
        room = 0
        for segment in sorted(poor + small, key=_names):
            if not groups or _names(segment) > room:
                groups.append([])
                room = _SEGMENT_NAMES
            groups[-1].append(segment)
            room -= _names(segment)
        return [group for group in groups if len(group) > 1 or group[0].dead]

    def merged(self, group: Sequence[Segment], segment: Segment) -> None:
        """Put `segment`, merged from `group`, in its place. Files changed since stay with their later records."""
        gone = {id(one) for one in group}
        current = {path for path, (owner, _) in self._owner.items() if id(owner) in gone}
        self._segments = [one for one in self._segments if id(one) not in gone]
        self._segments.append(segment)
        for file, path in enumerate(segment.paths):
            if path in current:
                self._owner[path] = segment, file
            else:
                segment.dead.add(file)

    def _add(self, segment: Segment) -> None:
        self._segments.append(segment)
        for file, path in enumerate(segment.paths):
            if file not in segment.dead:
                self._owner[path] = segment, file

    def _count(self, record: Record, sign: int) -> None:
        self._make_room()
        names, counts = np.unique(record.names, return_counts=True)
        self.uses[names] += (sign * counts).astype(np.int32)
        self.files[names] += sign
        np.add.at(self.definitions, record.definitions[:, NAME], sign)
        self.changes += 1

    def _make_room(self) -> None:
        """Have a count for each name of the vocabulary."""
        missing = len(self.vocabulary) - len(self.uses)
        if missing > 0:
            more = np.zeros(max(missing, len(self.uses) // 2), np.int32)
            for name in _COUNTS:
                setattr(self, name, np.concatenate([getattr(self, name), more]))

    def dump(self) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, Sequence[str]]]:
        """Everything as arrays and strings for a store; stays valid while the corpus changes."""
        self.seal()
        arrays: dict[str, np.ndarray[Any, Any]] = {name: getattr(self, name).copy() for name in _COUNTS}
        strings: dict[str, Sequence[str]] = {"names": list(self.vocabulary.names)}
        for number, segment in enumerate(self._segments):
            strings[f"{number}/paths"] = segment.paths
            arrays[f"{number}/dead"] = np.array(sorted(segment.dead), np.int32)
            for name, array in segment.arrays().items():
                arrays[f"{number}/{name}"] = array.copy() if name == "stamps" else array
        return arrays, strings

    @classmethod
    def restored(cls, arrays: Mapping[str, AnyArray], strings: Mapping[str, list[str]]) -> Corpus:
        """The corpus that `dump` described. KeyError if something is missing."""
        corpus = cls()
        corpus.vocabulary = Vocabulary(strings["names"])
        for name in _COUNTS:
            setattr(corpus, name, arrays[name].copy())
        number = 0
        while f"{number}/paths" in strings:
            part = {name: arrays[f"{number}/{name}"] for name in Segment.ARRAYS}
            segment = Segment.of_arrays(part, strings[f"{number}/paths"])
            segment.dead.update(arrays[f"{number}/dead"].tolist())
            corpus._add(segment)
            number += 1
        return corpus

    def definition_table(self) -> tuple[AnyArray, list[str]]:
        """Living definitions of all segments, and the paths that the column FILE counts.

        The columns are a segment's, but lines are those of the file.
        """
        tables, paths = [], list[str]()
        for segment in self.segments():
            table = segment.definitions.copy()
            first = segment.file_blocks[table[:, FILE]] * BLOCK
            table[:, LINE] -= first
            table[:, END] -= first
            if segment.dead:
                table = table[~np.isin(table[:, FILE], list(segment.dead))]
            table[:, FILE] += len(paths)
            paths += segment.paths
            tables.append(table)
        return np.concatenate(tables) if tables else np.zeros((0, FILE + 1), np.int32), paths


def _names(segment: Segment) -> int:
    return len(segment.names)
