"""The answer to `initialize`, as data. Imports nothing, since it stands before everything else."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMMANDS = (
    "linnet.accept",
    "linnet.ask",
    "linnet.clearReview",
    "linnet.context",
    "linnet.document",
    "linnet.edit",
    "linnet.explain",
    "linnet.fix",
    "linnet.review",
    "linnet.reviewWorkspace",
    "linnet.simplify",
    "linnet.status",
    "linnet.tests",
    "linnet.toggle",
    "linnet.translate",
)
ENCODINGS = ("utf-8", "utf-16", "utf-32")
CODE_ACTION_KINDS = ("quickfix", "refactor.rewrite", "source.linnet")


def encoding_for(params: dict[str, Any]) -> str:
    """The position encoding to use with a client: the first it offers, which is its own; else UTF-16."""
    general = (params.get("capabilities") or {}).get("general") or {}
    offered = general.get("positionEncodings") or ()
    return next((name for name in offered if name in ENCODINGS), "utf-16")


def pulls_diagnostics(params: dict[str, Any]) -> bool:
    """Whether the client asks for diagnostics itself; then they are never pushed.

    One that cannot be told to ask again (Neovim 0.10, Helix, lsp-mode) would see the notes of a review only after the
    next change, so they are pushed to it.
    """
    capabilities = params.get("capabilities") or {}
    pulls = (capabilities.get("textDocument") or {}).get("diagnostic")
    asks_again = ((capabilities.get("workspace") or {}).get("diagnostics") or {}).get("refreshSupport")
    return bool(pulls and asks_again)


def shows_ghost_text(params: dict[str, Any]) -> bool:
    """Whether the client says that it shows inline completions; some ask for them without saying so."""
    text_document = (params.get("capabilities") or {}).get("textDocument") or {}
    return text_document.get("inlineCompletion") is not None


def initialize_result(params: dict[str, Any], version: str) -> dict[str, Any]:
    """What is announced to a client."""
    capabilities: dict[str, Any] = {
        "positionEncoding": encoding_for(params),
        "textDocumentSync": {"openClose": True, "change": 2, "save": {"includeText": False}},
        "inlineCompletionProvider": {"workDoneProgress": False},
        "codeActionProvider": {"codeActionKinds": list(CODE_ACTION_KINDS), "resolveProvider": True},
        "executeCommandProvider": {"commands": list(COMMANDS), "workDoneProgress": True},
        "workspace": {"workspaceFolders": {"supported": True, "changeNotifications": True}},
    }
    if not shows_ghost_text(params):
        # Its answers are empty unless `completion.menu` is set, which is not known yet.
        capabilities["completionProvider"] = {"triggerCharacters": ["."], "resolveProvider": False}
    if pulls_diagnostics(params):
        capabilities["diagnosticProvider"] = {
            "identifier": "linnet",
            "interFileDependencies": False,
            "workspaceDiagnostics": False,
        }
    return {"capabilities": capabilities, "serverInfo": {"name": "linnet", "version": version}}
