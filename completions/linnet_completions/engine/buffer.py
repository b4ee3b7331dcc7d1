"""An open document as evidence: the tokens above and below the cursor's line, kept up to date line by line."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate

from linnet_context.text import Document, Splice

from .abstraction import Abstraction
from .lexer import START, Vocabulary, indentation, line_break


class Stack:
    """Tokens of consecutive lines with the nearest to the cursor on top, and where each token and pattern occurs.

    `step` is +1 when the stack is read upwards (the lines above the cursor) and -1 when it is read downwards: the
    token after position i is at ``i + step``. Position 0 holds START.
    """

    def __init__(self, abstraction: Abstraction, step: int) -> None:
        self.step = step
        self.tokens = [START]
        self.spaces = bytearray(1)
        self.abstract = [START]
        self.positions: defaultdict[int, list[int]] = defaultdict(list)
        self.patterns: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
        self._abstraction = abstraction

    def push(self, codes: Sequence[int]) -> None:
        """Put tokens on top, the last one uppermost."""
        start = len(self.tokens)
        added = [code >> 1 for code in codes]
        self.tokens += added
        self.spaces += bytes([code & 1 for code in codes])
        self.abstract += map(self._abstraction.__getitem__, added)
        positions = self.positions
        for position, token in enumerate(added, start):
            positions[token].append(position)
        patterns, shift, low = self.patterns, self._shift, max(2, start)
        for position, pattern in enumerate(self._patterns(low), low + shift):
            patterns[pattern].append(position)

    def pop(self, count: int) -> None:
        """Take `count` tokens off; START stays."""
        if not count:
            return
        start = len(self.tokens) - count
        for pattern in self._patterns(max(2, start)):
            self.patterns[pattern].pop()
        for token in self.tokens[start:]:
            self.positions[token].pop()
        del self.tokens[start:], self.spaces[start:], self.abstract[start:]

    @property
    def _shift(self) -> int:
        """A pattern is filed under the position of its last token in reading order."""
        return 0 if self.step > 0 else -2

    def _patterns(self, low: int) -> zip[tuple[int, int, int]]:
        """The three anonymous tokens up to each position, last in reading order first."""
        above = (self.abstract[low:], self.abstract[low - 1 : -1], self.abstract[low - 2 : -2])
        return zip(*(above if self.step > 0 else above[::-1]), strict=True)


class Buffer:
    """An open document. `changed` only notes what became invalid; `at` brings the stacks to a line.

    The cursor's own line is in neither stack, so typing within it leaves both as they are.
    `generation` changes with the stacks' content.
    """

    def __init__(self, document: Document, vocabulary: Vocabulary, abstraction: Abstraction) -> None:
        self.document = document
        self.generation = 0
        self.abstraction = abstraction
        self._vocabulary = vocabulary
        self._reset()

    def _reset(self) -> None:
        self.above = Stack(self.abstraction, 1)
        self.below = Stack(self.abstraction, -1)
        # For each line in a stack, bottom first: how many tokens it put there.
        self._sizes: tuple[list[int], list[int]] = ([], [])
        # How many lines of either stack are still those of the document.
        self._valid = [0, 0]
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
        """Make the stacks hold exactly the lines above and below `line`."""
        count = len(self.document.lines)
        targets = (line, max(0, count - line - 1))
        for side, (stack, target) in enumerate(zip((self.above, self.below), targets, strict=True)):
            sizes = self._sizes[side]
            keep = min(target, self._valid[side])
            if keep < len(sizes):
                stack.pop(sum(sizes[keep:]))
                del sizes[keep:]
                self.generation += 1
            if keep < target:
                (self._rise if side == 0 else self._sink)(keep, target)
                self.generation += 1
            self._valid[side] = target

    def depth(self) -> int:
        """The indentation of the nearest line above that is not blank; 0 without one."""
        return self._depth_above(len(self._sizes[0]))

    def line_of(self, stack: Stack, position: int) -> int:
        """The line (0-based) that put the token at `position` there."""
        side = 0 if stack is self.above else 1
        number = bisect_right(list(accumulate(self._sizes[side], initial=1)), position) - 1
        return number if side == 0 else len(self.document.lines) - 1 - number

    def _rise(self, low: int, high: int) -> None:
        """Push the lines low..high-1 on the upper stack."""
        depth, pushed = self._depth_above(low), []
        for text in self.document.lines[low:high]:
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
        for text in reversed(lines[count - high : count - low]):
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

    def _codes(self, text: str) -> list[int]:
        """The codes of a line; remembered, for lines move between the stacks with the cursor."""
        found = self._lexed.get(text)
        if found is None:
            if len(self._lexed) > 2 * len(self.document.lines) + 1000:
                self._lexed.clear()
            found = self._lexed[text] = self._vocabulary.codes(text)
        return found
