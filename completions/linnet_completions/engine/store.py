"""The tokens of learned files on disk, by the hash of their text; everything else is sorted again on load."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from linnet_context.index.store import Generations

from .lexer import FIRST_REAL, Vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray

_VERSION = 2  # Of this format and of the lexer.
_DIGEST = 16
_LEVEL = 2
_BETWEEN = "\x1f"  # Between words, which are printable.


@dataclass(frozen=True, slots=True)
class Stored:
    """The tokens of one text, see `reader.Reader`."""

    codes: NDArray[np.int32]
    gaps: NDArray[np.uint8]


def digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest()


@dataclass(frozen=True, slots=True)
class Saved:
    """What is on disk: for each file its digest and lengths, and the streams of all files with numbers for words."""

    digests: bytes
    lengths: list[list[int]]
    numbers: NDArray[np.int32]
    spaces: NDArray[np.uint8]
    gaps: NDArray[np.uint8]
    ids: list[int]  # Of each word in the vocabulary that was saved.
    words: list[str]

    def files(self, vocabulary: Vocabulary) -> dict[bytes, Stored]:
        """The files by their digests; their words are added to the vocabulary."""
        ids = np.zeros(len(self.words), np.int32)
        # In the order of their former ids, so that a restart numbers the words as before.
        for index in sorted(range(len(self.ids)), key=self.ids.__getitem__):
            former = self.ids[index]
            ids[index] = former if former < FIRST_REAL else vocabulary.id_of(self.words[index])
        codes = ids[self.numbers] << 1 | self.spaces
        found: dict[bytes, Stored] = {}
        start = first = 0
        for index, (size, lines) in enumerate(self.lengths):
            key = self.digests[_DIGEST * index : _DIGEST * (index + 1)]
            found[key] = Stored(codes[start : start + size], self.gaps[first : first + lines])
            start, first = start + size, first + lines
        return found


def read(folder: Path) -> Saved | None:
    """What was saved; None when there is nothing of use. Touches nothing else, so any thread may do it."""
    found = _generations(folder).load()
    if found is None:
        return None
    arrays, _ = found
    try:
        saved = _unpacked(arrays)
    except (KeyError, ValueError, zlib.error):  # Whole, but not what this version writes.
        return None
    files, tokens, lines = len(saved.lengths), len(saved.numbers), len(saved.gaps)
    sums = [sum(lengths) for lengths in zip(*saved.lengths, strict=True)] or [0, 0]
    fits = (
        sums == [tokens, lines]
        and len(saved.digests) == _DIGEST * files
        and len(saved.ids) == len(saved.words)
    )
    return saved if fits and (not tokens or saved.numbers.max() < len(saved.words)) else None


def save(folder: Path, files: Mapping[bytes, Stored], words: list[str]) -> None:
    """Replace what is on disk. `words` are those of the vocabulary; only the ones in use are written."""
    codes = np.concatenate([np.zeros(0, np.int32), *(stored.codes for stored in files.values())])
    gaps = np.concatenate([np.zeros(0, np.uint8), *(stored.gaps for stored in files.values())])
    tokens = codes >> 1
    counts = np.bincount(tokens, minlength=len(words))
    # Frequent words get small numbers, whose high bytes are nearly all zero and vanish in compression.
    ranked = np.argsort(-counts, kind="stable")
    ranked = ranked[counts[ranked] > 0]
    numbers = np.zeros(len(words), np.uint32)
    numbers[ranked] = np.arange(len(ranked))
    number = numbers[tokens]
    arrays: dict[str, NDArray[Any]] = {
        "digests": np.frombuffer(b"".join(files), np.uint8),
        "lengths": np.array([[len(stored.codes), len(stored.gaps)] for stored in files.values()], np.int32),
        "low": _compressed((number & 255).astype(np.uint8)),
        "middle": _compressed((number >> 8 & 255).astype(np.uint8)),
        "high": _compressed((number >> 16).astype(np.uint8)),
        "spaces": _compressed(np.packbits((codes & 1).astype(np.uint8))),
        "gaps": _compressed(gaps),
        "ids": ranked.astype(np.int32),
        "words": _compressed(
            np.frombuffer(_BETWEEN.join([words[token] for token in ranked]).encode(), np.uint8)
        ),
    }
    _generations(folder).save(arrays, {})


def _generations(folder: Path) -> Generations:
    return Generations(folder, "engine-tokens", _VERSION)


def _unpacked(arrays: Mapping[str, NDArray[Any]]) -> Saved:
    low, middle, high = (
        np.frombuffer(_plain(arrays[name]), np.uint8).astype(np.int32) for name in ("low", "middle", "high")
    )
    numbers = high << 16 | middle << 8 | low
    spaces = np.unpackbits(np.frombuffer(_plain(arrays["spaces"]), np.uint8), count=len(numbers))
    gaps = np.frombuffer(_plain(arrays["gaps"]), np.uint8)
    words = _plain(arrays["words"]).decode().split(_BETWEEN) if len(arrays["ids"]) else []
    lengths = arrays["lengths"].reshape(-1, 2).tolist()
    return Saved(arrays["digests"].tobytes(), lengths, numbers, spaces, gaps, arrays["ids"].tolist(), words)


def _compressed(array: NDArray[np.generic]) -> NDArray[np.uint8]:
    return np.frombuffer(zlib.compress(array.tobytes(), _LEVEL), np.uint8)


def _plain(array: NDArray[Any]) -> bytes:
    return zlib.decompress(array.tobytes())
