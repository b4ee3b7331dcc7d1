"""A running language server, and the traffic that real clients were recorded with."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from linnet_server.client import Client

SERVE = (sys.executable, "-I", "-m", "linnet_server", "serve")
RECORDED = Path(__file__).parent / "recorded"
CLIENTS = sorted(path.stem for path in RECORDED.glob("*.json"))


class Transcript:
    """All that a server said. It answers each request once, answers nothing else, and never shows a pop-up."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def methods(self) -> list[str]:
        """What the server said or asked by itself."""
        return [message["method"] for message in self.messages if "method" in message]

    def answers(self) -> Counter[object]:
        """How often each request was answered."""
        return Counter(message["id"] for message in self.messages if "method" not in message)

    def check(self) -> None:
        """What holds of every conversation."""
        assert not [method for method in self.methods() if method.startswith("window/showMessage")]
        answers = self.answers()
        del answers[None]  # What belongs to no request: a report of a message that could not be read.
        assert not {number: count for number, count in answers.items() if count != 1}


@contextmanager
def server(
    root: Path,
    *,
    tcp: bool = False,
    arguments: tuple[str, ...] = (),
    environ: Mapping[str, str] | None = None,
    transcript: Transcript | None = None,
) -> Iterator[Client]:
    """A server process that has not been spoken to; it must have ended when the test ends."""
    command = (*SERVE, *(("--tcp", "127.0.0.1:0") if tcp else ()), *arguments)
    said = transcript or Transcript()
    client = Client(command, root, environ, tcp=tcp, observer=said.messages.append)
    try:
        yield client
    finally:
        client.close()
    said.check()


def initialize_of(name: str) -> dict[str, Any]:
    """The parameters of `initialize` as a real client sent them."""
    params: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return params


def initialize_at(name: str, root: Path) -> dict[str, Any]:
    """The same, for a workspace of the test."""
    folders = [{"uri": root.as_uri(), "name": root.name}]
    where = {"processId": None, "rootUri": root.as_uri(), "rootPath": str(root), "workspaceFolders": folders}
    return initialize_of(name) | where


def learned(client: Client) -> None:
    """Wait until the server has learned the workspace."""
    client.wait_for("linnet/status", timeout=30, matching={"state": "ready"})


def question(uri: str, line: int, character: int, kind: int | None = 2, **context: Any) -> dict[str, Any]:
    """The parameters of a `textDocument/inlineCompletion`."""
    return {
        "textDocument": {"uri": uri},
        "position": {"line": line, "character": character},
        "context": context if kind is None else {"triggerKind": kind, **context},
    }


def edit(line: int, start: int, end: int, text: str) -> dict[str, Any]:
    """A change of one line."""
    places = {
        "start": {"line": line, "character": start},
        "end": {"line": line, "character": end},
    }
    return {"range": places, "text": text}
