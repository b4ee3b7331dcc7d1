"""Import statements of all languages in one form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tree_sitter


@dataclass(frozen=True, slots=True)
class Import:
    """One name that an import brings in.

    `module` is written as in the source (``.tokens``, ``./api``, ``net/http``, ``std::io``, ``stdio.h``). `name` is
    what is taken from it: empty for the module itself, ``*`` for everything, ``default`` for a default export.
    `alias` is what it is called here when that differs, else empty. `line` is 0-based.
    """

    module: str
    name: str
    alias: str
    line: int


def imported_name(found: Import) -> str:
    """What an import is called in the text that has it."""
    return found.alias or found.name or found.module.replace("/", ".").rpartition(".")[2]


def imports_of(node: tree_sitter.Node, language: str) -> Iterator[Import]:
    """What one captured statement imports."""
    text = (node.text or b"").decode("utf-8", "replace")
    return _READERS[language](node, text, node.start_point.row)


def _text(node: tree_sitter.Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def _python(node: tree_sitter.Node, _text_of: str, line: int) -> Iterator[Import]:
    if node.type == "future_import_statement":
        module = "__future__"
    else:
        module = _text(node.child_by_field_name("module_name"))
    if any(child.type == "wildcard_import" for child in node.children):
        yield Import(module, "*", "", line)
    for item in node.children_by_field_name("name"):
        name = _text(item.child_by_field_name("name") if item.type == "aliased_import" else item)
        alias = _text(item.child_by_field_name("alias"))
        yield Import(module, name, alias, line) if module else Import(name, "", alias, line)


def _javascript(node: tree_sitter.Node, text: str, line: int) -> Iterator[Import]:
    quoted = re.findall(r"""["'`]([^"'`\n]*)["'`]""", text)
    if not quoted:
        return
    module = quoted[-1]
    if node.type == "variable_declarator":
        yield from _required(node, module, line)
        return
    names = list(_clause(node, module, line))
    star = re.match(r"export\s*\*\s*(?:as\s+(\w+))?", text)
    if star:
        names = [Import(module, "*", star.group(1) or "", line)]
    yield from names or [Import(module, "", "", line)]


def _required(node: tree_sitter.Node, module: str, line: int) -> Iterator[Import]:
    target = node.child_by_field_name("name")
    if target is None or target.type != "object_pattern":
        yield Import(module, "*", _text(target), line)
        return
    for part in target.named_children:
        name = _text(part.child_by_field_name("key") or part)
        yield Import(module, name, _text(part.child_by_field_name("value")), line)


def _clause(node: tree_sitter.Node, module: str, line: int) -> Iterator[Import]:
    for child in node.named_children:
        if child.type in ("import_clause", "named_imports", "export_clause"):
            yield from _clause(child, module, line)
        elif child.type == "identifier":
            yield Import(module, "default", _text(child), line)
        elif child.type in ("namespace_import", "import_require_clause"):
            yield Import(module, "*", _text(_first(child, "identifier")), line)
        elif child.type in ("import_specifier", "export_specifier"):
            name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
            yield Import(module, _text(name), _text(alias), line)


def _first(node: tree_sitter.Node, kind: str) -> tree_sitter.Node | None:
    return next((child for child in node.named_children if child.type == kind), None)


def _go(node: tree_sitter.Node, _text_of: str, line: int) -> Iterator[Import]:
    module = _text(node.child_by_field_name("path")).strip('"`')
    yield Import(module, "", _text(node.child_by_field_name("name")), line)


def _java(_node: tree_sitter.Node, text: str, line: int) -> Iterator[Import]:
    found = re.match(r"import\s+(?:static\s+)?([\w.\s]+?)\s*\.\s*(\w+|\*)\s*;?$", text)
    if found:
        yield Import(re.sub(r"\s", "", found.group(1)), found.group(2), "", line)


def _c(_node: tree_sitter.Node, text: str, line: int) -> Iterator[Import]:
    if found := re.search(r"include(?:_next)?\s*[<\"]([^>\"\n]+)[>\"]", text):
        yield Import(found.group(1), "", "", line)
    elif found := re.match(r"using\s+namespace\s+([\w:]+)", text):
        yield Import(found.group(1), "*", "", line)
    elif found := re.match(r"using\s+(?:typename\s+)?([\w:]+)::(\w+)", text):
        yield Import(found.group(1), found.group(2), "", line)


def _rust(_node: tree_sitter.Node, text: str, line: int) -> Iterator[Import]:
    text = re.sub(r"//[^\n]*|\s+", " ", text)
    found = re.match(r"(?:pub(?: ?\([^)]*\))? )?use (.*?) ?;?$", text)
    if found:
        yield from _use("", found.group(1), line)


def _use(prefix: str, tree: str, line: int) -> Iterator[Import]:
    """A use tree such as ``io::{self, Read as R}`` below a prefix."""
    tree = tree.strip()
    head, brace, rest = tree.partition("{")
    if brace:
        for part in _parts(rest.rpartition("}")[0]):
            yield from _use(prefix + head.replace(" ", ""), part, line)
        return
    path, _, alias = tree.partition(" as ")
    module, _, name = (prefix + path.replace(" ", "")).rpartition("::")
    if name == "self":
        module, _, name = module.rpartition("::")
    if name:
        yield Import(module or name, name if module else "", alias.strip(), line)


def _parts(text: str) -> Iterator[str]:
    """The parts between commas that are in no braces."""
    depth, start = 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if letter == "," and not depth:
            yield text[start:at]
            start = at + 1
    yield text[start:]


_READERS: dict[str, Callable[[tree_sitter.Node, str, int], Iterator[Import]]] = {
    "python": _python,
    "javascript": _javascript,
    "javascriptreact": _javascript,
    "typescript": _javascript,
    "typescriptreact": _javascript,
    "go": _go,
    "java": _java,
    "c": _c,
    "cpp": _c,
    "rust": _rust,
}
