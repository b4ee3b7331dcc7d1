"""Documents as immutable values: a snapshot costs nothing, an edit costs one chunk of lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import overload

# Lines of one chunk. An edit copies one chunk and the table of chunks, so both are kept around the square root of a
# large document's number of lines.
CHUNK = 256
_BREAK = re.compile(r"\r\n|\n|\r")
# What Python takes for the end of a line and LSP does not, in ASCII.
_OTHER_BREAKS = "\x0b\x0c\x1c\x1d\x1e"


def split_lines(text: str) -> list[str]:
    r"""Lines with their endings, as LSP counts them: ``\n``, ``\r\n`` and ``\r`` end a line and nothing else does.

    The list is never empty and its last line has no ending: ``"a\n"`` gives ``["a\n", ""]``.
    """
    if text.isascii() and not any(mark in text for mark in _OTHER_BREAKS):
        lines = text.splitlines(keepends=True)  # Twice as fast, and nobody feels a large file being opened.
        if not lines or lines[-1][-1] in "\r\n":
            lines.append("")
        return lines
    if "\r" not in text:
        lines = [line + "\n" for line in text.split("\n")]
        lines[-1] = lines[-1][:-1]
        return lines
    ends = [found.end() for found in _BREAK.finditer(text)]
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


class Lines(Sequence[str]):
    """An immutable sequence of lines (with their endings); splicing shares all chunks but the ones it touches."""

    __slots__ = ("_chunks", "_starts")

    def __init__(self, chunks: tuple[tuple[str, ...], ...]) -> None:
        self._chunks = chunks
        self._starts = [0, *accumulate(map(len, chunks))]

    @classmethod
    def of(cls, text: str) -> Lines:
        return cls(_chunked(split_lines(text)))

    def __len__(self) -> int:
        return self._starts[-1]

    def __iter__(self) -> Iterator[str]:
        for chunk in self._chunks:
            yield from chunk

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return list(self._between(start, stop))[:: step if step > 0 else 1]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        chunk = bisect_right(self._starts, index) - 1
        return self._chunks[chunk][index - self._starts[chunk]]

    def _between(self, start: int, stop: int) -> Iterator[str]:
        chunk = bisect_right(self._starts, start) - 1
        while start < stop:
            first = self._starts[chunk]
            part = self._chunks[chunk][start - first : stop - first]
            yield from part
            start += len(part)
            chunk += 1

    def splice(self, start: int, stop: int, lines: Sequence[str]) -> Lines:
        """These lines with ``[start:stop]`` replaced; 0 <= start <= stop <= len(self)."""
        last = len(self._chunks) - 1
        low = min(bisect_right(self._starts, start) - 1, last)
        high = min(bisect_right(self._starts, max(start, stop - 1)) - 1, last)
        head = self._chunks[low][: start - self._starts[low]]
        tail = self._chunks[high][stop - self._starts[high] :]
        middle = _chunked((*head, *lines, *tail))
        return Lines(self._chunks[:low] + middle + self._chunks[high + 1 :])

    def differs_only_at(self, other: Lines, line: int) -> bool:
        """Whether two sequences of equal length are equal but for one line; chunks they share are not looked at."""
        if list(map(len, self._chunks)) != list(map(len, other._chunks)):
            return self[:line] == other[:line] and self[line + 1 :] == other[line + 1 :]
        start = 0
        for mine, theirs in zip(self._chunks, other._chunks, strict=True):
            if mine is not theirs:
                at = line - start
                if mine[: max(0, at)] != theirs[: max(0, at)]:
                    return False
                if mine[max(0, at + 1) :] != theirs[max(0, at + 1) :]:
                    return False
            start += len(mine)
        return True

    def text(self) -> str:
        return "".join("".join(chunk) for chunk in self._chunks)


def _chunked(lines: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    if (
        len(lines) <= 2 * CHUNK
    ):  # A little over is left alone, or typing at a border would split at each line.
        return (tuple(lines),) if lines else ()
    return tuple(tuple(lines[start : start + CHUNK]) for start in range(0, len(lines), CHUNK))


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a document: 0-based line, and column in code points (never in UTF-16 units)."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Splice:
    """What an edit did to a document, in whole lines: ``lines[first:last]`` became ``lines``."""

    first: int
    last: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one text.

    `path` is relative to its workspace root (posix); for a text outside any root it is its absolute path, or its URI
    when it is not a file. `language` is an LSP language id ("python", "typescriptreact" ...). `version` is the client's.
    """

    path: str
    language: str
    version: int
    lines: Lines

    @classmethod
    def of(cls, path: str, language: str, text: str, version: int = 0) -> Document:
        return cls(path, language, version, Lines.of(text))

    def text(self) -> str:
        return self.lines.text()

    def line(self, number: int) -> str:
        """One line without its ending; the empty string past the end."""
        return self.lines[number].rstrip("\r\n") if 0 <= number < len(self.lines) else ""

    def clamp(self, position: Position) -> Position:
        """The nearest place that exists: past the end of a line is its end, past the last line the end of the text."""
        if position.line < 0:
            return Position(0, 0)
        if position.line >= len(self.lines):
            return Position(len(self.lines) - 1, len(self.lines[-1]))
        return Position(position.line, max(0, min(position.column, len(self.line(position.line)))))

    def before(self, position: Position) -> str:
        """The text of the position's line up to it."""
        return self.lines[position.line][: position.column]

    def after(self, position: Position) -> str:
        """The text of the position's line behind it, without the line's ending."""
        return self.line(position.line)[position.column :]

    def edited(self, start: Position, end: Position, text: str, version: int) -> tuple[Document, Splice]:
        """This document with `start`..`end` replaced by `text`, and the splice that does it."""
        start, end = sorted((self.clamp(start), self.clamp(end)))
        first, last = start.line, end.line + 1
        replaced = self.lines[first][: start.column] + text + self.lines[end.line][end.column :]
        if first and self.lines[first - 1].endswith(
            "\r"
        ):  # A lone CR and a new LF may become one line ending.
            first -= 1
            replaced = self.lines[first] + replaced
        lines = split_lines(replaced)
        if last < len(self.lines):
            lines.pop()  # The text ended in a line ending, so what split_lines sees behind it is the next line.
        return self.spliced(Splice(first, last, tuple(lines)), version)

    def replaced(self, text: str, version: int) -> tuple[Document, Splice]:
        """This document with all of its text replaced, and the smallest splice of whole lines that does it."""
        old, new = list(self.lines), split_lines(text)
        head = _common(old, new)
        tail = _common(old[head:][::-1], new[head:][::-1])
        return self.spliced(Splice(head, len(old) - tail, tuple(new[head : len(new) - tail])), version)

    def spliced(self, splice: Splice, version: int) -> tuple[Document, Splice]:
        """This document after a splice, and the splice."""
        lines = self.lines.splice(splice.first, splice.last, splice.lines)
        return replace(self, lines=lines, version=version), splice


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
