"""`textDocument/inlineCompletion`: ghost text."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from linnet_completions.ghost.gate import refused
from linnet_completions.ghost.item import Item
from linnet_completions.ghost.policy import ASKED, decide
from linnet_completions.ghost.recent import Recent
from linnet_completions.ghost.reuse import Shown, followed, is_in, typed_through
from linnet_completions.worker.client import WorkerGone
from linnet_context.text import Document, Position
from linnet_server.lsp.convert import position_of, wire_range
from linnet_server.lsp.documents import Opened
from linnet_server.lsp.requests import Params, reads
from linnet_server.lsp.session import Session, Snapshot, State

ALTERNATIVES = 3
# The engine answers in milliseconds; one that does not is busy or dead, and late ghost text is in the way.
LONGEST_WAIT = 1.0
# A draft of that confidence is shown at once though a model is on its way; another one waits so long (seconds).
SURE, HESITATION = 0.7, 0.4


@dataclass(frozen=True, slots=True)
class Selected:
    """The entry that is selected in the editor's completion menu: a text for the range `start`..`end`."""

    start: Position
    end: Position
    text: str


def at_once(session: Session, snapshot: Snapshot, params: Params) -> dict[str, Any] | None:
    """The answer when none has to be worked out: ghost text is off, or what was shown still agrees with the typing."""
    if not wanted(snapshot):
        return {"items": []}
    shown = None if invoked(session, params) else still_shown(session, snapshot, params)
    return None if shown is None else _wire(shown, snapshot, params)


@reads("textDocument/inlineCompletion", nothing={"items": []})
async def inline_completion(session: Session, snapshot: Snapshot, params: Params) -> dict[str, Any]:
    # A client that asks by itself alone has no other way to get what it can cycle through.
    asked = invoked(session, params)
    many = asked or snapshot.client.is_neovim
    shown = await suggested(session, snapshot, params, ALTERNATIVES if many else 1, asked=asked)
    return {"items": []} if shown is None else _wire(shown, snapshot, params)


def wanted(snapshot: Snapshot) -> bool:
    """Whether there is anything to be done for a document at all."""
    opened, state = snapshot.opened, snapshot.state
    if opened is None or opened.document.language in state.switched_off:
        return False
    return opened.served and state.completes


def still_shown(session: Session, snapshot: Snapshot, params: Params) -> Shown | None:
    """What is left of the items on the screen, or of earlier ones, if the typing agrees with them."""
    opened = snapshot.opened
    if opened is None:
        return None
    document, recent = opened.document, session.recent.get(opened.uri)
    position = position_of(document, params["position"], snapshot.client.encoding)
    shown = session.shown.get(opened.uri)
    rest = typed_through(shown, document, position) if shown is not None else None
    if recent is not None:
        # What is on the screen may become longer, but it is not changed for something else under the cursor.
        rest = recent.find(document, position, rest.items[0].text if rest is not None else "") or rest
    if rest is None:
        return None
    rest = welcome(session, rest)
    if rest is not None:
        session.shown[opened.uri] = rest
        session.outcomes.shown(opened.uri, rest)
    return rest


def welcome(session: Session, shown: Shown) -> Shown | None:
    """The items without those that were turned down at this place; None when none is left."""
    refuses = session.outcomes.refuses
    items = tuple(item for item in shown.items if not refuses(shown.document, shown.position, item.text))
    return replace(shown, items=items) if items else None


async def suggested(
    session: Session, snapshot: Snapshot, params: Params, limit: int, *, asked: bool = False
) -> Shown | None:
    """Up to `limit` items for a place, valid for the text as it is when they are ready; None when there are none.

    `asked` says that the user asked for them, and did not merely type.
    """
    opened = snapshot.opened
    if opened is None:
        return None
    started = time.perf_counter()
    position = position_of(opened.document, params["position"], snapshot.client.encoding)
    settle(session, opened)
    session.ask_why(opened.uri, position)
    if asked and session.choosing is not None:
        await session.chosen()  # Who asks would rather wait a moment than get less.
    find = _alternatives if asked and session.flights is not None else _items
    items = await find(session, snapshot, position, limit)
    if session.gate is not None and session.gate.stopped:
        items = ()
    session.latency_ms = 1e3 * (time.perf_counter() - started)
    shown: Shown | None = Shown(opened.document, position, items)
    now = session.current(opened.uri)
    if now is not None and now.document is not opened.document:
        # The text moved on while we worked: the answer must be right for the text as it is, or be empty.
        moved = followed(opened.document, now.document, position)
        shown = typed_through(Shown(opened.document, position, items), now.document, moved) if moved else None
    shown = welcome(session, shown) if shown is not None else None
    if now is None or shown is None:
        session.shown.pop(opened.uri, None)
        return None
    if session.tally is not None:
        session.tally.latency(shown.items[0].source, opened.document.language, session.latency_ms)
    session.outcomes.shown(opened.uri, shown)
    session.shown[opened.uri] = shown
    session.recent.setdefault(opened.uri, Recent()).keep(shown)
    return shown


async def _items(session: Session, snapshot: Snapshot, position: Position, limit: int) -> tuple[Item, ...]:
    """What a model has said already, else the engine's draft, else what a model says in time.

    A sure draft is on the screen at once; what a model says of the place serves when the typing leaves the draft. A
    less sure one waits a moment for what the model says.
    """
    opened, settings = snapshot.opened, snapshot.state.settings
    assert opened is not None
    if reason := refused(opened.document, position, tuple(settings.completion.languages)):
        session.say(opened.uri, f"gate: {reason}")
        return ()
    if session.flights is None:
        drafts = await _ask(session, snapshot, position, limit)
        if drafts or session.choosing is None:
            return drafts
        await session.chosen()
    flights = session.flights
    if flights is None:
        return ()
    said = await flights.known(opened, position)
    if said:
        session.say(opened.uri, "model: its last answer goes on here")
        return said if limit == 1 else distinct(said, await _ask(session, snapshot, position, limit))[:limit]
    drafts = await _ask(session, snapshot, position, limit)
    if said is not None:
        session.say(opened.uri, "model: its last answer has nothing for this place")
        return drafts
    sure = drafts[0].confidence if drafts else None
    misses, waits = flights.misses(opened.uri), snapshot.client.waits_itself
    decision = decide(opened.document, position, sure, misses, waits=waits)
    session.say(opened.uri, f"ask: {'no' if decision.pause is None else 'yes'}: {decision.why}")
    if sure is not None and (sure >= SURE or not (decision.pause == 0 or flights.flying(opened, position))):
        flights.ask_later(opened, position, decision)
        return drafts
    within = settings.completion.max_wait_ms / 1e3
    answers = await flights.items(opened, position, decision, min(within, HESITATION) if drafts else within)
    return distinct(answers, drafts)[:limit]


async def _alternatives(
    session: Session, snapshot: Snapshot, position: Position, limit: int
) -> tuple[Item, ...]:
    """For who asked: what the model says and what the engine drafts, each text once; the model again for what lacks."""
    opened, flights, settings = snapshot.opened, session.flights, snapshot.state.settings
    assert opened is not None and flights is not None
    if refused(opened.document, position, tuple(settings.completion.languages)):
        return ()
    drafts = await _ask(session, snapshot, position, limit)
    within = settings.completion.max_wait_ms / 1e3
    answers = await flights.known(opened, position) or await flights.items(opened, position, ASKED, within)
    found = distinct(answers, drafts)
    if answers and len(found) < limit:
        others = await flights.others(opened, position, limit - len(found), within)
        found = distinct(answers, others, drafts)
    return found[:limit]


def distinct(*groups: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items in order, each text once."""
    found: dict[str, Item] = {}
    for group in groups:
        for item in group:
            found.setdefault(item.text, item)
    return tuple(found.values())


async def _ask(session: Session, snapshot: Snapshot, position: Position, limit: int) -> tuple[Item, ...]:
    opened = snapshot.opened
    if opened is None or not snapshot.state.settings.engine.enabled:
        return ()
    now = session.current(opened.uri)
    if now is None or now.document is not opened.document:
        return ()  # The worker has seen the next key already; its request is on its way.
    question = {
        "root": opened.root,
        "path": opened.document.path,
        "version": opened.document.version,
        "line": position.line,
        "column": position.column,
        "limit": limit,
        "confidence": threshold(session, snapshot.state, opened.document.language),
        "languages": snapshot.state.settings.completion.languages,
    }
    try:
        answer = await session.worker.request("complete", question, LONGEST_WAIT)
    except (WorkerGone, TimeoutError):
        return ()
    for step in answer["steps"] if answer else ():
        session.say(opened.uri, step)
    return tuple(Item(**item) for item in answer["items"]) if answer else ()


def threshold(session: Session, state: State, language: str) -> float:
    """How sure the embedded engine must be for this user in a language."""
    return session.taste.confidence(state.confidence, language) if session.taste else state.confidence


def settle(session: Session, opened: Opened) -> None:
    """Note whether the engine's ghost text that was last on the screen stands in the document now."""
    shown = session.shown.get(opened.uri)
    if session.taste is None or shown is None or shown.items[0].source != "local":
        return
    if shown.document is not opened.document:
        session.taste.settled(opened.document.language, is_in(shown, opened.document))


def invoked(session: Session, params: Params) -> bool:
    """Whether the user asked for it. Older VS Code clients count the kinds from 0 where LSP counts from 1."""
    kind = (params.get("context") or {}).get("triggerKind")
    if kind in (0, 2):
        session.counts_kinds_from_zero = kind == 0
    return kind == (0 if session.counts_kinds_from_zero else 1)


def selected_of(params: Params, snapshot: Snapshot) -> Selected | None:
    """What is selected in the completion menu, if it is open."""
    selected = (params.get("context") or {}).get("selectedCompletionInfo")
    if not selected or snapshot.opened is None:
        return None
    document, encoding = snapshot.opened.document, snapshot.client.encoding
    start = position_of(document, selected["range"]["start"], encoding)
    end = position_of(document, selected["range"]["end"], encoding)
    return Selected(start, end, selected["text"])


def _wire(shown: Shown, snapshot: Snapshot, params: Params) -> dict[str, Any]:
    """The items as LSP has them; beside an open completion menu only those that continue its selected entry."""
    selected, encoding = selected_of(params, snapshot), snapshot.client.encoding
    plain = snapshot.client.is_neovim
    wire = (
        wire_item(item, shown.document, shown.position, selected, encoding, plain=plain)
        for item in shown.items
    )
    return {"items": [item for item in wire if item is not None]}


def wire_item(
    item: Item,
    document: Document,
    position: Position,
    selected: Selected | None,
    encoding: str,
    *,
    plain: bool = False,
) -> dict[str, Any] | None:
    """One item with an explicit range on the cursor's line; `plain` keeps its line endings as they are."""
    start, text = position, item.text
    end = Position(position.line, position.column + item.replaced)
    if selected is not None:
        if not selected.start <= position or selected.start.line != position.line or end < selected.end:
            return None
        start = selected.start
        text = document.line(position.line)[start.column : position.column] + item.text
        if not text.startswith(selected.text):
            return None
    return {
        "insertText": text if plain else with_endings_of(document, text),
        "range": wire_range(document, start, end, encoding),
        "command": acceptance(item, behind(document, position, encoding)),
    }


def behind(document: Document, position: Position, encoding: str) -> int:
    """How much of the line is behind a place, as the client counts.

    Neovim shows a suggestion on while the user types; from this its plugin tells whether anything but typing has
    changed the line since.
    """
    end = Position(position.line, len(document.line(position.line)))
    line = wire_range(document, position, end, encoding)
    return line["end"]["character"] - line["start"]["character"]


def acceptance(item: Item, behind: int | None = None) -> dict[str, Any]:
    """The command that the editor runs when the user takes an item."""
    argument = {"source": item.source, "confidence": rounded(item.confidence), "behind": behind}
    return {"title": "Accept", "command": "linnet.accept", "arguments": [argument]}


def with_endings_of(document: Document, text: str) -> str:
    """A text with the line endings of a document; not every editor turns them into its own."""
    if "\n" not in text:
        return text
    text = text.replace("\r\n", "\n")
    return text.replace("\n", "\r\n") if document.lines[0].endswith("\r\n") else text


def rounded(confidence: float | None) -> float | None:
    """A confidence as it is told."""
    return None if confidence is None else round(confidence, 3)
