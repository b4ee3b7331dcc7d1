"""The threshold follows what is taken, within bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.engine.taste import KEPT, shift

OUTCOMES = st.lists(st.booleans(), max_size=300)


def test_nothing_known() -> None:
    """Without outcomes, and with the usual ones, the threshold stays."""
    assert shift([]) == 0.0 == shift(([True] * 3 + [False] * 7) * 10)


@given(OUTCOMES)
def test_bounds(outcomes: list[bool]) -> None:
    """It moves a little only, and one more that is taken never raises it."""
    assert -0.05 <= shift(outcomes) <= 0.15
    assert shift([*outcomes[-KEPT + 1 :], True]) <= shift([*outcomes[-KEPT + 1 :], False])


def test_directions() -> None:
    """Who takes nothing sees surer ones, who takes everything sees more."""
    assert shift([False] * KEPT) > 0.1
    assert shift([True] * KEPT) == -0.05


def test_only_the_latest_count() -> None:
    """What was taken long ago is forgotten."""
    assert shift([True] * 500 + [False] * KEPT) == shift([False] * KEPT)
