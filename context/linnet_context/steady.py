"""Keeps what a prompt shows in place while one types: what a later gathering adds comes behind, nothing moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .budget import line_tokens, text_tokens
from .lines import bare
from .snippet import Chunk

_LEAST_ROOM = 12


def additions(shown: Iterable[Chunk], found: Sequence[Chunk], room: int) -> tuple[Chunk, ...]:
    """What `found` has that `shown` has not, line by line and in its order, in at most `room` tokens.

    A line's heading (the name of its file) is not repeated for nothing: a chunk without a new line adds nothing.
    """
    known = {bare(line) for chunk in shown for line in chunk.text.split("\n")}
    added = []
    for chunk in found:
        lines = list(_fitting(chunk, known, room))
        if len(lines) > 1:
            cost = text_tokens(lines)
            room -= cost
            known.update(map(bare, lines))
            added.append(replace(chunk, first=-1, last=-1, text="\n".join(lines), tokens=cost))
        if room < _LEAST_ROOM:
            break
    return tuple(added)


def _fitting(chunk: Chunk, known: set[str], room: int) -> Iterator[str]:
    """The heading of a chunk, and those of its lines that are new and have room."""
    heading, *lines = chunk.text.split("\n")
    yield heading
    room -= line_tokens(heading)
    for line in lines:
        room -= line_tokens(line) if bare(line) not in known else 0
        if room < 0:
            return
        if bare(line) not in known:
            yield line
