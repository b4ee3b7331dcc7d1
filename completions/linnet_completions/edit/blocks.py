"""The code in a model's answer: with or without a fence, with prose around it, or of another file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from linnet_context.languages import language_of

_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
_PATH = re.compile(r"(?<![\w/.-])(?:[\w.@-]+[/\\])*[\w.@-]+\.[A-Za-z]\w{0,9}(?![\w/])")
# A line that is a file's name and nothing else, in a comment or in Markdown.
_NAMED = re.compile(
    r"^\W*(?:(?:file|path|filename)\s*[:=]\s*)?[`*\"']*(?P<path>(?:[\w.@-]+[/\\])*[\w.@-]+\.[A-Za-z]\w{0,9})[`*\"']*\W*$",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"\s*(?:#|//|--|/\*|<!--)")
_PROSE = re.compile(r"[A-Z][\w'’,-]*(?: [\w'’`\"(),/:-]+){2,}.*[.:!?]$|(?:Sure|Certainly|Here)\b.*[.:!]$")
_GUTTER = re.compile(r"^ *(?P<number>\d+)(?: *[|:]|  | ?\t| |$)(?P<code>.*)$")
_WORD = re.compile(r"\w\w+")
_SAME = {
    "py": "python",
    "python3": "python",
    "js": "javascript",
    "jsx": "javascriptreact",
    "ts": "typescript",
    "tsx": "typescriptreact",
    "golang": "go",
    "rs": "rust",
    "c++": "cpp",
    "cc": "cpp",
    "cs": "csharp",
    "kt": "kotlin",
    "rb": "ruby",
    "sh": "shellscript",
    "bash": "shellscript",
    "shell": "shellscript",
    "console": "shellscript",
}
_FAMILIES = (
    frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"}),
    frozenset({"c", "cpp"}),
)
_ANY = frozenset({"", "code", "text", "txt", "plaintext", "plain"})


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an answer does not become an edit, in one sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language ("" for none), the file that it is said to be, and whether its end came."""

    language: str
    path: str
    text: str
    closed: bool


NOTHING = Refused("The answer has no code.")
CUT = Refused("The answer was cut before its end.")


def code_of(answer: str, language: str, path: str, name: str, like: str) -> str | Refused:
    """The code that an answer (its lines end in line feeds) proposes for a file, without gutters; or why there is none.

    `name` is what the code should define ("" for nothing in particular), `like` the text that it is to replace.
    """
    found = blocks(answer)
    if not found:
        code = _ungutted(_without_prose(answer))
        # Without a fence any word may be an answer, and many a word is an expression.
        return (
            code if _WORD.findall(code) and set(_WORD.findall(code)) & set(_WORD.findall(like)) else NOTHING
        )
    own = [block for block in found if not _is_of_another(block.path, path)]
    if not own:
        return Refused(f"The answer is for another file ({found[0].path}).")
    fitting = [block for block in own if _fits(block.language, language)]
    if not fitting:
        return Refused(f"The answer is not written in {language}.")
    best = max(fitting, key=lambda block: _promise(block.text, name, like))
    if not best.closed:
        return CUT
    return _ungutted(best.text) or NOTHING


def blocks(answer: str) -> list[Block]:
    """The fenced blocks of an answer. A fence inside a block that is indented further, or names a language, is text."""
    found: list[Block] = []
    lines = answer.split("\n")
    number = 0
    while number < len(lines):
        opening = _FENCE.fullmatch(lines[number])
        if opening is None:
            number += 1
            continue
        end = _closing(lines, number + 1, opening)
        closed = end < len(lines)
        inner = lines[number + 1 : end]
        named, inner = _named(opening["info"], lines[number - 1] if number else "", inner)
        text = "\n".join(_dedented(inner, opening["indent"]))
        found.append(Block(_language(opening["info"]), named, text, closed))
        number = end + 1
    return found


def _closing(lines: Sequence[str], start: int, opening: re.Match[str]) -> int:
    """The line that closes a block; the number of lines where none does."""
    depth = 0
    for number in range(start, len(lines)):
        fence = _FENCE.fullmatch(lines[number])
        if fence is None or len(fence["indent"]) > len(opening["indent"]):
            continue
        if fence["fence"][0] != opening["fence"][0] or len(fence["fence"]) < len(opening["fence"]):
            continue
        if fence["info"].strip():
            depth += 1
        elif depth:
            depth -= 1
        else:
            return number
    return len(lines)


def _dedented(lines: Sequence[str], indent: str) -> list[str]:
    return [line.removeprefix(indent) for line in lines] if indent else list(lines)


def _named(info: str, before: str, inner: list[str]) -> tuple[str, list[str]]:
    """The file that a block says it is, by its info string, its first line or the line above; and its own lines."""
    stated = _PATH.search(info.partition(" ")[2] or info.partition(":")[2])
    if stated:
        return stated[0].replace("\\", "/"), inner
    if inner and _COMMENT.match(inner[0]) and (first := _NAMED.match(inner[0])):
        return first["path"].replace("\\", "/"), inner[1:]
    above = _NAMED.match(before.strip())
    return (above["path"].replace("\\", "/") if above else ""), inner


def _is_of_another(named: str, path: str) -> bool:
    if not named or language_of(named) is None:
        return False
    if "/" not in named.removeprefix("./"):
        return posixpath.basename(named) != posixpath.basename(path)
    named = named.removeprefix("./").removeprefix("a/").removeprefix("b/").lstrip("/")
    return not (path == named or path.endswith("/" + named) or named.endswith("/" + path))


def _language(info: str) -> str:
    words = re.split(r"[\s:{,]+", info.strip().lower().lstrip("{."))
    return _SAME.get(words[0], words[0])


def _fits(stated: str, language: str) -> bool:
    if stated in _ANY or stated == language:
        return True
    return any(stated in family and language in family for family in _FAMILIES)


def _promise(text: str, name: str, like: str) -> tuple[bool, int, int]:
    """How likely a block is the one that was asked for: it names the symbol, it shares lines with what it replaces."""
    names = bool(name) and re.search(rf"\b{re.escape(name)}\b", text) is not None
    known = {line.strip() for line in like.split("\n") if line.strip()}
    shared = sum(line.strip() in known for line in text.split("\n"))
    return names, shared, len(text)


def _without_prose(answer: str) -> str:
    """An answer without a fence: sentences before and behind the code are left out, nothing between."""
    parts = re.split(r"\n[ \t]*\n", answer.strip("\n"))
    while parts and _is_prose(parts[0]):
        parts.pop(0)
    while parts and _is_prose(parts[-1]):
        parts.pop()
    return "\n\n".join(parts)


def _is_prose(part: str) -> bool:
    lines = [line for line in part.strip().split("\n") if line]
    return bool(lines) and all(_PROSE.match(line) for line in lines)


def _ungutted(text: str) -> str:
    """Code without line numbers before its lines, where all lines have one and they count up; and without blank ends."""
    lines = text.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    numbered = [_GUTTER.match(line) for line in lines]
    if len(lines) > 1 and all(numbered):
        numbers = [int(one["number"]) for one in numbered if one]
        if numbers == list(range(numbers[0], numbers[0] + len(numbers))):
            lines = [one["code"] for one in numbered if one]
    return "\n".join(lines)
