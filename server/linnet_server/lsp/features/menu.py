"""`textDocument/completion`: the same suggestions in the completion menu, for editors without ghost text."""

from __future__ import annotations

import re
from typing import Any

from linnet_completions.ghost.item import Item
from linnet_completions.ghost.reuse import Shown
from linnet_context.text import Position
from linnet_server.lsp.convert import wire_range
from linnet_server.lsp.features.ghost import (
    ALTERNATIVES,
    acceptance,
    still_shown,
    suggested,
    wanted,
    with_endings_of,
)
from linnet_server.lsp.requests import Params, reads
from linnet_server.lsp.session import Session, Snapshot

NOTHING: dict[str, Any] = {"isIncomplete": True, "items": []}
# Nobody wants it, so the client need not ask again at the next key.
OFF: dict[str, Any] = {"isIncomplete": False, "items": []}
SNIPPET_KIND = 15
_WORD = re.compile(r"\w*\Z")


def at_once(session: Session, snapshot: Snapshot, params: Params) -> dict[str, Any] | None:
    """The answer when none has to be worked out: nobody wants it, or it is on the screen already."""
    if (
        snapshot.client.shows_ghost_text
        or not snapshot.state.settings.completion.menu
        or not wanted(snapshot)
    ):
        return OFF
    shown = still_shown(session, snapshot, params)
    return None if shown is None else _wire(shown, snapshot)


@reads("textDocument/completion", nothing=NOTHING)
async def completion(session: Session, snapshot: Snapshot, params: Params) -> dict[str, Any]:
    shown = await suggested(session, snapshot, params, ALTERNATIVES)
    if shown is None:
        return NOTHING
    return _wire(shown, snapshot)


def _wire(shown: Shown, snapshot: Snapshot) -> dict[str, Any]:
    # Who asks for alternatives gets some of any confidence, but nobody has asked: the menu comes by itself.
    least = snapshot.state.confidence
    sure = [item for item in shown.items if item.confidence is None or least <= item.confidence]
    items = [_entry(item, number, shown, snapshot.client.encoding) for number, item in enumerate(sure)]
    return {"isIncomplete": True, "items": items}


def _entry(item: Item, number: int, shown: Shown, encoding: str) -> dict[str, Any]:
    """An entry that replaces the word at the cursor, since menus show and filter by whole words."""
    document, position = shown.document, shown.position
    found = _WORD.search(document.before(position))
    word = found[0] if found else ""
    text = word + item.text
    first, more, _ = text.partition("\n")
    start = Position(position.line, position.column - len(word))
    end = Position(position.line, position.column + item.replaced)
    return {
        "label": first.rstrip() + (" …" if more else ""),
        "kind": SNIPPET_KIND,
        "detail": "Linnet",
        "filterText": text,
        "sortText": f"{number:02d}",
        "textEdit": {
            "range": wire_range(document, start, end, encoding),
            "newText": with_endings_of(document, text),
        },
        "command": acceptance(item),
    }
