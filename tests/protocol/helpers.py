"""A running language server, and the traffic that real clients were recorded with."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from linnet_server.client import Client

SERVE = (sys.executable, "-I", "-m", "linnet_server", "serve")
RECORDED = Path(__file__).parent / "recorded"
CLIENTS = sorted(path.stem for path in RECORDED.glob("*.json"))


def initialize_of(name: str) -> dict[str, Any]:
    """The parameters of `initialize` as a real client sent them."""
    params: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return params


@contextmanager
def server(root: Path, *, tcp: bool = False, arguments: tuple[str, ...] = ()) -> Iterator[Client]:
    """A server process that has not been spoken to; it must have ended when the test ends."""
    command = (*SERVE, *(("--tcp", "127.0.0.1:0") if tcp else ()), *arguments)
    client = Client(command, root, tcp=tcp)
    try:
        yield client
    finally:
        client.close()


def learned(client: Client) -> None:
    """Wait until the server has learned the workspace."""
    client.wait_for("linnet/status", timeout=30, matching={"state": "ready"})
