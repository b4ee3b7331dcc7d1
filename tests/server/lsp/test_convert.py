"""Wire positions and URIs mean what the client meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_context.text import Document, Position
from linnet_server.lsp.convert import column_of, path_of, position_of, units_of, uri_of, wire_position
from linnet_server.lsp.documents import changed, opened, place_of

ENCODINGS = ("utf-8", "utf-16", "utf-32")
WIDTH = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
LINES = st.text(st.sampled_from("ab é\u20ac🐦"), max_size=10)


@given(LINES, st.sampled_from(ENCODINGS), st.data())
def test_columns_survive_the_round_trip(line: str, encoding: str, data: st.DataObject) -> None:
    """Every place between two characters has one offset in each encoding."""
    column = data.draw(st.integers(0, len(line)))
    name = encoding if encoding == "utf-8" else f"{encoding}-le"
    units = units_of(line, column, encoding)
    assert units == len(line[:column].encode(name)) // WIDTH[encoding]
    assert column_of(line, units, encoding) == column


@pytest.mark.parametrize(
    ("units", "encoding", "column"),
    [
        (1, "utf-16", 0),
        (2, "utf-16", 1),
        (99, "utf-16", 3),
        (-1, "utf-8", 0),
        (3, "utf-16", 2),
        (7, "utf-8", 2),
    ],
)
def test_offsets_inside_or_outside_characters_are_moved_to_a_place(
    units: int, encoding: str, column: int
) -> None:
    """Half a surrogate pair is the place before it, past the end is the end."""
    assert column_of("🐦\ud800x", units, encoding) == column


@given(st.sampled_from(ENCODINGS), LINES, LINES, LINES)
def test_changes_apply_in_the_clients_units(encoding: str, head: str, new: str, tail: str) -> None:
    """An insertion between two texts lands between them, whatever the encoding."""
    before = opened({"uri": "file:///a.py", "text": f"first\n{head}{tail}\n"}, ())
    document = before.document
    place = wire_position(document, Position(1, len(head)), encoding)
    change = {"range": {"start": place, "end": place}, "text": new}
    after, splices = changed(before, [change], 2, encoding)
    assert after.document.text() == f"first\n{head}{new}{tail}\n"
    assert after.size == len(after.document.text())
    assert document.spliced(splices[0], 2)[0].text() == after.document.text()


def test_positions_outside_the_document_are_moved_into_it() -> None:
    """A client that is ahead of us or off by one breaks nothing."""
    document = Document.of("a.py", "python", "one\ntwo")
    assert position_of(document, {"line": 9, "character": 0}, "utf-16") == Position(1, 3)
    assert position_of(document, {"line": -1, "character": 5}, "utf-16") == Position(0, 3)


@pytest.mark.parametrize("name", ["plain.py", "with space.py", "ünïcode.py", "100%.py", "a#b?.py"])
def test_paths_survive_the_round_trip(name: str) -> None:
    """A file's URI names that file."""
    path = Path("/some/where") / name
    assert path_of(uri_of(path)) == path
    assert path_of("untitled:Untitled-1") is None
    assert path_of("file:///some/a%20b.py") == Path("/some/a b.py")


def test_documents_belong_to_the_innermost_folder() -> None:
    """Nested workspace folders own what is theirs; other texts belong to none."""
    roots = (Path("/w"), Path("/w/inner"))
    assert place_of("file:///w/a/b.py", roots) == ("/w", "a/b.py")
    assert place_of("file:///w/inner/c.py", roots) == ("/w/inner", "c.py")
    assert place_of("file:///elsewhere/d.py", roots) == ("", "/elsewhere/d.py")
    assert place_of("untitled:U-1", roots) == ("", "untitled:U-1")
