"""Review notes of an open document, kept in place while it is edited."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from linnet_context.text import Document, Position, Splice
from linnet_server.lsp.convert import wire_range

SEVERITIES = {"error": 1, "warning": 2, "info": 3}


@dataclass(frozen=True, slots=True)
class Note:
    """A finding on lines `first`..`last` (0-based, both included); columns in code points."""

    first: int
    first_column: int
    last: int
    last_column: int
    severity: str
    rule: str
    message: str


def shifted(notes: tuple[Note, ...], splice: Splice) -> tuple[Note, ...]:
    """The notes after an edit: those behind it move along, those on lines that it replaced are gone."""
    by = len(splice.lines) - (splice.last - splice.first)
    moved = []
    for note in notes:
        if note.last < splice.first:
            moved.append(note)
        elif note.first >= splice.last:
            moved.append(replace(note, first=note.first + by, last=note.last + by))
    return tuple(moved)


def wire_diagnostic(note: Note, document: Document, encoding: str) -> dict[str, Any]:
    """A note as an LSP diagnostic."""
    start = document.clamp(Position(note.first, note.first_column))
    end = document.clamp(Position(note.last, note.last_column))
    return {
        "range": wire_range(document, start, end, encoding),
        "severity": SEVERITIES.get(note.severity, 3),
        "code": note.rule,
        "source": "linnet",
        "message": note.message,
    }
