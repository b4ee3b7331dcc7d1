"""Records of single files, and segments: many records as a few sorted arrays that can be searched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..outline import Definition
from ..types import type_of
from .names import AnyArray, Bools, Ints, Vocabulary, is_indexed, lex, plain_breaks, pointers, spans

BLOCK = 10
"""Lines of a block. Two neighbouring blocks are a window, the unit of looking alike."""

KINDS = ("function", "class", "method", "field", "variable", "type", "constant", "module")
_KIND = {kind: number for number, kind in enumerate(KINDS)}
FUNCTION, CLASS, METHOD, FIELD = range(4)
# Columns of a table of definitions.
NAME, KIND, LINE, END, PARENT, TYPE, FILE = range(7)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a record was made from: `size` and `mtime_ns` of the file when it was read at `read_ns`, and its digest.

    A text that is not on disk (an open document) has size -1.
    """

    size: int
    mtime_ns: int
    read_ns: int
    digest: int


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One file: its names by line and its definitions (columns NAME..TYPE, lines 0-based)."""

    path: str
    stamp: Stamp
    lines: int
    names: Ints
    name_lines: Ints
    code: Bools
    definitions: Ints

    def stamped(self, stamp: Stamp) -> Record:
        return replace(self, stamp=stamp)


def unused_record(path: str, stamp: Stamp) -> Record:
    """The record of a file that was read and is not used, so that it need not be read again."""
    none = np.zeros(0, np.int32)
    return Record(path, stamp, 0, none, none, np.zeros(0, np.bool_), np.zeros((0, FILE), np.int32))


def digest_of(text: str) -> int:
    """63 bits that tell texts apart."""
    raw = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw, "little") >> 1


def make_record(
    path: str,
    stamp: Stamp,
    text: str,
    family: str,
    definitions: Sequence[Definition],
    vocabulary: Vocabulary,
) -> Record:
    text = plain_breaks(text)
    names, lines, code = lex(text, family, vocabulary)
    rows = [
        (
            vocabulary.number(found.name),
            _KIND.get(found.kind, _KIND["variable"]),
            found.line,
            found.end_line,
            vocabulary.number(found.parent) if found.parent else -1,
            vocabulary.number(its_type) if (its_type := type_of(found, family)) else -1,
        )
        for found in definitions
        if is_indexed(found.name, family)
    ]
    return Record(
        path, stamp, text.count("\n") + 1, names, lines, code, np.array(rows, np.int32).reshape(-1, FILE)
    )


@dataclass(slots=True, eq=False)
class Segment:
    """The searchable arrays of some files. A file's lines start at a multiple of BLOCK behind a gap of a block.

    "Line" and "block" below are numbers within the segment. Compressed rows: `x_rows[i]:x_rows[i + 1]` of `x`.
    `definitions` are sorted by name, with the columns NAME..FILE and lines of the segment.
    """

    paths: list[str]
    stamps: AnyArray  # files x (size, mtime_ns, read_ns, digest), int64
    file_lines: Ints
    file_blocks: Ints  # first block of each file, and one past the last
    names: Ints  # by line
    code: Bools  # as `names`
    line_rows: Ints  # names of a line
    keys: Ints  # the names used here, ascending; `places` and `blocks` have a row for each
    place_rows: Ints
    places: Ints  # lines with the name
    block_rows: Ints
    blocks: Ints  # blocks with the name
    block_sizes: Ints  # different names of a block
    window_sizes: Ints  # different names of the window that starts at a block
    definitions: Ints
    dead: set[int]  # files that have gone or were replaced by a later record

    ARRAYS = (
        "stamps",
        "file_lines",
        "file_blocks",
        "names",
        "code",
        "line_rows",
        "keys",
        "place_rows",
        "places",
        "block_rows",
        "blocks",
        "block_sizes",
        "window_sizes",
        "definitions",
    )

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        return {name: getattr(self, name) for name in self.ARRAYS}

    def look_at(self, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        """Put equal arrays in the place of the own ones; the stamps stay, because they may have changed since."""
        for name in self.ARRAYS:
            if name != "stamps":
                setattr(self, name, arrays[name])

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, np.ndarray[Any, Any]], paths: list[str]) -> Segment:
        # The stamps outlive what the other arrays look at, and would keep all of it mapped.
        own = {**arrays, "stamps": arrays["stamps"].copy()}
        return cls(paths=paths, dead=set(), **{name: own[name] for name in cls.ARRAYS})

    @property
    def block_count(self) -> int:
        return len(self.block_sizes)

    def file_of_line(self, line: int) -> tuple[int, int]:
        """The file and the line within it."""
        file = int(np.searchsorted(self.file_blocks, line // BLOCK, side="right")) - 1
        return file, line - int(self.file_blocks[file]) * BLOCK

    def files_of(self, lines: AnyArray) -> tuple[AnyArray, AnyArray]:
        """Like `file_of_line`, for many lines."""
        files = np.searchsorted(self.file_blocks, lines // BLOCK, side="right") - 1
        return files, lines - self.file_blocks[files].astype(np.int64) * BLOCK

    def rows_of(self, names: AnyArray) -> tuple[AnyArray, AnyArray]:
        """For the names used here: their rows, and their indices into `names`."""
        if not len(self.keys):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        rows = np.searchsorted(self.keys, names)
        rows[rows == len(self.keys)] = 0
        found = np.flatnonzero(self.keys[rows] == names)
        return rows[found], found

    def blocks_with(self, names: AnyArray) -> tuple[AnyArray, AnyArray]:
        """All blocks with one of the names, and for each the index into `names`."""
        rows, found = self.rows_of(names)
        places, owner = spans(self.block_rows[rows], self.block_rows[rows + 1])
        return self.blocks[places], found[owner]

    def places_with(self, names: AnyArray) -> tuple[AnyArray, AnyArray]:
        """All lines with one of the names, and for each the index into `names`."""
        rows, found = self.rows_of(names)
        places, owner = spans(self.place_rows[rows], self.place_rows[rows + 1])
        return self.places[places], found[owner]

    def names_between(self, first: int, last: int) -> Ints:
        """The names on the lines ``first..last - 1`` of the segment, with repetitions."""
        last = min(last, len(self.line_rows) - 1)
        return (
            self.names[self.line_rows[max(first, 0)] : self.line_rows[last]]
            if first < last
            else self.names[:0]
        )

    def living_blocks(self, silent: Iterable[int]) -> Bools:
        """By block, whether it is of another file than these."""
        living = np.ones(self.block_count, np.bool_)
        for file in silent:
            living[self.file_blocks[file] : self.file_blocks[file + 1]] = False
        return living

    def blocks_in(self, file: int) -> int:
        """Blocks with lines of a file."""
        return -(-int(self.file_lines[file]) // BLOCK)

    def names_in(self, file: int) -> int:
        """The different names of each block of a file, summed up."""
        return int(self.block_sizes[self.file_blocks[file] : self.file_blocks[file + 1]].sum())

    def names_of(self, file: int) -> Ints:
        """All names of a file, with repetitions."""
        first, last = self._lines_of(file)
        return self.names_between(first, last)

    def record(self, file: int) -> Record:
        """The record a file came from."""
        start, end = (int(self.line_rows[line]) for line in self._lines_of(file))
        first = int(self.file_blocks[file]) * BLOCK
        lines = np.repeat(
            np.arange(self.file_lines[file], dtype=np.int32),
            np.diff(self.line_rows[first : first + int(self.file_lines[file]) + 1]),
        )
        rows = self.definitions[self.definitions[:, FILE] == file][:, :FILE]
        rows = rows[np.lexsort((rows[:, NAME], -rows[:, END], rows[:, LINE]))]
        rows[:, [LINE, END]] -= first
        stamp = Stamp(*(int(value) for value in self.stamps[file]))
        return Record(
            self.paths[file],
            stamp,
            int(self.file_lines[file]),
            self.names[start:end],
            lines,
            self.code[start:end],
            rows,
        )

    def _lines_of(self, file: int) -> tuple[int, int]:
        first = int(self.file_blocks[file]) * BLOCK
        return first, first + int(self.file_lines[file])

    def restamp(self, file: int, stamp: Stamp) -> None:
        """Note that a file was found unchanged under another modification time."""
        if not self.stamps.flags.writeable:
            self.stamps = self.stamps.copy()
        self.stamps[file] = (stamp.size, stamp.mtime_ns, stamp.read_ns, stamp.digest)


def build_segment(records: Sequence[Record]) -> Segment:
    """One segment of these records, in their order."""
    lines = np.array([record.lines for record in records], np.int32)
    file_blocks = pointers(-(-lines // BLOCK) + 1).astype(np.int32)
    first_lines = file_blocks[:-1] * BLOCK
    names = _joined([record.names for record in records], np.int32)
    name_lines = _joined(
        [record.name_lines + first for record, first in zip(records, first_lines, strict=True)], np.int32
    )
    block_count = int(file_blocks[-1])
    line_rows = np.searchsorted(name_lines, np.arange(block_count * BLOCK + 1, dtype=np.int32)).astype(
        np.int32
    )
    # One sort gives the lines of each name in order, and from them its blocks.
    pairs = np.unique(names.astype(np.int64) << 32 | name_lines)
    keys, place_rows = _rows((pairs >> 32).astype(np.int32))
    places = (pairs & 0xFFFFFFFF).astype(np.int32)
    by_block = np.flatnonzero(_changes(pairs >> 32, places // BLOCK))
    blocks = places[by_block] // BLOCK
    block_rows = np.searchsorted(by_block, place_rows).astype(np.int32)
    block_sizes = np.bincount(blocks, minlength=block_count).astype(np.int32)
    return Segment(
        paths=[record.path for record in records],
        stamps=np.array([_stamp_row(record) for record in records], np.int64).reshape(-1, 4),
        file_lines=lines,
        file_blocks=file_blocks,
        names=names,
        code=_joined([record.code for record in records], np.bool_),
        line_rows=line_rows,
        keys=keys,
        place_rows=place_rows,
        places=places,
        block_rows=block_rows,
        blocks=blocks,
        block_sizes=block_sizes,
        window_sizes=_window_sizes(keys, block_rows, blocks, block_sizes),
        definitions=_definitions(records, first_lines),
        dead=set(),
    )


def _window_sizes(keys: Ints, rows: Ints, blocks: Ints, sizes: Ints) -> Ints:
    """Names of each pair of neighbouring blocks, those in both counted once."""
    owner = np.repeat(np.arange(len(keys)), np.diff(rows))
    both = np.flatnonzero((owner[1:] == owner[:-1]) & (blocks[1:] == blocks[:-1] + 1))
    shared = np.bincount(blocks[both], minlength=len(sizes)).astype(np.int32)
    following = np.append(sizes[1:], np.int32(0)) if len(sizes) else sizes
    return (sizes + following - shared).astype(np.int32)


def _definitions(records: Sequence[Record], first_lines: Ints) -> Ints:
    tables = []
    for file, (record, first) in enumerate(zip(records, first_lines, strict=True)):
        rows = np.empty((len(record.definitions), FILE + 1), np.int32)
        rows[:, :FILE] = record.definitions
        rows[:, [LINE, END]] += first
        rows[:, FILE] = file
        tables.append(rows)
    table = np.concatenate(tables) if tables else np.zeros((0, FILE + 1), np.int32)
    return table[np.argsort(table[:, NAME], kind="stable")]


def _stamp_row(record: Record) -> tuple[int, int, int, int]:
    stamp = record.stamp
    return stamp.size, stamp.mtime_ns, stamp.read_ns, stamp.digest


def _rows(sorted_values: Ints) -> tuple[Ints, Ints]:
    """The different values of a sorted array, and the rows they begin."""
    starts = np.flatnonzero(_changes(sorted_values))
    return sorted_values[starts], np.append(starts, len(sorted_values)).astype(np.int32)


def _changes(*columns: AnyArray) -> Bools:
    """Where a row differs from the one before; True for the first."""
    changed = np.ones(len(columns[0]), np.bool_)
    if len(changed):
        changed[1:] = False
        for column in columns:
            changed[1:] |= column[1:] != column[:-1]
    return changed


def _joined(arrays: Sequence[AnyArray], dtype: Any) -> AnyArray:
    return np.concatenate(arrays).astype(dtype, copy=False) if arrays else np.zeros(0, dtype)


def merge_segments(segments: Sequence[Segment]) -> Segment:
    """One segment of the living files of several, ordered by path."""
    records = [
        segment.record(file)
        for segment in segments
        for file in range(len(segment.paths))
        if file not in segment.dead
    ]
    return build_segment(sorted(records, key=lambda record: record.path))
