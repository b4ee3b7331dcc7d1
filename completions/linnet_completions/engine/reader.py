"""Reads whole files into tokens, many lines at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .lexer import DEDENT, INDENT, NEWLINE, Vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Reader:
    """Reads one file, all at once or in slices of lines.

    `codes` holds the codes of each line that is not blank, led by the code of its break; `gaps` for each of these lines
    its distance to the one before (at most 255; the first counts from line -1).
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._codes = [np.zeros(0, np.int32)]
        self._gaps = [np.zeros(0, np.uint8)]
        self._depth = 0
        self._last = -1  # The last line that was not blank,
        self._count = 0  # among so many.

    @property
    def codes(self) -> NDArray[np.int32]:
        return np.concatenate(self._codes)

    @property
    def gaps(self) -> NDArray[np.uint8]:
        return np.concatenate(self._gaps)

    def feed(self, lines: Sequence[str]) -> None:
        texts = list(map(str.lstrip, lines))
        lengths = np.array(list(map(len, texts)), np.int64)
        full = np.flatnonzero(lengths)
        start, self._count = self._count, self._count + len(texts)
        if not len(full):
            return
        widths = np.array(list(map(len, lines)), np.int64)[full] - lengths[full]
        codes = np.array(self._vocabulary.codes_after_breaks([text for text in texts if text]), np.int32)
        codes[codes == 2 * NEWLINE] = 2 * _breaks(np.diff(widths, prepend=self._depth))
        numbers = full + start
        self._codes.append(codes)
        self._gaps.append(np.minimum(np.diff(numbers, prepend=self._last), 255).astype(np.uint8))
        self._depth, self._last = int(widths[-1]), int(numbers[-1])


def _breaks(changes: NDArray[np.int64]) -> NDArray[np.int32]:
    """The break tokens for changes of the indentation."""
    found = np.full(len(changes), NEWLINE, np.int32)
    found[changes > 0] = INDENT
    found[changes < 0] = DEDENT
    return found
