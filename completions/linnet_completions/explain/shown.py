"""What the prompt of an explanation shows, piece by piece, without asking anybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from linnet_completions.models.cleaned import Cleaned, context_masks, from_pieces, without_secrets
from linnet_context.budget import text_tokens
from linnet_context.snippet import Chunk
from linnet_context.text import Position

from .explain import gathered
from .facts import facts
from .prompt import pieces

if TYPE_CHECKING:
    from linnet_completions.models.redaction import Redactor
    from linnet_context.index.index import Index
    from linnet_context.text import Document


def shown(
    index: Index,
    document: Document,
    first: int,
    last: int,
    budget: int,
    redactor: Redactor,
    root: Path | None,
) -> Cleaned:
    """The material of `prompt.call` about the lines `first`..`last`, secrets out; `root`: the repository of its history.

    Chunks of source "code" and "fact" are what is explained; the others are related code.
    """
    safe, _ = without_secrets(document, Position(first, 0), redactor)
    sheet = facts(index, safe, first, last, root)
    context = gathered(index, safe, sheet, budget)
    others = list(pieces(sheet, context))[len(context.chunks) :]
    told = [
        Chunk(
            sheet.path,
            sheet.first,
            sheet.last,
            text,
            text_tokens(text.split("\n")),
            label.split(" ")[0],
            1.0,
            label,
        )
        for label, text in others
    ]
    masks = context_masks(index, document, context, redactor)
    return from_pieces([*context.chunks, *told], context, masks, redactor)
