"""What the server is doing, on and off, and acceptances."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from linnet_completions.worker.client import WorkerGone
from linnet_context.problems import Problem
from linnet_server.lsp.requests import Params
from linnet_server.lsp.session import Session, Snapshot

# Looking for imports never keeps an editor waiting longer (seconds).
LONGEST_WAIT = 2.0

if TYPE_CHECKING:
    from linnet_server.lsp.cold import Cold
    from linnet_server.settings import Settings


def status_of(session: Session) -> dict[str, Any]:
    """The parameters of `linnet/status`: one state, one sentence."""
    settings = session.state.settings
    if not session.state.completes:
        state, message = "off", "Ghost text is off."
    elif not session.worker_alive:
        state, message = "starting", "The engine is starting."
    elif session.trouble:
        state, message = "error", f"{session.trouble} The embedded engine serves."
    elif session.learning:
        state, message = "learning", "Linnet learns the workspace; it answers already."
    else:
        local = settings.offline or settings.provider == "local"
        state, message = "ready", "Ready; nothing leaves this machine." if local else "Ready."
    if session.state.too_large:
        message = f"{message} Too large for ghost text: {', '.join(session.state.too_large)}."
    answering = session.flights.answering if session.flights is not None else None
    provider, model = (answering.provider, answering.model) if answering else _asked_first(settings)
    return {
        "state": state,
        "message": message,
        "provider": provider,
        "model": model,
        "latencyMs": round(session.latency_ms, 1),
        "costTodayUsd": round(session.gate.spend.seen_today, 6) if session.gate is not None else 0.0,
    }


def _asked_first(settings: Settings) -> tuple[str, str]:
    """The provider and the model that ghost text is asked of first."""
    nobody = "local", "embedded engine"
    if (settings.routes.inline or (settings.provider,))[0].startswith("local"):
        return nobody
    from linnet_server.targets import target

    try:
        found = target(settings, "inline")
    except Problem:  # The log has told it.
        return settings.provider, settings.model
    return (found.provider, found.model) if found is not None else nobody


async def status(session: Session, snapshot: Snapshot, params: Params, cold: Cold) -> Any:
    """`linnet.status`: the same, for who asks."""
    return {
        **status_of(session),
        "accepted": session.accepted,
        "acceptedPartly": session.accepted_partly,
        "workerPid": session.worker.pid,
    }


async def toggle(session: Session, snapshot: Snapshot, params: Params, cold: Cold) -> Any:
    """`linnet.toggle` [{"enabled"?, "language"?}]: ghost text on or off until the server ends -> {"enabled": bool}.

    Without `enabled` it is switched over; with a language id it is that language alone.
    """
    state, language, wanted = session.state, params.get("language"), params.get("enabled")
    before = state.enabled if language is None else language not in state.switched_off
    enabled = wanted if isinstance(wanted, bool) else not before
    if language is None:
        session.state = replace(state, enabled=enabled)
    else:
        off = state.switched_off - {language} if enabled else state.switched_off | {language}
        session.state = replace(state, switched_off=off)
    session.shown.clear()
    session.recent.clear()
    cold.notify("linnet/status", status_of(session))
    return {"enabled": enabled}


async def accept(session: Session, snapshot: Snapshot, params: Params, cold: Cold) -> Any:
    """`linnet.accept`: the editor runs it when the user takes a suggestion. What it needs is imported."""
    taken = session.outcomes.accepted()
    opened = session.current(taken.uri) if taken is not None else None
    if taken is None or opened is None or not session.client.edits.applies:
        return None
    place = {"line": taken.position.line, "column": taken.position.column}
    question = {"root": opened.root, "path": opened.document.path, "text": taken.text, **place}
    try:
        lines = await session.worker.request("imports", question, LONGEST_WAIT)
    except (WorkerGone, TimeoutError):
        return None
    now = session.current(taken.uri)
    if lines and now is not None and now.document is opened.document:
        ending = "\r\n" if opened.document.lines[0].endswith("\r\n") else "\n"
        edits = [_inserted(line, text + ending) for line, text in lines]
        cold.edit("Import what the suggestion needs", {taken.uri: edits})
    return None


def _inserted(line: int, text: str) -> dict[str, Any]:
    place = {"line": line, "character": 0}
    return {"range": {"start": place, "end": place}, "newText": text}
