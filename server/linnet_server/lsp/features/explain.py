"""Explanations, and what would be sent: code actions and commands."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from linnet_completions.worker.client import WorkerGone
from linnet_context.files import private_folder, write_private
from linnet_server.assemble import cache_folder
from linnet_server.lsp.convert import position_of, uri_of
from linnet_server.lsp.requests import Params
from linnet_server.lsp.session import Session, Snapshot

if TYPE_CHECKING:
    from linnet_server.lsp.cold import Cold

# A fact sheet looks up callers in the whole workspace and asks git, so it may take a while.
LONGEST_WAIT = 30.0


async def code_actions(
    session: Session, snapshot: Snapshot, params: types.CodeActionParams
) -> list[types.CodeAction]:
    """What can be done at a place: explain it, review its file."""
    if snapshot.opened is None:
        return []
    start, end = params.range.start, params.range.end
    place = {
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    }
    uri = snapshot.opened.uri
    return [
        action("Linnet: explain this", "linnet.explain", {"uri": uri, "range": place, "show": True}),
        action("Linnet: review this file", "linnet.review", {"uri": uri}),
    ]


def action(title: str, command: str, argument: dict[str, Any]) -> types.CodeAction:
    """A code action that runs a command of ours."""
    return types.CodeAction(
        title=title,
        kind="source.linnet",
        command=types.Command(title=title, command=command, arguments=[argument]),
    )


async def explain(session: Session, snapshot: Snapshot, params: Params, cold: Cold) -> Any:
    """`linnet.explain` [{"uri", "range"?, "show"?}] -> {"markdown"}; `show` opens it where the client can."""
    opened = snapshot.opened
    if opened is None:
        return {"markdown": "", "message": "The document is not open."}
    span = params.get("range") or {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    encoding = snapshot.client.encoding
    first = position_of(opened.document, span["start"], encoding).line
    last = position_of(opened.document, span["end"], encoding).line
    whole_file = "range" not in params
    question = {
        "root": opened.root,
        "path": opened.document.path,
        "first": -1 if whole_file else first,
        "last": -1 if whole_file else last,
    }
    try:
        answer = await session.worker.request("facts", question, LONGEST_WAIT)
    except (WorkerGone, TimeoutError):
        answer = None
    if answer is None:
        return {"markdown": "", "message": "There is nothing to say about this place now."}
    if params.get("show"):
        await _show(session, cold, answer["markdown"])
    return answer


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
    """`linnet/context` {"uri", "position", "task"?, "budget"?}: what would be sent for a place, chunk by chunk."""
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
        return await session.worker.request("context", question, LONGEST_WAIT)
    except (WorkerGone, TimeoutError):
        return None
