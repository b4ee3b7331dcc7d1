"""Ending answers at stop strings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.models.stops import Cutter


def cut(stops: tuple[str, ...], *pieces: str) -> str:
    cutter = Cutter(stops)
    return "".join(cutter.feed(piece) for piece in pieces) + cutter.finish()


@pytest.mark.parametrize(
    ("stops", "pieces", "text"),
    [
        ((), ("a", "b"), "ab"),
        (("",), ("a", "b"), "ab"),
        (("</fill>",), ("x = 1</fill> and more",), "x = 1"),
        (("</fill>",), ("x = 1</", "fi", "ll>", "more"), "x = 1"),
        (("</fill>",), ("x = 1</", "fi", "x"), "x = 1</fix"),
        (("</fill>",), ("x = 1</fi",), "x = 1</fi"),
        (("aab",), ("a", "a", "a", "b"), "a"),
        (("b", "ab"), ("xab",), "x"),
        (("\n\n", "```"), ("a\n", "\nb"), "a"),
    ],
)
def test_the_answer_ends_before_the_first_stop(
    stops: tuple[str, ...], pieces: tuple[str, ...], text: str
) -> None:
    """A stop string ends the answer wherever the pieces were cut; half of one at the end belongs to the answer."""
    assert cut(stops, *pieces) == text


@given(
    st.text("ab", max_size=30), st.lists(st.text("ab", min_size=1, max_size=4), max_size=3), st.integers(1, 5)
)
def test_the_cuts_do_not_matter(text: str, stops: list[str], size: int) -> None:
    """However the text comes, it ends where a stop string is complete for the first time."""
    ends = (end for end in range(len(text) + 1) if text[:end].endswith(tuple(stops)))
    end = next(ends, None)
    matched = [stop for stop in stops if end is not None and text[:end].endswith(stop)]
    expected = text if end is None else text[: end - max(map(len, matched))]
    assert cut(tuple(stops), *(text[at : at + size] for at in range(0, len(text), size))) == expected
