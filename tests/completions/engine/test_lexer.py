"""The lexer reads every language alike and every text at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.engine.lexer import (
    LONGEST_LINE,
    UNKNOWN,
    Vocabulary,
    indentation,
)


def spelled(text: str) -> list[str]:
    """The tokens of one line, with a leading blank where they have one."""
    vocabulary = Vocabulary()
    return [(" " if code & 1 else "") + vocabulary.words[code >> 1] for code in vocabulary.codes(text)]


@pytest.mark.parametrize(
    ("line", "tokens"),
    [
        ("x = f(a, b)\n", ["x", " =", " f", "(", "a", ",", " b", ")"]),
        ("if (a?.b ?? c) {\r\n", ["if", " (", "a", "?.", "b", " ?", "?", " c", ")", " {"]),
        (
            "let y: Vec<u8> = x::new();",
            ["let", " y", ":", " Vec", "<", "u8", ">", " =", " x", "::", "new", "(", ")", ";"],
        ),
        ("\tfor i := 0; i != n {", ["for", " i", " :=", " 0", ";", " i", " !=", " n", " {"]),
        ("名前 = 'ä b'", ["名前", " =", " '", "ä", " b", "'"]),
        ("", []),
        ("   \t ", []),
    ],
)
def test_tokens(line: str, tokens: list[str]) -> None:
    """Words, numbers and operators are tokens, in strings and comments too; a token knows of a blank before it."""
    assert spelled(line) == tokens


@pytest.mark.parametrize("character", ["\0", "\ud800", "\x07", "\u202e", "w" * 100])
def test_what_cannot_be_shown_is_unknown(character: str) -> None:
    """Control characters, lone surrogates and endless words become a token that is never proposed."""
    vocabulary = Vocabulary()
    assert [code >> 1 for code in vocabulary.codes(f"( {character} )")][1] == UNKNOWN


def test_only_the_beginning_of_an_endless_line_is_read() -> None:
    """A line of two million characters costs no more than one of a thousand."""
    assert len(spelled("a " * 1_000_000)) <= LONGEST_LINE


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """No text fails, and no token holds a line break or is a blank."""
    vocabulary = Vocabulary()
    for code in vocabulary.codes(text):
        assert code >> 1 == UNKNOWN or not vocabulary.words[code >> 1].isspace()
        assert code >> 1 >= UNKNOWN
    assert (indentation(text) < 0) == (not text.strip())


def test_words_that_start_alike() -> None:
    """Words are found by their beginning."""
    vocabulary = Vocabulary()
    vocabulary.codes("alpha album b al a1 _alps 1al")
    for part, expected in [
        ("al", {"alpha", "album", "al"}),
        ("a", {"alpha", "album", "al", "a1"}),
        ("x", set()),
    ]:
        assert {vocabulary.words[token] for token in vocabulary.starting(part)} == expected


def test_compacting_changes_no_code() -> None:
    """After freeing what can be worked out again, a line has the codes it had."""
    vocabulary = Vocabulary()
    before = vocabulary.codes("x = f(y, 1)")
    vocabulary.compact()
    assert vocabulary.codes("x = f(y, 1)") == before


@given(st.lists(st.text(st.characters(exclude_characters="\n\r"))))
def test_many_lines_read_like_one(lines: list[str]) -> None:
    """Lines read together have the codes that each has by itself."""
    vocabulary = Vocabulary()
    assert vocabulary.codes_of([f"{line}\n" for line in lines]) == [vocabulary.codes(line) for line in lines]
