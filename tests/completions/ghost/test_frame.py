"""When what is shown around a place is kept, added to, or made anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linnet_completions.ghost.frame import MORE_TOKENS, PAUSE, Frame, Step, frame_of, step
from linnet_completions.ghost.prompt import call
from linnet_context.snippet import Chunk, Context
from linnet_context.text import Document, Position

TEXT = "".join(f"line_{number} = {number}\n" for number in range(90))
DOCUMENT = Document.of("a.py", "python", TEXT)


def context(*names: str) -> Context:
    chunks = tuple(
        Chunk("b.py", -1, -1, f"# b.py\ndef {name}():", 10, "definition", 1.0, "") for name in names
    )
    text = Chunk("a.py", 20, 40, "x", 1, "prefix", 1.0, "")
    return Context(text, replace(text, source="suffix"), chunks, (), 30, True)


def frame() -> Frame:
    return frame_of(DOCUMENT, Position(40, 3), context("one", "two"))


@pytest.mark.parametrize(
    ("position", "idle", "todo"),
    [
        (Position(40, 4), 0.0, "keep"),
        (Position(41, 0), 0.0, "add"),
        (Position(40, 4), PAUSE, "add"),
        (Position(70, 0), 0.0, "make"),
        (Position(5, 0), 0.0, "make"),
    ],
)
def test_what_is_done_before_a_question(position: Position, idle: float, todo: Step) -> None:
    """Keys on a line change nothing; its end and a pause bring more; far away another frame is made."""
    moved = replace(frame(), suffix=())
    assert step(moved, DOCUMENT, position, idle) == todo


def test_more_comes_last_and_moves_nothing() -> None:
    """Up to the part that changes with each key the prompt stays as it was; what was found stands before that part."""
    before = frame()
    after = before.with_more(Position(41, 0), context("two", "three"))
    assert [chunk.text for chunk in after.more] == ["# b.py\ndef three():"]
    assert after.seen == 41 and step(after, DOCUMENT, Position(41, 0), 0.0) != "add"
    one, two = (call(each, DOCUMENT, Position(40, 3), block=False, max_lines=5) for each in (before, after))
    assert one.messages[:-1] == two.messages[:-1]
    assert two.messages[-1].content.startswith(
        "</before>\n<related>\n# b.py\ndef three():\n</related>\n<before>\n"
    )
    assert two.messages[-1].content.endswith(one.messages[-1].content)


def test_a_full_frame_is_made_anew() -> None:
    """When there is no room for more, the next question begins with what counts then."""
    full = replace(frame(), more=(Chunk("b.py", -1, -1, "x", MORE_TOKENS, "definition", 1.0, ""),), suffix=())
    assert step(full, DOCUMENT, Position(40, 4), 0.0) == "make"
