"""What clients of GitHub Copilot's language server tell besides LSP: understood, so that nothing is logged or refused."""

from __future__ import annotations

from linnet_server.lsp.requests import Params, writes
from linnet_server.lsp.session import Session


@writes("textDocument/didShowCompletion")
def did_show_completion(session: Session, params: Params) -> None:
    """An item is on the screen. What we sent last is what is shown, so there is nothing to learn from it."""


@writes("textDocument/didPartiallyAcceptCompletion")
def did_partially_accept_completion(session: Session, params: Params) -> None:
    """The user took the head of an item. The edit that goes with it leaves the rest on show, as typing it would."""
    session.outcomes.accepted_partly()


@writes("textDocument/didFocus")
def did_focus(session: Session, params: Params) -> None:
    """Another document has the focus, or none has."""
