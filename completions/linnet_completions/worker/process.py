"""The worker's main loop: messages first, background work between them."""

from __future__ import annotations

import gc
import logging
import os
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, BinaryIO

from linnet_completions.worker import frames
from linnet_completions.worker.service import Message, Service

log = logging.getLogger(__name__)


def main() -> None:
    """Serve over this process's own stdin and stdout until the server closes the pipe."""
    source, sink = _own_pipes()
    logging.basicConfig(level=logging.WARNING, format="linnet worker: %(message)s")
    incoming: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, incoming), daemon=True).start()

    def send(message: Message) -> None:
        sink.write(frames.pack(message))
        sink.flush()

    gc.freeze()
    try:
        send({"method": "started", "params": {}})
        _serve(Service(send), incoming, send)
    except BrokenPipeError:
        os._exit(0)


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes, moved out of the way: a library that prints must not end up in the protocol."""
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    return os.fdopen(source, "rb"), os.fdopen(sink, "wb")


def _listen(source: BinaryIO, incoming: queue.SimpleQueue[Message]) -> None:
    """Read messages until the pipe closes; then end the process at once, whatever it is doing.

    Everything on disk is written so that ending at any moment loses nothing.
    """
    try:
        while (message := frames.read(source)) is not None:
            incoming.put(message)
    finally:
        os._exit(0)


def _serve(service: Service, incoming: queue.SimpleQueue[Message], send: Callable[[Message], None]) -> None:
    waiting: deque[Message] = deque()
    while True:
        waiting.extend(_drain(incoming, block=not waiting and not service.busy))
        if waiting:
            _answer(service, waiting.popleft(), waiting, send)
        elif service.busy:
            try:
                service.step()
            except Exception:
                log.exception("background work failed")
                service.drop_step()


def _drain(incoming: queue.SimpleQueue[Message], *, block: bool) -> list[Message]:
    messages = [incoming.get()] if block else []
    while True:
        try:
            messages.append(incoming.get_nowait())
        except queue.Empty:
            return messages


def _answer(
    service: Service, message: Message, later: deque[Message], send: Callable[[Message], None]
) -> None:
    number = message.get("id")
    if _superseded(message, later):
        send({"id": number, "result": None})
        return
    try:
        result: Any = service.handle(message["method"], message["params"])
        reply = {"id": number, "result": result}
    except Exception as error:
        # The traceback may go to the log; a message of an exception may hold source code and may not.
        log.error("%s failed: %s", message.get("method"), type(error).__name__)
        log.debug("", exc_info=True)
        reply = {"id": number, "error": type(error).__name__}
    if number is not None:
        send(reply)


def _superseded(message: Message, later: deque[Message]) -> bool:
    """Whether a newer completion for the same document waits already: only that one will be looked at."""
    if message["method"] != "complete":
        return False
    path = message["params"]["path"]
    return any(other["method"] == "complete" and other["params"]["path"] == path for other in later)
