"""`textDocument/inlineCompletion`: ghost text."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from linnet_completions.ghost.item import Item
from linnet_completions.ghost.reuse import Shown, followed, typed_through
from linnet_completions.worker.client import WorkerGone
from linnet_context.text import Document, Position
from linnet_server.lsp.convert import position_of, wire_range
from linnet_server.lsp.requests import Params, reads
from linnet_server.lsp.session import Session, Snapshot

ALTERNATIVES = 3
# The engine answers in milliseconds; one that does not is busy or dead, and late ghost text is in the way.
LONGEST_WAIT = 1.0
# A draft that sure is right nearly always, so a model need not be asked.
NEARLY_CERTAIN = 0.9


@dataclass(frozen=True, slots=True)
class Selected:
    """The entry that is selected in the editor's completion menu: a text for the range that starts at `start`."""

    start: Position
    text: str


def at_once(session: Session, snapshot: Snapshot, params: Params) -> list[dict[str, Any]] | None:
    """The answer when none has to be worked out: ghost text is off, or what was shown still agrees with the typing."""
    opened = snapshot.opened
    if opened is None or not snapshot.state.completes:
        return []
    shown = session.shown.get(opened.uri)
    if invoked(session, params) or shown is None:
        return None
    position = position_of(opened.document, params["position"], snapshot.client.encoding)
    rest = typed_through(shown, opened.document, position)
    if rest is None:
        return None
    session.shown[opened.uri] = rest
    return wire_items(rest, selected_of(params, snapshot), snapshot.client.encoding)


@reads("textDocument/inlineCompletion")
async def inline_completion(session: Session, snapshot: Snapshot, params: Params) -> dict[str, Any]:
    opened = snapshot.opened
    if opened is None:
        return {"items": []}
    started = time.perf_counter()
    position = position_of(opened.document, params["position"], snapshot.client.encoding)
    items = await _items(session, snapshot, position, ALTERNATIVES if invoked(session, params) else 1)
    session.latency_ms = 1e3 * (time.perf_counter() - started)
    shown: Shown | None = Shown(opened.document, position, items)
    now = session.current(opened.uri)
    if now is not None and now.document is not opened.document:
        # The text moved on while we worked: the answer must be right for the text as it is, or be empty.
        moved = followed(opened.document, now.document, position)
        shown = typed_through(Shown(opened.document, position, items), now.document, moved) if moved else None
    if now is None or shown is None or not shown.items:
        session.shown.pop(opened.uri, None)
        return {"items": []}
    session.shown[opened.uri] = shown
    return {"items": wire_items(shown, selected_of(params, snapshot), snapshot.client.encoding)}


async def _items(session: Session, snapshot: Snapshot, position: Position, limit: int) -> tuple[Item, ...]:
    """The model's text where one is chosen and answers in time, the engine's draft first where it is nearly certain."""
    drafts = await _ask(session, snapshot, position, limit)
    if session.flights is None or snapshot.opened is None:
        return drafts
    if drafts and drafts[0].confidence >= NEARLY_CERTAIN:
        return drafts
    answers = await session.flights.items(snapshot.opened, position, snapshot.state.settings)
    others = (item for item in drafts if all(item.text != answer.text for answer in answers))
    return (*answers, *others)[:limit]


async def _ask(session: Session, snapshot: Snapshot, position: Position, limit: int) -> tuple[Item, ...]:
    opened = snapshot.opened
    if opened is None or not snapshot.state.settings.engine.enabled:
        return ()
    question = {
        "root": opened.root,
        "path": opened.document.path,
        "version": opened.document.version,
        "line": position.line,
        "column": position.column,
        "limit": limit,
        "confidence": snapshot.state.confidence,
        "languages": snapshot.state.settings.completion.languages,
    }
    try:
        answer = await session.worker.request("complete", question, LONGEST_WAIT)
    except (WorkerGone, TimeoutError):
        return ()
    return tuple(Item(**item) for item in answer["items"]) if answer else ()


def invoked(session: Session, params: Params) -> bool:
    """Whether the user asked for it. Older VS Code clients count the kinds from 0 where LSP counts from 1."""
    kind = (params.get("context") or {}).get("triggerKind")
    if kind == 0:
        session.counts_kinds_from_zero = True
    return kind == (0 if session.counts_kinds_from_zero else 1)


def selected_of(params: Params, snapshot: Snapshot) -> Selected | None:
    """What is selected in the completion menu, if it is open."""
    selected = (params.get("context") or {}).get("selectedCompletionInfo")
    if not selected or snapshot.opened is None:
        return None
    start = position_of(snapshot.opened.document, selected["range"]["start"], snapshot.client.encoding)
    return Selected(start, selected["text"])


def wire_items(shown: Shown, selected: Selected | None, encoding: str) -> list[dict[str, Any]]:
    """The items as LSP has them; beside an open completion menu only those that continue its selected entry."""
    wire = (wire_item(item, shown.document, shown.position, selected, encoding) for item in shown.items)
    return [item for item in wire if item is not None]


def wire_item(
    item: Item, document: Document, position: Position, selected: Selected | None, encoding: str
) -> dict[str, Any] | None:
    """One item with an explicit range on the cursor's line."""
    start, text = position, item.text
    if selected is not None:
        if selected.start.line != position.line or selected.start.column > position.column:
            return None
        start = selected.start
        text = document.line(position.line)[start.column : position.column] + item.text
        if not text.startswith(selected.text):
            return None
    end = Position(position.line, position.column + item.replaced)
    return {
        "insertText": text,
        "range": wire_range(document, start, end, encoding),
        "command": {
            "title": "Accept",
            "command": "linnet.accept",
            "arguments": [{"source": item.source, "confidence": round(item.confidence, 3)}],
        },
    }
