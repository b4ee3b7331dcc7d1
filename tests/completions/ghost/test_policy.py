"""When a model is asked."""

from __future__ import annotations

import pytest

from linnet_completions.ghost.policy import NEVER, PAUSE_IN_WORD, Misses, Pace, decide
from linnet_context.text import Document, Position
from tests.fixture import fixture


@pytest.mark.parametrize(
    ("text", "draft", "misses", "waits", "expected"),
    [
        ("<cursor>\n", None, NEVER, False, 0.0),
        ("    <cursor>\n", None, NEVER, False, 0.0),
        ("x = <cursor>\n", None, NEVER, False, 0.0),
        ("x.<cursor>\n", None, NEVER, False, 0.0),
        ("f(<cursor>)\n", None, NEVER, False, 0.0),
        ("na<cursor>\n", None, NEVER, False, PAUSE_IN_WORD),
        ("f()<cursor>\n", None, NEVER, False, PAUSE_IN_WORD),
        ("na<cursor>\n", None, NEVER, True, 0.0),
        ("x = <cursor>\n", 0.95, NEVER, False, None),
        ("x = <cursor>\n", 0.6, NEVER, False, 0.0),
        ("x = <cursor>\n", None, Misses(0, 4, 1), False, None),
        ("x = <cursor>\n", None, Misses(0, 0, 1), False, 0.0),
        ("x = <cursor>\n", None, Misses(7, 4, 1), False, 0.0),
    ],
)
def test_decide(text: str, draft: float | None, misses: Misses, waits: bool, expected: float | None) -> None:
    """One row a case: where words and lines begin at once, inside a word after a pause, not where it is no use."""
    found = fixture(text)
    document = Document.of(found.path, "python", found.text)
    assert decide(document, found.cursor, draft, misses, waits=waits).pause == expected


def test_each_miss_on_a_line_asks_for_more_patience() -> None:
    """A model that is wrong again and again is asked less and less, until the next line begins."""
    first = NEVER.another(Position(3, 4))
    second = first.another(Position(3, 8))
    assert second.count == 2
    assert second.another(Position(4, 0)).count == 1


def test_calls_are_kept_to_a_share_of_the_keys() -> None:
    """Whoever asks at every key gets no more than the share, and what was saved up."""
    pace = Pace(saved=3, per_key=0.2)
    taken = 0
    for _ in range(100):
        pace.key()
        taken += pace.take()
    assert 20 <= taken <= 23
