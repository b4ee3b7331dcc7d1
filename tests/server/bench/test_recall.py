"""What a context is worth for a place, counted."""

from __future__ import annotations

import pytest

from linnet_context.text import Document, Position
from linnet_server.bench.holdouts import Case
from linnet_server.bench.recall import distance, means, recall

CASE = Case(
    commit="c",
    document=Document.of("a.py", "python", "def main():\n    \n"),
    position=Position(1, 4),
    truth="shop = open_shop(folder)\nshop.sell(item)",
    names={"open_shop": ("def open_shop(folder):",), "sell": ("    def sell(self, item):",)},
    recent=(),
)


def test_nothing_shows_nothing() -> None:
    """An empty context is worth nothing."""
    found = recall(CASE, "")
    assert (found.id, found.definition, found.line, found.gram3) == (0, 0, 0, 0)


def test_the_text_itself_shows_all_but_definitions() -> None:
    """Lines that are shown word by word count in full; names are shown, the lines that define them are not."""
    found = recall(CASE, CASE.truth)
    assert (found.id, found.definition, found.line, found.gram3) == (1, 0, 1, 1)


def test_a_definition_on_one_line_counts() -> None:
    """The line that defines a name counts under another indentation, and with more behind it."""
    found = recall(CASE, "# shop.py\ndef open_shop(folder): ...\nsell = 1")
    assert (found.id, found.definition) == (1, 0.5)


def test_means_leave_out_what_was_not_asked_for() -> None:
    """A place without a line long enough to compare says nothing about lines."""
    short = Case("c", CASE.document, CASE.position, "f(x)", {"f": ("def f(x):",)}, ())
    assert means([recall(short, "f"), recall(CASE, "")])["line"] == 0
    assert means([])["id"] is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", 0),
        ("abc", "", 3),
        ("", "ab", 2),
        ("kitten", "sitting", 3),
        ("flaw", "lawn", 2),
        ("a" * 90, "b" * 70, 90),
    ],
)
def test_the_distance_of_two_texts(one: str, other: str, expected: int) -> None:
    """Insertions, deletions and replacements."""
    assert distance(one, other) == expected
