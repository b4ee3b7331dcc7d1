"""The part of a prompt that stays while one types, so that the provider's prompt cache keeps paying."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from linnet_context.snippet import Chunk, Context
from linnet_context.steady import additions
from linnet_context.text import Document, Position

# The window of lines in front of the cursor that goes into the part that changes with each key.
LIVE_LINES = 8
# How far the cursor may go from where a frame was made before another is made.
FARTHEST = 20
# Tokens for what is found while one types on; when they are used up, another frame is made.
MORE_TOKENS, LEAST_MORE = 400, 40
# Seconds without a question that are a pause: what is seen may be brought up to date then.
PAUSE = 1.0

Step = Literal["keep", "add", "make"]


@dataclass(frozen=True, slots=True)
class Frame:
    """What is frozen for a while around a place in a document.

    `snippets` come from elsewhere. Lines `anchor`..`live` (the latter excluded) are the frozen start of the prefix;
    behind them stands the live window, up to the cursor. `suffix` are the lines behind the cursor's, as they were.
    `made` is the line that the frame was made for. `more` was found since, last for the line `seen`; it stands behind
    all that is frozen, so that nothing moves.
    """

    document: Document
    snippets: tuple[Chunk, ...]
    anchor: int
    live: int
    suffix: tuple[str, ...]
    made: int
    seen: int
    more: tuple[Chunk, ...] = ()

    def with_more(self, position: Position, context: Context | None) -> Frame:
        """The same frame, and behind it what a later context has that it has not."""
        found = additions((*self.snippets, *self.more), context.chunks, self.room()) if context else ()
        return replace(self, seen=position.line, more=(*self.more, *found))

    def room(self) -> int:
        """Tokens that are left for more."""
        return MORE_TOKENS - sum(chunk.tokens for chunk in self.more)

    def serves(self, document: Document, position: Position) -> bool:
        """Whether the frame still tells the truth about a document and is near enough to the place."""
        if document.path != self.document.path or abs(position.line - self.made) > FARTHEST:
            return False
        if position.line < self.live or document.lines[self.anchor : self.live] != self.head():
            return False
        behind = document.lines[position.line + 1 :][: len(self.suffix)]
        return tuple(behind) == self.suffix

    def head(self) -> list[str]:
        """The frozen start of the prefix."""
        return self.document.lines[self.anchor : self.live]


def step(frame: Frame | None, document: Document, position: Position, idle: float) -> Step:
    """What to do about a frame before a question: keep it, look for more, or make a new one.

    One looks for more on another line, and after a pause of `idle` seconds.
    """
    if frame is None or not frame.serves(document, position) or frame.room() < LEAST_MORE:
        return "make"
    return "add" if position.line != frame.seen or idle >= PAUSE else "keep"


def frame_of(document: Document, position: Position, context: Context | None) -> Frame:
    """A frame for a place; without a context (no workspace, or no time) the text around the cursor is all there is."""
    live = max(0, position.line - LIVE_LINES)
    snippets: tuple[Chunk, ...] = ()
    if context is None:
        anchor, last = max(0, position.line - 60), position.line + 20
    else:
        anchor = context.prefix.first if context.prefix.text else live
        last = context.suffix.last if context.suffix.text else position.line
        snippets = context.chunks
    suffix = tuple(document.lines[position.line + 1 : max(position.line, last) + 1])
    anchor = min(max(0, anchor), live)
    return Frame(document, snippets, anchor, live, suffix, made=position.line, seen=position.line)
