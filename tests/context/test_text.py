"""Documents hold exactly the text that the edits make."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from linnet_context.text import CHUNK, Document, Lines, Position, split_lines

PIECES = st.text(st.sampled_from("ab \n\r\t🐦é\u2028\x0b"), max_size=12)


def offset(document: Document, position: Position) -> int:
    place = document.clamp(position)
    return sum(map(len, document.lines[: place.line])) + place.column


@given(PIECES)
def test_lines_join_to_the_text_they_were_split_from(text: str) -> None:
    """Splitting loses nothing, and only LSP's three line endings end a line."""
    assert "".join(split_lines(text)) == text
    assert len(split_lines(text)) == len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


@settings(max_examples=300)
@given(PIECES, st.lists(st.tuples(*[st.integers(-1, 6)] * 4, PIECES), max_size=8))
def test_edits_equal_edits_of_a_plain_string(text: str, edits: list[tuple[int, int, int, int, str]]) -> None:
    """Any batch of edits, out of range or not, gives what slicing the whole text gives."""
    document = Document.of("a.py", "python", text)
    for number, (line, column, end_line, end_column, new) in enumerate(edits):
        start, end = sorted((Position(line, column), Position(end_line, end_column)))
        low, high = sorted((offset(document, start), offset(document, end)))
        text = text[:low] + new + text[high:]
        document, _ = document.edited(start, end, new, number)
        assert document.text() == text
        assert list(document.lines) == split_lines(text)


@given(PIECES, PIECES)
def test_replacing_all_text_splices_only_what_differs(old: str, new: str) -> None:
    """A full-text change becomes the smallest splice of whole lines."""
    document, splice = Document.of("a.py", "python", old).replaced(new, 2)
    assert list(document.lines) == split_lines(new)
    assert splice.last - splice.first <= len(split_lines(old))


def test_splices_far_apart_share_the_chunks_between_them() -> None:
    """A large document is not copied for one edit."""
    lines = Lines.of("x\n" * 50 * CHUNK)
    spliced = lines.splice(3, 4, ["y\n", "z\n"])
    assert len(spliced) == len(lines) + 1
    assert spliced[3:5] == ["y\n", "z\n"]
    assert spliced[-2] == "x\n"
    assert sum(a is b for a, b in zip(lines._chunks[1:], spliced._chunks[1:], strict=True)) == 50
