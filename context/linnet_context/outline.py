"""What a text defines, uses and imports, found by one pass of a query over its syntax tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from linnet_context.docstrings import docstring
from linnet_context.imports import Import, imports_of
from linnet_context.offsets import Offsets
from linnet_context.text import Lines
from linnet_context.units import (
    Source,
    declaring_query_of,
    declaring_word,
    heading,
    last_row,
    names,
    query_of,
    signature,
)

if TYPE_CHECKING:
    import tree_sitter

    from linnet_context.tree import SyntaxProblem

    Signing = Callable[[Source, tree_sitter.Node], str]

__all__ = [
    "Definition",
    "Import",
    "Outline",
    "Reference",
    "declared",
    "definitions_of",
    "docstring",
    "enclosing",
    "outline",
]


@dataclass(frozen=True, slots=True)
class Definition:
    """Something a text defines.

    `kind` is "function", "class", "method", "field", "variable", "type", "constant" or "module". `line` and `column`
    (0-based, code points) are where its name stands, `end_line` is the last line of its body. `parent` is the name of
    the class, type, receiver or module it belongs to, or empty. `signature` is one line without the body.
    """

    name: str
    kind: str
    line: int
    column: int
    end_line: int
    parent: str
    signature: str


class Reference(NamedTuple):
    """A name that is called or used as a type; 0-based, column in code points."""

    name: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The definitions, references and imports of a text in the order of the text, and its syntax errors."""

    definitions: tuple[Definition, ...] = ()
    references: tuple[Reference, ...] = ()
    imports: tuple[Import, ...] = ()
    problems: tuple[SyntaxProblem, ...] = ()


def outline(text: str, language: str) -> Outline:
    """The outline of a text; empty for a language without a query. Broken text gives what can be told of it."""
    found = _read(text, language, query_of(language), signature)
    return found.outline(_problems(text, language, found.tree)) if found else _plain(text, language)


def declared(text: str, language: str) -> Outline:
    """What a text defines and imports, for half the work: headings for signatures, no references and no problems."""
    found = _read(text, language, declaring_query_of(language), heading)
    return found.outline(()) if found else _plain(text, language)


def definitions_of(text: str, language: str) -> tuple[Definition, ...]:
    """The definitions of `declared` alone."""
    found = _read(text, language, declaring_query_of(language), heading)
    return found.definitions() if found else _plain(text, language).definitions


@dataclass(frozen=True, slots=True)
class _Read:
    """What a query found in a text."""

    source: Source
    tree: tree_sitter.Tree
    captures: dict[str, list[tree_sitter.Node]]
    language: str
    sign: Signing

    def definitions(self) -> tuple[Definition, ...]:
        return tuple(_definitions(self.source, _units(self.captures), self.language, self.sign))

    def outline(self, problems: tuple[SyntaxProblem, ...]) -> Outline:
        definitions = self.definitions()
        named = {(definition.line, definition.column) for definition in definitions}
        references = tuple(_references(self.source, self.captures.get("reference", ()), named))
        imports = tuple(_imports(self.captures.get("import", ()), self.language))
        return Outline(definitions, references, imports, problems)


def _read(text: str, language: str, query: tree_sitter.Query | None, sign: Signing) -> _Read | None:
    """None for a language without a query, and for a text without anything."""
    if query is None or not text:
        return None
    import tree_sitter

    source = Source(text)
    tree = source.parse(language)
    cursor = tree_sitter.QueryCursor(query)
    cursor.set_max_start_depth(_DEEPEST)
    captures = {} if _is_rubble(tree.root_node) else cursor.captures(tree.root_node)
    return _Read(source, tree, captures, language, sign)


def _plain(text: str, language: str) -> Outline:
    """The outline of a text in a language without a query: what grammars in general call definitions."""
    from linnet_context.grammars import grammar

    if not text or grammar(language) is None:
        return Outline()
    from linnet_context.scopes import defined

    source = Source(text)
    tree = source.parse(language)
    units = [_Unit(node.start_byte, -node.end_byte, kind, node) for kind, node in defined(tree.root_node)]
    definitions = tuple(_definitions(source, units, language, signature))
    return Outline(definitions, problems=_problems(text, language, tree))


# Below this depth, which no program written by hand has, a query takes quadratic time.
_DEEPEST = 10_000
# A query takes quadratic time over the children of one node: half a second at this number.
_MOST_CHILDREN = 20_000


def _is_rubble(root: tree_sitter.Node) -> bool:
    """Whether the parser gave up on so much text at once that a query would not end in time."""
    waiting = [root] if root.has_error else []
    while waiting:
        node = waiting.pop()
        if node.child_count > _MOST_CHILDREN:
            return True
        waiting += [child for child in node.children if child.has_error]
    return False


def _problems(text: str, language: str, tree: tree_sitter.Tree) -> tuple[SyntaxProblem, ...]:
    if not tree.root_node.has_error:
        return ()
    from linnet_context.tree import Tree, errors

    return errors(Tree(language, Lines.of(text), Offsets((), ()), tree))


class _Unit(NamedTuple):
    """A captured node; units sort the outer before the inner."""

    start: int
    minus_end: int
    kind: str
    node: tree_sitter.Node


class _Open(NamedTuple):
    """A definition that the one at hand may lie in."""

    end: int
    name: str
    kind: str


_NOTHING = _Open(0, "", "")
# A node that several patterns capture is of the first of these kinds. "container" holds methods and defines nothing,
# "self" is an attribute that a method sets.
_KINDS = (
    "class",
    "type",
    "module",
    "function",
    "method",
    "container",
    "constant",
    "variable",
    "field",
    "self",
)
_CONTAINERS = frozenset({"class", "type", "module", "container", "constant", "variable"})


def _units(captures: dict[str, list[tree_sitter.Node]]) -> list[_Unit]:
    found: dict[int, _Unit] = {}
    for kind in _KINDS:
        for node in captures.get("container" if kind == "container" else f"definition.{kind}", ()):
            found.setdefault(node.id, _Unit(node.start_byte, -node.end_byte, kind, node))
    for node in captures.get("import", ()):
        found.pop(node.id, None)  # A name that is bound to a required module is an import and no variable.
    return sorted(found.values(), key=lambda unit: unit[:2])


def _definitions(
    source: Source, units: Sequence[_Unit], language: str, sign: Signing
) -> Iterator[Definition]:
    around: list[_Open] = []
    fields: set[tuple[str, str]] = set()
    for unit in units:
        while around and around[-1].end <= unit.start:
            around.pop()
        owner = _owner(around, unit.kind)
        for name in names(unit.node, language):
            found = _definition(source, unit, name, owner, sign)
            if not found.name or (unit.node.type == "assignment" and _repeated(source, unit, found, fields)):
                continue
            around.append(_Open(-unit.minus_end, found.name, unit.kind))
            if unit.kind != "container":
                yield found


def _owner(around: Sequence[_Open], kind: str) -> _Open:
    if kind == "self":
        return next((outer for outer in reversed(around) if outer.kind == "class"), _NOTHING)
    return around[-1] if around and around[-1].kind in _CONTAINERS else _NOTHING


def _repeated(source: Source, unit: _Unit, found: Definition, fields: set[tuple[str, str]]) -> bool:
    """Whether a Python assignment defines nothing new: no attribute of its class, or one defined further up."""
    if unit.kind == "self" and (not found.parent or not source.data.startswith(b"self.", unit.start)):
        return True
    key = found.parent, found.name
    known = key in fields
    fields.add(key)
    return known and found.kind == "field"


def _definition(
    source: Source, unit: _Unit, name: tree_sitter.Node, owner: _Open, sign: Signing
) -> Definition:
    text, parent = _SPACE.sub(" ", source.of(name)), owner.name
    if name.type == "qualified_identifier":
        scope, _, text = text.rpartition("::")
        parent = scope.rpartition("::")[2].partition("<")[0]
    elif unit.node.type == "method_declaration" and (receiver := unit.node.child_by_field_name("receiver")):
        parent = _receiver(source.of(receiver))
    elif unit.node.type in ("type_alias_statement", "field_declaration"):
        text = text.partition("[")[0].rpartition(".")[2].lstrip("*")
    elif unit.kind == "container":
        text = re.split(r"[<\s]", text)[0].rpartition("::")[2]
    row, column = name.start_point
    column = source.column(name.start_byte, column)
    kind = "method" if unit.kind == "function" and parent != owner.name else _kind(source, unit, text, owner)
    return Definition(text, kind, row, column, last_row(unit.node), parent, sign(source, unit.node))


_SPACE = re.compile(r"\s+")


def _receiver(text: str) -> str:
    """``(s *Stack[T])`` -> ``Stack``."""
    words = re.findall(r"\w+", text.partition("[")[0])
    return words[-1] if words else ""


_METHOD_HOLDERS = frozenset({"class", "type", "container"})
# Fields in capitals are constants where a class holds its constants as such.
_CONSTANT_FIELDS = frozenset(
    {"assignment", "field_declaration", "public_field_definition", "field_definition"}
)


def _kind(source: Source, unit: _Unit, name: str, owner: _Open) -> str:
    kind, node_type = unit.kind, unit.node.type
    if kind == "self":
        return "field"
    if kind == "function" and owner.kind in _METHOD_HOLDERS and node_type != "preproc_function_def":
        return "method"
    if (
        kind == "constant"
        and node_type == "variable_declarator"
        and declaring_word(source, unit.node) == "let"
    ):
        return "variable"
    if name.isupper() and (kind == "variable" or (kind == "field" and node_type in _CONSTANT_FIELDS)):
        return "constant"
    return kind


def _references(
    source: Source, nodes: Sequence[tree_sitter.Node], named: set[tuple[int, int]]
) -> Iterator[Reference]:
    before = -1
    for node in sorted(nodes, key=attrgetter("start_byte")):
        start = node.start_byte
        if start == before:
            continue
        before = start
        row, column = node.start_point
        column = source.column(start, column)
        if (row, column) not in named:
            yield Reference(source.text(start, node.end_byte), row, column)


def _imports(nodes: Sequence[tree_sitter.Node], language: str) -> Iterator[Import]:
    for node in sorted(nodes, key=attrgetter("start_byte")):
        yield from imports_of(node, language)


_HOLDERS = frozenset({"class", "type", "module"})
_BODIES = _HOLDERS | {"function", "method"}


def enclosing(outline: Outline, line: int) -> Definition | None:
    """The innermost definition around a line; an attribute that a method sets does not hide the method."""
    found: Definition | None = None
    for definition in outline.definitions:
        if definition.line > line:
            break
        if line > definition.end_line:
            continue
        if found is None or definition.kind in _BODIES or found.kind in _HOLDERS:
            found = definition
    return found
