"""What changed lines claim about names that the workspace knows better: members, parameters, imports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from linnet_completions.checks.grounding import ungrounded
from linnet_completions.edit.change import Span, ending
from linnet_context.claims import LANGUAGES, claims
from linnet_context.syntax import parse
from linnet_context.text import Document, Position, Splice
from linnet_context.world import World

if TYPE_CHECKING:
    from linnet_context.index.index import Index

_WORD = re.compile(r"\w*")


def wrong_claim(index: Index, document: Document, span: Span, lines: Sequence[str]) -> str:
    """The first thing that lines (without endings) in the place of a span say and that is known not to be so, as a
    sentence; "" where all of it may be right."""
    if document.language not in LANGUAGES or span.last + 1 >= len(document.lines):
        return ""
    end = ending(document)
    text = "".join(line + end for line in lines)
    without, _ = document.spliced(Splice(span.first, span.last + 1, ()), document.version)
    tree, place = parse(without), Position(span.first, 0)
    if tree is None:
        return ""
    # A method is inside of its class from its indentation on.
    head = document.line(span.first)
    inner = Position(span.first, len(head) - len(head.lstrip()))
    said = claims(without, tree, place, text, 0)
    # A whole method brings its own `self`, which is the one of its class all the same.
    said = replace(said, bound=said.bound - {"self", "cls"})
    found = ungrounded(said, World(index, document, inner))
    word = _WORD.match(text, found.start) if found is not None else None
    # What the lines bring themselves is not there yet.
    if (
        found is None
        or word is None
        or re.search(rf"(?m)^\s*(?:self\.)?{word[0]}\s*(?::[^=\n]*)?=(?!=)", text)
    ):
        return ""
    line = span.first + text.count("\n", 0, found.start) + 1
    return f"`{word[0]}` in line {line} is {found.reason}."
