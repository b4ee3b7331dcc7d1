"""What is asked while a line is typed, and what counts as right."""

from __future__ import annotations

import pytest

from linnet_server.bench.replay import advance, columns, is_right


def test_columns() -> None:
    """Ghost text is asked for at the start, inside of longer words, and behind each token but the last."""
    assert columns("  name = f(ab)") == {
        2: "line start",
        3: "inside a word",
        6: "after a token",
        8: "after a token",
        10: "after a token",
        11: "after a token",
        13: "after a token",
    }


@pytest.mark.parametrize(
    ("text", "rest", "right", "columns_on"),
    [
        ("f(a, b)", "f(a,  b)", True, 8),
        ("f(a", "f(a, b)", True, 3),
        ("f(a", "f(ab)", False, 0),
        (" x", " x + 1  ", True, 2),
        ("x + 2", "x + 1", False, 0),
        ("whole line", "whole line", True, 10),
    ],
)
def test_right(text: str, rest: str, right: bool, columns_on: int) -> None:
    """A draft is right as far as it goes when it ends between two tokens, whatever blanks it has."""
    assert is_right(text, rest) == right
    if right:
        assert advance(text, rest) == columns_on
