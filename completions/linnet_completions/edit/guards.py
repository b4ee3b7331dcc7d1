"""What must hold of an edit: no code left out, no new syntax error, nothing lost that was not to go."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence

from linnet_completions.edit.blocks import Refused
from linnet_completions.edit.change import Span
from linnet_completions.models.redaction import has_placeholder
from linnet_context.outline import Outline
from linnet_context.syntax import SyntaxProblem, errors, parse
from linnet_context.text import Document

_ELIDED = re.compile(
    r"(?:#|//|--|/\*|<!--|\{/\*)\W*(?:\.{3}|…)|"
    r"(?:#|//|--|/\*|<!--|\{/\*).*\b(?:rest of|existing code|remain(?:s|ing)? (?:code|of|the same|unchanged)|unchanged|"
    r"same as (?:before|above)|omitted|your code here|implementation (?:here|goes))\b",
    re.IGNORECASE,
)
_BARE = re.compile(r"\s*(?:\.{3}|…)\s*$")
_MARKS = re.compile(r"^(?:<{7} |>{7} |={7}$|</?DATA-\d)", re.MULTILINE)
_BODIES = ("function", "method", "class", "type")


def elided(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether new lines stand for code that they leave out ("... rest unchanged")."""
    known = {line.strip() for line in old}
    fresh = [line for line in new if line.strip() not in known]
    fewer = len(new) < len(old)
    return any(_ELIDED.search(line) or (fewer and _BARE.match(line)) for line in fresh)


def unmasked(lines: Iterable[str], masks: Mapping[str, str]) -> list[str] | Refused:
    """Lines with the secrets that were taken out of a question put back: each masked line becomes the line that it was."""
    originals: dict[str, set[str]] = {}
    for line, safe in masks.items():
        originals.setdefault(safe, set()).add(line)
    done: list[str] = []
    for line in lines:
        if has_placeholder(line):
            found = originals.get(line.strip(), set())
            if len(found) != 1:
                return Refused("The answer changes a line with a secret that was not sent.")
            line = line.replace(line.strip(), next(iter(found)))
        done.append(line)
    return done


def unclean(text: str) -> Refused | None:
    """Whether a text holds what no source code holds: marks of a prompt or of a merge, control characters."""
    if _MARKS.search(text):
        return Refused("The answer has marks in it that are no code.")
    if "\0" in text or "\x1b" in text:
        return Refused("The answer has control characters in it.")
    return None


def broken(before: Document, text: str) -> Refused | None:
    """Whether a text has more syntax errors than the document that it replaces. Languages without a grammar pass."""
    after = Document.of(before.path, before.language, text)
    count = len(_errors(before))
    found = _errors(after)
    if count < len(found):
        line = found[0].line + 1
        return Refused(f"The edit would add a syntax error (near line {line}: {found[0].message}).")
    if before.language == "python" and _compiles(before.text()) and not _compiles(text):
        return Refused("The edit would add a syntax error.")
    return None


def is_checked(language: str) -> bool:
    """Whether the syntax of a language can be checked."""
    return parse(Document.of("", language, "")) is not None


def _errors(document: Document) -> tuple[SyntaxProblem, ...]:
    tree = parse(document)
    return errors(tree) if tree is not None else ()


def _compiles(text: str) -> bool:
    """Whether Python itself accepts a text; the grammar lets some wrong indentation pass. Nothing is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def lost(before: Outline, after: Outline, span: Span, grown: int) -> list[str]:
    """Definitions of a span that are gone; its text is `grown` lines longer now."""
    now = Span(span.first, span.last + grown)
    left = {one.name for one in after.definitions if now.holds(one.line)}
    gone = (one for one in before.definitions if span.holds(one.line) and one.kind in _BODIES)
    return list(dict.fromkeys(one.name for one in gone if one.name not in left))


def defines(after: Outline, span: Span, grown: int) -> bool:
    """Whether anything is defined in the lines that a span has become."""
    now = Span(span.first, span.last + grown)
    return any(now.holds(one.line) for one in after.definitions)
