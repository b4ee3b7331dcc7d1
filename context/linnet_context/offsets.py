"""Byte offsets of lines, kept through edits: a parser counts in UTF-8 bytes where we count in code points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from linnet_context.text import Lines, Splice

_BLOCK = 256


def encode(line: str) -> bytes:
    r"""A line as the parser sees it. A lone ``\r`` ends a line for us, so it becomes ``\n``, which does for the parser."""
    if line.endswith("\r"):
        line = line[:-1] + "\n"
    return line.encode("utf-8", "replace")  # A lone surrogate has no bytes; one "?" keeps lengths consistent.


def width(line: str) -> int:
    """The number of bytes of a line."""
    return len(line) if line.isascii() else len(encode(line))


@dataclass(frozen=True, slots=True)
class Offsets:
    """How many lines and bytes each block of lines holds; an edit measures the blocks it touches and no other."""

    counts: tuple[int, ...]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, lines: Sequence[str]) -> Offsets:
        blocks = [lines[start : start + _BLOCK] for start in range(0, len(lines), _BLOCK)]
        return cls(tuple(map(len, blocks)), tuple(sum(map(width, block)) for block in blocks))

    def at(self, lines: Lines, line: int) -> int:
        """The offset of the first byte of a line; of the end of the text for the line behind the last."""
        block, first = self._block(line)
        return sum(self.sizes[:block]) + sum(map(width, lines[first:line]))

    def spliced(self, after: Lines, splice: Splice) -> Offsets:
        """The offsets of the text `after` a splice; `self` are those of the text before."""
        low, first = self._block(splice.first)
        high, start = self._block(max(splice.first, splice.last - 1))
        end = start + self.counts[high] + len(splice.lines) - (splice.last - splice.first)
        touched = Offsets.of(after[first:end])
        return Offsets(
            self.counts[:low] + touched.counts + self.counts[high + 1 :],
            self.sizes[:low] + touched.sizes + self.sizes[high + 1 :],
        )

    def _block(self, line: int) -> tuple[int, int]:
        """The block that holds a line (the last one for lines behind it), and the block's first line."""
        first = 0
        for block, after in enumerate(accumulate(self.counts)):
            if line < after or block == len(self.counts) - 1:
                return block, first
            first = after
        return 0, 0
