"""Secrets in text: tokens, passwords, keys. Everything that leaves or is reviewed is searched by this one scanner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from .blocks import private_keys
from .kinds import IN_CONTEXT, TOKENS, WORDS, Secret
from .names import HINT
from .phrases import addresses, options, worded
from .shapes import tokens
from .values import encoded, named

__all__ = ["IN_CONTEXT", "TOKENS", "WORDS", "Secret", "find"]

# Lines of this length are met again and again as somebody types; longer ones would fill the memory.
_KEPT_LENGTH = 400
# Longer lines are searched piece by piece, since patterns may take the square of the length; pieces overlap by more
# than the length of a token.
_PIECE, _OVERLAP = 4_000, 1_500
_SHORTEST = 8


def find(text: str) -> tuple[Secret, ...]:
    """The secrets in a text, in order and without overlap. Pure, never raises, may be called from any thread.

    Give it whole texts: a window may cut a token in two. The body of a private key is found line by line, its header
    and footer are no secrets. Nothing is verified and nothing is asked over a network.
    """
    found = [Secret(*each) for each in private_keys(text)]
    at = 0
    for whole in text.split("\n"):
        if len(whole) >= _SHORTEST:
            line = whole.rstrip()
            for kind, start, end in _remembered(line) if len(line) <= _KEPT_LENGTH else _in_pieces(line):
                found.append(Secret(kind, at + start, at + end))
        at += len(whole) + 1
    return _apart(found) if found else ()


@lru_cache(maxsize=32_768)
def _remembered(line: str) -> tuple[tuple[str, int, int], ...]:
    return tuple(_in_line(line))


def _in_pieces(line: str) -> Iterator[tuple[str, int, int]]:
    for at in range(0, max(len(line) - _OVERLAP, 1), _PIECE - _OVERLAP):
        for kind, start, end in _in_line(line[at : at + _PIECE]):
            yield kind, at + start, at + end


def _in_line(line: str) -> Iterator[tuple[str, int, int]]:
    yield from tokens(line)
    if "@" in line:
        yield from addresses(line)
    if HINT.search(line.lower()):  # Much faster than a pattern that ignores case.
        yield from named(line)
        yield from worded(line)
    if " -" in line or "--" in line:
        yield from options(line)
    yield from encoded(line)


def _apart(found: Iterable[Secret]) -> tuple[Secret, ...]:
    """Overlapping secrets made one: from the first's start to the last's end, of the kind that says most."""
    result: list[Secret] = []
    for each in sorted(found, key=lambda secret: (secret.start, -secret.end)):
        last = result[-1] if result else None
        if last is None or each.start >= last.end:
            result.append(each)
        else:
            kind = last.kind if last.kind in TOKENS or each.kind not in TOKENS else each.kind
            result[-1] = Secret(kind, last.start, max(last.end, each.end))
    return tuple(result)
