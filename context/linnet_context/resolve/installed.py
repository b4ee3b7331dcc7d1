"""Public signatures of installed packages: read in steps, before they are wanted, and never run."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..files import read, status
from ..imports import Import, imported_name
from ..index.names import family_of
from ..languages import language_of
from ..outline import Definition, outline
from ..types import type_of
from .environment import PythonPackages, ScriptPackages
from .reexports import Files, source_of

_MOST_DEFINITIONS = 20_000
_MOST_FILES_AT_ONCE = 60
_MOST_TEXT = 400_000
_MOST_MEMBERS = 60
_MOST_PLACES = 5_000
_MOST_BASES = 3
_MOST_TAKEN = 30
_LONGEST_LINE = 400
_TYPES = ("class", "type")


@dataclass(frozen=True, slots=True)
class Signature:
    """One line that tells how something is used: `line` (0-based) of a file below the root, without its body."""

    name: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Installed:
    """Something that an installed package defines, with the public members of a class, its bases' among them."""

    path: str
    head: Signature
    members: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class _Module:
    """One file as it was read: what it defines, and what it imports and may hand on."""

    status: tuple[int, int]
    definitions: tuple[Definition, ...]
    imports: tuple[Import, ...]

    def types(self, name: str) -> list[Definition]:
        return [one for one in self.definitions if one.name == name and one.kind in _TYPES]


class Packages:
    """What is installed in the environments inside a workspace.

    `learn` reads what imports lead to, a file a step; `lookup` answers from what was read, at once. Files are only read
    below the root, at most 60 for one set of imports, and what is kept of them is bounded.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._families: dict[str, Files] = {
            "python": PythonPackages(root),
            "javascript": ScriptPackages(root),
        }
        self._modules: OrderedDict[str, _Module] = OrderedDict()
        self._bases: dict[tuple[str, str], str] = {}
        self._told: dict[tuple[str, str], Installed | None] = {}
        self._size = 0
        self._places: dict[tuple[str, str, str], str | None] = {}

    def is_settled(self, found: Import, path: str) -> bool:
        """Whether it is known already what an import of a file leads to, or that it leads to nothing."""
        return (path, found.module, found.name) in self._places

    def learn(self, path: str, imports: Iterable[Import]) -> Iterator[None]:
        """Read the files that imports of the file `path` lead to."""
        files = self._families.get(family_of(language_of(path) or ""))
        read_now = [0]
        if files is None:
            return
        for found in imports:
            before = read_now[0]
            if len(self._places) >= _MOST_PLACES:
                self._places.clear()
                self._bases.clear()
            self._places[path, found.module, found.name] = self._place(files, found, path, read_now)
            if read_now[0] >= _MOST_FILES_AT_ONCE:
                return
            if read_now[0] > before:
                yield

    def leads_outside(self, found: Import, path: str) -> bool:
        """Whether an import of a file was found to lead to an installed package."""
        return self._places.get((path, found.module, found.name)) is not None

    def lookup(self, found: Import, path: str) -> Installed | None:
        """What an import of a file brings in; None unless it was read and is no module."""
        place = self._places.get((path, found.module, found.name))
        if place is None:
            return None
        key = place, found.name
        if key not in self._told:
            self._told[key] = self._described(*key)
        return self._told[key]

    def _place(self, files: Files, found: Import, path: str, read_now: list[int]) -> str | None:
        """The file that defines what is imported, of those that could be read."""

        def module(at: str) -> _Module | None:
            if at not in self._modules and read_now[0] < _MOST_FILES_AT_ONCE:
                read_now[0] += 1
            return self._module(at) if read_now[0] <= _MOST_FILES_AT_ONCE else self._modules.get(at)

        def defines(at: str, name: str) -> bool:
            inner = module(at)
            return inner is not None and any(one.name == name and not one.parent for one in inner.definitions)

        def imports(at: str) -> Sequence[Import]:
            inner = module(at)
            return inner.imports if inner is not None else ()

        targets = list(files.files(found, path))
        if found.name in ("", "*"):
            return next((target for target in targets if module(target) is not None), None)
        for target in targets:
            place = source_of(found.name, target, files, defines, imports)
            if place is not None:
                self._follow_bases(place, found.name, files, defines, imports)
                return place
        return targets[0] if targets else None

    def _follow_bases(
        self,
        path: str,
        name: str,
        files: Files,
        defines: Callable[[str, str], bool],
        imports: Callable[[str], Sequence[Import]],
    ) -> None:
        """What a class inherits may stand in other files."""
        for _ in range(_MOST_BASES):
            base = self._base(path, name)
            further = source_of(base, path, files, defines, imports) if base else None
            if further is None:
                return
            self._bases[path, base] = further
            self._told.clear()
            path, name = further, base

    def _base(self, path: str, name: str) -> str:
        """The first base of a class that is defined in a file, outside of it or in it."""
        module = self._modules.get(path)
        heads = module.types(name) if module is not None else []
        return type_of(heads[-1], family_of(language_of(path) or "")) if heads else ""

    def _module(self, path: str) -> _Module | None:
        found = status(self._root, path)
        kept = self._modules.get(path)
        if kept is not None and kept.status == found:
            self._modules.move_to_end(path)
            return kept
        if found is None or found[0] > _MOST_TEXT:
            return None
        text = read(self._root, path)
        if text is None:
            return None
        seen = outline(text, language_of(path) or "plaintext")
        public = tuple(one for one in seen.definitions if _is_public(one))[:_MOST_DEFINITIONS]
        self._keep(path, _Module(found, public, seen.imports))
        return self._modules[path]

    def _keep(self, path: str, module: _Module) -> None:
        self._told.clear()
        older = self._modules.pop(path, None)
        self._size += len(module.definitions) - (len(older.definitions) if older else 0)
        self._modules[path] = module
        while self._size > _MOST_DEFINITIONS and len(self._modules) > 1:
            _, gone = self._modules.popitem(last=False)
            self._size -= len(gone.definitions)

    def _described(self, path: str, name: str) -> Installed | None:
        module = self._modules.get(path)
        heads = [one for one in module.definitions if one.name == name and not one.parent] if module else []
        if module is None or not heads:
            return None
        classes = module.types(name)
        head = classes[-1] if classes else heads[0]
        return Installed(path, _signature(head), tuple(self._members(path, name)) if classes else ())

    def _members(self, path: str, name: str) -> Iterator[Signature]:
        """Members of a class, each name once, then those of its bases."""
        seen = set[str]()
        for _ in range(_MOST_BASES + 1):
            module = self._modules.get(path)
            for one in module.definitions if module is not None else ():
                if (
                    one.parent == name
                    and one.name not in seen
                    and _is_telling(one)
                    and len(seen) < _MOST_MEMBERS
                ):
                    seen.add(one.name)
                    yield _signature(one)
            base = self._base(path, name)
            path, name = self._bases.get((path, base), path), base
            if not base:
                return


def spoken_of(imports: Iterable[Import], lines: Sequence[str]) -> Iterator[tuple[str, Import]]:
    """Imports with what they are called, and what the lines take from modules that are imported whole."""
    for one in imports:
        local = imported_name(one)
        yield local, one
        if not local.isidentifier() or one.name == "default":
            continue
        module = one.module if one.name in ("", "*") else f"{one.module}.{one.name}"
        member = re.compile(rf"\b{local}\s*\.\s*([^\W\d]\w*)")
        taken = (name for line in lines for name in member.findall(line[:_LONGEST_LINE]))
        for name in list(dict.fromkeys(taken))[:_MOST_TAKEN]:
            yield name, Import(module, name, "", one.line)


def _is_telling(one: Definition) -> bool:
    """An attribute without a type says no more than its name."""
    return one.kind != "field" or ":" in one.signature


def _signature(one: Definition) -> Signature:
    return Signature(one.name, one.line, one.signature)


def _is_public(one: Definition) -> bool:
    """What a name with an underscore stands for is nobody else's business, but how an object is made is."""
    return not one.name.startswith("_") or one.name == "__init__" or (not one.parent and one.kind in _TYPES)
