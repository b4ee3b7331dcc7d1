"""Which piece is shown: long enough, sure enough, then the most valuable."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import pytest

from linnet_completions.engine.choice import (
    FEATURES,
    Cursor,
    Judged,
    Piece,
    choose,
    judged,
    pieces,
    worthwhile,
)
from linnet_completions.engine.lexer import NEWLINE
from linnet_completions.engine.search import search
from linnet_context.text import Position
from tests.completions.engine.workspaces import engine_for
from tests.fixture import fixture


def piece(text: str, finishes: bool = False) -> Piece:
    return Piece(text, (), 1.0, 0.0, finishes, ())


def chosen(candidates: dict[str, float], gate: float, limit: int = 1) -> list[str]:
    judged = [Judged(piece(text), confidence) for text, confidence in candidates.items()]
    return [one.piece.text for one in choose(judged, gate, limit)]


@pytest.mark.parametrize(
    ("candidates", "gate", "expected"),
    [
        ({"short": 0.9, "short and much longer": 0.85}, 0.5, "short and much longer"),
        ({"short": 0.9, "short and much longer": 0.45}, 0.5, "short"),
        ({"short": 0.9, "short and much longer": 0.85}, 0.87, "short"),
        ({"short": 0.4, "short and much longer": 0.2}, 0.5, None),
        ({}, 0.0, None),
    ],
)
def test_gate_before_value(candidates: dict[str, float], gate: float, expected: str | None) -> None:
    """Among the pieces that pass the gate the most valuable is taken, never one that does not pass."""
    assert chosen(candidates, gate) == ([] if expected is None else [expected])


def test_alternatives_begin_otherwise() -> None:
    """An alternative is neither the beginning nor a continuation of what is already offered."""
    candidates = {"alpha": 0.8, "alpha beta": 0.7, "alp": 0.9, "gamma": 0.2, "gamma delta": 0.1}
    assert chosen(candidates, 0.5, 5)[1:] == ["gamma"]


@pytest.mark.parametrize(
    ("text", "finishes", "expected"), [("abcd", False, True), ("  ab ", False, False), ("d", True, True)]
)
def test_worthwhile(text: str, finishes: bool, expected: bool) -> None:
    """A piece is worth a glance from four characters on, or when it finishes the word being typed."""
    assert worthwhile(piece(text, finishes)) == expected


@pytest.mark.parametrize(
    "line", ["", "    return ", "    retu", "    return Order.from_row(ro", "    x = 'ro"]
)
def test_pieces(line: str) -> None:
    """Pieces are different, likeliest first, each with all features, and continue the typed word."""
    given = fixture(f"def f(row):\n    return Order.from_row(row)\n\ndef g(row):\n{line}<cursor>")
    found = engine_for(given).look(given.path, Position(4, len(line)))
    assert found is not None
    predictor, cursor = found
    made = pieces(predictor, cursor, search(predictor, cursor.line, cursor.part))
    assert made
    assert len({one.text for one in made}) == len(made)
    assert [one.run for one in made] == sorted((one.run for one in made), reverse=True)
    for one in made:
        assert len(one.features) == len(FEATURES)
        assert predictor.vocabulary.words[one.tokens[0]].startswith(cursor.part)
        assert 0 <= one.run <= 1 and 0 <= one.ends <= 1


class Fixed:
    """A scorer that gives every piece the same logit."""

    def __init__(self, confidence: float) -> None:
        self._logit = log(confidence / (1 - confidence))

    def score(self, rows: Sequence[Sequence[float]]) -> list[float]:
        return [self._logit] * len(rows)


def confidence(value: float, line: tuple[int, ...], part: str = "") -> float:
    (one,) = judged([piece("abcdef")], Fixed(value), Cursor(line, part, "", False))
    return one.confidence


def test_at_the_start_of_a_line_a_draft_may_be_less_sure() -> None:
    """There a little less than even counts as even; what is certain stays so, and the order stays."""
    raised = [confidence(value / 20, (NEWLINE,)) for value in range(1, 20)]
    plain = [confidence(value / 20, (NEWLINE, 50)) for value in range(1, 20)]
    assert plain == pytest.approx([value / 20 for value in range(1, 20)])
    assert raised == sorted(raised)
    assert all(0 < high - low < 0.08 for high, low in zip(raised, plain, strict=True))
    assert confidence(0.47, (NEWLINE,)) > 0.5 > confidence(0.47, (NEWLINE,), "a")


def test_at_the_start_of_a_line_the_surer_piece_is_worth_more() -> None:
    """A long piece that is chosen within a line loses against its surer beginning where the line begins."""
    long, short = piece("total = compute(everything)"), piece("total =")

    def best(cost: float) -> str:
        return choose([Judged(long, 0.6, cost), Judged(short, 0.8, cost)], 0.5, 1)[0].piece.text

    within = judged([long], Fixed(0.6), Cursor((NEWLINE, 50), "", "", False))[0].cost
    begins = judged([long], Fixed(0.6), Cursor((NEWLINE,), "", "", False))[0].cost
    assert (best(within), best(begins)) == (long.text, short.text)
