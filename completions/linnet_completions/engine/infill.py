"""Drafts with text behind the cursor on the same line: only what fits in front of it."""

from __future__ import annotations

from collections.abc import Sequence

from .choice import Cursor, Judged, Piece, worthwhile
from .evidence import Line
from .lexer import NEWLINE
from .line import brackets
from .search import Predictor

# What editors put behind the cursor by themselves, and what ends a statement: it says nothing about what is missing.
_CLOSING = frozenset(")]}>\"'`;,: ")
_NOTHING = 0.25  # Typing in the middle of a line is rarer where nothing is missing.
_UNSEEN = 0.02
_LEAST_SCORE = 0.005


def fitting(predictor: Predictor, cursor: Cursor, found: Sequence[Piece], rest: str) -> list[Judged]:
    """The pieces that fit between the cursor and `rest` (not blank): by how likely they are together with the next two
    tokens behind them.

    The confidence is that of being exactly what is missing: the share among all pieces, and nothing.
    """
    following = [*(code >> 1 for code in predictor.vocabulary.codes(rest)), NEWLINE][:2]
    if set(rest) <= _CLOSING:
        found = [
            piece for piece in found if _stays_inside(predictor, cursor.line, piece.tokens, following[0])
        ]
    typed = (predictor.vocabulary.id_of(cursor.part),) if cursor.part else ()
    lines = [cursor.line + tokens for tokens in (typed, *(piece.tokens for piece in found))]
    for token in following:  # All at once, which costs little more than one.
        predictor.look_ahead(lines)
        lines = [(*line, token) for line in lines]
    nothing = _NOTHING * _fit(predictor, cursor.line + typed, following)
    scores = [piece.run * _fit(predictor, cursor.line + piece.tokens, following) for piece in found]
    total = sum(scores) + nothing + 1e-9
    return [
        Judged(piece, score / total)
        for piece, score in zip(found, scores, strict=True)
        if worthwhile(piece) and score >= _LEAST_SCORE
    ]


def _fit(predictor: Predictor, line: Line, following: Sequence[int]) -> float:
    """The probability of the tokens behind the cursor after `line`."""
    result = 1.0
    for token in following:
        step = predictor.after(line)
        result *= step.probability(token) or _UNSEEN * step.other
        line += (token,)
    return result


def _stays_inside(predictor: Predictor, line: Line, tokens: Line, first: int) -> bool:
    """Whether the tokens close no bracket and no string that was open before them, and do not write `first`, which
    stands behind the cursor, once more."""
    words = predictor.vocabulary.words
    state = brackets(predictor.vocabulary, line)
    outer, depth = state.quote, state.depth
    state.closed = 0
    for token in tokens:
        if token == first and state.depth == depth and state.quote == outer:
            return False
        state.read(words[token])
        if state.depth < depth or state.closed or (outer and not state.quote):
            return False
    return True
