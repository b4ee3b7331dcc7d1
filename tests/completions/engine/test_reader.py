"""Whole files are read as their lines are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.engine.lexer import DEDENT, FIRST_REAL, INDENT, NEWLINE, Vocabulary
from linnet_completions.engine.reader import Reader
from linnet_context.text import split_lines


def read(*slices: list[str]) -> tuple[list[int], list[int]]:
    """Codes and gaps of slices of lines, over a vocabulary of their own."""
    reader = Reader(Vocabulary())
    for lines in slices:
        reader.feed(lines)
    return reader.codes.tolist(), reader.gaps.tolist()


def test_breaks() -> None:
    """Each line that is not blank begins with a break that says how the indentation changes."""
    codes, gaps = read(["def f():\n", "    a\n", "\n", "\n", "    b\n", "c"])
    tokens = [code >> 1 for code in codes]
    assert [token for token in tokens if token < FIRST_REAL] == [NEWLINE, INDENT, NEWLINE, DEDENT]
    assert gaps == [1, 1, 3, 1]


def test_far_lines() -> None:
    """A gap that is too large to be noted is noted as large."""
    assert read(["\n"] * 300 + ["a"])[1] == [255]


@given(st.text(), st.integers(1, 5))
def test_slices_read_like_the_whole(text: str, size: int) -> None:
    """Lines fed in slices give what they give at once, and each line what it gives by itself."""
    lines = split_lines(text)
    slices = [lines[start : start + size] for start in range(0, len(lines), size)]
    codes, gaps = read(lines)
    assert (codes, gaps) == read(*slices)
    vocabulary = Vocabulary()
    alone = [code for line in lines for code in vocabulary.codes(line)]
    assert [code for code in codes if code >> 1 >= FIRST_REAL - 4] == alone
    assert sum(code >> 1 <= DEDENT for code in codes) == len(gaps)
