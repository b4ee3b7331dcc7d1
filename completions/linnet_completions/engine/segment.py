"""A part of what was learned: a stream of tokens, sorted by what stands before each, as written and with names made
anonymous."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from .abstraction import Abstraction
from .lexer import ANY_NUMBER, ANY_WORD, DEDENT, DEPTH, FIRST_REAL, NUMBER, START, WORD

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


class Positions:
    """Positions of a stream in some order, three bytes each: a segment has fewer than 16 million tokens."""

    __slots__ = ("high", "low")

    def __init__(self, order: NDArray[np.int32]) -> None:
        # Queries read single elements, which memory views give ten times faster than arrays.
        self.low = (order & 0xFFFF).astype(np.uint16).data
        self.high = (order >> _DIGIT).astype(np.min_scalar_type(len(order) >> _DIGIT)).data

    def __getitem__(self, index: int) -> int:
        return self.low[index] | self.high[index] << _DIGIT

    def between(self, first: int, last: int, stride: int = 1) -> list[int]:
        """Every `stride`-th of first..last-1."""
        low, high = self.low[first:last:stride], self.high[first:last:stride]
        return [small | large << _DIGIT for small, large in zip(low, high, strict=True)]


class ContextArray:
    """The positions of a stream, ordered by the tokens up to them, read backwards.

    All positions that follow one context are neighbours, so every context length is an interval, found by bisection.
    """

    __slots__ = ("_starts", "order", "tokens")

    def __init__(self, tokens: NDArray[np.integer[Any]]) -> None:
        self.tokens = tokens.data
        self.order, self._starts = _sorted_contexts(tokens)

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
        for length in range(1, min(DEPTH, len(nearest))):
            low, high = self._within(low, high, length, nearest[length])
            if low == high:
                break
            found.append((low, high))
        return found

    def _within(self, low: int, high: int, length: int, token: int) -> tuple[int, int]:
        """The part of an interval where `token` stands `length` tokens further back."""
        tokens, order = self.tokens, self.order
        lows, highs = order.low, order.high
        if tokens[(lows[low] | highs[low] << _DIGIT) - length] != token:
            low = self._bisect(low, high, length, token)
            if low == high or tokens[(lows[low] | highs[low] << _DIGIT) - length] != token:
                return low, low
        if tokens[(lows[high - 1] | highs[high - 1] << _DIGIT) - length] != token:
            high = self._bisect(low, high, length, token + 1)
        return low, high

    def _bisect(self, low: int, high: int, length: int, token: int) -> int:
        tokens, lows, highs = self.tokens, self.order.low, self.order.high
        while low < high:
            middle = (low + high) >> 1
            if tokens[(lows[middle] | highs[middle] << _DIGIT) - length] < token:
                low = middle + 1
            else:
                high = middle
        return low


class RenamedArray(ContextArray):
    """The same for the names of tokens, which are looked up and not kept: `names` has one for each token."""

    __slots__ = ("_names",)

    def __init__(self, tokens: NDArray[np.integer[Any]], names: NDArray[np.integer[Any]]) -> None:
        self.tokens = tokens.data
        self._names = names.data
        self.order, self._starts = _sorted_contexts(names[tokens])

    def _within(self, low: int, high: int, length: int, token: int) -> tuple[int, int]:
        tokens, order, names = self.tokens, self.order, self._names
        lows, highs = order.low, order.high
        if names[tokens[(lows[low] | highs[low] << _DIGIT) - length]] != token:
            low = self._bisect(low, high, length, token)
            if low == high or names[tokens[(lows[low] | highs[low] << _DIGIT) - length]] != token:
                return low, low
        if names[tokens[(lows[high - 1] | highs[high - 1] << _DIGIT) - length]] != token:
            high = self._bisect(low, high, length, token + 1)
        return low, high

    def _bisect(self, low: int, high: int, length: int, token: int) -> int:
        tokens, lows, highs, names = self.tokens, self.order.low, self.order.high, self._names
        while low < high:
            middle = (low + high) >> 1
            if names[tokens[(lows[middle] | highs[middle] << _DIGIT) - length]] < token:
                low = middle + 1
            else:
                high = middle
        return low


class _Numbers(dict[int, int]):
    """Token -> its number in a segment, -1 for one that does not occur there; filled as it is asked."""

    def __init__(self, ids: Sequence[int]) -> None:
        self._ids = ids

    def __missing__(self, token: int) -> int:
        at = bisect_left(self._ids, token)
        found = self[token] = at if at < len(self._ids) and self._ids[at] == token else -1
        return found


class Segment:
    """Files learned together. A file that changed is only marked dead here; a merge leaves it out.

    Inside of a segment tokens have numbers of their own, in the order of their ids, so that two bytes do for each.
    `ids` leads back. The first numbers are those of the special tokens, which are the same everywhere.
    """

    def __init__(self, sources: Sequence[Source], abstraction: Abstraction, table: NDArray[np.int32]) -> None:
        """`table`: the abstraction as a table over every token that occurs in the sources, see `table`."""
        self.abstraction = abstraction
        self.paths = [source.path for source in sources]
        self.versions = [source.version for source in sources]
        self.alive = bytearray(b"\1" * len(sources))
        codes = _joined(sources)
        self._spaces = np.packbits(codes & 1, bitorder="little").data
        self._ids, self._tokens = _renumbered(codes >> 1)
        self.ids: Sequence[int] = self._ids.data
        # Where each file begins, with a START, and a last START that ends the stream: `bisect` finds a place's file.
        self.starts: list[int] = np.flatnonzero(self._tokens == START).tolist()
        self.exact = ContextArray(self._tokens)
        present, names = _named(table, self._ids)
        self.renamed = RenamedArray(self._tokens, names)
        self._numbers, self._names = _Numbers(self.ids), _Numbers(present.data)
        # In one array, since a small one for each file would hold a whole page of the heap.
        self._gaps = np.concatenate([np.zeros(0, np.uint8), *(source.gaps for source in sources)])
        self._lines = list(accumulate((len(source.gaps) for source in sources), initial=0))

    def __len__(self) -> int:
        return len(self._tokens)

    def contexts(self, nearest: Sequence[int]) -> list[tuple[int, int]]:
        """The intervals of `exact` for a context."""
        numbers = self._numbers
        return self.exact.intervals([numbers[token] for token in nearest[:DEPTH]])

    def patterns(self, nearest: Sequence[int]) -> list[tuple[int, int]]:
        """The intervals of `renamed` for a context with its names made anonymous."""
        numbers, abstraction = self._names, self.abstraction
        return self.renamed.intervals([numbers[abstraction[token]] for token in nearest[:DEPTH]])

    def space(self, position: int) -> int:
        """Whether a blank stands before the token at a position."""
        return self._spaces[position >> 3] >> (position & 7) & 1

    def sources(self) -> Iterator[Source]:
        """The living files."""
        for number, path in enumerate(self.paths):
            if self.alive[number]:
                yield Source(path, self.versions[number], self.codes(number), self._gaps_of(number))

    def codes(self, number: int) -> NDArray[np.int32]:
        first, last = self.starts[number] + 1, self.starts[number + 1]
        bits = np.asarray(self._spaces[first >> 3 : (last + 7) >> 3])
        spaces = np.unpackbits(bits, bitorder="little")[first & 7 :][: last - first]
        codes: NDArray[np.int32] = self._ids[self._tokens[first:last]] << 1 | spaces
        return codes

    def owner(self, position: int) -> int:
        """The number of the file that holds a position."""
        return bisect_right(self.starts, position) - 1

    def place(self, position: int) -> tuple[str, int]:
        """Path and line (0-based) of the token at a position."""
        number = self.owner(position)
        lines = np.count_nonzero(self._tokens[self.starts[number] + 1 : position + 1] <= DEDENT)
        return self.paths[number], int(self._gaps_of(number)[:lines].sum()) - 1

    def _gaps_of(self, number: int) -> NDArray[np.uint8]:
        return self._gaps[self._lines[number] : self._lines[number + 1]]


def table(abstraction: Abstraction, first: int, last: int) -> NDArray[np.int32]:
    """The abstraction of the tokens first..last-1."""
    kinds = np.frombuffer(bytes(abstraction.kinds[first:last]), np.uint8)
    found = np.arange(first, last, dtype=np.int32)
    found[kinds == NUMBER] = ANY_NUMBER
    names = kinds == WORD
    names[[token - first for token in abstraction.common if first <= token < last]] = False
    found[names] = ANY_WORD
    return found


def _renumbered(tokens: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.integer[Any]]]:
    """The different tokens in order, special ones first, and the stream with their places there for numbers."""
    occurs = np.bincount(tokens, minlength=FIRST_REAL) > 0
    occurs[:FIRST_REAL] = True
    ids = np.flatnonzero(occurs).astype(np.int32)
    small = (np.cumsum(occurs) - 1).astype(np.min_scalar_type(len(ids)))
    return ids, small[tokens]


def _named(
    table: NDArray[np.int32], ids: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.integer[Any]]]:
    """The different names of tokens in order, and for each token the number of its name."""
    present, names = np.unique(table[ids], return_inverse=True)
    return present, names.astype(np.min_scalar_type(len(present)))


def _joined(sources: Sequence[Source]) -> NDArray[np.int32]:
    """All codes in one stream, a START before each file and one at the end."""
    start = np.array([2 * START], np.int32)
    return np.concatenate([*(part for source in sources for part in (start, source.codes)), start])


def _sorted_contexts(tokens: NDArray[np.integer[Any]]) -> tuple[Positions, Sequence[int]]:
    """The order of a stream's positions, and where those of each token begin in it."""
    counts = np.bincount(tokens)
    starts = np.zeros(len(counts) + 1, np.int32)
    np.cumsum(counts, out=starts[1:])
    return Positions(_ordered(tokens)), starts.data


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
