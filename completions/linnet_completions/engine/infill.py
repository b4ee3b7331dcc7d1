"""Drafts with text behind the cursor on the same line: only what fits in front of it."""

from __future__ import annotations

from collections.abc import Sequence

from .choice import Cursor, Judged, Piece, judged, worthwhile
from .evidence import Line
from .lexer import NEWLINE
from .line import brackets
from .network import Scorer
from .search import Predictor

# What editors put behind the cursor by themselves, and what ends a statement: it says nothing about what is missing.
_CLOSING = frozenset(")]}>\"'`;,: ")
_NOTHING = 0.25  # Typing in the middle of a line is rarer where nothing is missing.
_UNSEEN = 0.02
_LEAST_SHARE = 0.3
_LEAST_SCORE = 0.2


def fitting(
    predictor: Predictor, cursor: Cursor, found: Sequence[Piece], rest: str, confidence: Scorer
) -> list[Judged]:
    """The pieces that fit between the cursor and `rest` (not blank), with their confidence."""
    if set(rest) <= _CLOSING:
        first = predictor.vocabulary.codes(rest)[0] >> 1
        inside = [piece for piece in found if _stays_inside(predictor, cursor.line, piece.tokens, first)]
        return judged(inside, confidence, cursor)
    return _between(predictor, cursor, found, rest)


def _between(predictor: Predictor, cursor: Cursor, found: Sequence[Piece], rest: str) -> list[Judged]:
    """Pieces by how likely they are together with the next two tokens behind them.

    Here the confidence is that of being exactly what is missing.
    """
    following = [*(code >> 1 for code in predictor.vocabulary.codes(rest)), NEWLINE][:2]
    typed = (predictor.vocabulary.id_of(cursor.part),) if cursor.part else ()
    nothing = _NOTHING * _fit(predictor, cursor.line + typed, following)
    scores = [piece.run * _fit(predictor, cursor.line + piece.tokens, following) for piece in found]
    total = sum(scores) + nothing + 1e-9
    return [
        Judged(piece, 0.5 + 0.45 * score / total)
        for piece, score in zip(found, scores, strict=True)
        if worthwhile(piece) and score >= _LEAST_SCORE and score >= _LEAST_SHARE * total
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
