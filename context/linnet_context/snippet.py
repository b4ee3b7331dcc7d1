"""What gathering hands on: chunks of text with their provenance."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of text that would be sent, and why.

    `path` is relative to the workspace root (posix), or None for text that belongs to no file.
    `first` and `last` are 0-based line numbers in that file, both included; -1 when the text is not contiguous.
    `source` names the retrieval that found it ("prefix", "suffix", "scope", "definition", "similar", "import" ...).
    `score` orders chunks of one source; greater is better. `tokens` counts o200k tokens of `text`.
    """

    path: str | None
    first: int
    last: int
    text: str
    tokens: int
    source: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was considered and not sent, and the reason ("budget", "ignored", "secret file" ...)."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Context:
    """Everything gathered for one place, most important chunk first.

    `prefix` and `suffix` are the text right before and after the cursor (or range); `chunks` come from elsewhere.
    `tokens` is the sum over prefix, suffix and chunks. `complete` is False when the index was still being built.
    """

    prefix: Chunk
    suffix: Chunk
    chunks: tuple[Chunk, ...]
    left_out: tuple[LeftOut, ...]
    tokens: int
    complete: bool
