"""Where installed packages lie: the workspace's own virtual environment and node_modules, looked at and never run."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

from ..files import names_in, read, status
from ..imports import Import
from .configs import inside, lenient_json
from .script import CONDITIONS, exported

_ENVIRONMENTS = (".venv", "venv", "env", ".env", "virtualenv")
_STUBS = (".pyi", "/__init__.pyi")
_MODULES = (*_STUBS, ".py", "/__init__.py")
_TYPES = (".d.ts", "/index.d.ts", ".d.mts", ".d.cts", ".ts", "/index.ts")
_TYPE_ENTRIES = ("types", "typings")


class PythonPackages:
    """Modules in the site-packages of the virtual environment that is nearest to the importing file."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sites = lru_cache(maxsize=256)(self._site)

    def files(self, found: Import, path: str) -> Iterator[str]:
        """The file of a module in a package of stubs, and in the package itself."""
        dotted = found.module.lstrip(".")
        parts = dotted.split(".") if dotted else []
        dots = len(found.module) - len(dotted)
        if not all(part.isidentifier() for part in parts):
            return
        inner = [found.name] if found.name not in ("", "*") and found.name.isidentifier() else []
        if dots:
            heads = [[self._above(path, dots), *parts]]
        else:
            site = self._sites(posixpath.dirname(path))
            # A package of stubs has the name of what it describes with an ending.
            heads = [[site, parts[0] + end, *parts[1:]] for end in ("-stubs", "")] if site and parts else []
        for head in heads:
            stems = ("/".join(names) for names in (([*head, *inner], head) if inner else (head,)))
            candidates = (stem + ending for stem in stems for ending in _MODULES)
            yield from islice((one for one in candidates if status(self._root, one) is not None), 1)

    def _above(self, path: str, dots: int) -> str:
        for _ in range(dots):
            path = posixpath.dirname(path)
        return path

    def _site(self, folder: str) -> str:
        """The site-packages of the nearest environment at or above a folder; empty when there is none."""
        while True:
            for name in _ENVIRONMENTS:
                environment = f"{folder}/{name}".lstrip("/")
                if status(self._root, f"{environment}/pyvenv.cfg") is not None:
                    return self._libraries(environment)
            if not folder:
                return ""
            folder = posixpath.dirname(folder)

    def _libraries(self, environment: str) -> str:
        versions = [one for one in names_in(self._root, f"{environment}/lib") if one.startswith("python3")]
        for library in (*(f"lib/{version}" for version in reversed(versions)), "Lib"):
            if names_in(self._root, f"{environment}/{library}/site-packages"):
                return f"{environment}/{library}/site-packages"
        return ""


class ScriptPackages:
    """Declarations of the packages in node_modules, those that describe others among them."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def files(self, found: Import, path: str) -> Iterator[str]:
        """The file with a module's declarations: one, or none."""
        for target in self._targets(found.module, path):
            stem = target.removesuffix(".js").removesuffix(".mjs").removesuffix(".cjs")
            for candidate in (target, *(stem + ending for ending in _TYPES)):
                if candidate.endswith("ts") and status(self._root, candidate) is not None:
                    yield candidate
                    return

    def _targets(self, module: str, path: str) -> Iterator[str]:
        if module.startswith("."):
            if (target := inside(posixpath.dirname(path), module)) is not None:
                yield target
            return
        parts = module.removeprefix("node:").split("/")
        name = "/".join(parts[: 2 if module.startswith("@") else 1])
        rest = "/".join(parts[name.count("/") + 1 :])
        if not name or ".." in parts:
            return
        described = "@types/" + name.removeprefix("@").replace("/", "__")
        folder = posixpath.dirname(path)
        while True:
            for package in (name, described):
                yield from self._entries(f"{folder}/node_modules/{package}".lstrip("/"), rest)
            yield f"{folder}/node_modules/@types/node/{name}".lstrip("/")
            if not folder:
                return
            folder = posixpath.dirname(folder)

    def _entries(self, package: str, rest: str) -> Iterator[str]:
        manifest = lenient_json(read(self._root, f"{package}/package.json") or "")
        if not manifest:
            return
        told = list(exported(manifest.get("exports"), f"./{rest}" if rest else ".", ("types", *CONDITIONS)))
        if not rest:
            told += [value for key in _TYPE_ENTRIES if isinstance(value := manifest.get(key), str)]
            told.append("index")
        else:
            told.append(rest)
        for one in told:
            if (target := inside(package, one)) is not None and target.startswith(package):
                yield target
