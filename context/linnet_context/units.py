"""What a query captures in a text: the nodes that define something, their names and their signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tree_sitter

_QUERIES = {
    "python": ("python",),
    "javascript": ("javascript",),
    "javascriptreact": ("javascript",),
    "typescript": ("typescript",),
    "typescriptreact": ("typescript", "tsx"),
    "go": ("go",),
    "rust": ("rust",),
    "java": ("java",),
    "c": ("c",),
    "cpp": ("c", "cpp"),
}
_LONGEST_SIGNATURE = 160
# A text above this size is parsed in slices, so that other threads may run meanwhile.
_LARGE = 1 << 16


@cache
def query_of(language: str) -> tree_sitter.Query | None:
    """The compiled query of a language; None for a language that has none."""
    return _compiled(language, _patterns(language))


@cache
def declaring_query_of(language: str) -> tree_sitter.Query | None:
    """Like `query_of`, without the patterns for references, each of which is a line: most of what is found are such."""
    return _compiled(language, [line for line in _patterns(language) if "@reference" not in line])


def _patterns(language: str) -> list[str]:
    folder = files("linnet_context") / "queries"
    texts = [(folder / f"{name}.scm").read_text("utf-8") for name in _QUERIES.get(language, ())]
    return "\n".join(texts).splitlines()


def _compiled(language: str, patterns: list[str]) -> tree_sitter.Query | None:
    import tree_sitter

    from linnet_context.grammars import grammar

    parser = grammar(language) if patterns else None
    return None if parser is None else tree_sitter.Query(parser, "\n".join(patterns))


class Source:
    """A text as the bytes that a parser reads; columns of both are translated here."""

    __slots__ = ("_ascii", "data")

    def __init__(self, text: str) -> None:
        if "\r" in text:
            text = re.sub(r"\r(?!\n)", "\n", text)  # A lone CR ends a line for us, but not for the parser.
        self.data = text.encode("utf-8", "replace")
        self._ascii = len(self.data) == len(text)

    def parse(self, language: str) -> tree_sitter.Tree:
        """The tree of the text; the language has a grammar."""
        import tree_sitter

        from linnet_context.grammars import grammar

        parser = tree_sitter.Parser(grammar(language))
        if len(self.data) < _LARGE:
            return parser.parse(self.data)
        return parser.parse(self._read)

    def _read(self, offset: int, _point: tuple[int, int]) -> bytes:
        return self.data[offset : offset + 4096]

    def text(self, start: int, end: int) -> str:
        return self.data[start:end].decode("utf-8", "replace")

    def of(self, node: tree_sitter.Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def column(self, start: int, column: int) -> int:
        """The column in code points of the byte `start`, whose column in bytes is known."""
        return column if self._ascii else len(self.data[start - column : start].decode("utf-8", "replace"))


def last_row(node: tree_sitter.Node) -> int:
    """The last line that a node has text on; the line break that some nodes end with is not counted."""
    row, column = node.end_point
    return row - 1 if not column and node.start_point.row < row else row


# Nodes that may name several things at once, and the field that holds each.
_SEVERAL = {
    "const_spec": "name",
    "var_spec": "name",
    "field_declaration": "declarator",
    "declaration": "declarator",
    "type_definition": "declarator",
}


def names(unit: tree_sitter.Node, language: str) -> Iterator[tree_sitter.Node]:
    """The nodes that name what a captured node defines."""
    field = _SEVERAL.get(unit.type)
    if field is None or (unit.type == "field_declaration" and language == "rust"):
        if (name := _name(unit)) is not None:
            yield name
        return
    if unit.type == "field_declaration" and language == "go":
        field = "name"
    found = unit.children_by_field_name(field)
    if not found and language == "go" and (embedded := unit.child_by_field_name("type")) is not None:
        found = [embedded]
    yield from (_innermost(node) for node in found if node.is_named)


def _name(unit: tree_sitter.Node) -> tree_sitter.Node | None:
    if unit.type == "impl_item":
        return unit.child_by_field_name("type")
    if unit.child_count == 0:
        return unit
    for field in ("name", "key", "pattern", "property"):
        if found := unit.child_by_field_name(field):
            return found
    if left := unit.child_by_field_name("left"):
        return left.child_by_field_name("attribute") or left.child_by_field_name("property") or left
    declarator = unit.child_by_field_name("declarator")
    return _innermost(declarator) if declarator is not None else None


def _innermost(node: tree_sitter.Node) -> tree_sitter.Node:
    """What a declarator of C declares; of Java's, its name."""
    while True:
        inner = node.child_by_field_name("declarator")
        if inner is None and node.type in ("reference_declarator", "parenthesized_declarator"):
            inner = node.named_child(0) if node.named_child_count else None
        if inner is None and node.type in ("variable_declarator", "template_function"):
            inner = node.child_by_field_name("name")
        if inner is None:
            return node
        node = inner


_LEADERS = {"type_spec": "type ", "const_spec": "const ", "var_spec": "var ", "type_alias": "type "}
_SPACE = re.compile(r"\s+")
_TIGHT = re.compile(r"(?<=[(\[]) | (?=[)\],;])|,(?= ?[)\]])")
_COMMENT = re.compile(r"(?:^|(?<=[\s,(]))(?://|#)(?:\s[^\n]*)?(?=\n|$)|/\*.*?\*/", re.DOTALL)
_TELLING = re.compile(
    rb"property|\w+\.setter|staticmethod|classmethod|"
    rb"(?:\w+\.)?(?:abstractmethod|dataclass|overload|cached_property)\b"
)


def signature(source: Source, unit: tree_sitter.Node) -> str:
    """A definition without its body, on one line of at most 160 characters."""
    text = _header(source, unit)
    if "\n" in text:
        text = _COMMENT.sub("", text)
    text = _SPACE.sub(" ", text) if "\n" in text or "  " in text or "\t" in text else text
    if "( " in text or " )" in text or ",)" in text:
        text = _TIGHT.sub("", text)
    text = text.rstrip().removesuffix("=>").rstrip(" {:;,=")
    if unit.type in _LEADERS:
        text = _LEADERS[unit.type] + text
    elif unit.type == "variable_declarator" and (word := declaring_word(source, unit)):
        text = f"{word} {text}"
    elif unit.type in ("function_definition", "class_definition"):
        text = _decorators(source, unit) + text
    return text if len(text) <= _LONGEST_SIGNATURE else text[: _LONGEST_SIGNATURE - 1].rstrip() + "…"


def heading(source: Source, unit: tree_sitter.Node) -> str:
    """A definition without its body as it is written, for who only looks for types in it."""
    return _header(source, unit)


def _header(source: Source, unit: tree_sitter.Node) -> str:
    """A definition without its body; what follows the body of a type is kept, as C puts its names there."""
    most = 4 * _LONGEST_SIGNATURE
    body = _body(unit)
    if body is None:
        return source.text(unit.start_byte, min(unit.end_byte, unit.start_byte + most))
    text = source.text(unit.start_byte, min(body.start_byte, unit.start_byte + most))
    if unit.type in ("type_definition", "field_declaration"):
        text += "{…}" + source.text(body.end_byte, min(unit.end_byte, body.end_byte + most))
    return text


_TYPES_WITH_BODY = frozenset(
    {"struct_type", "interface_type", "struct_specifier", "union_specifier", "enum_specifier"}
)
_FUNCTION_VALUES = frozenset({"arrow_function", "function_expression", "class", "generator_function"})
_LITERALS = frozenset({"object", "object_type", "array", "dictionary", "list"})


def _body(unit: tree_sitter.Node) -> tree_sitter.Node | None:
    """The part of a definition that its signature leaves out."""
    if body := unit.child_by_field_name("body"):
        before = body.prev_sibling
        return before if before is not None and before.type == "field_initializer_list" else body
    if unit.type == "macro_definition":
        return next((child for child in unit.children if child.type in ("{", "(")), None)
    value = next(filter(None, map(unit.child_by_field_name, ("value", "type", "right"))), None)
    if value is None:
        return None
    if value.type in _FUNCTION_VALUES:
        return value.child_by_field_name("body")
    if value.type in _TYPES_WITH_BODY:
        opens = (child for child in value.children if child.type == "{" or child.type.endswith("_list"))
        return next(opens, None)
    spread = value.end_point.row > value.start_point.row
    return value if spread and value.type in _LITERALS else None


def declaring_word(source: Source, declarator: tree_sitter.Node) -> str:
    """``const``, ``let`` or ``var`` before a JavaScript variable; empty in other languages."""
    statement = declarator.parent
    word = source.text(statement.start_byte, statement.start_byte + 6).split(" ")[0] if statement else ""
    return word if word in ("const", "let", "var") else ""


def _decorators(source: Source, unit: tree_sitter.Node) -> str:
    """The decorators that change how a Python definition is used."""
    around = unit.parent if b"@" in source.data[max(0, unit.start_byte - 400) : unit.start_byte] else None
    if around is None or around.type != "decorated_definition":
        return ""
    found = [source.of(child)[1:] for child in around.children if child.type == "decorator"]
    return "".join(f"@{name} " for name in found if _TELLING.match(name.encode()) and len(name) < 60)
