"""A proposed text covers what stands behind the cursor, or keeps it, and never repeats it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.checks.insertion import Insertion, fit


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("name)", "", ("name)", 0)),
        ("name)", ")", ("name)", 1)),
        ("name)", "):", ("name)", 1)),
        ("name):", "):", ("name):", 2)),
        ("name", ")", ("name", 0)),
        ("name", " )", ("name", 0)),
        ("'key']", "']", ("'key']", 2)),
        ("a, b", " c)", ("a, b", 0)),
        (
            "name)",
            " + 1",
            None,
        ),  # It closes a bracket that nobody opened, and it is not the one behind the cursor.
        ("code).code]", ")]", ("code).code]", 2)),
        ("code).code]", ") + 1", None),
        ("foo(a)", " + 1", ("foo(a)", 0)),
        ("foo(a)", ")", ("foo(a)", 0)),  # The bracket behind the cursor closes another.
        ("foo(a))", ")", ("foo(a))", 1)),
        ("foo(a)", "])", ("foo(a)", 0)),
        ("value", "value", None),  # Everything it says stands there already.
        ("value", "d", None),  # It would melt into the word behind it.
        ("old_value", "value", None),
        ("x = value", "value", ("x = value", 5)),
        ("   ", "", None),
        ("name  ", "", ("name", 0)),
    ],
)
def test_fit(text: str, after: str, expected: tuple[str, int] | None) -> None:
    """One row a case: proposed text, text behind the cursor, what is inserted and how much it replaces."""
    assert fit(text, after) == (Insertion(*expected) if expected else None)


@given(st.text("ab()[]'\" ,.", max_size=12), st.text("ab()[]'\" ,.", max_size=8))
def test_what_is_replaced_is_written_again(text: str, after: str) -> None:
    """Accepting never loses a character that stood behind the cursor."""
    insertion = fit(text, after)
    if insertion is not None:
        assert insertion.replaced <= len(after)
        left = iter(insertion.text)
        assert all(character in left for character in after[: insertion.replaced])
