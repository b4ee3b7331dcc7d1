"""No text and no place makes the engine fail."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet_completions.engine.engine import Engine
from linnet_context.text import Document, Position

ODD = {
    "empty": "",
    "one endless line": "x = [" + "0x1f, " * 350_000,
    "null bytes": "a\0b = \0\n" * 20,
    "lone surrogates": "x = '\ud800'\ny = '\ud800'\n" * 5,
    "astral characters": "𝒙 = '🦜🦜'\n" * 5,
    "windows line ends": "if a:\r\n    call(b)\r\n" * 5,
    "old line ends": "if a:\r    call(b)\r" * 5,
    "tabs": "if a {\n\t\tcall(b)\n\t}\n" * 5,
    "form feeds": "\x0c\x1c\u2028\x85x = 1\n" * 5,
    "nothing but brackets": "(((((" * 50 + "\n" + ")))))" * 50,
    "nothing but blanks": "   \n\t\n" * 50,
}


@pytest.mark.parametrize("name", ODD)
def test_odd_texts(name: str) -> None:
    """An odd text is learned and drafted in, and drafts can be shown: printable, on one line."""
    engine = Engine()
    for _ in engine.build([("odd.txt", ODD[name]), ("other.txt", ODD[name])]):
        pass
    document = Document.of("open.txt", "plaintext", ODD[name])
    engine.opened(document)
    lines = len(document.lines)
    for line in {0, 1, lines // 2, lines - 1}:
        for column in {0, 1, 3, 1000, 10**9}:
            for draft in engine.draft("open.txt", Position(line, column), 3, gate=0.01):
                assert draft.text.isprintable() and draft.text.strip()
                assert 0 <= draft.confidence <= 1


TEXT = st.text(st.sampled_from("ab_1 .,()[]{}'\"=:\n\r\t\0\ud800🦜é#/"), max_size=60)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(TEXT, min_size=1, max_size=4), st.lists(st.tuples(TEXT, *[st.integers(0, 30)] * 4), max_size=4)
)
def test_any_edits(texts: list[str], edits: list[tuple[str, int, int, int, int]]) -> None:
    """Any edits between any texts give drafts that can be shown, the same as a freshly opened document's."""
    engine = Engine()
    for _ in engine.build((f"{number}.py", text) for number, text in enumerate(texts)):
        pass
    document = Document.of("open.py", "python", texts[0])
    engine.opened(document)
    for version, (text, line, column, last, end) in enumerate(edits):
        document, splice = document.edited(Position(line, column), Position(last, end), text, version)
        engine.changed(document, [splice])
        place = Position(min(line, len(document.lines) - 1), column)
        found = engine.draft("open.py", place, 2, gate=0.05)
        assert all(draft.text.isprintable() for draft in found)
        engine.learn(f"{version}.py", text)
    place = Position(0, 10)
    kept = engine.draft("open.py", place, 2, gate=0.05)
    engine.opened(document)
    assert engine.draft("open.py", place, 2, gate=0.05) == kept


def test_places_outside_the_document() -> None:
    """A place past the end is the end."""
    engine = Engine()
    engine.opened(Document.of("a.py", "python", "alpha = beta\nalpha = be"))
    assert (
        engine.draft("a.py", Position(99, 99), gate=0.1)
        == engine.draft("a.py", Position(1, 10), gate=0.1)
        != []
    )


def test_closing_what_is_not_open() -> None:
    """Closing or changing a document that was never opened is harmless."""
    engine = Engine()
    engine.closed("a.py")
    engine.changed(Document.of("a.py", "python", "x = 1\nx = "), [])
    engine.draft("a.py", Position(1, 4))
    engine.learn("a.py", None)
