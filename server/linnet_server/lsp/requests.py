"""How requests run: two kinds of handlers, and exactly one answer each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from linnet_server.lsp.session import Session, Snapshot

log = logging.getLogger(__name__)

Params = dict[str, Any]
Write = Callable[[Session, Params], None]
Read = Callable[[Session, Snapshot, Params], Coroutine[Any, Any, Any]]

REQUEST_CANCELLED = -32800
WRITES: dict[str, Write] = {}
READS: dict[str, Read] = {}
# What a request gets when we fail at it.
NOTHING: dict[str, Any] = {}


def writes(method: str) -> Callable[[Write], Write]:
    """Register a plain function that changes the session, at once and in message order."""

    def register(handler: Write) -> Write:
        WRITES[method] = handler
        return handler

    return register


def reads(method: str, nothing: Any = None) -> Callable[[Read], Read]:
    """Register a coroutine that answers from a snapshot. A newer request for the same document supersedes it.

    `nothing` is the answer that says there is nothing, which is what a failure gives.
    """

    def register(handler: Read) -> Read:
        READS[method] = handler
        NOTHING[method] = nothing
        return handler

    return register


class Requests:
    """The running requests of `@reads` handlers; each is settled exactly once."""

    def __init__(self, send: Callable[[dict[str, Any]], None]) -> None:
        self._send = send
        self._running: dict[object, asyncio.Task[None]] = {}
        self._latest: dict[tuple[str, str], object] = {}

    def run(self, number: object, key: tuple[str, str], work: Coroutine[Any, Any, Any]) -> None:
        """Run a request. What still runs under the same key is answered `null` at once: its place is gone."""
        older = self._latest.get(key)
        if older is not None:
            self._settle(older, {"result": None})
        self._latest[key] = number
        task = asyncio.get_running_loop().create_task(self._answer(number, key, work))
        # Work that is settled before it began is never awaited; Python complains of that unless it is closed.
        task.add_done_callback(lambda _: work.close())
        self._running[number] = task

    def answer(self, number: object, key: tuple[str, str], result: Any) -> None:
        """Answer a request that needs no work; it supersedes like any other."""
        older = self._latest.pop(key, None)
        if older is not None:
            self._settle(older, {"result": None})
        self._send({"jsonrpc": "2.0", "id": number, "result": result})

    def cancel(self, number: object) -> bool:
        """The client takes a request back; False when it is none of ours, or already answered."""
        error = {"code": REQUEST_CANCELLED, "message": "The client cancelled the request."}
        return self._settle(number, {"error": error})

    async def _answer(self, number: object, key: tuple[str, str], work: Coroutine[Any, Any, Any]) -> None:
        try:
            result = await work
        except Exception as error:
            # An editor shows errors as pop-ups; nothing to suggest is the answer to a failure of ours.
            log.error("%s failed: %s", key[1], type(error).__name__)
            log.debug("", exc_info=True)
            result = NOTHING.get(key[1])
        if self._latest.get(key) == number:
            del self._latest[key]
        self._settle(number, {"result": result}, cancel=False)

    def _settle(self, number: object, answer: dict[str, Any], *, cancel: bool = True) -> bool:
        task = self._running.pop(number, None)
        if task is None:
            return False
        if cancel:
            task.cancel()
        self._send({"jsonrpc": "2.0", "id": number, **answer})
        return True
