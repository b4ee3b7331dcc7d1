"""Where a definition begins and ends, with its documentation and what else belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linnet_context.docstrings import beside, docstring_node, unit_of, wrapped
from linnet_context.units import Source, last_row, query_of

if TYPE_CHECKING:
    import tree_sitter

    from linnet_context.outline import Definition


@dataclass(frozen=True, slots=True)
class Extent:
    """Lines of a definition, 0-based, both ends included.

    `first` is that of its decorators and attributes, and of the comment that documents it; `header` is the first
    without that comment. `comment` are the lines of its documentation (a docstring stands inside), or None. `body` is
    the first line of a Python body; None where the body stands on the header's line, and in other languages.
    """

    first: int
    header: int
    last: int
    comment: tuple[int, int] | None = None
    body: int | None = None


def extent(text: str, language: str, definition: Definition) -> Extent | None:
    """The lines of a definition of a text; None for a language without a query, or where it is not found."""
    if query_of(language) is None:
        return None
    source = Source(text)
    unit = unit_of(source, source.parse(language), language, definition)
    if unit is None:
        return None
    return _python(unit) if language == "python" else _with_comments(source, unit)


def _python(unit: tree_sitter.Node) -> Extent:
    outer = unit.parent
    whole = outer if outer is not None and outer.type == "decorated_definition" else unit
    first, body = whole.start_point.row, unit.child_by_field_name("body")
    literal = docstring_node(unit)
    comment = (literal.start_point.row, last_row(literal)) if literal is not None else None
    if body is None or not body.named_children:
        return Extent(first, first, last_row(whole), comment)
    begin = body.named_children[0].start_point.row
    before = body.prev_sibling
    apart = before is not None and before.end_point.row < begin
    return Extent(first, first, last_row(whole), comment, begin if apart else None)


def _with_comments(source: Source, unit: tree_sitter.Node) -> Extent:
    outer = wrapped(unit)
    header, comments = outer.start_point.row, list[int]()
    for node, is_comment in beside(outer):
        if is_comment:
            comments += [node.start_point.row, last_row(node)]
        else:
            header = node.start_point.row
    span = (min(comments), max(comments)) if comments else None
    first = min(header, span[0]) if span else header
    return Extent(first, header, last_row(outer), span)
