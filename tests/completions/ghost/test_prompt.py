"""The prompt of ghost text: what is in it, and how much of it stays while one types."""

from __future__ import annotations

from os.path import commonprefix
from pathlib import Path

from linnet_completions.ghost.frame import frame_of
from linnet_completions.ghost.prompt import call
from linnet_completions.ghost.shape import wants_block
from linnet_context.snippet import Chunk, Context
from linnet_context.text import Document, Position
from tests.fixture import expect, fixture

GOLDEN = Path(__file__).parent / "golden"
TEXT = """import shop

def price(item):
    return item.price

def total(items):
    result = sum(<cursor>)
    return result

def main():
    print(total([]))
"""


def context(document: Document) -> Context:
    def chunk(first: int, last: int, source: str) -> Chunk:
        text = "".join(document.lines[first : last + 1])
        return Chunk(document.path, first, last, text, 10, source, 1.0, "")

    snippet = Chunk("shop.py", 3, 3, "# shop.py\ndef discount(item, percent)", 8, "definition", 1.0, "")
    return Context(chunk(0, 6, "prefix"), chunk(7, 10, "suffix"), (snippet,), (), 28, True)


def test_the_prompt_reads_well() -> None:
    """The whole prompt as a golden text: read the diff when it changes."""
    found = fixture(TEXT)
    document = Document.of("cart.py", "python", found.text)
    frame = frame_of(document, found.cursor, context(document))
    asked = call(frame, document, found.cursor, block=False, max_lines=12)
    shown = "\n".join(f"[{message.role}]\n{message.content}" for message in asked.messages)
    expect(shown + "\n", GOLDEN / "prompt.txt")


def test_only_the_last_message_changes_while_one_types() -> None:
    """Typing on, and on the next line, keeps everything but the live window."""
    found = fixture(TEXT)
    document, position = Document.of("cart.py", "python", found.text), found.cursor
    frame = frame_of(document, position, context(document))
    first = call(frame, document, position, block=False, max_lines=12)
    for letter in "items":
        document, _ = document.edited(position, position, letter, document.version + 1)
        position = Position(position.line, position.column + 1)
        assert frame.serves(document, position)
        now = call(frame, document, position, block=False, max_lines=12)
        assert now.messages[:-1] == first.messages[:-1]
        assert now.cache_key == first.cache_key


def test_the_prompt_is_the_previous_one_up_to_the_cursor() -> None:
    """Over many keys and line ends at least 95 of 100 characters are the previous prompt's, in their place."""
    body = "".join(f"    value_{number} = price(items[{number}]) * {number}\n" for number in range(40))
    document = Document.of("cart.py", "python", f"def total(items):\n{body}    \n    return 0\n")
    position = Position(41, 4)
    frame = frame_of(document, position, None)
    before, shared, total = "", 0, 0
    for (
        letter
    ) in "result = sum(value_1, value_2)\n    if result > 0:\n        print(result)\n        return result":
        document, _ = document.edited(position, position, letter, document.version + 1)
        position = (
            Position(position.line + 1, 0) if letter == "\n" else Position(position.line, position.column + 1)
        )
        assert frame.serves(document, position)
        block = wants_block(document, position)
        asked = call(frame, document, position, block=block, max_lines=12)
        prompt = "".join(message.content for message in asked.messages)
        if before:
            shared += len(commonprefix([before, prompt]))
            total += len(prompt)
        before = prompt
    assert shared / total >= 0.95


def test_a_frame_that_tells_no_truth_any_more_is_not_used() -> None:
    """An edit behind the cursor or in the frozen start, or a jump, calls for another frame."""
    text = "".join(f"line_{number} = {number}\n" for number in range(60))
    document, position = Document.of("a.py", "python", text), Position(30, 4)
    frame = frame_of(document, position, None)
    assert frame.serves(document, position)
    for line in (35, 5):
        edited, _ = document.edited(Position(line, 0), Position(line, 1), "x", 2)
        assert not frame.serves(edited, position)
    assert not frame.serves(document, Position(55, 0))
    assert not frame.serves(Document.of("b.py", "python", text), position)


def test_blocks_are_wanted_where_a_body_is_missing() -> None:
    """An empty line behind a header with no body is the place for a block; everywhere else is for a line."""
    cases = {
        "def f():\n    <cursor>\n\nx = 1\n": True,
        "def f():\n    <cursor>\n    return 1\n": False,
        "def f():\n    x<cursor>\n": False,
        "x = 1\n<cursor>\n": False,
        "if a:\n    <cursor>\n": True,
    }
    for text, expected in cases.items():
        found = fixture(text)
        assert wants_block(Document.of("a.py", "python", found.text), found.cursor) is expected, text
