"""Review notes as diagnostics: pulled by clients that pull, pushed to the others, never both."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from linnet_completions.worker.client import WorkerGone
from linnet_context.text import Document
from linnet_server.lsp import opinions
from linnet_server.lsp.convert import uri_of
from linnet_server.lsp.features.explain import route_for
from linnet_server.lsp.notes import Note, wire_diagnostic
from linnet_server.lsp.requests import Params
from linnet_server.lsp.session import Session, Snapshot

if TYPE_CHECKING:
    from linnet_server.lsp.cold import Cold
    from linnet_server.lsp.documents import Opened

log = logging.getLogger(__name__)

LONGEST_WAIT = 120.0
EDITED = "The document was edited meanwhile; ask again."


async def review(session: Session, snapshot: Snapshot, params: Params, cold: Cold) -> Any:
    """`linnet.review` [{"uri"}]: notes on what the document adds to its last commit -> {"findings": n}.

    Those of the mechanical checks are shown at once; where a model is chosen, its own follow.
    """
    opened = snapshot.opened
    if opened is None:
        return {"findings": 0, "message": "The document is not open."}
    answer = await _ask(session, "review", {"root": opened.root, "path": opened.document.path})
    if answer is None:
        return {"findings": 0, "message": "The review could not be made."}
    notes, message = tuple(Note(**note) for note in answer["notes"]), answer["message"]
    if not _is_current(session, opened):
        return {"findings": 0, "message": EDITED}
    await _show(session, cold, {opened.uri: notes})
    route = await route_for(session, "review") if opened.root else None
    if route is not None:
        root, settings = Path(opened.root), snapshot.state.settings
        more, said = await opinions.of_document(root, opened.document, route, settings)
        if not _is_current(session, opened):
            return {"findings": len(notes), "message": EDITED}
        notes, message = (*notes, *more), f"{message} {said}"
        await _show(session, cold, {opened.uri: notes})
    return {"findings": len(notes), "message": message}


def _is_current(session: Session, opened: Opened) -> bool:
    now = session.current(opened.uri)
    return now is not None and now.document is opened.document


async def review_workspace(session: Session, snapshot: Snapshot, params: Params, cold: Cold) -> Any:
    """`linnet.reviewWorkspace`: notes on all that is not committed -> {"findings", "files", "message", "notes"}.

    An editor pulls the notes of open documents alone; `notes` are all of them: {"uri", "line", "severity", "rule",
    "message"}, lines from 0.
    """
    found: dict[str, tuple[Note, ...]] = {}
    messages = []
    route = await route_for(session, "review")
    for root in snapshot.state.roots:
        answer = await _ask(session, "reviewWorkspace", {"root": str(root)})
        if answer is None:
            messages.append(f"{root.name} could not be reviewed.")
            continue
        messages.append(answer["message"])
        for path, notes in answer["files"].items():
            found[uri_of(Path(answer["root"]) / path)] = tuple(Note(**note) for note in notes)
        if route is not None and answer["files"]:
            more, said = await opinions.of_workspace(root, route, snapshot.state.settings)
            messages.append(said)
            for file, notes in more.items():
                uri = uri_of(file)
                found[uri] = (*found.get(uri, ()), *notes)
    await _show(session, cold, found)
    notes = [_summary(uri, note) for uri, each in found.items() for note in each]
    return {"findings": len(notes), "files": len(found), "message": " ".join(messages), "notes": notes}


def _summary(uri: str, note: Note) -> dict[str, Any]:
    return {
        "uri": uri,
        "line": note.first,
        "severity": note.severity,
        "rule": note.rule,
        "message": note.message,
    }


async def clear(session: Session, snapshot: Snapshot, params: Params, cold: Cold) -> Any:
    """`linnet.clearReview` [{"uri"}?]: takes the notes away, of one document or of all."""
    uris = [params["uri"]] if "uri" in params else list(snapshot.state.notes)
    await _show(session, cold, {uri: () for uri in uris})
    return None


async def diagnostics(
    session: Session, snapshot: Snapshot, params: types.DocumentDiagnosticParams
) -> dict[str, Any]:
    """`textDocument/diagnostic`: the notes of a document as it is."""
    uri = params.text_document.uri
    return {"kind": "full", "items": _wire(session, uri)}


async def _ask(session: Session, method: str, question: dict[str, Any]) -> Any:
    try:
        return await session.worker.request(method, question, LONGEST_WAIT)
    except (WorkerGone, TimeoutError) as error:
        log.error("the review failed: %s", type(error).__name__)
        return None


async def _show(session: Session, cold: Cold, notes: dict[str, tuple[Note, ...]]) -> None:
    for uri, found in notes.items():
        session.set_notes(uri, found)
    if session.client.pulls_diagnostics:
        await cold.ask(types.WORKSPACE_DIAGNOSTIC_REFRESH, None)
        return
    for uri in notes:
        cold.notify("textDocument/publishDiagnostics", {"uri": uri, "diagnostics": _wire(session, uri)})


def _wire(session: Session, uri: str) -> list[dict[str, Any]]:
    notes = session.state.notes.get(uri, ())
    opened = session.current(uri)
    if opened is not None:
        document = opened.document
    else:  # Columns in a file that is not open are counted as if it were ASCII: lines are what matters there.
        document = Document.of("", "", "\n" * (max((note.last for note in notes), default=0) + 1))
    return [wire_diagnostic(note, document, session.client.encoding) for note in notes]
