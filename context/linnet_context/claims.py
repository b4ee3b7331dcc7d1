"""What an inserted text claims about names: which ones it uses, imports, takes from an object or calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from linnet_context.imports import imports_of
from linnet_context.syntax import completed
from linnet_context.text import Document, Position
from linnet_context.tree import Tree

if TYPE_CHECKING:
    import tree_sitter

    from linnet_context.imports import Import

Kind = Literal["name", "attribute", "import", "keyword", "arity"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: `name` exists, as `kind` says.

    "name": in scope. "attribute": of what the dotted text `owner` stands for. "import": in the module `owner`.
    "keyword": as a parameter of the callable `owner`. "arity": `owner` takes `count` positional arguments (`name` is
    the last one's text). `start` is where it stands in the inserted text (code points; 0 for a word that was begun
    before it), `called` whether a name is called.
    """

    kind: Kind
    name: str
    start: int
    owner: str = ""
    count: int = 0
    called: bool = False


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of an inserted text, in its order, and the names that it binds itself."""

    claims: tuple[Claim, ...] = ()
    bound: frozenset[str] = frozenset()


LANGUAGES = frozenset({"python", "go", "javascript", "javascriptreact", "typescript", "typescriptreact"})
# Children with these fields bind a name, by the type of their parent.
_BINDING_FIELDS = frozenset(
    {
        ("function_definition", "name"),
        ("class_definition", "name"),
        ("assignment", "left"),
        ("for_statement", "left"),
        ("for_in_clause", "left"),
        ("named_expression", "name"),
        ("default_parameter", "name"),
        ("typed_default_parameter", "name"),
        ("type_alias_statement", "left"),
        ("variable_declarator", "name"),
        ("function_declaration", "name"),
        ("generator_function_declaration", "name"),
        ("function_expression", "name"),
        ("class_declaration", "name"),
        ("arrow_function", "parameter"),
        ("required_parameter", "pattern"),
        ("optional_parameter", "pattern"),
        ("catch_clause", "parameter"),
        ("for_in_statement", "left"),
        ("enum_declaration", "name"),
        ("var_spec", "name"),
        ("const_spec", "name"),
        ("parameter_declaration", "name"),
        ("variadic_parameter_declaration", "name"),
        ("index_signature", "name"),
        ("pair_pattern", "value"),
    }
)
# All names directly inside these are bound, imported, or labels and no uses.
_BINDING_PARENTS = frozenset(
    {
        "parameters",
        "lambda_parameters",
        "typed_parameter",
        "list_splat_pattern",
        "dictionary_splat_pattern",
        "pattern_list",
        "tuple_pattern",
        "list_pattern",
        "as_pattern_target",
        "global_statement",
        "nonlocal_statement",
        "dotted_name",
        "aliased_import",
        "case_pattern",
        "formal_parameters",
        "array_pattern",
        "object_pattern",
        "rest_pattern",
        "object_assignment_pattern",
        "assignment_pattern",
        "import_clause",
        "import_specifier",
        "namespace_import",
        "export_specifier",
        "nested_identifier",
        "literal_element",
        "labeled_statement",
        "goto_statement",
        "break_statement",
        "continue_statement",
        "import_spec",
        "package_clause",
        "type_parameter",
        "type_parameters",
    }
)
_LEFT_LISTS = frozenset({"short_var_declaration", "range_clause"})


def claims(document: Document, tree: Tree, position: Position, text: str, replaced: int) -> Claims:
    """What a text claims when it is inserted at a place; nothing for languages that are not understood.

    `tree` is the tree of `document`. Nothing either where the text breaks the syntax: then nobody knows what it says.
    """
    if document.language not in LANGUAGES:
        return Claims()
    after = completed(document, tree, position, text, replaced)
    if after is None:
        return Claims()
    return claims_at(after, tree.byte(position), text)


def claims_at(tree: Tree, start: int, text: str) -> Claims:
    """The same for a text that stands in a tree's document already, from byte `start` on."""
    if tree.language not in LANGUAGES:
        return Claims()
    return _Reader(tree.language, text, start, start + len(text.encode("utf-8", "replace"))).read(tree)


class _Reader:
    """Reads the nodes that lie in the bytes `start`..`end`."""

    def __init__(self, language: str, text: str, start: int, end: int) -> None:
        self._python = language == "python"
        self._language = language
        self._text = text.encode("utf-8", "replace")
        self._start, self._end = start, end
        self._bound: set[str] = set()

    def read(self, tree: Tree) -> Claims:
        found: list[Claim] = []
        for node in self._nodes(tree.root):
            if node.type in ("identifier", "shorthand_property_identifier"):
                found += self._identifier(node)
            elif node.type == "shorthand_property_identifier_pattern":
                self._bound.add(_text(node))
            elif self._python:
                found += self._python_node(node)
        return Claims(tuple(sorted(found, key=lambda claim: claim.start)), frozenset(self._bound))

    def _nodes(self, root: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node.end_byte <= self._start or node.start_byte >= self._end or node.is_error:
                continue
            yield node
            waiting += reversed(node.children)

    def _offset(self, node: tree_sitter.Node) -> int:
        """Where a node begins in the inserted text, in code points."""
        before = self._text[: max(0, node.start_byte - self._start)]
        return len(before.decode("utf-8", "ignore"))

    def _identifier(self, node: tree_sitter.Node) -> Iterator[Claim]:
        parent = node.parent
        if parent is None or parent.type == "ERROR":
            return
        name = _text(node)
        if self._python and (_is(parent, "attribute", node) or _is(parent, "name", node, "keyword_argument")):
            return
        if _binds(node, parent):
            self._bound.add(name)
            return
        called = parent.type in ("call", "call_expression") and parent.child_by_field_name("function") == node
        yield Claim("name", name, self._offset(node), called=called)

    def _python_node(self, node: tree_sitter.Node) -> Iterator[Claim]:
        if node.type == "attribute":
            owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
            if owner is not None and name is not None and self._new(name) and not _is_target(node):
                yield Claim("attribute", _text(name), self._offset(name), _text(owner))
        elif node.type == "import_from_statement":
            for each in imports_of(node, "python"):
                yield from self._imported(node, each)
        elif node.type == "call":
            yield from self._call(node)

    def _imported(self, node: tree_sitter.Node, found: Import) -> Iterator[Claim]:
        self._bound.add(found.alias or found.name)
        for child in node.children_by_field_name("name"):
            name = child.child_by_field_name("name") or child
            if _text(name) == found.name and self._new(name):
                yield Claim("import", found.name, self._offset(name), found.module)

    def _call(self, node: tree_sitter.Node) -> Iterator[Claim]:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or arguments is None or arguments.type != "argument_list":
            return
        owner, count = _text(function), 0
        for argument in arguments.named_children:
            if argument.type in ("list_splat", "dictionary_splat", "comment"):
                return
            if argument.type == "keyword_argument":
                name = argument.child_by_field_name("name")
                if name is not None and self._new(name):
                    yield Claim("keyword", _text(name), self._offset(name), owner)
                continue
            count += 1
            if self._new(argument):
                yield Claim("arity", _text(argument), self._offset(argument), owner, count)

    def _new(self, node: tree_sitter.Node) -> bool:
        return node.end_byte > self._start and node.start_byte < self._end


def _text(node: tree_sitter.Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _is(parent: tree_sitter.Node, field: str, node: tree_sitter.Node, kind: str = "attribute") -> bool:
    return parent.type == kind and parent.child_by_field_name(field) == node


def _binds(node: tree_sitter.Node, parent: tree_sitter.Node) -> bool:
    if parent.type in _BINDING_PARENTS:
        # A default value is a use though it stands among parameters.
        return parent.child_by_field_name("right") != node
    if parent.type == "expression_list" and parent.parent is not None and parent.parent.type in _LEFT_LISTS:
        return parent.parent.child_by_field_name("left") == parent
    index = next((at for at, child in enumerate(parent.children) if child == node), -1)
    field = parent.field_name_for_child(index) if index >= 0 else None
    return (parent.type, field) in _BINDING_FIELDS


def _is_target(node: tree_sitter.Node) -> bool:
    """Whether an attribute is assigned to, which may make it."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type in ("pattern_list", "tuple_pattern", "list_pattern"):
        return True
    return parent.type in ("assignment", "for_statement") and parent.child_by_field_name("left") == node
