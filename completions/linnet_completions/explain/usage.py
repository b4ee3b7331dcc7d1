"""Who uses a definition and what it uses, looked up by name in the index of the workspace."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from linnet_context.languages import is_test_path, language_of
from linnet_context.outline import Definition, Import, Outline, enclosing

if TYPE_CHECKING:
    from linnet_context.index.index import Index
    from linnet_context.text import Document

_MOST_FILES = 300
_MOST_NAMES = 80
# Languages in which files of one folder see each other without an import.
_FOLDER_IS_PACKAGE = frozenset({"go", "java"})
_CONSTRUCTORS = frozenset({"__init__", "__new__", "constructor", "__post_init__"})
# Methods and names of the built-in types of our languages (in lower case): a use of such a name mostly means those.
_COMMON = frozenset(
    [
        "add",
        "all",
        "any",
        "append",
        "apply",
        "arc",
        "array",
        "as",
        "assert",
        "bind",
        "bool",
        "boolean",
        "box",
        "bytes",
        "call",
        "callable",
        "catch",
        "clear",
        "clone",
        "close",
        "collect",
        "concat",
        "contains",
        "copy",
        "count",
        "create",
        "date",
        "decode",
        "delete",
        "dict",
        "each",
        "encode",
        "endswith",
        "entries",
        "err",
        "error",
        "exception",
        "exec",
        "exists",
        "expect",
        "extend",
        "fail",
        "filter",
        "find",
        "first",
        "flat",
        "flatmap",
        "flush",
        "foreach",
        "format",
        "from",
        "get",
        "group",
        "has",
        "hash",
        "includes",
        "indexof",
        "init",
        "insert",
        "int",
        "into",
        "is",
        "isempty",
        "items",
        "iter",
        "iterable",
        "iterator",
        "join",
        "key",
        "keys",
        "last",
        "len",
        "length",
        "list",
        "lower",
        "map",
        "mapping",
        "match",
        "max",
        "min",
        "name",
        "new",
        "next",
        "none",
        "number",
        "object",
        "ok",
        "open",
        "option",
        "optional",
        "parse",
        "path",
        "pop",
        "print",
        "promise",
        "push",
        "put",
        "range",
        "rc",
        "read",
        "reduce",
        "regexp",
        "remove",
        "repeat",
        "replace",
        "reset",
        "resolve",
        "result",
        "reverse",
        "run",
        "search",
        "sequence",
        "set",
        "shift",
        "size",
        "slice",
        "some",
        "sort",
        "sorted",
        "split",
        "start",
        "startswith",
        "stop",
        "str",
        "string",
        "strip",
        "sum",
        "test",
        "text",
        "then",
        "throw",
        "to",
        "tostring",
        "trim",
        "tuple",
        "type",
        "union",
        "unwrap",
        "update",
        "upper",
        "value",
        "values",
        "vec",
        "write",
        "zip",
    ]
)


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the workspace: `name` is the definition it belongs to (empty outside of all), the line is 0-based.

    `count` is how many lines of that definition say the same.
    """

    path: str
    line: int
    name: str = ""
    kind: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Usage:
    """Where a definition is used: called (or used as a type), mentioned otherwise, and by tests.

    `namesakes` is how many other definitions have its name. Then only files that can see its file are searched, and
    `unclear` counts the uses of the name elsewhere. `common` marks a method that built-in types have too.
    """

    callers: tuple[Site, ...] = ()
    mentions: tuple[Site, ...] = ()
    tests: tuple[Site, ...] = ()
    namesakes: int = 0
    unclear: int = 0
    common: bool = False


def full_name(definition: Definition) -> str:
    """The name of a definition behind that of what it belongs to."""
    return f"{definition.parent}.{definition.name}" if definition.parent else definition.name


def usage(index: Index, document: Document, found: Outline, definition: Definition) -> Usage:
    """Where a definition of a document is used in the workspace."""
    name = _used_name(definition)
    by_path, namesakes, unclear = _lines(index, document.path, found, definition)
    sites: dict[str, dict[tuple[str, str], Site]] = {"call": {}, "mention": {}, "test": {}}
    for path, lines in by_path.items():
        outline = found if path == document.path else index.outline(path)
        for kind, site in _sites(path, outline, lines, name):
            known = sites[kind].get((path, site.name))
            sites[kind][path, site.name] = site if known is None else replace(known, count=known.count + 1)
    called, mentioned, tested = (tuple(group.values()) for group in sites.values())
    common = definition.kind == "method" and name.lower() in _COMMON
    return Usage(called, mentioned, tested, namesakes, unclear, common)


def calls(index: Index, path: str, definition: Definition) -> tuple[tuple[str, int], ...]:
    """Path and line of each call of a definition of a file, as the workspace is indexed; none of common methods,
    whose calls cannot be told from those of built-in types."""
    name = _used_name(definition)
    if definition.kind == "method" and name.lower() in _COMMON:
        return ()
    found = index.outline(path)
    by_path, _, _ = _lines(index, path, found, definition)
    result: list[tuple[str, int]] = []
    for user, lines in by_path.items():
        outline = found if user == path else index.outline(user)
        called = {use.line for use in outline.references if use.name == name}
        result += [(user, line) for line in lines if line in called]
    return tuple(result)


def _used_name(definition: Definition) -> str:
    """The name that a definition is called by: a constructor is called by its class's."""
    if definition.name in _CONSTRUCTORS and definition.parent:
        return definition.parent
    return definition.name


def _lines(
    index: Index, origin: str, found: Outline, definition: Definition
) -> tuple[dict[str, list[int]], int, int]:
    """The lines that may use a definition of the file `origin`, by path; how many others have its name; how many
    lines in files that cannot see it have that name, too."""
    name = _used_name(definition)
    here = origin, definition.line
    everywhere = index.definitions(name)
    places = {here, *((path, one.line) for path, one in everywhere)}
    others = [
        path
        for path, one in everywhere
        if (path, one.line) != here and not _is_same(one, definition)
        # The class of a constructor has its name for good reason.
        if path != origin or one.name != definition.parent
    ]
    by_path: dict[str, list[int]] = {}
    unclear = 0
    for path, line in index.uses(name):
        if (path, line) not in places:
            by_path.setdefault(path, []).append(line)
    seen: dict[str, list[int]] = {}
    for path, lines in islice(by_path.items(), _MOST_FILES):
        outline = found if path == origin else index.outline(path)
        if others and not _sees(index, path, outline, origin):
            unclear += len(lines)
        else:
            seen[path] = lines
    return seen, len(others), unclear


def _is_same(one: Definition, other: Definition) -> bool:
    """Whether two definitions of a name are a declaration and its body, or parts of one class."""
    return one.kind == other.kind and (one.parent, one.signature) == (other.parent, other.signature)


def _sites(path: str, outline: Outline, lines: Iterable[int], name: str) -> Iterator[tuple[str, Site]]:
    called = {use.line for use in outline.references if use.name == name}
    imported = {one.line for one in outline.imports}
    brought_in = any(name in (one.name, one.alias) for one in outline.imports)
    for line in lines:
        outer = enclosing(outline, line)
        if line in imported or (outer is None and brought_in and line not in called):
            continue
        kind = "test" if is_test_path(path) else "call" if line in called else "mention"
        owner = (full_name(outer), outer.kind) if outer is not None else ("", "")
        yield kind, Site(path, line, *owner)


def _sees(index: Index, path: str, outline: Outline, target: str) -> bool:
    """Whether a file may mean a definition of another by a bare name: it imports it, or shares its package."""
    if path == target:
        return True
    language, folder = language_of(path) or "", posixpath.dirname(target)
    if language in _FOLDER_IS_PACKAGE and posixpath.dirname(path) == folder:
        return True
    resolver = index.resolver()
    return any(
        file == target or _re_exports(file, target)
        for one in outline.imports
        for file in resolver.files(one, path, language)
    )


def _re_exports(package: str, target: str) -> bool:
    """Whether a file is the face of a package that holds another file."""
    folder, name = posixpath.split(package)
    return name.startswith(("__init__.", "index.", "mod.", "lib.")) and target.startswith(
        folder + "/" if folder else ""
    )


def targets(index: Index, document: Document, found: Import) -> tuple[str, ...]:
    """The files of the workspace that an import of a document means."""
    return index.resolver().files(found, document.path, document.language)


def importers(index: Index, path: str) -> tuple[str, ...]:
    """The files that import a file (or its package); found among those that use a name it defines."""
    names = {one.name for one in index.outline(path).definitions if not one.parent}
    stem = posixpath.basename(path).partition(".")[0]
    names.add(posixpath.basename(posixpath.dirname(path)) if stem in ("__init__", "index", "mod") else stem)
    candidates = {user: None for name in sorted(names) for user, _ in index.uses(name)}
    resolver = index.resolver()
    return tuple(
        user
        for user in islice(sorted(candidates), _MOST_FILES)
        if user != path
        and any(
            path in resolver.files(one, user, language_of(user) or "") for one in index.outline(user).imports
        )
    )


def callees(index: Index, document: Document, found: Outline, first: int, last: int) -> tuple[Site, ...]:
    """The definitions of the workspace that some lines call or use as types, in the order of their use."""
    names = dict.fromkeys(use.name for use in found.references if first <= use.line <= last)
    own = enclosing(found, first)
    reachable = _Reachable(index, document, found)
    sites: dict[tuple[str, int], Site] = {}
    for name in islice(names, _MOST_NAMES):
        candidate = reachable.definition(name, own)
        if candidate is None:
            continue
        path, definition = candidate
        if path != document.path or not first <= definition.line <= last:
            site = Site(path, definition.line, full_name(definition), definition.kind)
            sites.setdefault((path, definition.line), site)
    return tuple(sites.values())


class _Reachable:
    """Finds what a name used in a document means: there, in what it imports or, if there is only one, anywhere."""

    def __init__(self, index: Index, document: Document, found: Outline) -> None:
        self._index = index
        self._document = document
        self._found = found
        resolver = index.resolver()
        self._files = {
            file: None
            for one in found.imports
            for file in resolver.files(one, document.path, document.language)
        }
        self._imported = {one.alias or one.name: one.name for one in found.imports if one.name}

    def definition(self, name: str, own: Definition | None) -> tuple[str, Definition] | None:
        parent = own.parent if own is not None else ""
        common = name.lower() in _COMMON
        here = [
            one
            for one in self._found.definitions
            if one.name == name and one.kind != "field"
            if not common or one.kind != "method" or (parent and one.parent == parent)
        ]
        if here:
            return self._document.path, next((one for one in here if one.parent == parent), here[0])
        name = self._imported.get(name, name)
        if common and name not in self._imported.values():
            return None
        found = [(path, one) for path, one in self._index.definitions(name) if one.kind != "field"]
        found = [item for item in found if not is_test_path(item[0])] or found
        near = [item for item in found if self._is_near(item[0])]
        if len(near) == 1 or (near and name in self._imported.values()):
            return near[0]
        return found[0] if len(found) == 1 else None

    def _is_near(self, path: str) -> bool:
        document = self._document
        if document.language in _FOLDER_IS_PACKAGE and posixpath.dirname(path) == posixpath.dirname(
            document.path
        ):
            return True
        return path in self._files or any(_re_exports(file, path) for file in self._files)
