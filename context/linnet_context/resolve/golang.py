"""Imports of Go: the module paths and replacements of go.mod, package by package."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from ..imports import Import
from .configs import Configs, inside

_MODULE = re.compile(r"^\s*module\s+\"?([^\s\"]+)", re.MULTILINE)
_REPLACE = re.compile(
    r"^\s*(?:replace\s+)?([^\s/(][^\s(]*)(?:\s+v\S+)?\s*=>\s*(\.{1,2}(?:/\S*)?)\s*(?://.*)?$", re.MULTILINE
)


class GoFiles:
    """Finds the files of a package among the paths of a workspace."""

    def __init__(self, paths: Iterable[str], configs: Configs) -> None:
        self._paths = frozenset(path for path in paths if path.endswith(".go"))
        self._configs = configs

    def files(self, found: Import, path: str) -> Iterator[str]:
        """The files of the package, without its tests."""
        for prefix, folder in self._modules:
            if found.module == prefix or found.module.startswith(prefix + "/"):
                yield from self._packages.get(
                    posixpath.join(folder, found.module[len(prefix) + 1 :]).rstrip("/"), ()
                )
                return
        if self._modules:
            return
        parts = found.module.split("/")  # Without a go.mod the end of the path is all there is.
        for start in range(len(parts)):
            if files := self._packages.get("/".join(parts[start:])):
                yield from files
                return

    @cached_property
    def _modules(self) -> list[tuple[str, str]]:
        """Module paths with their folders, the longest first; what replaces another module has its path, too."""
        found = dict[str, str]()
        for path in self._configs.named("go.mod"):
            folder, text = posixpath.dirname(path), self._configs.text(path)
            for old, new in _REPLACE.findall(text):
                if (target := inside(folder, new)) is not None:
                    found.setdefault(old, target)
            if told := _MODULE.search(text):
                found[told[1]] = folder
        return sorted(found.items(), key=lambda item: (-len(item[0]), item))

    @cached_property
    def _packages(self) -> dict[str, list[str]]:
        packages = defaultdict[str, list[str]](list)
        for path in sorted(self._paths):
            if not path.endswith("_test.go"):
                packages[posixpath.dirname(path)].append(path)
        return dict(packages)
