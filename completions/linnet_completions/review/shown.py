"""What the prompts of a review show of one changed file, piece by piece, without asking anybody."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from linnet_completions.models.cleaned import Cleaned, from_pieces
from linnet_completions.models.redaction import Redactor
from linnet_context.budget import text_tokens
from linnet_context.problems import Problem
from linnet_context.snippet import Chunk, Context, LeftOut
from linnet_context.text import Document

from .change import Inputs, find_change
from .checks import Options
from .model import material
from .parts import Part
from .prompt import pieces
from .review import review


def shown(root: Path, document: Document, ignore: Sequence[str]) -> Cleaned:
    """The material of the calls about a file: what is staged, or else the working tree against HEAD.

    Problem when nothing of it changed.
    """
    change = find_change(root, Inputs(words=(document.path,)))
    report = review(change, options=Options(ignore=tuple(ignore)))
    found = material(change, report, ignore)
    unseen = [LeftOut(one.path, one.reason) for one in (*report.skipped, *found.unseen)]
    if not found.parts and not unseen:
        raise Problem(f"{document.path} has no change to review.", "Change it, or name another task.")
    redactor = Redactor()
    redactor.redact(document.text())  # Numbers the secrets as the parts have them.
    chunks = [chunk for part in found.parts for chunk in _chunks(part)]
    none = Chunk(document.path, -1, -1, "", 0, "prefix", 0.0, "")
    return from_pieces(chunks, Context(none, none, (), tuple(unseen), 0, True), {}, redactor)


def _chunks(part: Part) -> list[Chunk]:
    numbers = [row.number for row in part.rows if row.number >= 0]
    first, last = min(numbers, default=-1), max(numbers, default=-1)
    return [
        Chunk(part.path, first, last, text, text_tokens(text.split("\n")), label.split(" ")[0], 1.0, label)
        for label, text in pieces(part)
    ]
