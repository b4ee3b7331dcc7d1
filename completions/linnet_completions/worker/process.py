"""The worker's main loop: messages first, background work between them."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import queue
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO

from linnet_completions.worker import frames
from linnet_completions.worker.service import Job, Message, Service

log = logging.getLogger(__name__)

# Seconds without a message until one looks whether another branch was checked out.
LOOK_EVERY = 2.0
# Seconds without a message until what the last answers needed is given back.
REST_AFTER = 0.5


def main() -> None:
    """Serve over this process's own stdin and stdout until the server closes the pipe."""
    source, sink = _own_pipes()
    logging.basicConfig(level=logging.WARNING, format="linnet worker: %(message)s")
    incoming: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, incoming), daemon=True).start()

    lock = threading.Lock()  # Jobs answer from a thread of their own.

    def send(message: Message) -> None:
        frame = frames.pack(message)
        with lock:
            sink.write(frame)
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
    answered = False
    with ThreadPoolExecutor(1, "jobs") as jobs:
        while True:
            wait = None if waiting or service.busy else REST_AFTER if answered else LOOK_EVERY
            waiting.extend(_drain(incoming, wait))
            if not waiting and not service.busy:
                service.look()
                if answered:
                    answered = False
                    service.rest()
                    _give_back()
            elif waiting:
                _answer(service, waiting.popleft(), waiting, send, jobs)
                answered = True
            elif service.busy:
                _step(service)
                if not service.busy:
                    service.rest()
                    _give_back()


def _step(service: Service) -> None:
    try:
        service.step()
    except Exception as error:
        log.error("background work failed: %s", type(error).__name__)
        log.debug("", exc_info=True)
        service.drop_step()


def _give_back() -> None:
    """Return freed memory to the system. Learning frees much, and the C library would keep it; only glibc can.

    Done when there is nothing else to do: what the next question needs would only be fetched again.
    """
    import ctypes

    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _drain(incoming: queue.SimpleQueue[Message], wait: float | None) -> list[Message]:
    """The messages that have come; with `wait`, when there is none, the one that comes within so many seconds."""
    messages: list[Message] = []
    with contextlib.suppress(queue.Empty):
        if wait is not None:
            messages.append(incoming.get(timeout=wait))
        while True:
            messages.append(incoming.get_nowait())
    return messages


def _answer(
    service: Service,
    message: Message,
    later: deque[Message],
    send: Callable[[Message], None],
    jobs: ThreadPoolExecutor,
) -> None:
    if _superseded(message, later):
        send({"id": message["id"], "result": None})
        return
    result = _attempt(message, lambda: service.handle(message["method"], message["params"]))
    if message.get("id") is None:
        return
    job = result.get("result")
    if isinstance(job, Job):
        jobs.submit(lambda: send({"id": message["id"], **_attempt(message, job.run)}))
    else:
        send({"id": message["id"], **result})


def _attempt(message: Message, work: Callable[[], Any]) -> Message:
    """{"result"}, or {"error"} with the kind of the failure: its message may hold source code."""
    try:
        return {"result": work()}
    except Exception as error:
        log.error("%s failed: %s", message.get("method"), type(error).__name__)
        log.debug("", exc_info=True)
        return {"error": type(error).__name__}


def _superseded(message: Message, later: deque[Message]) -> bool:
    """Whether a newer completion for the same document waits already: only that one will be looked at."""
    if message["method"] != "complete":
        return False
    path = message["params"].get("path")
    return any(other["method"] == "complete" and other["params"].get("path") == path for other in later)
