"""The server's side of the worker: started when needed, restarted with backoff, never waited for past a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from linnet_completions.worker import frames

log = logging.getLogger(__name__)

Message = dict[str, Any]
COMMAND = (sys.executable, "-I", "-m", "linnet_completions.worker")
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
# A worker that lived that long (seconds) had no trouble starting: its successor starts without a pause.
SETTLED = 60.0


class WorkerGone(Exception):
    """The worker ended before it answered, or could not be started."""


class Worker:
    """A worker process and the requests it owes. Used on the event loop's thread only.

    `state()` gives the messages that tell a new worker all it must know; they are sent each time one starts.
    `notified(method, params)` is called for what the worker says by itself, and among it "started"; and with "ended".
    """

    def __init__(
        self,
        state: Callable[[], Iterable[Message]],
        notified: Callable[[str, Message], None],
        command: tuple[str, ...] = COMMAND,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._state = state
        self._notified = notified
        self._command = command
        self._environ = None if environ is None else {**environ, **_TUNING}
        self._process: asyncio.subprocess.Process | None = None
        self._running = asyncio.Event()
        self._owed: dict[int, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)
        self._keeper: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process id of the running worker."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Keep a worker running from now on; returns at once."""
        if self._keeper is None:
            self._keeper = asyncio.get_running_loop().create_task(self._keep())

    def notify(self, method: str, params: Message) -> None:
        """Tell the worker something. Without a running one nothing is lost: the next is told the state."""
        if self._process is not None:
            self._write({"method": method, "params": params})

    async def request(self, method: str, params: Message, within: float) -> Any:
        """Ask the worker; TimeoutError after `within` seconds, WorkerGone when there is no answer to come."""
        number = next(self._numbers)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(within):
                await self._running.wait()
                self._owed[number] = future
                self._write({"id": number, "method": method, "params": params})
                return await future
        finally:
            self._owed.pop(number, None)

    async def close(self) -> None:
        """End the worker for good."""
        self._closed = True
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper

    async def _keep(self) -> None:
        loop, pause = asyncio.get_running_loop(), FIRST_PAUSE
        while not self._closed:
            started = loop.time()
            await self._live()
            if loop.time() - started > SETTLED:
                pause = FIRST_PAUSE
            log.warning("the worker ended; starting another in %.1f s", pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _live(self) -> None:
        """The life of one worker process."""
        try:
            process = await _start(self._command, self._environ)
        except OSError as error:
            log.error("the worker cannot be started: %s", error.strerror)
            return
        self._process = process
        try:
            for message in self._state():
                self._write(message)
            self._running.set()
            await self._listen(process)
        finally:
            self._process = None
            self._running.clear()
            self._settle_all()
            self._notified("ended", {})
            await _end(process)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        stream = process.stdout
        assert stream is not None
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = int.from_bytes(await stream.readexactly(4), "big")
                if size > frames.LIMIT:
                    log.error("the worker sent something that is no message")
                    return
                self._received(orjson.loads(await stream.readexactly(size)))

    def _received(self, message: Message) -> None:
        if "id" not in message:
            self._notified(message["method"], message["params"])
            return
        future = self._owed.pop(message["id"], None)
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(WorkerGone(f"the worker failed: {message['error']}"))
        else:
            future.set_result(message["result"])

    def _write(self, message: Message) -> None:
        assert self._process is not None and self._process.stdin is not None
        with contextlib.suppress(ConnectionError, RuntimeError):  # It is gone; _listen notices and settles.
            self._process.stdin.write(frames.pack(message))

    def _settle_all(self) -> None:
        for future in self._owed.values():
            if not future.done():
                future.set_exception(WorkerGone("the worker ended"))
        self._owed.clear()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close the pipe, which ends the worker; kill it when it does not listen, or nobody has time to wait."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            if process.returncode is None:
                process.kill()
        await process.wait()


# The matrices are small: a second thread for them would only keep a second core from sleeping. And glibc gives large
# arrays back when they are freed only as long as it does not raise the size from which it maps them by itself; what is
# smaller it would give back, and fetch again page by page, at each question and in each pass of the engine's sorting. The
# worker trims its heap when it is idle. And one heap for all threads holds fewer holes than one for each.
_TUNING = {
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": "33000000",
    "MALLOC_TRIM_THRESHOLD_": "33554432",
    "MALLOC_ARENA_MAX": "1",
}


async def _start(command: tuple[str, ...], environ: Mapping[str, str] | None) -> asyncio.subprocess.Process:
    """Start a process; one that is being started when we are cancelled is ended, not forgotten."""
    pipe = asyncio.subprocess.PIPE
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=sys.prefix, env=environ)
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _end(await starting)
        raise
