"""What is found while one types comes behind what is shown already."""

from __future__ import annotations

from linnet_context.budget import text_tokens
from linnet_context.snippet import Chunk
from linnet_context.steady import additions


def chunk(*lines: str) -> Chunk:
    return Chunk("a.py", 3, 5, "\n".join(lines), text_tokens(lines), "definition", 1.0, "because")


SHOWN = [chunk("# a.py", "def one():", "def two():")]


def test_only_new_lines_are_added_under_their_heading() -> None:
    """A line that is shown is not shown again, however it is indented; the heading tells whose the new ones are."""
    (added,) = additions(SHOWN, [chunk("# a.py", "    def two():", "def three():")], 100)
    assert added.text == "# a.py\ndef three():"
    assert added.tokens == text_tokens(["# a.py", "def three():"])
    assert (added.first, added.last) == (-1, -1)


def test_nothing_new_adds_nothing() -> None:
    """A chunk whose lines are all shown is left out altogether."""
    assert additions(SHOWN, SHOWN, 100) == ()


def test_the_room_is_kept() -> None:
    """However much is found, it costs no more than there is room for."""
    found = [
        chunk(f"# {number}.py", *(f"def name_{number}_{line}():" for line in range(9))) for number in range(9)
    ]
    for room in (0, 5, 20, 60, 200):
        added = additions(SHOWN, found, room)
        assert sum(one.tokens for one in added) <= room
        assert all(one.tokens == text_tokens(one.text.split("\n")) for one in added)
