"""Text that its own language does not allow: syntax errors, broken JSON and TOML, forgotten conflict markers."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from linnet_context.languages import language_of
from linnet_context.text import Document, Position

from .finding import Candidate

_TOML_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_MARKERS = (re.compile(r"<{7}(?: |$)"), re.compile(r"={7}$"), re.compile(r">{7}(?: |$)"))
# Files whose text is a template or an extension of the language that their name tells.
_OTHER_SYNTAX = re.compile(r"@(?:no)?flow\b|\{%-?\s|\{\{\s*cookiecutter")
# Comments, raw strings, strings, and characters (not the quotes that group digits).
_C_LITERAL = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r'|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![\da-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
# Of the branches that the preprocessor chooses from, one is enough.
_OTHER_BRANCH = re.compile(r"^[ \t]*#[ \t]*(?:else|elif)\b.*?^[ \t]*#[ \t]*endif", re.DOTALL | re.MULTILINE)
_BRACKET = re.compile(r"[()\[\]{}]")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_PROSE = frozenset({"markdown", "restructuredtext", "plaintext", "latex", None})


def syntax_errors(path: str, text: str) -> tuple[Candidate, ...]:
    """The first place where a text breaks the rules of its language, if that is known: the rest follow from it."""
    language = language_of(path)
    if is_template(text) or "{{" in path:
        return ()
    if language == "json":
        return _json_error(text)
    if language == "toml":
        return _toml_error(text)
    return _tree_error(path, language, text) if language else ()


def is_template(text: str) -> bool:
    """Whether a text only becomes its language when a tool has filled it in, or extends that language."""
    return _OTHER_SYNTAX.search(text[:4000]) is not None


def _tree_error(path: str, language: str, text: str) -> tuple[Candidate, ...]:
    from linnet_context.syntax import errors, parse

    tree = parse(Document.of(path, language, text))
    problem = next(iter(errors(tree)), None) if tree else None
    if problem is None:
        return ()
    start, end = Position(problem.line, problem.column), Position(problem.end_line, problem.end_column)
    message = problem.message[:1].upper() + problem.message[1:]
    consequence = "The file does not compile."
    return (Candidate(f"syntax/{language}", "error", "syntax", message, consequence, start, end),)


def is_balanced(text: str) -> bool:
    """Whether the brackets of a C or C++ text match, comments and literals aside."""
    waiting: list[str] = []
    text = _OTHER_BRANCH.sub("", _C_LITERAL.sub("", text))
    for letter in _BRACKET.findall(text):
        if letter in _CLOSING:
            waiting.append(_CLOSING[letter])
        elif not waiting or waiting.pop() != letter:
            return False
    return not waiting


def _json_error(text: str) -> tuple[Candidate, ...]:
    if (
        "//" in text or "/*" in text or not text.strip()
    ):  # Many .json files are read by parsers that allow comments.
        return ()
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return (_broken("json", error.msg, error.lineno - 1, error.colno - 1),)
    except (ValueError, RecursionError):
        pass  # Too deep or too long a number: unusual, and still JSON.
    return ()


def _toml_error(text: str) -> tuple[Candidate, ...]:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        line, column = (int(place[1]) - 1, int(place[2]) - 1) if place else (max(0, text.count("\n") - 1), 0)
        return (_broken("toml", str(error).split(" (at ")[0], line, column),)
    except (ValueError, RecursionError):
        pass
    return ()


def _broken(language: str, message: str, line: int, column: int) -> Candidate:
    start, end = Position(line, column), Position(line, column + 1)
    return Candidate(f"syntax/{language}", "error", "syntax", message, "The file cannot be read.", start, end)


def conflict_markers(path: str, added: Mapping[int, str]) -> Iterator[Candidate]:
    """A merge that was committed unfinished: all three markers, in order, among the added lines."""
    if language_of(path) in _PROSE and PurePosixPath(path).suffix != "":
        return
    wanted, first = 0, 0
    for number, text in sorted(added.items()):
        if _MARKERS[wanted].match(text.rstrip("\r\n")):
            first = number if wanted == 0 else first
            wanted += 1
        if wanted == len(_MARKERS):
            start, end = Position(first, 0), Position(first, 7)
            message = "The markers of a merge conflict are still here"
            yield Candidate("syntax/conflict", "error", "syntax", message, "The file is broken.", start, end)
            wanted = 0
