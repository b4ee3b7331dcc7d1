"""Open documents: applying what the client says changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from linnet_context.languages import language_of
from linnet_context.text import Document, Splice
from linnet_server.lsp.convert import path_of, position_of

# A text longer than this (code points) is data or was generated. It is kept in step, and that is all.
LARGEST = 5_000_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A document as one moment saw it. `root` is the workspace folder it belongs to; "" when it belongs to none.

    `size` is the length of its text in code points.
    """

    uri: str
    root: str
    document: Document
    size: int

    @property
    def served(self) -> bool:
        """Whether anything is done for it at all: the worker knows it, ghost text is made."""
        return self.size <= LARGEST


def opened(item: dict[str, Any], roots: tuple[Path, ...]) -> Opened:
    """The document of a `textDocument/didOpen`."""
    uri = item["uri"]
    root, path = place_of(uri, roots)
    language = item.get("languageId") or language_of(path) or "plaintext"
    text = item.get("text", "")
    document = Document.of(path, language, text, item.get("version") or 0)
    return Opened(uri, root, document, len(text))


def rooted(before: Opened, roots: tuple[Path, ...]) -> Opened:
    """An open document in the workspace folder that it belongs to among other folders."""
    root, path = place_of(before.uri, roots)
    return replace(before, root=root, document=replace(before.document, path=path))


def place_of(uri: str, roots: tuple[Path, ...]) -> tuple[str, str]:
    """The innermost workspace folder of a URI ("" for none), and the path relative to it (else absolute, or the URI)."""
    file = path_of(uri)
    if file is None:
        return "", uri
    inside = [root for root in roots if file.is_relative_to(root)]
    if not inside:
        return "", file.as_posix()
    root = max(inside, key=lambda folder: len(folder.parts))
    return str(root), file.relative_to(root).as_posix()


def changed(
    before: Opened, changes: list[dict[str, Any]], version: int, encoding: str
) -> tuple[Opened, tuple[Splice, ...]]:
    """The document after a `textDocument/didChange`, and the splices that lead to it."""
    document, size, splices = before.document, before.size, []
    for change in changes:
        lines = document.lines
        span = change.get("range")
        if span is None:
            document, splice = document.replaced(change["text"], version)
        else:
            start = position_of(document, span["start"], encoding)
            end = position_of(document, span["end"], encoding)
            document, splice = document.edited(start, end, change["text"], version)
        size += sum(map(len, splice.lines)) - sum(map(len, lines[splice.first : splice.last]))
        splices.append(splice)
    return replace(before, document=document, size=size), tuple(splices)
