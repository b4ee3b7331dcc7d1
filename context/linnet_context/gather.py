"""The one entry: what a model should see for a place in a document, within a budget of tokens."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .budget import Mix, mix_of
from .evidence import evidence, scene_of
from .forest import Rankers, shipped_rankers
from .frame import add_frame, prefix_chunk, suffix_chunk
from .index.index import Index
from .index.places import View, view_of
from .outside import add_installed
from .pack import Packing, Sources, add_definitions, add_places
from .rank import mentioned, upcoming, written
from .snippet import Chunk, Context, LeftOut
from .text import Document, Position

Task = Literal["inline", "explain", "review"]
LINES_BEFORE, LINES_AFTER = 60, 20
"""What an asker who brings the text round the cursor is taken to have."""
_MOST_LEFT_OUT = 20


@dataclass(frozen=True, slots=True)
class _Request:
    index: Index
    document: Document
    position: Position
    task: Task
    budget: int
    deadline: float | None
    recent: tuple[str, ...]
    mix: Mix
    rankers: Rankers

    def is_late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def share(self, part: float) -> int:
        return int(part * self.budget)


def gather(
    index: Index,
    document: Document,
    position: Position,
    task: Task,
    budget: int,
    deadline: float | None = None,
    recent: Sequence[str] = (),
    mix: Mix | None = None,
    rankers: Rankers | None = None,
) -> Context:
    """What the model should see at `position`, at most `budget` o200k tokens.

    A pure function of its arguments and of the texts the index stands for; the saved version of the document's own
    file counts for nothing. `deadline` (of `time.monotonic`) is looked at between the stages, and no file is read
    behind it: what is ready then is used. `recent`: paths used lately, the last first. `mix` replaces the task's own
    way to share out the budget, `rankers` the shipped trees.
    """
    position = document.clamp(position)
    request = _Request(
        index,
        document,
        position,
        task,
        budget,
        deadline,
        tuple(recent),
        mix or mix_of(task, budget),
        rankers or shipped_rankers(),
    )
    prefix = prefix_chunk(document, position, request.share(request.mix.prefix))
    suffix = suffix_chunk(document, position, request.share(request.mix.suffix))
    packing = Packing(budget - prefix.tokens - suffix.tokens)
    if request.is_late():
        packing.left_out.append(LeftOut("everything but the text round the cursor", "deadline"))
    else:
        _look_elsewhere(request, packing, _view(request, prefix, suffix))
    if request.mix.prefix and packing.room > 0:  # A small workspace leaves room for more of the file itself.
        prefix = prefix_chunk(document, position, prefix.tokens + packing.room)
    return Context(
        prefix=prefix,
        suffix=suffix,
        chunks=tuple(packing.chunks),
        left_out=tuple(packing.left_out[:_MOST_LEFT_OUT]),
        tokens=prefix.tokens + suffix.tokens + sum(chunk.tokens for chunk in packing.chunks),
        complete=index.complete,
    )


def _view(request: _Request, prefix: Chunk, suffix: Chunk) -> View:
    """What is searched. On screen is what the prefix and the suffix show, or what the asker brings."""
    document, at = request.document, request.position.line
    low = prefix.first if request.mix.prefix else max(0, at - LINES_BEFORE)
    high = suffix.last + 1 if request.mix.suffix else at + 1 + LINES_AFTER
    own = request.index.own(document)
    corpus = request.index.corpus(document.language)
    return view_of(corpus, own, document.path, at, low, min(high, len(own.lines)))


def _look_elsewhere(request: _Request, packing: Packing, view: View) -> None:
    sources = Sources(request.index, view, request.document.language, request.is_late)
    add_frame(packing, request.share(request.mix.frame), view, sources)
    if request.is_late():
        packing.left_out.append(LeftOut("definitions and look-alike places", "deadline"))
        return
    found = evidence(request.index, request.document, view, request.recent)
    scene = scene_of(request.index, request.document, view, found)
    if request.task == "inline":
        candidates, names = upcoming(scene, request.rankers.names)
        candidates = [*written(scene, request.position), *candidates]
    else:
        candidates, names = mentioned(scene)
    add_installed(packing, request.share(request.mix.installed), request.index, view, sources)
    room = packing.room
    # Places are chosen first, because a definition of what they show already is worth less, but come last.
    if request.mix.places and not request.is_late():
        share = int(room * request.mix.places)
        add_places(packing, share, found, names, request.rankers.lines, view, sources)
    if request.is_late():
        packing.left_out.append(LeftOut("definitions", "deadline"))
    else:
        add_definitions(packing, packing.room, candidates, sources)
    packing.chunks.sort(key=lambda chunk: chunk.source == "similar")
    packing.left_out += [LeftOut(path, "deadline") for path in sorted(sources.unread)]
    packing.left_out += [
        LeftOut(path, "changed on disk since it was indexed") for path in sorted(sources.changed)
    ]
