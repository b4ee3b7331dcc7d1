"""Imports of Rust: modules of the crate at hand, and the other crates of the workspace by name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from ..imports import Import
from .configs import Configs, inside

_HEADS = ("lib.rs", "main.rs")


class RustFiles:
    """Finds the file of a module among the paths of a workspace."""

    def __init__(self, paths: Iterable[str], configs: Configs) -> None:
        self._paths = frozenset(path for path in paths if path.endswith(".rs"))
        self._configs = configs

    def files(self, found: Import, path: str) -> Iterator[str]:
        """The file of the innermost module on the way to what `found` names: one, or none."""
        parts = [part for part in re.split(r"::|[{},\s]+", f"{found.module}::{found.name or ''}") if part]
        folder, head, parts = self._start(parts, path)
        for length in range(len(parts), 0, -1):
            stem = posixpath.join(folder, *parts[:length])
            for candidate in (f"{stem}.rs", f"{stem}/mod.rs"):
                if candidate in self._paths:
                    yield candidate
                    return
        if head is not None:  # What the crate or a module above defines itself.
            yield head

    def _start(self, parts: list[str], path: str) -> tuple[str, str | None, list[str]]:
        """The folder of submodules that the rest of the path starts in, the file of that module, and the rest."""
        folder = posixpath.dirname(path)
        if posixpath.basename(path) not in {"mod.rs", *_HEADS}:
            folder = path.removesuffix(".rs")
        head: str | None = None
        if parts and parts[0] not in {"crate", "self", "super"} and parts[0] in self._crates:
            crate = self._crates[parts[0]]
            return posixpath.dirname(crate), crate, parts[1:]
        while parts and parts[0] in {"crate", "self", "super"}:
            step, *parts = parts
            if step == "crate":
                folder = self._crate(path)
            elif step == "super":
                folder = posixpath.dirname(folder)
            if step != "self":
                head = self._head(folder)
        return folder, head, parts

    def _head(self, folder: str) -> str | None:
        candidates = (*(f"{folder}/{name}" for name in ("mod.rs", *_HEADS)), f"{folder}.rs")
        return next((one.lstrip("/") for one in candidates if one.lstrip("/") in self._paths), None)

    def _crate(self, path: str) -> str:
        folder = posixpath.dirname(path)
        while folder and not any(f"{folder}/{name}" in self._paths for name in _HEADS):
            folder = posixpath.dirname(folder)
        return folder

    @cached_property
    def _crates(self) -> Mapping[str, str]:
        """The library of each crate of the workspace by the name that code calls it."""
        found = dict[str, str]()
        for path in self._configs.named("Cargo.toml", "cargo.toml"):
            manifest, folder = self._configs.toml(path), posixpath.dirname(path)
            library, package = manifest.get("lib"), manifest.get("package")
            told = library if isinstance(library, dict) else {}
            name = told.get("name") or (package.get("name") if isinstance(package, dict) else None)
            target = inside(folder, str(told.get("path") or "src/lib.rs"))
            if isinstance(name, str) and target in self._paths:
                found.setdefault(name.replace("-", "_"), target)
        return found
