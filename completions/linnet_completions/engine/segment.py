"""A part of what was learned: a stream of tokens, sorted by what stands before each, as written and with names made
anonymous."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .abstraction import Abstraction
from .lexer import ANY_NUMBER, ANY_WORD, DEDENT, DEPTH, NUMBER, START, WORD

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DIGIT = 16  # Bits.


@dataclass(frozen=True, slots=True)
class Source:
    """The tokens of one version of a file, see `reader.Reader`."""

    path: str
    version: int
    codes: NDArray[np.int32]
    gaps: NDArray[np.uint8]


class ContextArray:
    """The positions of a stream, ordered by the tokens up to them, read backwards.

    All positions that follow one context are neighbours, so every context length is an interval, found by bisection.
    """

    __slots__ = ("_starts", "order", "tokens")

    def __init__(self, tokens: NDArray[np.integer[Any]]) -> None:
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
        if not 0 <= nearest[0] < len(self._starts) - 1:
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
        # Where each file begins, with a START, and a last START that ends the stream: `bisect` finds a place's file.
        self.starts: list[int] = np.flatnonzero(tokens == START).tolist()
        self.exact = ContextArray(tokens)
        names, self._numbers = _numbered(table, tokens)
        self.renamed = ContextArray(names)
        self._tokens = tokens
        self._gaps = [source.gaps for source in sources]

    def __len__(self) -> int:
        return len(self._tokens)

    def patterns(self, nearest: Sequence[int]) -> list[tuple[int, int]]:
        """The intervals of `renamed` for a context with its names made anonymous."""
        numbers, abstraction = self._numbers, self.abstraction
        return self.renamed.intervals([numbers.get(abstraction[token], -1) for token in nearest[:DEPTH]])

    def sources(self) -> Iterator[Source]:
        """The living files."""
        for number, path in enumerate(self.paths):
            if self.alive[number]:
                yield Source(path, self.versions[number], self.codes(number), self._gaps[number])

    def codes(self, number: int) -> NDArray[np.int32]:
        inside = slice(self.starts[number] + 1, self.starts[number + 1])
        return (self._tokens[inside] << 1) | np.asarray(self.spaces[inside], np.int32)

    def owner(self, position: int) -> int:
        """The number of the file that holds a position."""
        return bisect_right(self.starts, position) - 1

    def place(self, position: int) -> tuple[str, int]:
        """Path and line (0-based) of the token at a position."""
        number = self.owner(position)
        lines = np.count_nonzero(self._tokens[self.starts[number] + 1 : position + 1] <= DEDENT)
        return self.paths[number], int(self._gaps[number][:lines].sum()) - 1


def table(abstraction: Abstraction, first: int, last: int) -> NDArray[np.int32]:
    """The abstraction of the tokens first..last-1."""
    kinds = np.frombuffer(bytes(abstraction.kinds[first:last]), np.uint8)
    found = np.arange(first, last, dtype=np.int32)
    found[kinds == NUMBER] = ANY_NUMBER
    names = kinds == WORD
    names[[token - first for token in abstraction.common if first <= token < last]] = False
    found[names] = ANY_WORD
    return found


def _numbered(
    table: NDArray[np.int32], tokens: NDArray[np.int32]
) -> tuple[NDArray[np.integer[Any]], dict[int, int]]:
    """The names of tokens as small numbers in the same order, and the number of each name."""
    present = np.unique(table)
    small = np.searchsorted(present, table).astype(np.min_scalar_type(len(present)))
    return small[tokens], {name: number for number, name in enumerate(present.tolist())}


def _joined(sources: Sequence[Source]) -> NDArray[np.int32]:
    """All codes in one stream, a START before each file and one at the end."""
    start = np.array([2 * START], np.int32)
    return np.concatenate([*(part for source in sources for part in (start, source.codes)), start])


def _ordered(tokens: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
    """Positions ordered by their last DEPTH tokens, nearest first; equals stay in the order of the stream.

    Prefix doubling from a packed key. Only groups of equals are sorted again, and all work stays in integers, so
    that it runs without the interpreter's lock.
    """
    numbers = np.cumsum(np.bincount(tokens) > 0) - 1  # Fewer bits than ids have, in the same order.
    small = numbers[tokens].astype(np.uint64)
    width, bits = max(1, int(numbers[-1]).bit_length()), len(tokens).bit_length()
    known = min(DEPTH, 64 // width)  # So many tokens are sorted by.
    key = small.copy()
    for back in range(1, known):
        key <<= np.uint64(width)
        key[back:] |= small[:-back]
    order, first = _sorted(key, known * width)
    rank = np.empty(len(tokens), np.int32)
    while known < DEPTH:
        length = min(known, DEPTH - known)
        group, tied = _groups(first)
        rank[order] = group + 1
        places = order[tied]
        key = group[tied].astype(np.uint64) << np.uint64(bits)
        key |= np.where(places >= length, rank[places - length], 0).astype(np.uint64)
        again, first[tied] = _sorted(key, 2 * bits)
        order[tied] = places[again]
        known += length
    return order


def _groups(first: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Where the group of each element begins, and which elements are in a group with others."""
    group = np.arange(len(first), dtype=np.int32)
    group *= first
    np.maximum.accumulate(group, out=group)
    single = first.copy()
    single[:-1] &= first[1:]
    return group, np.flatnonzero(~single)


def _sorted(key: NDArray[np.uint64], bits: int) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """The order of keys of so many bits, equal ones as they stood, and which of the sorted ones differ from the one
    before.

    From the last digit to the first: numpy sorts numbers of 16 bits by counting, many times faster than longer ones.
    Arrays are used again, since the system has to clear the pages of each new one ("clip": else `take` makes a copy).
    """
    digits = key.astype("<u8", copy=False).view("<u2").reshape(-1, 4)
    order, spare = np.arange(len(key), dtype=np.int32), np.empty(len(key), np.int32)
    digit = np.empty(len(key), np.uint16)
    for column in range(-(-bits // _DIGIT)):
        np.take(digits[:, column], order, out=digit, mode="clip")
        np.take(order, np.argsort(digit, kind="stable"), out=spare, mode="clip")
        order, spare = spare, order
    key = key[order]
    first = np.ones(len(key), np.bool_)
    np.not_equal(key[1:], key[:-1], out=first[1:])
    return order, first
