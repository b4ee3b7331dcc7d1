"""Files that tell a language's tools where modules lie: read leniently, and only what resolving needs."""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

Read = Callable[[str], str | None]
"""The text of a file of the workspace by its path; None when it cannot be read."""

_NAMES = frozenset({"package.json", "go.mod", "cargo.toml"})
_SCRIPT_CONFIG = re.compile(r"(?:ts|js)config(?:\.[\w.-]+)?\.json")
_NOT_JSON = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)


def is_config(path: str) -> bool:
    """Whether a file is one that resolving asks."""
    name = posixpath.basename(path).lower()
    return name in _NAMES or _SCRIPT_CONFIG.fullmatch(name) is not None


class Configs:
    """The configuration files that there are, each parsed when it is first asked for."""

    def __init__(self, paths: Iterable[str], read: Read) -> None:
        self.paths = frozenset(paths)
        self._read = read
        self._json: dict[str, Mapping[str, Any]] = {}

    def named(self, *names: str) -> list[str]:
        """Paths of the files with one of these names, sorted."""
        return sorted(path for path in self.paths if posixpath.basename(path) in names)

    def text(self, path: str) -> str:
        return (self._read(path) or "") if path in self.paths else ""

    def json(self, path: str) -> Mapping[str, Any]:
        """A file in JSON with comments; empty when it is missing or broken."""
        if path not in self._json:
            self._json[path] = lenient_json(self.text(path))
        return self._json[path]

    def toml(self, path: str) -> Mapping[str, Any]:
        try:
            return tomllib.loads(self.text(path))
        except (tomllib.TOMLDecodeError, RecursionError):
            return {}


@lru_cache(maxsize=512)
def lenient_json(text: str) -> Mapping[str, Any]:
    """An object in JSON that may have comments and trailing commas; empty for anything else."""
    try:
        # Twice, since a comma may only be seen to trail once the comment behind it is gone.
        found = json.loads(_NOT_JSON.sub(_kept, _NOT_JSON.sub(_kept, text)))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _kept(found: re.Match[str]) -> str:
    return found[1] or ""


def inside(folder: str, path: str) -> str | None:
    """`path`, written in a file of `folder`, relative to the root; None when it leads out of the workspace."""
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined.startswith(("/", "../")) or joined == "..":
        return None
    return "" if joined == "." else joined


def nearest(folders: Mapping[str, str], path: str) -> str | None:
    """The value of the innermost of these folders that a path lies in."""
    folder = posixpath.dirname(path)
    while True:
        if folder in folders:
            return folders[folder]
        if not folder:
            return None
        folder = posixpath.dirname(folder)
