"""What was shown answers as long as the typing agrees with it."""

from __future__ import annotations

import pytest

from linnet_completions.ghost.item import Item
from linnet_completions.ghost.reuse import Shown, followed, is_in, typed_through
from linnet_context.text import Document, Position
from tests.fixture import fixture


def document(text: str) -> tuple[Document, Position]:
    found = fixture(text)
    return Document.of(found.path, "python", found.text), found.cursor


@pytest.mark.parametrize(
    ("before", "text", "replaced", "now", "expected"),
    [
        ("x = <cursor>\n", "hello(a)", 0, "x = hel<cursor>\n", ("lo(a)", 0)),
        ("x = <cursor>\n", "hello(a)", 0, "x = <cursor>\n", ("hello(a)", 0)),
        ("x = <cursor>\n", "hello(a)", 0, "x = hexl<cursor>\n", None),
        ("x = <cursor>\n", "hello(a)", 0, "x = hello(a)<cursor>\n", None),  # Nothing is left to show.
        ("x = <cursor>\n", "hello(a)", 0, "x =<cursor>\n", None),  # The cursor went back.
        ("x = <cursor>\n", "hello(a)", 0, "y = hel<cursor>\n", None),
        ("x = <cursor>\nb\n", "hello(a)", 0, "x = hel<cursor>\nc\n", None),  # Another line changed.
        ("x = <cursor>\nb\n", "hello(a)", 0, "x = hel<cursor>\n", None),
        (
            "x = <cursor>\n",
            "hello(a)",
            0,
            "x = hello(<cursor>)\n",
            ("a)", 1),
        ),  # The editor closed the bracket.
        (
            "x = <cursor>\n",
            "a[f(b).c]",
            0,
            "x = a[f(<cursor>)]\n",
            ("b).c]", 2),
        ),  # It closed two, among others.
        ("x = <cursor>\n", "g(f(a))", 0, "x = g(<cursor>)\n", ("f(a))", 1)),
        ("x = (<cursor>)\n", "hello)", 1, "x = (hel<cursor>)\n", ("lo)", 1)),
        ("x = (<cursor>)\n", "hello", 0, "x = (hel<cursor>)\n", ("lo", 0)),
        ("x = <cursor>\n", "hello", 0, "x = hel<cursor> + 1\n", None),
        ("x\n    <cursor>\nz\n", "a\n    b\nc", 0, "x\n    a\n    <cursor>\nz\n", ("b\nc", 0)),
        ("x\n<cursor>\nz", "a\nb\nc", 0, "x\na\nb\n<cursor>\nz", ("c", 0)),
        ("x\r\n<cursor>\r\nz", "a\nb", 0, "x\r\na\r\n<cursor>\r\nz", ("b", 0)),
        ("<cursor>\nz", "a\nb", 0, "a\nx<cursor>\nz", None),
        ("<cursor>\nz", "a\nb", 0, "a\n<cursor>\ny", None),  # Another line changed.
        ("<cursor>\nz", "a\nb", 0, "a\n<cursor>\n\nz", None),  # There is a line too many.
        ("(<cursor>)\n", "\n  a,\n)", 1, "(\n  <cursor>)\n", ("a,\n)", 1)),
    ],
)
def test_typed_through(
    before: str, text: str, replaced: int, now: str, expected: tuple[str, int] | None
) -> None:
    """One row a case: what was shown where, the document now, what is left of it."""
    shown = Shown(*document(before), (Item(text, replaced, "local", 0.8),))
    rest = typed_through(shown, *document(now))
    assert (None if rest is None else (rest.items[0].text, rest.items[0].replaced)) == expected


def test_alternatives_that_the_typing_contradicts_are_dropped() -> None:
    """Of several items only those stay that begin with what was typed."""
    items = tuple(Item(text, 0, "local", 0.8) for text in ("alpha", "album", "beta"))
    rest = typed_through(Shown(*document("<cursor>\n"), items), *document("al<cursor>\n"))
    assert rest is not None
    assert [item.text for item in rest.items] == ["pha", "bum"]


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("a(<cursor>)\n", "a(bc)\n", 4),
        ("a(<cursor>)\n", "a()\n", 2),
        ("a(<cursor>)\n", "x(bc)\n", None),
        ("a(<cursor>)\nb\n", "a(bc)\nc\n", None),
        ("a<cursor>a\n", "a\n", None),
    ],
)
def test_the_cursor_follows_typing(old: str, new: str, column: int | None) -> None:
    """Where the cursor must be now is known when nothing but typing happened."""
    place = followed(*document(old)[:1], Document.of("main.py", "python", new), document(old)[1])
    assert (None if place is None else place.column) == column


@pytest.mark.parametrize(
    ("before", "text", "now", "expected"),
    [
        ("x = <cursor>\n", "hello(a)", "x = hello(a)\ny\n", True),
        ("x = <cursor>\n", "hello(a)", "x = hello(a) + 1\n", True),
        ("x = <cursor>\n", "hello(a)", "x = hello(b)\n", False),
        ("x = <cursor>\n", "hello(a)", "y = hello(a)\n", False),
        ("x = <cursor>\n", "hello(a)", "x = hel\n", False),
        ("x = <cursor>\n", "a\n    b", "x = a\n    b\n", True),
        ("x = <cursor>\n", "a\n    b", "x = a\n", False),
        ("a\nx = <cursor>\n", "b", "a\n", False),
    ],
)
def test_whether_it_was_taken(before: str, text: str, now: str, expected: bool) -> None:
    """An item was taken, or typed, when it stands in the document where it was shown."""
    old, place = document(before)
    later = Document.of(old.path, "python", now)
    assert is_in(Shown(old, place, (Item(text, 0, "local", 0.9),)), later) == expected
