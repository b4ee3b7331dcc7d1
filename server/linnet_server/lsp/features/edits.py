"""Edits by a model: code actions that are worked out when they are chosen, and the commands that do the same."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types

from linnet_completions.models.protocol import ModelError
from linnet_completions.worker.client import WorkerGone
from linnet_context.files import read
from linnet_context.languages import language_of
from linnet_context.text import Document
from linnet_server.lsp.bars import Report, Stopped, shown
from linnet_server.lsp.convert import position_of, uri_of
from linnet_server.lsp.features.explain import LONGEST_WAIT, call_of, route_for
from linnet_server.lsp.features.status import status_of
from linnet_server.lsp.requests import Params
from linnet_server.lsp.session import Session, Snapshot
from linnet_server.lsp.workspace_edit import Target, creation_of, edit_of

if TYPE_CHECKING:
    from linnet_completions.edit.blocks import Refused
    from linnet_completions.models.asking import Route
    from linnet_server.lsp.cold import Cold
    from linnet_server.lsp.documents import Opened

log = logging.getLogger(__name__)

TITLES = {
    "fix": "fix this problem",
    "document": "document this",
    "tests": "write tests",
    "rewrite": "rewrite this",
    "simplify": "simplify this",
    "translate": "translate this",
}
NO_MODEL = "No model is chosen for edits: set `provider` in your settings."
CANCELLED = "You cancelled it."
# How often a document may be edited while we hand over the edit of its last version.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """An edit that is wanted: its kind, the lines (0-based, both included) and what else there is to say."""

    kind: str
    first: int
    last: int
    words: str = ""
    language: str = ""

    @property
    def title(self) -> str:
        return f"Linnet: {TITLES[self.kind]}"


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it: an edit, or one sentence why there is none."""

    edit: types.WorkspaceEdit | None
    message: str


async def command(kind: str, session: Session, snapshot: Snapshot, params: Params, cold: Cold) -> Any:
    """`linnet.fix`, `.document`, `.tests`, `.edit`, `.simplify`, `.translate`: the edit is applied by the client.

    [{"uri", "range", "diagnostic"? {"message"}, "instruction"?, "language"?, "apply"?}] -> {"applied", "message"}, and
    "edit" where "apply" is false.
    """
    opened = snapshot.opened
    if opened is None:
        return {"applied": False, "message": "The document is not open."}
    wanted = wanted_of(kind, opened, params, snapshot.client.encoding)
    made = await worked_out(session, cold, opened, wanted)
    if made.edit is None:
        return {"applied": False, "message": made.message}
    if params.get("apply") is False:
        plain = cold.plain(made.edit)
        return {"applied": False, "message": made.message, "edit": plain}
    if not session.client.edits.applies:
        return {"applied": False, "message": "Your editor does not apply edits of a language server."}
    answer = await cold.ask(
        types.WORKSPACE_APPLY_EDIT, types.ApplyWorkspaceEditParams(edit=made.edit, label=wanted.title)
    )
    applied = bool(getattr(answer, "applied", False))
    return {"applied": applied, "message": made.message if applied else "Your editor did not apply the edit."}


def wanted_of(kind: str, opened: Opened, params: Params, encoding: str) -> Wanted:
    """What a command's arguments ask for. Lines whose first character a selection ends before are not part of it."""
    start = position_of(opened.document, params["range"]["start"], encoding)
    end = position_of(opened.document, params["range"]["end"], encoding)
    last = end.line - 1 if start.line < end.line and not end.column else end.line
    diagnostic = params.get("diagnostic") or {}
    words = params.get("instruction") or diagnostic.get("message") or ""
    return Wanted(kind, start.line, last, str(words), str(params.get("language") or ""))


async def worked_out(session: Session, cold: Cold, opened: Opened, wanted: Wanted) -> Made:
    """The edit, with a bar that can be cancelled; a failure is one line of status and never a pop-up."""
    route = await route_for(session, "edit")
    if route is None:
        return _failed(session, cold, NO_MODEL)

    def work(report: Report) -> Coroutine[Any, Any, Made]:
        return _tried(session, opened, wanted, route, report)

    try:
        made = await shown(cold, wanted.title, work, lambda made: made.message)
    except Stopped:
        made = Made(None, CANCELLED)
    return made if made.edit is not None else _failed(session, cold, made.message)


async def _tried(session: Session, opened: Opened, wanted: Wanted, route: Route, report: Report) -> Made:
    try:
        return await _made(session, opened, wanted, route, report)
    except ModelError as error:
        log.warning("the model does not answer (%s): %s", type(error).__name__, error)
        return Made(None, f"The model did not answer: {error}")
    except (WorkerGone, TimeoutError):
        return Made(None, "Linnet's worker did not answer; ask again.")


def _failed(session: Session, cold: Cold, message: str) -> Made:
    cold.notify("linnet/status", {**status_of(session), "message": message})
    return Made(None, message)


async def _made(session: Session, opened: Opened, wanted: Wanted, route: Route, report: Report) -> Made:
    from linnet_completions.edit.ask import asked
    from linnet_completions.edit.blocks import Refused

    settings = session.state.settings
    question = {
        "root": opened.root,
        "path": opened.document.path,
        "kind": wanted.kind,
        "first": wanted.first,
        "last": wanted.last,
        "words": wanted.words,
        "language": wanted.language,
        "budget": settings.context.budget_tokens,
    }
    found = await session.worker.request("editPrepare", question, LONGEST_WAIT)
    if found is None or "refused" in found:
        return Made(None, found["refused"] if found else "The document belongs to no workspace folder.")
    number, call = found["number"], call_of(found["call"])

    async def judge(text: str, cut: bool) -> dict[str, Any] | Refused:
        answer = {"number": number, "answer": text, "cut": cut}
        made = await session.worker.request("editJudge", answer, LONGEST_WAIT)
        if made is None or "refused" in made:
            return Refused(made["refused"] if made else "The question was forgotten; ask again.")
        return cast("dict[str, Any]", made)

    proposal = await asked(call, route, judge, lambda lines: report(f"{lines} lines"))
    if isinstance(proposal, Refused):
        return Made(None, proposal.reason)
    return await _wire(session, opened, wanted, number, proposal)


async def _wire(
    session: Session, opened: Opened, wanted: Wanted, number: int, proposal: dict[str, Any]
) -> Made:
    """The edit for the document as the client has it now, rebased by the worker as long as it goes on changing."""
    support, encoding = session.client.edits, session.client.encoding
    uri = opened.uri if proposal["path"] == opened.document.path else _uri(opened, proposal["path"])
    message = " ".join((_done(wanted, proposal), *proposal["notes"]))
    if proposal["created"] is not None:
        if not support.creates:
            return Made(None, "Your editor does not let a language server make files.")
        return Made(creation_of(wanted.title, proposal, uri, annotated=support.annotates), message)
    for _ in range(_TRIES):
        now = session.current(uri)
        if now is None or now.document.version == proposal["version"]:
            target = await _target(opened, uri, proposal, now)
            edit = edit_of(
                wanted.title,
                proposal,
                target,
                encoding,
                versioned=support.versions,
                annotated=support.annotates,
            )
            return Made(edit, message)
        proposal = await session.worker.request("editMove", {"number": number}, LONGEST_WAIT)
        if proposal is None or "refused" in proposal:
            return Made(None, proposal["refused"] if proposal else "The question was forgotten; ask again.")
    return Made(None, "The document was edited all the while; ask again.")


async def _target(opened: Opened, uri: str, proposal: dict[str, Any], now: Opened | None) -> Target:
    if now is not None:
        return Target(uri, now.document, now.document.version)
    path = proposal["path"]
    text = await asyncio.to_thread(read, Path(opened.root), path)
    return Target(uri, Document.of(path, language_of(path) or "plaintext", text or ""), None)


def _uri(opened: Opened, path: str) -> str:
    return uri_of(Path(opened.root) / path)


def _done(wanted: Wanted, proposal: dict[str, Any]) -> str:
    if proposal["created"] is not None:
        return f"{proposal['path']} is new."
    count = len(proposal["changes"])
    return f"{count} change{'s' * (count != 1)} in {proposal['path']}."
