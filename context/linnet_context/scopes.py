"""What lies around a place in a syntax tree: definitions, strings, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from linnet_context.offsets import encode
from linnet_context.text import Position
from linnet_context.tree import Tree, broken

if TYPE_CHECKING:
    import tree_sitter


@dataclass(frozen=True, slots=True)
class Scope:
    """A definition around a place. `first`..`last` are its lines, `first`..`header_last` those before its body."""

    name: str
    kind: str
    first: int
    last: int
    header_last: int


_SCOPE = re.compile(
    r"(?:abstract_|generator_|async_|singleton_)?"
    r"(function|method|constructor|compact_constructor|subroutine|procedure|class|object|interface|trait|protocol|"
    r"struct|union|enum|record|contract|impl|mod|module|internal_module|namespace|type)"
    r"(?:_(?:definition|declaration|item|specifier|statement|spec))?"
)
_SCOPE_KINDS = {
    "function": ["function", "method", "constructor", "compact_constructor", "subroutine", "procedure"],
    "class": ["class", "object", "struct", "union", "record", "contract", "impl"],
    "type": ["interface", "trait", "protocol", "enum", "type"],
    "module": ["mod", "module", "internal_module", "namespace"],
}
_KIND_OF = {word: kind for kind, words in _SCOPE_KINDS.items() for word in words}
_BOUND = frozenset({"arrow_function", "function_expression", "generator_function", "class"})


@cache
def scope_kind(node_type: str) -> str | None:
    """The kind of definition that nodes of a type open, or None; by the names that grammars have in common."""
    found = _SCOPE.fullmatch(node_type)
    return _KIND_OF[found.group(1)] if found else None


def scopes(tree: Tree, position: Position) -> tuple[Scope, ...]:
    """The definitions around a place, outermost first."""
    place, least = _indented(tree, position)
    found = [
        scope
        for node in around(tree.root, tree.byte(place))
        if node.start_point.column < least and (scope := _scope(node)) is not None
    ]
    inside_class = [False, *(scope.kind in ("class", "type") for scope in found)]
    return tuple(
        Scope(scope.name, "method", scope.first, scope.last, scope.header_last)
        if scope.kind == "function" and in_class
        else scope
        for scope, in_class in zip(found, inside_class, strict=False)
    )


def _indented(tree: Tree, position: Position) -> tuple[Position, int]:
    """Where to look for the scopes of a place, and the column that they start before.

    A blank line behind a body is outside it for the grammar; where indentation counts, its column says how far in it
    belongs.
    """
    anywhere = 1 << 30
    if tree.language != "python" or tree.lines[position.line].strip():
        return position, anywhere
    for line in range(position.line - 1, max(position.line - 50, -1), -1):
        if text := tree.lines[line].rstrip():
            return Position(line, len(text)), position.column
    return position, anywhere


def around(root: tree_sitter.Node, byte: int) -> Iterator[tree_sitter.Node]:
    """The nodes that hold a byte or end at it, outermost first."""
    cursor = root.walk()  # Node.first_child_for_byte of tree-sitter 0.26 crashes, the cursor's does not.
    yield root
    while _enter(cursor, byte):
        if cursor.node is not None:
            yield cursor.node


def _enter(cursor: tree_sitter.TreeCursor, byte: int) -> bool:
    """Go to the child that holds a byte, else to the one that ends at it: behind its last token one is still in a body."""
    for place in (byte, byte - 1):
        if place < 0 or cursor.goto_first_child_for_byte(place) is None:
            continue
        node = cursor.node
        if node is not None and node.start_byte <= byte <= node.end_byte:
            return True
        cursor.goto_parent()
    return False


def _scope(node: tree_sitter.Node) -> Scope | None:
    kind, owner = scope_kind(node.type), node
    if kind is None and node.type in _BOUND and node.parent is not None:
        kind, owner = "class" if node.type == "class" else "function", node.parent
    body = _body(node) if kind is not None and node.is_named else None
    if kind is None or body is None:
        return None
    name = name_node(owner)
    if name is None or name.text is None:
        return None
    before = body.prev_sibling
    opens_with_brace = body.text is not None and body.text[:1] == b"{"
    header = body.start_point.row if opens_with_brace or before is None else before.end_point.row
    text = name.text.decode("utf-8", "replace")
    return Scope(text, kind, node.start_point.row, node.end_point.row, header)


def defined(root: tree_sitter.Node) -> Iterator[tuple[str, tree_sitter.Node]]:
    """The nodes that define something, in the order of the text, with their kinds."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        kind = scope_kind(node.type)
        if kind is not None and _body(node) is not None and name_node(node) is not None:
            yield kind, node
        waiting += reversed(node.named_children)


def _body(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """The body of a definition; some grammars have a node for it, but no field."""
    found = node.child_by_field_name("body")
    return found or next((child for child in node.named_children if child.type.endswith("_body")), None)


def name_node(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """The node that names a definition: its `name`, the `type` of an implementation, or what a declarator declares."""
    for field in ("name", "type", "key", "property", "left"):
        if field == "type" and not node.type.startswith("impl"):
            continue
        if found := node.child_by_field_name(field):
            return found
    inner = node.child_by_field_name("declarator")
    if inner is None:
        return next((child for child in node.named_children if child.type.endswith("identifier")), None)
    while (deeper := inner.child_by_field_name("declarator")) is not None:
        inner = deeper
    return inner


_INTERPOLATION = frozenset(
    {
        "interpolation",
        "template_substitution",
        "string_interpolation",
        "format_expression",
        "command_substitution",
    }
)
_LITERAL = re.compile(r"string|char_literal|character_literal|rune_literal|regex|heredoc")
_OPENERS = frozenset({"string_start", "`", '"""'})


def in_string_or_comment(tree: Tree, position: Position) -> Literal["string", "comment"] | None:
    """What kind of text a place lies in; None for code, also for code inside a format string."""
    byte = tree.byte(position)
    found: Literal["string", "comment"] | None = None
    for node in around(tree.root, byte):
        kind = node.type
        if "comment" in kind:
            open_ended = not encode(tree.lines[node.end_point.row])[: node.end_point.column].endswith(b"*/")
            if node.start_byte < byte < node.end_byte + open_ended:
                return "comment"
        elif kind in _INTERPOLATION:
            found = None if node.start_byte < byte else found
        elif _LITERAL.search(kind) and node.is_named and _opening(node) <= byte < node.end_byte:
            found = "string"
    if found is None and tree.root.has_error:
        return _unfinished(tree, position, byte)
    return found


def _opening(node: tree_sitter.Node) -> int:
    """The first byte inside the quotes of a literal."""
    first = node.child(0) if node.child_count else None
    return first.end_byte if first is not None and not first.is_extra else node.start_byte + 1


def _unfinished(tree: Tree, position: Position, byte: int) -> Literal["string", "comment"] | None:
    """The same for a literal that nobody closed yet, which the grammar can only call an error."""
    for node in broken(tree.root):
        if node.start_byte < byte and any(
            child.type in _OPENERS and _is_long(child) and child.end_byte <= byte for child in node.children
        ):
            return "string"
    quoted, after = (
        _quote(tree.lines[position.line][: position.column]),
        tree.lines[position.line][position.column :],
    )
    closed = quoted is not None and quoted in after
    return "string" if quoted is not None and not closed and tree.language != "rust" else None


def _is_long(quote: tree_sitter.Node) -> bool:
    return quote.text is not None and quote.text.endswith((b'"""', b"'''", b"`"))


def _quote(before: str) -> str | None:
    """The quote that is open at the end of a part of a line; None if none is."""
    quote, skip = None, False
    for letter in before:
        if skip:
            skip = False
        elif letter == "\\":
            skip = quote is not None
        elif quote is None and letter in "\"'`":
            quote = letter
        elif letter == quote:
            quote = None
    return quote
