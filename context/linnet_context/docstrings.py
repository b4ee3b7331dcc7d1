"""What the author wrote about a definition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent
from typing import TYPE_CHECKING

from linnet_context.languages import comment_prefix
from linnet_context.units import Source, last_row, names, query_of

if TYPE_CHECKING:
    import tree_sitter

    from linnet_context.outline import Definition


def docstring(document_text: str, language: str, definition: Definition) -> str:
    """The docstring of a definition, or the comments right above it, without marks; empty if there is nothing."""
    if query_of(language) is None:
        return ""
    source = Source(document_text)
    unit = unit_of(source, source.parse(language), language, definition)
    if unit is None:
        return ""
    return _inner_docstring(source, unit) if language == "python" else _comments_above(source, unit)


def unit_of(
    source: Source, tree: tree_sitter.Tree, language: str, definition: Definition
) -> tree_sitter.Node | None:
    """The node of a definition; None where the tree has none at its place."""
    name = _name_at(source, tree.root_node, definition)
    return None if name is None else _unit_around(name, language)


def _name_at(source: Source, root: tree_sitter.Node, definition: Definition) -> tree_sitter.Node | None:
    lines = source.data.split(b"\n", definition.line + 1)
    if definition.line >= len(lines):
        return None
    column = len(lines[definition.line].decode("utf-8", "replace")[: definition.column].encode())
    point = definition.line, column
    return root.named_descendant_for_point_range(point, point)


def _unit_around(name: tree_sitter.Node, language: str) -> tree_sitter.Node:
    """The node that defines a name: the outermost one that is named so."""
    unit, outer = name, name.parent
    while outer is not None:
        if any(
            found.id == name.id or found.start_byte == name.start_byte for found in names(outer, language)
        ):
            unit = outer
        elif unit is not name:
            break
        outer = outer.parent
    return unit


def _inner_docstring(source: Source, unit: tree_sitter.Node) -> str:
    literal = docstring_node(unit)
    if literal is None:
        return ""
    text = "".join(source.of(child) for child in literal.children if child.type == "string_content")
    text = text.replace("\r\n", "\n")
    head, newline, rest = text.strip().partition("\n")
    return head.rstrip() + newline + dedent(rest)


def docstring_node(unit: tree_sitter.Node) -> tree_sitter.Node | None:
    """The string that documents a definition of Python."""
    body = unit.child_by_field_name("body")
    if body is not None:
        first = next((child for child in body.named_children if child.type != "comment"), None)
    else:  # An attribute may be followed by a string that describes it.
        first = unit.parent.next_named_sibling if unit.parent is not None else None
    if first is None or first.type != "expression_statement":
        return None
    literal = first.named_child(0) if first.named_child_count else None
    return literal if literal is not None and literal.type == "string" else None


_WRAPPERS = frozenset(
    [
        "export_statement",
        "lexical_declaration",
        "variable_declaration",
        "type_declaration",
        "const_declaration",
        "var_declaration",
        "template_declaration",
        "ambient_declaration",
        "expression_statement",
        "linkage_specification",
    ]
)
# Wrappers that may hold several definitions, each with a comment of its own.
_GROUPS = frozenset({"type_declaration", "const_declaration", "var_declaration", "lexical_declaration"})
_NEXT_TO = frozenset({"attribute_item", "inner_attribute_item", "decorator"})
_MARKS = re.compile(r"^[ \t]*(?://[/!]?|/\*[*!]?|\*(?!/)) ?|[ \t]*\*+/[ \t]*$", re.MULTILINE)


def _comments_above(source: Source, unit: tree_sitter.Node) -> str:
    found = [
        _MARKS.sub("", source.of(node).rstrip("\r\n").replace("\r\n", "\n"))
        for node, is_comment in beside(wrapped(unit))
        if is_comment
    ]
    return dedent("\n".join(reversed(found))).strip()


def without_marks(text: str, language: str) -> str:
    """The words of a comment, without the marks that make it one."""
    if comment_prefix(language) in ("//", ""):
        return dedent(_MARKS.sub("", text)).strip("\n")
    mark = re.escape(comment_prefix(language))
    return dedent(re.sub(rf"^[ \t]*{mark}+ ?", "", text, flags=re.MULTILINE)).strip("\n")


def wrapped(unit: tree_sitter.Node) -> tree_sitter.Node:
    """A definition with what declares or exports it and nothing else."""
    first = unit
    while (outer := first.parent) is not None and outer.type in _WRAPPERS:
        if outer.type in _GROUPS and outer.start_point.row < first.start_point.row:
            break
        first = outer
    return first


def beside(unit: tree_sitter.Node) -> Iterator[tuple[tree_sitter.Node, bool]]:
    """The comments and attributes right above a definition, the lowest first, and whether each is a comment."""
    row, above = unit.start_point.row, unit.prev_sibling
    while above is not None and last_row(above) >= row - 1:
        is_comment = "comment" in above.type and _starts_line(above)
        if not is_comment and above.type not in _NEXT_TO:
            break
        yield above, is_comment
        row, above = above.start_point.row, above.prev_sibling


def _starts_line(node: tree_sitter.Node) -> bool:
    before = node.prev_sibling
    return before is None or last_row(before) < node.start_point.row
