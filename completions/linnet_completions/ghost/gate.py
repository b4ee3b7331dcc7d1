"""Whether to say anything at all here."""

from __future__ import annotations

from linnet_context.text import Document, Position

# A line that long is data or generated; nobody types in it.
LONGEST_LINE = 2_000


def refused(document: Document, position: Position, languages: tuple[str, ...]) -> str | None:
    """The reason not to suggest at a place, or None. `languages` empty means all."""
    if languages and document.language not in languages:
        return f"off for {document.language}"
    line = document.line(position.line)
    if len(line) > LONGEST_LINE:
        return f"a line of more than {LONGEST_LINE} characters"
    before, after = line[: position.column], line[position.column :]
    if before and after and _word(before[-1]) and _word(after[0]):
        return "inside a word"
    return None


def _word(character: str) -> bool:
    return character.isalnum() or character == "_"
