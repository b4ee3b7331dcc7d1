"""A part of what was learned: a stream of tokens, sorted by what stands before each, as written and with names made
anonymous."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .abstraction import Abstraction
from .lexer import DEDENT, DEPTH, START

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PACKED = 3  # So many tokens fit into one key of 63 bits.
_BITS = 21


@dataclass(frozen=True, slots=True)
class Source:
    """The tokens of one version of a file, see `lexer.Lexer`."""

    path: str
    version: int
    codes: NDArray[np.int32]
    gaps: NDArray[np.uint8]


class ContextArray:
    """The positions of a stream, ordered by the tokens up to them, read backwards.

    All positions that follow one context are neighbours, so every context length is an interval, found by bisection.
    """

    __slots__ = ("_starts", "order", "tokens")

    def __init__(self, tokens: NDArray[np.int32]) -> None:
        counts = np.bincount(tokens)
        starts = np.zeros(len(counts) + 1, np.int32)
        np.cumsum(counts, out=starts[1:])
        # Queries read single elements, which memory views give ten times faster than arrays.
        self.tokens = tokens.data
        self.order = _ordered(tokens).data
        self._starts = starts.data

    def intervals(self, nearest: Sequence[int]) -> list[tuple[int, int]]:
        """The interval of `order` for each context length 1, 2 ..., as long as there is one.

        `nearest` holds the context backwards, at least one token and no START.
        """
        if nearest[0] + 1 >= len(self._starts):
            return []
        low, high = self._starts[nearest[0]], self._starts[nearest[0] + 1]
        if low == high:
            return []
        found = [(low, high)]
        tokens, order = self.tokens, self.order
        for length in range(1, min(DEPTH, len(nearest))):
            token = nearest[length]
            if tokens[order[low] - length] != token or tokens[order[high - 1] - length] != token:
                low = self._bisect(low, high, length, token)
                high = self._bisect(low, high, length, token + 1)
                if low == high:
                    break
            found.append((low, high))
        return found

    def _bisect(self, low: int, high: int, length: int, token: int) -> int:
        tokens, order = self.tokens, self.order
        while low < high:
            middle = (low + high) >> 1
            if tokens[order[middle] - length] < token:
                low = middle + 1
            else:
                high = middle
        return low


class Segment:
    """Files learned together. A file that changed is only marked dead here; a merge leaves it out."""

    def __init__(self, sources: Sequence[Source], abstraction: Abstraction, table: NDArray[np.int32]) -> None:
        """`table`: the abstraction as a table over every token that occurs in the sources, see `table`."""
        self.abstraction = abstraction
        self.paths = [source.path for source in sources]
        self.versions = [source.version for source in sources]
        self.alive = bytearray(b"\1" * len(sources))
        codes = _joined(sources)
        tokens = codes >> 1
        self.spaces = (codes & 1).astype(np.uint8).data
        self._first = np.flatnonzero(tokens == START)  # Of each file, and a last one that ends the stream.
        self.owner = (np.cumsum(tokens == START, dtype=np.int32) - 1).data
        self.exact = ContextArray(tokens)
        self.renamed = ContextArray(table[tokens])
        self._tokens = tokens
        self._gaps = [source.gaps for source in sources]

    def __len__(self) -> int:
        return len(self._tokens)

    def sources(self) -> Iterator[Source]:
        """The living files."""
        for number, path in enumerate(self.paths):
            if self.alive[number]:
                yield Source(path, self.versions[number], self.codes(number), self._gaps[number])

    def codes(self, number: int) -> NDArray[np.int32]:
        inside = slice(self._first[number] + 1, self._first[number + 1])
        return (self._tokens[inside] << 1) | np.asarray(self.spaces[inside], np.int32)

    def place(self, position: int) -> tuple[str, int]:
        """Path and line (0-based) of the token at a position."""
        number = self.owner[position]
        lines = np.count_nonzero(self._tokens[self._first[number] + 1 : position + 1] <= DEDENT)
        return self.paths[number], int(self._gaps[number][:lines].sum()) - 1


def table(abstraction: Abstraction, first: int, last: int) -> NDArray[np.int32]:
    """The abstraction of the tokens first..last-1."""
    return np.fromiter(map(abstraction.__getitem__, range(first, last)), np.int32, last - first)


def _joined(sources: Sequence[Source]) -> NDArray[np.int32]:
    """All codes in one stream, a START before each file and one at the end."""
    start = np.array([2 * START], np.int32)
    return np.concatenate([*(part for source in sources for part in (start, source.codes)), start])


def _ordered(tokens: NDArray[np.int32]) -> NDArray[np.int32]:
    """Positions ordered by their last DEPTH tokens, nearest first; equals stay in the order of the stream.

    Prefix doubling from a packed key. Only groups of equals are sorted again, and all work stays in integers, so
    that it runs without the interpreter's lock.
    """
    count = len(tokens)
    key = _packed(tokens)
    order = np.argsort(key)
    first = _firsts(key[order])
    for length in (_PACKED, 2 * _PACKED):
        group, tied = _groups(first)
        places = order[tied]
        rank = np.empty(count, np.int64)
        rank[order] = group + 1
        key = (group[tied] << 32) | np.where(places >= length, rank[places - length], 0)
        again = np.argsort(key)
        order[tied] = places[again]
        first[tied] = _firsts(key[again])
    # All that is left is equal to DEPTH: a fixed order makes answers repeatable.
    group, tied = _groups(first)
    order[tied] = np.sort((group[tied] << 32) | order[tied]) & 0xFFFFFFFF
    return order.astype(np.int32)


def _groups(first: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the group of each element begins, and which elements are in a group with others."""
    group = np.maximum.accumulate(np.where(first, np.arange(len(first)), 0))
    single = first.copy()
    single[:-1] &= first[1:]
    return group, np.flatnonzero(~single)


def _packed(tokens: NDArray[np.int32]) -> NDArray[np.int64]:
    key = tokens.astype(np.int64) + 1
    single = key.copy()
    for back in range(1, _PACKED):
        key <<= _BITS
        key[back:] |= single[:-back]
    return key


def _firsts(key: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which elements of a sorted array differ from the one before."""
    first = np.ones(len(key), np.bool_)
    np.not_equal(key[1:], key[:-1], out=first[1:])
    return first
