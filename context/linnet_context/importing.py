"""The import statements that a text needs, for names that the workspace defines in exactly one place."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linnet_context.claims import Claim
from linnet_context.languages import is_test_path
from linnet_context.outline import Definition, Import, Outline, outline
from linnet_context.text import Document, Position
from linnet_context.world import BUILTINS, has_word

if TYPE_CHECKING:
    from linnet_context.index.index import Index

_SCRIPTS = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})
_KINDS = frozenset({"function", "class", "type", "constant", "variable"})
_ENDING = re.compile(r"(?:\.d)?\.(?:js|mjs|cjs|jsx|ts|tsx|mts|cts)$")
# More than one text's worth of imports at once would be somebody else's work.
_MOST = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be inserted before the 0-based `line` of a document; `text` has no line ending."""

    line: int
    text: str


def needed(
    index: Index, document: Document, position: Position, text: str, used: tuple[Claim, ...]
) -> tuple[Line, ...]:
    """The imports that a text needs which stands at a place of a document already; `used` are its claims.

    Only names that the document mentions nowhere else, and that one file of the workspace defines at its top.
    """
    if document.language != "python" and document.language not in _SCRIPTS or not index.complete:
        return ()
    own = outline(document.text(), document.language)
    last = position.line + text.count("\n")
    names = dict.fromkeys(claim.name for claim in used if claim.kind == "name" and len(claim.name) > 1)
    found = [
        statement
        for name in names
        if not _known(document, own, name, position.line, last)
        and (statement := _statement(index, document, name)) is not None
    ]
    line = _place(document, own)
    return tuple(Line(line, statement) for statement in found[:_MOST])


def _known(document: Document, own: Outline, name: str, first: int, last: int) -> bool:
    """Whether a name needs no import: a builtin, or the document has it elsewhere already."""
    if name in BUILTINS["python" if document.language == "python" else "javascript"]:
        return True
    if any(name in (one.name, one.alias) for one in own.imports) or any(
        one.name == name for one in own.definitions
    ):
        return True
    lines = enumerate(document.lines)
    return any(name in line and has_word(line, name) for number, line in lines if not first <= number <= last)


def _statement(index: Index, document: Document, name: str) -> str | None:
    places = [(path, one) for path, one in index.definitions(name) if _is_public(index, path, one, document)]
    if len(places) != 1:
        return None
    for module, statement in _ways(places[0][0], name, document):
        files = index.resolver().files(Import(module, name, "", 0), document.path, document.language)
        if places[0][0] in files:
            return statement
    return None


def _is_public(index: Index, path: str, found: Definition, document: Document) -> bool:
    """Whether a definition can be imported: at the top of another file that is no test."""
    if path == document.path or found.parent or found.kind not in _KINDS or is_test_path(path):
        return False
    if document.language == "python":
        return path.endswith(".py") and found.column <= len("async def ")
    lines = (index.text(path) or "").split("\n")
    return found.line < len(lines) and lines[found.line].startswith("export ")


def _ways(path: str, name: str, document: Document) -> Iterator[tuple[str, str]]:
    """How a file may be named in an import, the shortest way that is right last: module and statement."""
    if document.language == "python":
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        for start in range(len(parts)):
            module = ".".join(parts[start:])
            yield module, f"from {module} import {name}"
        return
    folder = posixpath.dirname(document.path) or "."
    module = _ENDING.sub("", posixpath.relpath(path, folder)).removesuffix("/index")
    module = module if module.startswith(".") else f"./{module}"
    end = ";" if any(line.rstrip().endswith(";") for line in document.lines[:50]) else ""
    yield module, f'import {{ {name} }} from "{module}"{end}'


def _place(document: Document, own: Outline) -> int:
    """Behind the last import at the top; without one, behind the head of comments and the module's docstring."""
    lines = document.lines
    top = [one.line for one in own.imports if not lines[one.line][:1].isspace()]
    if top:
        line = max(top)
        depth = 0
        while line < len(lines):  # An import may go on over lines, in brackets.
            depth += (
                lines[line].count("(")
                + lines[line].count("{")
                - lines[line].count(")")
                - lines[line].count("}")
            )
            line += 1
            if depth <= 0:
                return line
        return line
    line, quote = 0, ""
    while line < len(lines):
        text = lines[line].strip()
        if quote:
            quote = "" if quote in text else quote
        elif (start := text[:3]) in ('"""', "'''"):
            quote = "" if start in text[3:] else start
        elif not text.startswith(("#", "//", "/*", "*")):
            break
        line += 1
    return line
