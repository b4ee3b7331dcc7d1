"""Between the wire and our own values: URIs and paths, position encodings."""

from __future__ import annotations

import os
import re
from itertools import accumulate
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from linnet_context.text import Document, Position

_DRIVE = re.compile(r"/[A-Za-z]:")


def path_of(uri: str) -> Path | None:
    """The file that a URI names, or None when it names none (untitled, in a notebook, virtual)."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return None
    path = unquote(parts.path, errors="surrogateescape")
    if os.name == "nt" and _DRIVE.match(path):
        path = path[1:]
    return Path(path)


def uri_of(path: Path) -> str:
    """The URI of a file."""
    text = path.as_posix()
    return "file://" + quote(os.fsencode(text if text.startswith("/") else f"/{text}"))


def column_of(line: str, units: int, encoding: str) -> int:
    """The column in code points of an offset in the client's units; an offset inside a character is before it."""
    if units <= 0:
        return 0
    if encoding == "utf-32" or line.isascii():
        return min(units, len(line))
    name, width = ("utf-8", 1) if encoding == "utf-8" else ("utf-16-le", 2)
    try:
        return len(line.encode(name)[: width * units].decode(name, "ignore"))
    except UnicodeEncodeError:  # A lone surrogate: rare, so it may take its time.
        ends = accumulate(len(letter.encode(name, "surrogatepass")) for letter in line)
        return sum(end <= width * units for end in ends)


def units_of(line: str, column: int, encoding: str) -> int:
    """The offset in the client's units of a column in code points."""
    if encoding == "utf-32" or line.isascii():
        return min(column, len(line))
    if encoding == "utf-8":
        return len(line[:column].encode("utf-8", "surrogatepass"))
    return len(line[:column].encode("utf-16-le", "surrogatepass")) // 2


def position_of(document: Document, wire: dict[str, int], encoding: str) -> Position:
    """A place in a document; one outside of it is moved to the nearest that exists."""
    line = max(0, wire["line"])
    if line >= len(document.lines):
        return document.clamp(Position(line, 0))
    return Position(line, column_of(document.line(line), wire["character"], encoding))


def wire_position(document: Document, position: Position, encoding: str) -> dict[str, int]:
    """A place as the client counts."""
    character = units_of(document.line(position.line), position.column, encoding)
    return {"line": position.line, "character": character}


def wire_range(
    document: Document, start: Position, end: Position, encoding: str
) -> dict[str, dict[str, int]]:
    """A range as the client counts."""
    return {
        "start": wire_position(document, start, encoding),
        "end": wire_position(document, end, encoding),
    }
