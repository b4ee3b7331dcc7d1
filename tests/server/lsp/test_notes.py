"""Review notes stay where the code is that they speak of."""

from __future__ import annotations

from linnet_context.text import Document, Splice
from linnet_server.lsp.notes import Note, shifted, wire_diagnostic


def note(line: int) -> Note:
    return Note(line, 0, line, 3, "warning", "rule", "message")


def test_notes_move_with_the_lines_around_them() -> None:
    """Lines above move a note, lines below do not, an edit of its own line removes it."""
    notes = (note(1), note(5), note(9))
    assert shifted(notes, Splice(3, 3, ("new\n", "new\n"))) == (note(1), note(7), note(11))
    assert shifted(notes, Splice(5, 6, ("changed\n",))) == (note(1), note(9))
    assert shifted(notes, Splice(2, 4, ())) == (note(1), note(3), note(7))


def test_notes_beyond_the_document_are_moved_into_it() -> None:
    """A note never has a range that the client's document does not have."""
    document = Document.of("a.py", "python", "ab\n")
    span = wire_diagnostic(note(7), document, "utf-16")["range"]
    assert span["start"] == span["end"] == {"line": 1, "character": 0}
