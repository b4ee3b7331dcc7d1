"""Documentation of a definition: in the style of the project, where its language wants it, and never code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from textwrap import dedent
from typing import Literal

from linnet_completions.edit import guards
from linnet_completions.edit.blocks import CUT, NOTHING, Refused, blocks
from linnet_completions.edit.change import Span, differences, replaced
from linnet_completions.edit.proposal import UNCHANGED, Proposal
from linnet_completions.models.redaction import has_placeholder
from linnet_context.docstrings import docstring, without_marks
from linnet_context.extents import Extent, extent
from linnet_context.languages import comment_prefix
from linnet_context.outline import Definition, outline
from linnet_context.text import Document

Style = Literal[
    "google", "numpy", "sphinx", "plain", "jsdoc", "javadoc", "go", "rustdoc", "doxygen", "comment"
]
DESCRIBED: dict[Style, str] = {
    "google": "a Python docstring in Google style (sections `Args:`, `Returns:`, `Raises:` where they apply)",
    "numpy": "a Python docstring in NumPy style (underlined sections `Parameters`, `Returns`, `Raises` where they apply)",
    "sphinx": "a Python docstring in Sphinx style (fields `:param name:`, `:returns:`, `:raises Error:` where they apply)",
    "plain": "a Python docstring without sections: one sentence, then more only where it is needed",
    "jsdoc": "a JSDoc comment (`@param name - ...`, `@returns ...`, `@throws ...` where they apply)",
    "javadoc": "a Javadoc comment (`@param name ...`, `@return ...`, `@throws Error ...` where they apply)",
    "go": "a Go doc comment: whole sentences, the first of which begins with the name; no tags",
    "rustdoc": "a rustdoc comment in Markdown (sections `# Errors`, `# Panics` where they apply)",
    "doxygen": "a Doxygen comment (`@brief`, `@param name`, `@return` where they apply)",
    "comment": "a comment: one sentence, then more only where it is needed",
}
_BY_LANGUAGE: dict[str, Style] = {
    "javascript": "jsdoc",
    "javascriptreact": "jsdoc",
    "typescript": "jsdoc",
    "typescriptreact": "jsdoc",
    "java": "javadoc",
    "go": "go",
    "rust": "rustdoc",
    "c": "doxygen",
    "cpp": "doxygen",
}
_SECTIONS: dict[Style, re.Pattern[str]] = {
    "google": re.compile(r"^[ \t]+(?:Args|Arguments|Returns|Raises|Yields|Attributes):[ \t]*$", re.MULTILINE),
    "numpy": re.compile(
        r"^[ \t]+(?:Parameters|Returns|Raises|Yields|Attributes)[ \t]*\n[ \t]+-{3,}", re.MULTILINE
    ),
    "sphinx": re.compile(r"^[ \t]+:(?:param|returns?|raises?|rtype|type)\b[^:\n]*:", re.MULTILINE),
}
_DOCSTRINGS = re.compile(r"^[ \t]+[rRuU]?(?:\"\"\"|''')", re.MULTILINE)
_QUOTED = re.compile(r"\A[rRuU]?(?P<quotes>\"\"\"|''')(?P<text>.*?)(?P=quotes)?\Z", re.DOTALL)
_ALONE = re.compile(r"\A[rRuU]?(?P<quotes>\"\"\"|''')(?:(?!(?P=quotes)).)*(?P=quotes)\Z", re.DOTALL)
_OWN_LINE = re.compile(r"(?:\"\"\"|''')\\?\n")
_SAME_LINE = re.compile(r"(?:\"\"\"|''')[^\s\"']")
_DOCUMENTED = re.compile(
    r"^\s*(?::param (?:[\w.\[\]]+ )?|[@\\]param(?:\[\w+\])? (?:\{[^}]*\} )?\[?)\*{0,2}(?P<name>\w+)",
    re.MULTILINE,
)
_GO_DIRECTIVE = re.compile(r"//(?:go:|nolint|line |export )|// \+build")
_MOST_LINES = 80
_MOST_TEXTS = 40


def style_of(document: Document, others: Iterable[str]) -> Style:
    """The style of a document's documentation; for Python the one that it, or else the project's texts, use most."""
    if document.language != "python":
        return _BY_LANGUAGE.get(document.language, "comment")
    documented = 0
    counts = dict.fromkeys(_SECTIONS, 0)
    for number, text in enumerate((document.text(), *others)):
        if number > _MOST_TEXTS:
            break
        weight = 5 if number == 0 else 1
        documented += len(_DOCSTRINGS.findall(text))
        for style, sections in _SECTIONS.items():
            counts[style] += weight * len(sections.findall(text))
    if any(counts.values()):
        return max(counts, key=lambda style: counts[style])
    return "plain" if documented else "google"


def documented(
    document: Document, definition: Definition, style: Style, answer: str, *, cut: bool = False
) -> Proposal | Refused:
    """The edit that gives a definition of a document the documentation that an answer holds."""
    if cut:
        return CUT
    lines = extent(document.text(), document.language, definition)
    if lines is None:
        return Refused("There is nothing here that could be documented.")
    words = words_of(answer, document.language, definition.name)
    if isinstance(words, Refused):
        return words
    place = _place(document, lines)
    if isinstance(place, Refused):
        return place
    first, last, indent = place
    text = _rendered(document, style, words, indent)
    kept = document.lines[first : last + 1] if first <= last else ()
    if [line.rstrip("\r\n") for line in kept] == text:
        return UNCHANGED
    made = _edit(document, first, last, text, tuple(_notes(definition, words)))
    return made if isinstance(made, Refused) else replace(made, about=Span(lines.first, lines.last))


def words_of(answer: str, language: str, name: str) -> list[str] | Refused:
    """The documentation in an answer, without quotes and marks: alone, in a comment, or on top of the code."""
    text = answer.replace("\r\n", "\n").replace("\r", "\n")
    found = blocks(text)
    if found:
        best = max(found, key=lambda block: len(block.text))
        if not best.closed:
            return CUT
        text = best.text
    shown = outline(dedent(text), language).definitions
    own = next((one for one in shown if one.name == name), None)
    if own is not None:
        text = docstring(dedent(text), language, own)
    elif language == "python":
        quoted = _QUOTED.match(text.strip())
        text = quoted["text"] if quoted else text
    else:
        text = without_marks(text, language)
    head, newline, rest = text.strip().partition("\n")
    lines = [line.rstrip() for line in (head + newline + dedent(rest)).split("\n")]
    if not any(lines):
        return NOTHING
    if len(lines) > _MOST_LINES or has_placeholder(text):
        return Refused("The answer is no documentation.")
    return lines


def _place(document: Document, lines: Extent) -> tuple[int, int, str] | Refused:
    """The lines that documentation replaces (none when the last is before the first), and its indentation."""
    if document.language != "python":
        indent = _indent(document.line(lines.header))
        if lines.comment is not None and _is_documentation(document, *lines.comment):
            return (*lines.comment, indent)
        return lines.header, lines.header - 1, indent
    if lines.comment is not None:
        first, last = lines.comment
        if not _ALONE.match("\n".join(document.line(line) for line in range(first, last + 1)).strip()):
            return Refused("Its docstring shares a line with code, or has no triple quotes.")
        return first, last, _indent(document.line(first))
    if lines.body is None:
        return Refused("Its body stands on the line of its header, so a docstring has no place there.")
    return lines.body, lines.body - 1, _indent(document.line(lines.body))


def _is_documentation(document: Document, first: int, last: int) -> bool:
    """Whether comments above a definition document it; others (licences, directives) stay where they are."""
    lines = [document.line(line).strip() for line in range(first, last + 1)]
    if document.language == "go":
        return all(line.startswith("//") and not _GO_DIRECTIVE.match(line) for line in lines)
    if lines[0].startswith("/**"):
        return lines[-1].endswith("*/") and sum("*/" in line for line in lines) == 1
    return all(line.startswith("///") for line in lines)


def _rendered(document: Document, style: Style, words: Sequence[str], indent: str) -> list[str]:
    if document.language == "python":
        return [indent + line if line else "" for line in _quoted(document.text(), words)]
    if style in ("jsdoc", "javadoc", "doxygen"):
        safe = [line.replace("*/", "*\\/") for line in words]
        body = [f" * {line}".rstrip() for line in safe]
        return [indent + line for line in ("/**", *body, " */")]
    mark = "///" if style == "rustdoc" else comment_prefix(document.language) or "#"
    return [f"{indent}{mark} {line}".rstrip() for line in words]


def _quoted(text: str, words: Sequence[str]) -> list[str]:
    """A docstring as the file writes its own: the first sentence on the line of the quotes, or on the next."""
    body = [line.replace('"""', "'''") for line in words]
    opening = 'r"""' if any("\\" in line for line in body) else '"""'
    if len(body) == 1:
        tail = " " if body[0].endswith('"') else ""
        return [f'{opening}{body[0]}{tail}"""']
    if len(_OWN_LINE.findall(text)) > 2 * len(_SAME_LINE.findall(text)):
        return [opening, *body, '"""']
    return [opening + body[0], *body[1:], '"""']


def _edit(
    document: Document, first: int, last: int, text: Sequence[str], notes: tuple[str, ...]
) -> Proposal | Refused:
    """The edit that puts lines in the place of some, or before the first where there are none."""
    if last < first:
        text, last = [*text, document.line(first)], first
    whole = replaced(document, Span(first, last), text)
    bad = guards.unclean("\n".join(text)) or guards.broken(document, whole)
    if bad is not None:
        return bad
    changes = differences(document, whole)
    return Proposal(document.path, document.version, changes, notes=notes, doubts=bool(notes))


def _notes(definition: Definition, words: Sequence[str]) -> Iterable[str]:
    """Parameters that are documented and do not exist; a signature that was shortened cannot tell."""
    if definition.kind not in ("function", "method") or definition.signature.endswith("…"):
        return
    known = set(re.findall(r"\w+", definition.signature))
    stated = dict.fromkeys(found["name"] for found in _DOCUMENTED.finditer("\n".join(words)))
    wrong = [name for name in stated if name not in known]
    if wrong:
        listed = ", ".join(f"`{name}`" for name in wrong)
        yield f"It documents parameters that there are not: {listed}."


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
