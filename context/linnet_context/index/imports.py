"""Which files of the workspace an import means."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property

from ..outline import Import
from .names import family_of

_SCRIPT_ENDING = re.compile(r"\.(?:js|mjs|cjs|jsx|ts|tsx|mts|cts)$")
_SCRIPTS = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mts", ".mjs", ".cts", ".cjs", ".vue", ".svelte")


class Resolver:
    """Resolves imports among a fixed set of paths (relative to the root, posix). Reads no file."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)

    def files(self, found: Import, path: str, language: str) -> tuple[str, ...]:
        """The files that `found`, written in the file `path`, means; none for what lies outside the workspace."""
        resolve = _BY_FAMILY.get(family_of(language))
        return tuple(resolve(self, found, path)) if resolve else ()

    def _python(self, found: Import, path: str) -> list[str]:
        dotted = found.module.lstrip(".")
        dots = len(found.module) - len(dotted)
        parts = dotted.split(".") if dotted else []
        if dots:
            base = path.split("/")[:-1]
            if dots - 1 > len(base):
                return []
            roots = ["/".join(base[: len(base) - (dots - 1)])]
        else:
            roots = ["", *self._python_roots]
        for root in roots:
            module = "/".join([*([root] if root else []), *parts])
            inner = f"{module}/{found.name}" if found.name and found.name != "*" else ""
            if files := self._existing(
                stem + ending
                for stem in (inner, module)
                if stem
                for ending in (".py", "/__init__.py", ".pyi")
            ):
                return files
        return []

    @cached_property
    def _python_roots(self) -> list[str]:
        """Folders that hold top-level packages, such as `src`."""
        packages = {posixpath.dirname(path) for path in self._paths if path.endswith("/__init__.py")}
        return sorted({posixpath.dirname(package) for package in packages} - packages - {""})

    def _script(self, found: Import, path: str) -> list[str]:
        if not found.module.startswith("."):
            return []
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), found.module))
        stems = (target, _SCRIPT_ENDING.sub("", target))
        return self._existing(
            stem + ending
            for stem in stems
            for ending in ("", *_SCRIPTS, *("/index" + one for one in _SCRIPTS))
        )[:1]

    def _go(self, found: Import, path: str) -> list[str]:
        parts = found.module.split("/")
        for start in range(len(parts)):
            if files := self._go_packages.get("/".join(parts[start:])):
                return files
        return []

    @cached_property
    def _go_packages(self) -> dict[str, list[str]]:
        return self._by_folder(lambda path: path.endswith(".go") and not path.endswith("_test.go"))

    def _rust(self, found: Import, path: str) -> list[str]:
        parts = [part for part in re.split(r"::|[{},\s]+", f"{found.module}::{found.name or ''}") if part]
        folder = posixpath.dirname(path)
        if posixpath.basename(path) not in {"mod.rs", "lib.rs", "main.rs"}:
            folder = path.removesuffix(".rs")
        while parts and parts[0] in {"crate", "self", "super"}:
            step = parts.pop(0)
            folder = (
                self._crate(path)
                if step == "crate"
                else posixpath.dirname(folder)
                if step == "super"
                else folder
            )
        for length in range(len(parts), 0, -1):
            stem = posixpath.join(folder, *parts[:length])
            if files := self._existing((stem + ".rs", stem + "/mod.rs")):
                return files
        return []

    def _crate(self, path: str) -> str:
        folder = posixpath.dirname(path)
        while folder and not self._existing((f"{folder}/lib.rs", f"{folder}/main.rs")):
            folder = posixpath.dirname(folder)
        return folder

    def _java(self, found: Import, path: str) -> list[str]:
        dotted = ".".join(part for part in (found.module, found.name) if part and part != "*")
        parts = dotted.split(".")
        for length in (len(parts), len(parts) - 1):
            tail = "/".join(parts[:length])
            if files := self._by_tail.get(tail):
                return files[:1]
        return self._java_packages.get("/".join(parts), [])[:20]

    @cached_property
    def _by_tail(self) -> dict[str, list[str]]:
        """Files by every tail of their path without the ending."""
        tails = defaultdict[str, list[str]](list)
        for path in sorted(self._paths):
            if path.endswith((".java", ".kt", ".scala", ".groovy")):
                parts = posixpath.splitext(path)[0].split("/")
                for start in range(len(parts)):
                    tails["/".join(parts[start:])].append(path)
        return dict(tails)

    @cached_property
    def _java_packages(self) -> dict[str, list[str]]:
        packages = defaultdict[str, list[str]](list)
        for folder, files in self._by_folder(lambda path: path.endswith((".java", ".kt"))).items():
            parts = folder.split("/")
            for start in range(len(parts)):
                packages["/".join(parts[start:])] += files
        return dict(packages)

    def _c(self, found: Import, path: str) -> list[str]:
        name = found.module.strip('<>"')
        near = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        if files := self._existing((near, name, f"include/{name}", f"src/{name}")):
            return files[:1]
        tail = "/" + name
        return sorted(
            path for path in self._headers.get(posixpath.basename(name), ()) if path.endswith(tail)
        )[:1]

    @cached_property
    def _headers(self) -> dict[str, list[str]]:
        headers = defaultdict[str, list[str]](list)
        for path in self._paths:
            headers[posixpath.basename(path)].append(path)
        return dict(headers)

    def _by_folder(self, wanted: Callable[[str], bool]) -> dict[str, list[str]]:
        folders = defaultdict[str, list[str]](list)
        for path in sorted(self._paths):
            if wanted(path):
                folders[posixpath.dirname(path)].append(path)
        return dict(folders)

    def _existing(self, candidates: Iterable[str]) -> list[str]:
        return [path for path in dict.fromkeys(candidates) if path in self._paths]


_BY_FAMILY: dict[str, Callable[[Resolver, Import, str], list[str]]] = {
    "python": Resolver._python,
    "javascript": Resolver._script,
    "go": Resolver._go,
    "rust": Resolver._rust,
    "java": Resolver._java,
    "c": Resolver._c,
}
