"""Documents, folders and settings: what the client tells us."""

from __future__ import annotations

from linnet_server.lsp.documents import changed, opened, place_of
from linnet_server.lsp.requests import Params, writes
from linnet_server.lsp.session import Session


@writes("textDocument/didOpen")
def did_open(session: Session, params: Params) -> None:
    session.open(opened(params["textDocument"], session.state.roots))


@writes("textDocument/didChange")
def did_change(session: Session, params: Params) -> None:
    item = params["textDocument"]
    before = session.current(item["uri"])
    if before is None:
        return
    version = item.get("version")
    if version is None:
        version = before.document.version + 1
    session.change(*changed(before, params["contentChanges"], version, session.client.encoding))


@writes("textDocument/didClose")
def did_close(session: Session, params: Params) -> None:
    session.close(params["textDocument"]["uri"])


@writes("textDocument/didSave")
def did_save(session: Session, params: Params) -> None:
    uri = params["textDocument"]["uri"]
    _refresh(session, [uri])
    # Not every client watches files: whatever else changed on disk meanwhile (another branch, say) is noticed now.
    session.worker.notify("start", {"root": place_of(uri, session.state.roots)[0]})


@writes("workspace/didChangeWatchedFiles")
def did_change_watched_files(session: Session, params: Params) -> None:
    _refresh(session, [change["uri"] for change in params["changes"]])


def _refresh(session: Session, uris: list[str]) -> None:
    paths: dict[str, list[str]] = {}
    for uri in uris:
        root, path = place_of(uri, session.state.roots)
        paths.setdefault(root, []).append(path)
    for root, changed_paths in paths.items():
        if root:
            session.worker.notify("refresh", {"root": root, "paths": changed_paths})
