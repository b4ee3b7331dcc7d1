"""Explanations, and what would be sent: code actions and commands."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from linnet_completions.edit.change import Span, shift
from linnet_completions.models.masks import Restorer, restored
from linnet_completions.models.protocol import Call, Message, ModelError, Task
from linnet_completions.worker.client import WorkerGone
from linnet_context.files import private_folder, write_private
from linnet_context.problems import Problem
from linnet_server.assemble import cache_folder
from linnet_server.lsp.bars import Report, Stopped, shown
from linnet_server.lsp.convert import position_of, uri_of
from linnet_server.lsp.requests import Params
from linnet_server.lsp.session import Session, Snapshot, Talk

if TYPE_CHECKING:
    from linnet_completions.models.asking import Route
    from linnet_server.lsp.cold import Cold
    from linnet_server.lsp.documents import Opened

log = logging.getLogger(__name__)

# A fact sheet looks up callers in the whole workspace and asks git, so it may take a while.
LONGEST_WAIT = 30.0
NO_MODEL = "No model is chosen for explanations: set `provider` in your settings."
_MOST_TALKS = 20


async def explain(session: Session, snapshot: Snapshot, params: Params, cold: Cold) -> Any:
    """`linnet.explain` [{"uri", "range"?, "diagnostic"?, "ask"?, "show"?, "partialResultToken"?}] -> {"markdown", "model"}.

    The facts come first; where a model is chosen, what it says follows and is streamed to the token's `$/progress`.
    `show` opens the result where the client can.
    """
    opened = snapshot.opened
    if opened is None:
        return {"markdown": "", "message": "The document is not open."}
    route = await route_for(session, "explain")
    question = {**_lines(opened, params, snapshot.client.encoding), **_asked(params)}
    answer = await _facts(session, question, snapshot, route)
    if answer is None:
        return {"markdown": "", "message": "There is nothing to say about this place now."}
    markdown = answer["markdown"]
    said = ""
    if route is not None and answer["call"] is not None:
        said = await _said(session, opened, route, answer, cold, params.get("partialResultToken"))
        markdown = f"{said.rstrip()}\n\n---\n\n{markdown}"
    if params.get("show"):
        await _show(session, cold, markdown)
    markdown = restored(markdown, answer["masks"])
    return {"markdown": markdown, "model": route.label if route is not None and said else None}


async def ask(session: Session, snapshot: Snapshot, params: Params, cold: Cold) -> Any:
    """`linnet.ask` [{"uri", "range"?, "question", "conversation"?, "show"?, "partialResultToken"?}]
    -> {"markdown", "model", "conversation"}.

    A question about some code. With the `conversation` of an earlier answer it is about the same lines, and is asked
    with what was said before, as far as that fits.
    """
    from linnet_completions.explain.prompt import Turn, recent

    opened, text = snapshot.opened, str(params.get("question") or params.get("ask") or "").strip()
    if opened is None or not text:
        return {"markdown": "", "message": "The document is not open." if text else "There is no question."}
    route = await route_for(session, "explain")
    if route is None:
        return {"markdown": "", "message": NO_MODEL}
    name = str(params.get("conversation") or uuid.uuid4())
    talk = session.talks.get(name)
    place = _lines(opened, params, snapshot.client.encoding) if talk is None else _moved(talk, opened)
    if place is None:
        return {"markdown": "", "message": "These lines were edited meanwhile: begin anew."}
    turns = talk.turns if talk is not None else ()
    history = [[turn.question, turn.answer] for turn in turns]
    question = {**place, "ask": text, "history": history}
    answer = await _facts(session, question, snapshot, route)
    if answer is None or answer["call"] is None:
        return {"markdown": "", "message": "This file is never sent, or is not known yet."}
    said = await _said(session, opened, route, answer, cold, params.get("partialResultToken"))
    # What is sent again with the next question, or stands in a file, keeps its placeholders.
    kept = tuple(recent([*turns, Turn(text, said)]))
    session.talks[name] = Talk(opened, place["first"], place["last"], kept)
    while len(session.talks) > _MOST_TALKS:
        session.talks.pop(next(iter(session.talks)))
    if params.get("show"):
        await _show(session, cold, said)
    markdown = restored(said, answer["masks"])
    return {"markdown": markdown, "model": route.label, "conversation": name}


def _moved(talk: Talk, opened: Opened) -> dict[str, Any] | None:
    """The place that a conversation is about, where it stands now; None when its lines are not what they were."""
    before = talk.opened.document
    question: dict[str, Any] = {"root": opened.root, "path": opened.document.path}
    if talk.first < 0 and opened.uri == talk.opened.uri:
        return {**question, "first": -1, "last": -1}
    by = shift(before.lines, opened.document.lines, Span(talk.first, talk.last))
    if by is None or opened.uri != talk.opened.uri:
        return None
    return {**question, "first": talk.first + by, "last": talk.last + by}


def _asked(params: Params) -> dict[str, Any]:
    """What a request asks about its lines: a question, or a problem that some tool reports there."""
    diagnostic = params.get("diagnostic") or {}
    return {
        "ask": params.get("ask"),
        "problem": str(diagnostic.get("message") or ""),
        "code": str(diagnostic.get("code") or ""),
    }


async def _facts(session: Session, question: dict[str, Any], snapshot: Snapshot, route: Route | None) -> Any:
    """The worker's answer about some lines: a fact sheet, and the call to a model where there is one."""
    if route is not None:
        question["budget"] = snapshot.state.settings.context.budget_tokens
    try:
        return await session.worker.request("facts", question, LONGEST_WAIT)
    except (WorkerGone, TimeoutError):
        return None


async def route_for(session: Session, task: Task) -> Route | None:
    """The way to the model that the user chose for a task; None where there is none."""
    await session.chosen()
    if session.gate is None:
        return None
    try:
        return await session.gate.route(task)
    except Problem as problem:
        log.warning("%s", problem)
        return None


async def _said(
    session: Session, opened: Opened, route: Route, answer: dict[str, Any], cold: Cold, token: Any
) -> str:
    """What the model says to the worker's call, with its places linked, what is not there marked, and placeholders.

    It is streamed to a token if there is one, there with what the placeholders stand for, and a bar tells that it is coming, which the user can cancel. A failure
    is told in one sentence at its end.
    """
    pieces: list[str] = []

    def work(report: Report) -> Coroutine[Any, Any, None]:
        return _stream(route, call_of(answer["call"]), cold, token, pieces, Restorer(answer["masks"]))

    try:
        await shown(cold, "Linnet: explain", work)
    except Stopped:
        pieces.append("\n\n*You cancelled the rest.*\n")
    question = {
        "root": opened.root,
        "path": opened.document.path,
        "text": "".join(pieces),
        "base": uri_of(Path(opened.root)) if opened.root else "",
    }
    try:
        return str(await session.worker.request("claims", question, LONGEST_WAIT))
    except (WorkerGone, TimeoutError):
        return question["text"]


async def _stream(
    route: Route, call: Call, cold: Cold, token: Any, pieces: list[str], restorer: Restorer
) -> None:
    from linnet_completions.explain.explain import streamed

    def tell(text: str) -> None:
        if token is not None and text:
            cold.notify("$/progress", {"token": token, "value": {"markdown": text}})

    try:
        async with aclosing(streamed(call, route.asking, route.answers, route.identity)) as stream:
            async for piece in stream:
                pieces.append(piece)
                tell(restorer.feed(piece))
        tell(restorer.finish())
    except ModelError as error:
        log.warning("the model does not answer (%s): %s", type(error).__name__, error)
        pieces.append(f"\n\n*The model did not answer to the end: {error}*\n")


def call_of(plain: dict[str, Any]) -> Call:
    """A call from the worker's JSON."""
    messages = tuple(Message(**message) for message in plain["messages"])
    return Call(**{**plain, "messages": messages, "stop": tuple(plain["stop"])})


def _lines(opened: Opened, params: Params, encoding: str) -> dict[str, Any]:
    """The place that a request names: root, path, and its lines (-1 for the whole file)."""
    question: dict[str, Any] = {"root": opened.root, "path": opened.document.path, "first": -1, "last": -1}
    span = params.get("range")
    if span is not None:
        question["first"] = position_of(opened.document, span["start"], encoding).line
        question["last"] = position_of(opened.document, span["end"], encoding).line
    return question


async def _show(session: Session, cold: Cold, markdown: str) -> None:
    """Open the explanation as a document; for clients that have no panel for it."""
    if not session.client.shows_documents:
        return
    folder = cache_folder(session.state.settings) / "explanations"
    private_folder(folder)
    path = folder / f"{hashlib.sha256(markdown.encode()).hexdigest()[:16]}.md"
    write_private(path, markdown.encode())
    shown = types.ShowDocumentParams(uri=uri_of(path), take_focus=True)
    await cold.ask(types.WINDOW_SHOW_DOCUMENT, shown)


async def context(session: Session, snapshot: Snapshot, params: Params, cold: Cold) -> Any:
    """`linnet/context` {"uri", "position", "task"?, "budget"?} -> {"context", "redacted", "why"}, or {"refused", "why"}.

    `why` are the steps of the last ghost text that was asked for on this line, or of none: gate, cache, draft, model, check.
    What would be sent for a place, chunk by chunk, and the number of secrets that were taken out of it; or why nothing
    of the file is ever sent.
    """
    opened = snapshot.opened
    if opened is None:
        return None
    position = position_of(opened.document, params["position"], snapshot.client.encoding)
    question = {
        "root": opened.root,
        "path": opened.document.path,
        "line": position.line,
        "column": position.column,
        "task": params.get("task", "inline"),
        "budget": params.get("budget", snapshot.state.settings.context.budget_tokens),
    }
    try:
        found = await session.worker.request("context", question, LONGEST_WAIT)
    except (WorkerGone, TimeoutError):
        return None
    if found is None:
        return None
    asked, steps = session.why.get(opened.uri, (position, ()))
    why = list(steps) if asked.line == position.line else []
    if "refused" in found:
        return {**found, "why": why}
    return {"context": found["context"], "redacted": sum(found["redacted"].values()), "why": why}
