"""Imports of Java and its relatives by package, of C and C++ by the end of a header's path."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from ..imports import Import

_JAVA = (".java", ".kt", ".scala", ".groovy")
_HEADERS = (".h", ".hh", ".hpp", ".hxx", ".inl")
_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".m", ".mm")
_MOST_OF_PACKAGE = 20


class JavaFiles:
    """Finds classes by the end of their path, which is their package."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = sorted(path for path in paths if path.endswith(_JAVA))

    def files(self, found: Import, path: str) -> Iterator[str]:
        """The class's file (also for what it holds), or the first files of a whole package."""
        parts = [*found.module.split("."), *([found.name] if found.name not in ("", "*") else [])]
        for length in range(len(parts), max(len(parts) - 3, 0), -1):
            if files := self._tails.get("/".join(parts[:length])):
                yield files[0]
                return
        if found.name == "*":
            yield from self._packages.get("/".join(parts), [])[:_MOST_OF_PACKAGE]

    @cached_property
    def _tails(self) -> Mapping[str, list[str]]:
        """Files by every tail of their path that has a package, without the ending."""
        tails = defaultdict[str, list[str]](list)
        for path in self._paths:
            parts = posixpath.splitext(path)[0].split("/")
            for start in range(max(len(parts) - 1, 1)):
                tails["/".join(parts[start:])].append(path)
        return dict(tails)

    @cached_property
    def _packages(self) -> Mapping[str, list[str]]:
        packages = defaultdict[str, list[str]](list)
        for path in self._paths:
            parts = posixpath.dirname(path).split("/")
            for start in range(len(parts)):
                packages["/".join(parts[start:])].append(path)
        return dict(packages)


class CFiles:
    """Finds headers beside the including file, in usual folders, or by the end of their path."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(path for path in paths if path.endswith((*_HEADERS, *_SOURCES)))

    def files(self, found: Import, path: str) -> Iterator[str]:
        """The header, and behind it the file of the same name that defines what it declares."""
        name = found.module.strip('<>"')
        header = self._header(name, posixpath.dirname(path))
        if header is None:
            return
        yield header
        stem = posixpath.splitext(posixpath.basename(header))[0]
        sources = [one for one in self._sources.get(stem, ()) if one not in (path, header)]
        yield from sorted(
            sources, key=lambda one: (posixpath.dirname(one) != posixpath.dirname(header), one)
        )[:1]

    def _header(self, name: str, here: str) -> str | None:
        near = posixpath.normpath(posixpath.join(here, name))
        for candidate in (near, name, f"include/{name}", f"src/{name}"):
            if candidate in self._paths:
                return candidate
        tails = [one for one in self._names.get(posixpath.basename(name), ()) if one.endswith("/" + name)]
        return min(
            tails, key=lambda one: (-len(posixpath.commonprefix([one, here + "/"])), one), default=None
        )

    @cached_property
    def _names(self) -> Mapping[str, list[str]]:
        names = defaultdict[str, list[str]](list)
        for path in self._paths:
            names[posixpath.basename(path)].append(path)
        return dict(names)

    @cached_property
    def _sources(self) -> Mapping[str, list[str]]:
        sources = defaultdict[str, list[str]](list)
        for path in self._paths:
            if path.endswith(_SOURCES):
                sources[posixpath.splitext(posixpath.basename(path))[0]].append(path)
        return dict(sources)
