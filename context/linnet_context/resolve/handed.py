"""What modules import and may hand on to others, kept while their text stays the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..imports import Import

_MOST_KEPT = 4_000
_MOST_IMPORTS = 2_000


class KnownImports:
    """The imports of files by the digest of their text; `read` looks into a file when it is first asked for."""

    def __init__(self, read: Callable[[str], Sequence[Import]]) -> None:
        self._read = read
        self._kept: dict[str, tuple[int, Sequence[Import]]] = {}

    def of(self, path: str, digest: int) -> Sequence[Import]:
        kept = self._kept.get(path)
        if kept is None or kept[0] != digest:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            kept = self._kept[path] = digest, self._read(path)[:_MOST_IMPORTS]
        return kept[1]
