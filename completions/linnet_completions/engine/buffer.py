"""An open document as evidence: the tokens above and below the cursor's line, kept up to date line by line."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from linnet_context.text import Document, Splice

from .abstraction import Abstraction
from .lexer import START, WIDTH, Vocabulary, indentation, line_break

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW = 1000  # Lines.
_MANY = 1000  # So many tokens are filed and forgotten together.


class Stack:
    """Tokens of consecutive lines with the nearest to the cursor on top, and where each token and pattern occurs.

    `step` is +1 when the stack is read upwards (the lines above the cursor) and -1 when it is read downwards: the
    token after position i is at ``i + step``. Position 0 holds START. A pattern is three anonymous tokens, see
    `pattern_of`; it is filed under the position of its last token in reading order.
    """

    def __init__(self, abstraction: Abstraction, step: int) -> None:
        self.step = step
        self.tokens = [START]
        self.spaces = bytearray(1)
        self.abstract = [START]
        self.positions: dict[int, list[int]] = {}
        self.patterns: dict[int, list[int]] = {}
        self._abstraction = abstraction

    def push(self, codes: Sequence[int]) -> None:
        """Put tokens on top, the last one uppermost."""
        if len(codes) > _MANY:
            self._push_many(codes)
            return
        start = len(self.tokens)
        added = [code >> 1 for code in codes]
        self.tokens += added
        self.spaces += bytes([code & 1 for code in codes])
        self.abstract += map(self._abstraction.__getitem__, added)
        low = max(2, start)
        _file(self.positions, added, start)
        _file(self.patterns, self._patterns(low), low + self._shift)

    def _push_many(self, codes: Sequence[int]) -> None:
        """The same with a few sorts instead of many steps for each token."""
        import numpy as np

        start = len(self.tokens)
        array = np.array(codes, np.int64)
        tokens = array >> 1
        self.tokens += tokens.tolist()
        self.spaces += (array & 1).astype(np.uint8).tobytes()
        groups = Groups(tokens)
        groups.file(self.positions, start)
        names = np.array([self._abstraction[token] for token in groups.keys], np.int64)
        abstract = np.empty(len(tokens), np.int64)
        abstract[groups.order] = np.repeat(names, groups.sizes)
        self.abstract += abstract.tolist()
        low = max(2, start)
        known = np.concatenate([np.array(self.abstract[low - 2 : start], np.int64), abstract])
        last, middle, first = known[2:], known[1:-1], known[:-2]
        if self.step < 0:
            last, first = first, last
        Groups(last << 2 * WIDTH | middle << WIDTH | first).file(self.patterns, low + self._shift)

    def pop(self, count: int) -> None:
        """Take `count` tokens off; START stays."""
        if not count:
            return
        start = len(self.tokens) - count
        low = max(2, start)
        if count > _MANY:
            _cut_off(self.positions, start)
            _cut_off(self.patterns, low + self._shift)
        else:
            for pattern in self._patterns(low):
                self.patterns[pattern].pop()
            for token in self.tokens[start:]:
                self.positions[token].pop()
        del self.tokens[start:], self.spaces[start:], self.abstract[start:]

    @property
    def _shift(self) -> int:
        return 0 if self.step > 0 else -2

    def _patterns(self, low: int) -> list[int]:
        """The patterns that end on the stack at each position from `low` on."""
        last, middle, first = self.abstract[low:], self.abstract[low - 1 : -1], self.abstract[low - 2 : -2]
        if self.step < 0:
            last, first = first, last
        return list(map(pattern_of, last, middle, first))


def pattern_of(last: int, middle: int, first: int) -> int:
    """Three tokens, the last in reading order first, as one number."""
    return last << 2 * WIDTH | middle << WIDTH | first


def _file(places: dict[int, list[int]], keys: Sequence[int], start: int) -> None:
    """Note that the keys stand at start, start + 1 ..."""
    for position, key in enumerate(keys, start):
        known = places.get(key)
        if known is None:
            places[key] = [position]
        else:
            known.append(position)


class Groups:
    """Keys by value: the different ones in ascending order, how many there are of each, and their places in order."""

    def __init__(self, values: NDArray[np.int64]) -> None:
        import numpy as np

        self.order = np.argsort(values, kind="stable")
        ordered = values[self.order]
        first = np.ones(len(values), np.bool_)
        np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
        starts = np.flatnonzero(first)
        self.keys: list[int] = ordered[starts].tolist()
        self.sizes = np.diff(starts, append=len(values))

    def file(self, places: dict[int, list[int]], start: int) -> None:
        """Note that the keys stand at start, start + 1 ..."""
        found, first = (self.order + start).tolist(), 0
        for key, size in zip(self.keys, self.sizes.tolist(), strict=True):
            known = places.get(key)
            if known is None:
                places[key] = found[first : first + size]
            else:
                known += found[first : first + size]
            first += size


def _cut_off(places: dict[int, list[int]], start: int) -> None:
    """Forget all positions from `start` on."""
    for known in places.values():
        if known and known[-1] >= start:
            del known[bisect_left(known, start) :]


class Buffer:
    """An open document. `changed` only notes what became invalid; `at` brings the stacks to a line.

    Of a very long document the stacks hold what is near: on either side at least `window` lines, and less than twice
    as many. How many depends on the place alone, so that an answer does not depend on the way to it.

    The cursor's own line is in neither stack, so typing within it leaves both as they are.
    `generation` changes with the stacks' content.
    """

    def __init__(
        self, document: Document, vocabulary: Vocabulary, abstraction: Abstraction, window: int = WINDOW
    ) -> None:
        self.document = document
        self._window = window
        self.generation = 0
        self.abstraction = abstraction
        self._vocabulary = vocabulary
        self._reset()

    def _reset(self) -> None:
        self.above = Stack(self.abstraction, 1)
        self.below = Stack(self.abstraction, -1)
        # For each line in a stack, bottom first: how many tokens it put there.
        self._sizes: tuple[list[int], list[int]] = ([], [])
        # How many lines, from the document's start and from its end, are still those that the stacks were made from,
        self._valid = [0, 0]
        # and how many of them are too far away to be in the stack.
        self._skipped = [0, 0]
        self._lexed: dict[str, list[int]] = {}

    def changed(self, document: Document, splices: Sequence[Splice]) -> None:
        """Take a new version; `splices` lead to it from the one before, in order."""
        count = len(self.document.lines)
        above, below = self._valid
        for splice in splices:
            above = min(above, splice.first)
            below = min(below, count - splice.last)
            count += len(splice.lines) - (splice.last - splice.first)
        self._valid = [above, below] if count == len(document.lines) else [0, 0]
        self.document = document

    def renamed(self, abstraction: Abstraction) -> None:
        """Use another abstraction from now on."""
        if abstraction is not self.abstraction:
            self.abstraction = abstraction
            self._reset()
            self.generation += 1

    def at(self, line: int) -> None:
        """Make the stacks hold the lines above and below `line`."""
        count = len(self.document.lines)
        for side, target in enumerate((line, max(0, count - line - 1))):
            self._skip(side, max(0, target // self._window - 1) * self._window)
            sizes, skipped = self._sizes[side], self._skipped[side]
            keep = max(skipped, min(target, self._valid[side]))
            if keep - skipped < len(sizes):
                self._stack(side).pop(sum(sizes[keep - skipped :]))
                del sizes[keep - skipped :]
                self.generation += 1
            if keep < target:
                (self._rise if side == 0 else self._sink)(keep, target)
                self.generation += 1
            self._valid[side] = target

    def _skip(self, side: int, count: int) -> None:
        """Leave out so many lines at a stack's bottom."""
        if count != self._skipped[side]:
            self._skipped[side] = self._valid[side] = count
            self._sizes[side].clear()
            empty = Stack(self.abstraction, 1 if side == 0 else -1)
            if side == 0:
                self.above = empty
            else:
                self.below = empty
            self.generation += 1

    def _stack(self, side: int) -> Stack:
        return self.above if side == 0 else self.below

    def depth(self) -> int:
        """The indentation of the nearest line above that is not blank; 0 without one."""
        return self._depth_above(self._skipped[0] + len(self._sizes[0]))

    def line_of(self, stack: Stack, position: int) -> int:
        """The line (0-based) that put the token at `position` there."""
        side = 0 if stack is self.above else 1
        number = (
            bisect_right(list(accumulate(self._sizes[side], initial=1)), position) - 1 + self._skipped[side]
        )
        return number if side == 0 else len(self.document.lines) - 1 - number

    def _rise(self, low: int, high: int) -> None:
        """Push the lines low..high-1 on the upper stack."""
        depth, pushed = self._depth_above(low), []
        texts = self.document.lines[low:high]
        self._read(texts)
        for text in texts:
            width = indentation(text)
            size = 0
            if width >= 0:
                codes = self._codes(text)
                pushed.append(2 * line_break(depth, width))
                pushed += codes
                depth, size = width, len(codes) + 1
            self._sizes[0].append(size)
        self.above.push(pushed)

    def _sink(self, low: int, high: int) -> None:
        """Push more lines on the lower stack, which holds `low` of them, so that it holds `high`.

        The break before the uppermost line depends on a line that is not there yet: it comes with that line.
        """
        lines = self.document.lines
        count = len(lines)
        depth = self._depth_below(count - low)
        pushed: list[int] = []
        texts = lines[count - high : count - low]
        self._read(texts)
        for text in reversed(texts):
            width = indentation(text)
            size = 0
            if width >= 0:
                codes = self._codes(text)
                size = len(codes)
                if depth >= 0:
                    pushed.append(2 * line_break(width, depth))
                    size += 1
                pushed += reversed(codes)
                depth = width
            self._sizes[1].append(size)
        self.below.push(pushed)

    def _depth_above(self, line: int) -> int:
        lines = self.document.lines
        while line > 0:
            line -= 1
            width = indentation(lines[line])
            if width >= 0:
                return width
        return 0

    def _depth_below(self, line: int) -> int:
        lines = self.document.lines
        for number in range(line, len(lines)):
            width = indentation(lines[number])
            if width >= 0:
                return width
        return -1

    def _read(self, texts: Sequence[str]) -> None:
        """Read many lines at once, which takes half the time."""
        if len(texts) > _MANY // 10:
            new = [text for text in dict.fromkeys(texts) if text not in self._lexed]
            if len(self._lexed) + len(new) > self._most_lexed:
                self._lexed.clear()
            self._lexed.update(zip(new, self._vocabulary.codes_of(new), strict=True))

    def _codes(self, text: str) -> list[int]:
        """The codes of a line; remembered, for lines move between the stacks with the cursor."""
        found = self._lexed.get(text)
        if found is None:
            if len(self._lexed) > self._most_lexed:
                self._lexed.clear()
            found = self._lexed[text] = self._vocabulary.codes(text)
        return found

    @property
    def _most_lexed(self) -> int:
        return 2 * len(self.document.lines) + 1000
