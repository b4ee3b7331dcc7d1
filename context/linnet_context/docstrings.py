"""What the author wrote about a definition."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING

from linnet_context.units import Source, last_row, names, query_of

if TYPE_CHECKING:
    import tree_sitter

    from linnet_context.outline import Definition


def docstring(document_text: str, language: str, definition: Definition) -> str:
    """The docstring of a definition, or the comments right above it, without marks; empty if there is nothing."""
    if query_of(language) is None:
        return ""
    source = Source(document_text)
    tree = source.parse(language)
    name = _name_at(source, tree.root_node, definition)
    if name is None:
        return ""
    unit = _unit_around(name, language)
    return _inner_docstring(source, unit) if language == "python" else _comments_above(source, unit)


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
    body = unit.child_by_field_name("body")
    if body is not None:
        first = next((child for child in body.named_children if child.type != "comment"), None)
    else:  # An attribute may be followed by a string that describes it.
        first = unit.parent.next_named_sibling if unit.parent is not None else None
    if first is None or first.type != "expression_statement":
        return ""
    literal = first.named_child(0) if first.named_child_count else None
    if literal is None or literal.type != "string":
        return ""
    text = "".join(source.of(child) for child in literal.children if child.type == "string_content")
    text = text.replace("\r\n", "\n")
    head, newline, rest = text.strip().partition("\n")
    return head.rstrip() + newline + dedent(rest)


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
    first = unit
    while (outer := first.parent) is not None and outer.type in _WRAPPERS:
        if outer.type in _GROUPS and outer.start_point.row < first.start_point.row:
            break
        first = outer
    row, found = first.start_point.row, []
    above = first.prev_sibling
    while above is not None and last_row(above) >= row - 1:
        if "comment" in above.type and _starts_line(above):
            found.append(_MARKS.sub("", source.of(above).rstrip("\r\n").replace("\r\n", "\n")))
        elif above.type not in _NEXT_TO:
            break
        row, above = above.start_point.row, above.prev_sibling
    return dedent("\n".join(reversed(found))).strip()


def _starts_line(node: tree_sitter.Node) -> bool:
    before = node.prev_sibling
    return before is None or last_row(before) < node.start_point.row
