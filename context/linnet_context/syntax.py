"""Syntax as others see it: trees, their errors, what lies around a place, what an insertion would break."""

from __future__ import annotations

import re

from linnet_context.scopes import Scope, around, in_string_or_comment, scopes
from linnet_context.text import Document, Position
from linnet_context.tree import SyntaxProblem, Tree, broken, errors, parse

__all__ = [
    "Scope",
    "SyntaxProblem",
    "Tree",
    "completed",
    "ended",
    "errors",
    "in_string_or_comment",
    "new_errors",
    "parse",
    "scopes",
]

_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`")


# Words at the start of a line after which a body is to come, or a value.
_OPENS = re.compile(
    r"\s*(?:[\w\[\]<>,.*& ]+\(|(?:export|default|pub|public|private|protected|static|abstract|async)\b|(?:if|for|while|"
    r"def|class|with|elif|else|try|except|finally|match|case|switch|function|func|fn|impl|trait|struct|enum|interface|"
    r"namespace|mod|do|catch|type)\b)"
)
_DECLARES = re.compile(r"\s*(?:export\s+)?(?:const|let|var|type|auto|static|using)\b")
_TRIES = re.compile(r"\s*try\b")
_IMPORTS = re.compile(r"\s*(?:import|export)\b")
_LONG_QUOTES = {
    "python": ('"""', "'''"),
    "go": ("`",),
    **dict.fromkeys(("javascript", "javascriptreact", "typescript", "typescriptreact"), ("`",)),
}
_NEEDS_SEMICOLON = frozenset({"java", "c", "cpp", "rust"})
_AFTER_TRY = {"cpp": " catch (...) {}"}


def new_errors(document: Document, tree: Tree, position: Position, inserted: str, replaced: int) -> bool:
    """Whether inserting a text at a place adds a syntax error that was not there.

    `tree` is the tree of `document`; `replaced` code points behind the place, on its line, give way. A text that
    merely waits for more (an open bracket, an operator at its end) adds no error, for the typing goes on there.
    """
    return completed(document, tree, position, inserted, replaced) is None


def completed(
    document: Document, tree: Tree, position: Position, inserted: str, replaced: int
) -> Tree | None:
    """The tree of a document with a text inserted, which goes on as far as it must; None if that adds an error."""
    known = len(broken(tree.root))
    end = Position(position.line, position.column + replaced)
    line = document.before(position) + inserted
    for ending in _endings(tree.language, line.rpartition("\n")[2], inserted):
        edited, splice = document.edited(position, end, inserted + ending, document.version)
        after = parse(edited, tree, (splice,))
        if after is None or len(broken(after.root)) <= known:
            return after
    return None


def ended(document: Document, tree: Tree, position: Position, inserted: str) -> int | None:
    """Where in a text (code points) the block that it continues is over; None while it is not.

    The block is that of the last line of code up to the place: a definition, a loop, a statement.
    """
    after = completed(document, tree, position, inserted, 0)
    if after is None:
        return None
    row = position.line
    if not document.before(position).strip():
        row = next((one for one in range(row - 1, -1, -1) if document.line(one).strip()), row)
    start = tree.byte(position)
    data = inserted.encode("utf-8", "replace")
    holding = (node for node in around(after.root, start) if node.parent is not None)
    end = next((node.end_byte for node in holding if node.start_point.row == row), start)
    if not start < end < start + len(data.rstrip()):
        return None
    return len(data[: end - start].decode("utf-8", "ignore"))


def _endings(language: str, line: str, inserted: str) -> list[str]:
    """How a text could go on that ends in the middle of something, first that it does not; `line` is its last one."""
    closers = _closers(inserted)
    found = ["", closers, " _" + closers]
    # A long string is begun on one line and ended on another.
    found += [quote for quote in _LONG_QUOTES.get(language, ()) if inserted.count(quote) % 2]
    if language == "python":
        if " for " in f" {line}":
            found.append(f" in _{closers}")
        if _OPENS.match(line):
            found += [f"{ending}: pass" for ending in found]
        if line.lstrip().startswith("@"):
            indent = line[: len(line) - len(line.lstrip())]
            found += [f"{ending}\n{indent}def _(): pass" for ending in found]
        return list(dict.fromkeys(found))
    if _OPENS.match(line):
        found += [closers + " {}", f" _{closers} {{}}"]
    if _DECLARES.match(line):
        found.append(closers + " = _")
    if _TRIES.match(line):
        found.append(closers + _AFTER_TRY.get(language, " finally {}"))
    if _IMPORTS.match(line):
        found += [closers + ' from "_"', ' "_"']
    if language in _NEEDS_SEMICOLON:
        found += [ending + ";" for ending in found]
    return list(dict.fromkeys(found))


def _closers(text: str) -> str:
    """What closes the brackets that a text leaves open."""
    waiting: list[str] = []
    for letter in _QUOTED.sub("", text):
        if letter in _CLOSERS:
            waiting.append(_CLOSERS[letter])
        elif waiting and letter == waiting[-1]:
            waiting.pop()
    return "".join(reversed(waiting))
