"""Texts of the workspace as the index sees them: open documents first, then the disk, the latest kept as lines."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

from ..files import read, status
from ..text import split_lines
from .segment import digest_of

_KEPT_CHARACTERS = 4_000_000
_KEPT_HEADS = 20_000


class Texts:
    """Reads through a small cache; a file that changed on disk is read again."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._open: dict[str, str] = {}
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._size = 0
        self._seen: dict[str, tuple[tuple[int, int], int]] = {}
        self._heads: dict[tuple[str, int, int], str] = {}

    def open(self, path: str, text: str | None) -> None:
        """Lay a text over the file, or (None) take it away again."""
        self._forget(path)
        if text is None:
            self._open.pop(path, None)
        else:
            self._open[path] = text

    def opened(self, path: str) -> str | None:
        return self._open.get(path)

    def opened_paths(self) -> list[str]:
        return list(self._open)

    def text(self, path: str) -> str | None:
        opened = self._open.get(path)
        return opened if opened is not None else read(self._root, path)

    def lines(self, path: str, digest: int | None = None) -> Sequence[str] | None:
        """The lines without their endings; None when the file is gone or (with `digest`) its text is another."""
        found = self._status(path)
        if found is None:
            return None
        kept = self._kept.get(path)
        if kept is None or kept.status != found:
            text = self.text(path)
            if text is None:
                return None
            kept = self._keep(path, found, text)
        else:
            self._kept.move_to_end(path)
        return kept.lines if digest is None or kept.digest == digest else None

    def is_ready(self, path: str, digest: int, head: int | None = None) -> bool:
        """Whether the text of a file, or (with `head`) what was said of a line of it, can be told without reading."""
        if self._seen.get(path) != (self._status(path), digest):
            return False
        return path in self._kept or (head is not None and (path, digest, head) in self._heads)

    def is_current(self, path: str, digest: int) -> bool:
        """Whether the text of a file still has this digest."""
        if self._seen.get(path) == (self._status(path), digest):
            return True
        return self.lines(path, digest) is not None

    def head(
        self, path: str, digest: int, line: int, make: Callable[[Sequence[str], int], str]
    ) -> str | None:
        """What `make` says of a line of the text with this digest; remembered, so that the file need not be read."""
        key = path, digest, line
        head = self._heads.get(key)
        if head is None:
            lines = self.lines(path, digest)
            if lines is None:
                return None
            if len(self._heads) >= _KEPT_HEADS:
                self._heads.clear()
            head = self._heads[key] = make(lines, line)
        return head

    def _status(self, path: str) -> tuple[int, int] | None:
        return (-1, -1) if path in self._open else status(self._root, path)

    def _keep(self, path: str, found: tuple[int, int], text: str) -> _Kept:
        self._forget(path)
        lines = text.split("\n") if "\r" not in text else [line.rstrip("\r\n") for line in split_lines(text)]
        kept = self._kept[path] = _Kept(found, digest_of(text), lines, len(text))
        self._seen[path] = found, kept.digest
        self._size += kept.size
        while self._size > _KEPT_CHARACTERS and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))
        return kept

    def _forget(self, path: str) -> None:
        kept = self._kept.pop(path, None)
        if kept is not None:
            self._size -= kept.size


class _Kept:
    __slots__ = ("digest", "lines", "size", "status")

    def __init__(self, status: tuple[int, int], digest: int, lines: list[str], size: int) -> None:
        self.status = status
        self.digest = digest
        self.lines = lines
        self.size = size
