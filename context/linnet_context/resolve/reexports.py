"""From the module that hands a name on to the file that defines it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from ..imports import Import

_MOST_SEEN = 24


class Files(Protocol):
    """Finds the files that an import, written in the file `path`, means."""

    def files(self, found: Import, path: str) -> Iterator[str]: ...


def source_of(
    name: str,
    path: str,
    files: Files,
    defines: Callable[[str, str], bool],
    imports: Callable[[str], Sequence[Import]],
    seen: set[str] | None = None,
) -> str | None:
    """The file that defines what `path` calls `name`; None when nothing tells.

    `defines` tells whether a file defines a name itself, `imports` what a file imports and may hand on.
    """
    seen = set() if seen is None else seen
    if defines(path, name):
        return path
    if path in seen or len(seen) >= _MOST_SEEN:
        return None
    seen.add(path)
    found = imports(path)
    for one in found:
        if name == (one.alias or one.name) and name != "*":
            targets = list(files.files(one, path))
            for target in targets if one.name not in ("", "*") else ():
                if source := source_of(one.name, target, files, defines, imports, seen):
                    return source
            return targets[0] if targets else None
    for one in found:
        if one.name == "*" and not one.alias:
            for target in files.files(one, path):
                if source := source_of(name, target, files, defines, imports, seen):
                    return source
    return None
