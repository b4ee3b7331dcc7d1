"""The scripted model server leaves nothing open behind, whenever it is stopped."""

from __future__ import annotations

import gc
import socket
from contextlib import ExitStack

from tests.modelserver import ModelServer, chat


def test_connections_that_are_just_being_accepted_are_closed() -> None:
    """A client may connect while the server stops; an unclosed socket would be a warning, which fails a test."""
    for _ in range(60):
        with ExitStack() as clients, ModelServer(chat("Hello")) as server:
            port = int(server.url.rpartition(":")[2].partition("/")[0])
            for _ in range(4):
                clients.enter_context(socket.create_connection(("127.0.0.1", port)))
    gc.collect()
