"""Imports of Python: packages and modules, relative or not, below any root that the layout shows."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator

from ..imports import Import

_MODULES = (".py", "/__init__.py", ".pyi", "/__init__.pyi")


class PythonFiles:
    """Finds the file of a module among the paths of a workspace. Needs no configuration: folders tell the roots."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(path for path in paths if path.endswith((".py", ".pyi")))
        self._packages = {posixpath.dirname(path) for path in self._paths if _is_init(path)}
        folders = {posixpath.dirname(path) for path in self._paths}
        for folder in list(folders):
            while folder := posixpath.dirname(folder):
                folders.add(folder)
        # An absolute import starts where there is no package: in the root, a `src`, or a namespace package's parent.
        self._tops = defaultdict[str, list[str]](list)
        for folder in sorted(folders - {""}):
            root, name = posixpath.split(folder)
            if root not in self._packages:
                self._tops[name].append(root)
        self._roots = sorted({posixpath.dirname(one) for one in self._packages} - self._packages)

    def files(self, found: Import, path: str) -> Iterator[str]:
        """The file that `found` means, its submodule first: the one file, or none."""
        dotted = found.module.lstrip(".")
        parts = dotted.split(".") if dotted else []
        for root in self._starts(len(found.module) - len(dotted), parts, path):
            module = "/".join([*([root] if root else []), *parts])
            stems = [f"{module}/{found.name}"] if found.name not in ("", "*") else []
            for stem in (*stems, module):
                for ending in _MODULES:
                    if (candidate := (stem + ending).lstrip("/")) in self._paths:
                        yield candidate
                        return

    def _starts(self, dots: int, parts: list[str], path: str) -> Iterable[str]:
        """Folders that the module's path may start in, the likeliest first."""
        here = posixpath.dirname(path)
        if dots:
            above = here.split("/") if here else []
            return [] if dots - 1 > len(above) else ["/".join(above[: len(above) - (dots - 1)])]
        near = sorted(self._tops.get(parts[0], ()) if parts else (), key=lambda root: _apart(root, here))
        return dict.fromkeys([*near, "", *self._roots, here])


def _is_init(path: str) -> bool:
    return posixpath.basename(path) in ("__init__.py", "__init__.pyi")


def _apart(root: str, folder: str) -> tuple[bool, int, str]:
    """Roots that the importing file lies in come first, the innermost of them before the others."""
    around = not root or folder == root or folder.startswith(root + "/")
    return not around, -root.count("/") - bool(root) if around else root.count("/"), root
