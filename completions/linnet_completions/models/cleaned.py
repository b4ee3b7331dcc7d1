"""Gathered context as it may leave: without the secrets of the texts that it was cut from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from linnet_completions.models.masks import Masks, covered, masks_of
from linnet_completions.models.redaction import Redactor
from linnet_context.snippet import Chunk, Context
from linnet_context.text import Document, Position

if TYPE_CHECKING:
    from linnet_context.budget import Mix
    from linnet_context.forest import Rankers
    from linnet_context.gather import Task
    from linnet_context.index.index import Index


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A context that shows no secret, and how many of each kind it shows placeholders of.

    `masks` are for a call that shows more of the same document than the context does.
    """

    context: Context
    redacted: Mapping[str, int]
    masks: Masks


def gather_cleaned(
    index: Index,
    document: Document,
    position: Position,
    task: Task,
    budget: int,
    redactor: Redactor,
    deadline: float | None = None,
    recent: Sequence[str] = (),
    mix: Mix | None = None,
    rankers: Rankers | None = None,
) -> Cleaned:
    """`linnet_context.gather.gather`, with the secrets taken out of whole texts before anything is cut from them."""
    from linnet_context.gather import gather

    safe, place = without_secrets(document, position, redactor)
    found = gather(index, safe, place, task, budget, deadline, recent, mix, rankers)
    masks = context_masks(index, document, found, redactor)
    prefix, suffix, *chunks = (
        _cleaned(chunk, masks, redactor) for chunk in (found.prefix, found.suffix, *found.chunks)
    )
    kinds: Counter[str] = Counter()
    for chunk in (prefix, suffix, *chunks):
        kinds.update(redactor.kinds_in(chunk.text))
    total = sum(chunk.tokens for chunk in (prefix, suffix, *chunks))
    context = replace(found, prefix=prefix, suffix=suffix, chunks=tuple(chunks), tokens=total)
    return Cleaned(context, dict(sorted(kinds.items())), masks)


def from_pieces(chunks: Sequence[Chunk], context: Context, masks: Masks, redactor: Redactor) -> Cleaned:
    """The pieces of a prompt as a context that has all in its chunks; `context` tells what else is known."""
    shown = tuple(_cleaned(chunk, masks, redactor) for chunk in chunks)
    kinds: Counter[str] = Counter()
    for chunk in shown:
        kinds.update(redactor.kinds_in(chunk.text))
    none = replace(context.prefix, first=-1, last=-1, text="", tokens=0)
    whole = replace(
        context,
        prefix=none,
        suffix=replace(none, source="suffix"),
        chunks=shown,
        tokens=sum(chunk.tokens for chunk in shown),
    )
    return Cleaned(whole, dict(sorted(kinds.items())), masks)


def without_secrets(document: Document, position: Position, redactor: Redactor) -> tuple[Document, Position]:
    """A document without its secrets, and where a place of it is then; lines keep their numbers."""
    redacted = redactor.redact(document.text())
    if not redacted.found:
        return document, position
    position = document.clamp(position)
    start = sum(map(len, document.lines[: position.line]))
    column = redacted.offset(start + position.column) - redacted.offset(start)
    safe = Document.of(document.path, document.language, redacted.text, document.version)
    return safe, Position(position.line, column)


def context_masks(index: Index, document: Document, context: Context, redactor: Redactor) -> dict[str, str]:
    """What must not leave of a document and of the files that a context shows, looked for in their whole texts."""
    paths = sorted({chunk.path for chunk in context.chunks if chunk.path} - {document.path})
    texts = [text for path in paths if (text := index.text(path)) is not None]
    return masks_of([document.text(), *texts], redactor)


def _cleaned(chunk: Chunk, masks: Masks, redactor: Redactor) -> Chunk:
    """The gate searches once more what it sends, so what is shown is searched as well."""
    from linnet_context.budget import text_tokens

    text = redactor.redact(covered(chunk.text, masks)).text
    return chunk if text == chunk.text else replace(chunk, text=text, tokens=text_tokens(text.split("\n")))
