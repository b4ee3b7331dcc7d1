"""The running server: one loop, one reader thread, messages in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linnet_completions.ghost.outcome import LOOKS, Accepted, What
from linnet_completions.worker.client import Worker
from linnet_server.assemble import cache_folder
from linnet_server.lsp.channel import BadBody, BadHeader, Channel
from linnet_server.lsp.convert import path_of
from linnet_server.lsp.features import copilot, ghost, menu, sync
from linnet_server.lsp.front import NO_OBJECT, PARSE_ERROR, VERSION, error_reply
from linnet_server.lsp.options import ServeOptions
from linnet_server.lsp.requests import READS, WRITES, Params, Requests
from linnet_server.lsp.session import Client, Session, Snapshot, State, worker_state
from linnet_server.lsp.watchdog import Stall, Watchdog
from linnet_server.settings import Loaded, Settings, load, user_file

if TYPE_CHECKING:
    from linnet_completions.ghost.tally import Tally
    from linnet_server.gate import Gate
    from linnet_server.lsp.cold import Cold, Progress
    from linnet_server.lsp.flights import Flights
    from linnet_server.lsp.front import Batch
    from linnet_server.taste import Taste

log = logging.getLogger(__name__)

AT_ONCE = {"textDocument/completion": menu.at_once, "textDocument/inlineCompletion": ghost.at_once}
INVALID_REQUEST, INVALID_PARAMS = -32600, -32602
# How long a thread may hold the interpreter while another waits (seconds). Python's own 5 ms are felt in a burst.
SWITCH_INTERVAL = 0.001
# How often the counts for `linnet stats` are written (seconds).
SAVE_EVERY = 10.0

assert copilot and sync, "their handlers register themselves"


def run(channel: Channel, params: Params, waiting: Batch, options: ServeOptions) -> int:
    """Serve a client whose `initialize` has been answered; returns the process's exit code.

    `waiting` is what the client has said since.
    """
    level = logging.DEBUG if options.debug else logging.INFO if options.verbose else logging.WARNING
    logging.basicConfig(
        level=logging.ERROR if options.quiet else level,
        format="%(asctime)s linnet %(levelname)s: %(message)s",
        stream=sys.stderr,
    )
    sys.setswitchinterval(SWITCH_INTERVAL)
    code = asyncio.run(Server(channel, params, options).serve(waiting))
    sys.stderr.flush()
    # The reader thread may still wait for its pipe, and nothing is left to be tidied up.
    os._exit(code)


class Server:
    """Takes the client's messages in order: writes and ghost text at once, the rest through pygls once it is loaded."""

    def __init__(self, channel: Channel, params: Params, options: ServeOptions) -> None:
        self._channel = channel
        self._params = params
        self._options = options
        self._requests = Requests(channel.send)
        self._cold: Cold | None = None
        self._waiting: list[tuple[Params, Callable[[str | None], Snapshot]]] = []
        self._shut_down = False
        self._initialized = asyncio.Event()
        self._bars: dict[str, Progress | None] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def serve(self, waiting: Batch) -> int:
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[int] = self._loop.create_future()
        roots = roots_of(self._params)
        if self._options.watch_stalls:
            Watchdog(self._loop, self._stalled).start()
        loaded = self._load(roots, self._params.get("initializationOptions"))
        state = State(settings=loaded.settings, roots=roots)
        worker = Worker(
            lambda: worker_state(self._session.state), self._worker_said, environ=self._options.environ
        )
        self._session = Session(Client.of(self._params), state, worker)
        self._session.outcomes.took = self._look_later
        self._choose_models()
        self._session.worker.start()
        self._receive_all(waiting)
        threading.Thread(target=self._listen, name="reader", daemon=True).start()
        self._spawn(self._warm_up())
        self._spawn(self._save_counts())
        try:
            return await self._done
        finally:
            await self._session.worker.close()
            await self._session.chosen()
            if self._session.gate is not None:
                await self._session.gate.aclose()
            if self._session.tally is not None:
                await asyncio.to_thread(self._session.tally.save)

    async def _save_counts(self) -> None:
        """Count what becomes of ghost text, and write that now and then."""
        tally = self._session.tally = await asyncio.to_thread(_load_tally)
        while True:
            await asyncio.sleep(SAVE_EVERY)
            if tally.dirty:
                await asyncio.to_thread(tally.save)

    def _look_later(self, accepted: Accepted) -> None:
        """Look for an accepted text again after a while, to know whether it was kept."""
        for seconds, what in LOOKS:
            self._loop.call_later(seconds, self._look, accepted, what)

    def _look(self, accepted: Accepted, what: What) -> None:
        opened = self._session.current(accepted.uri)
        document = opened.document if opened is not None and opened.served else None
        self._session.outcomes.looked_for(accepted, what, document)

    # The client's messages

    def _listen(self) -> None:
        """The reader thread: hands what comes at once to the loop at once."""
        try:
            while (batch := self._channel.batch()) is not None:
                self._loop.call_soon_threadsafe(self._receive_all, batch)
        except (BadHeader, OSError, ValueError):
            log.error("the client does not speak LSP; closing the connection")
        with contextlib.suppress(RuntimeError):  # The loop may have ended before us.
            self._loop.call_soon_threadsafe(self._finish, 1)

    def _receive_all(self, batch: Batch) -> None:
        for message in batch:
            if isinstance(message, BadBody):
                self._channel.send(error_reply(None, PARSE_ERROR, NO_OBJECT))
            else:
                self._receive(message)

    def _receive(self, message: Params) -> None:
        method, number = message.get("method"), message.get("id")
        if not isinstance(method, str):
            self._later(message)
        elif method == "exit":
            self._finish(0 if self._shut_down else 1)
        elif self._shut_down:
            if number is not None:
                self._channel.send(error_reply(number, INVALID_REQUEST, "The server is shutting down."))
        elif method == "shutdown":
            self._shut_down = True
            self._channel.send({"jsonrpc": "2.0", "id": number, "result": None})
        else:
            self._route(message, method, number)

    def _route(self, message: Params, method: str, number: Any) -> None:
        params = message.get("params")
        params = params if isinstance(params, dict) else {}
        try:
            if method in WRITES:
                large = self._session.state.too_large
                WRITES[method](self._session, params)
                if self._session.state.too_large != large:
                    self._send_status()
            elif method in READS and number is not None:
                self._read(method, number, params)
            elif method == "$/cancelRequest":
                self._cancel(params.get("id"))
            elif method == "workspace/didChangeWorkspaceFolders":
                self._change_folders(params)
            elif method == "workspace/didChangeConfiguration":
                self._configure(params.get("settings"))
            elif method == "initialize":
                text = "The server is initialized already."
                self._channel.send(error_reply(number, INVALID_REQUEST, text))
            elif method == "initialized":
                self._initialized.set()
            else:
                self._later(message)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            log.error("%s cannot be understood: %s", method, type(error).__name__)
            log.debug("", exc_info=True)
            if number is not None:
                text = f"The parameters of {method} cannot be understood."
                self._channel.send(error_reply(number, INVALID_PARAMS, text))

    def _read(self, method: str, number: Any, params: Params) -> None:
        uri = params["textDocument"]["uri"]
        snapshot = self._session.snapshot(uri)
        answer = AT_ONCE[method](self._session, snapshot, params)
        if answer is not None:
            self._requests.answer(number, (uri, method), answer)
            return
        self._requests.run(number, (uri, method), READS[method](self._session, snapshot, params))

    def _cancel(self, number: Any) -> None:
        if number is None or self._requests.cancel(number):
            return
        for message, _ in self._waiting:
            if message.get("id") == number and "method" in message:
                self._waiting = [entry for entry in self._waiting if entry[0] is not message]
                text = "The client cancelled the request."
                self._channel.send(error_reply(number, -32800, text))
                return
        if self._cold is not None:
            self._cold.cancel(number)

    # Folders and settings

    def _load(self, roots: tuple[Path, ...], client: Any) -> Loaded:
        given = client.get("linnet", client) if isinstance(client, dict) else None
        config = self._options.config
        loaded = load(
            user=Path(config) if config else user_file(),
            workspace=roots[0] if roots else None,
            environ=self._options.environ,
            client=given if isinstance(given, dict) else None,
            flags={"offline": True} if self._options.offline else None,
        )
        for message in loaded.messages:
            log.warning("%s", message)
        return loaded

    def _configure(self, client: Any) -> None:
        state = self._session.state
        self._session.configure(self._load(state.roots, client).settings)
        self._choose_models()
        self._send_status()

    def _choose_models(self) -> None:
        """Have the way to the models ready once the user chose one; nothing of it is loaded before."""
        if self._session.choosing is None and any_remote(self._session.state.settings):
            self._session.choosing = self._loop.create_task(self._load_models())

    async def _load_models(self) -> None:
        """Import the way to the models on another thread: there is so much of it that a key would feel it."""
        gate_of, flights_of = await asyncio.to_thread(_import_models)
        mine = self._load((), None).settings
        gate = gate_of(lambda: self._session.state.settings, mine, self._options.environ)
        self._session.flights = flights_of(
            gate,
            self._session.worker,
            self._told,
            lambda: self._session.state.settings,
            self._session.current,
            self._session.say,
        )
        self._session.gate = gate
        self._spawn(gate.warm())

    def _told(self, trouble: str) -> None:
        """A model began to fail (`trouble` says how), or answers again ("")."""
        self._session.trouble = trouble
        self._send_status()

    def _change_folders(self, params: Params) -> None:
        event = params["event"]
        removed = {path_of(folder["uri"]) for folder in event.get("removed") or ()}
        added = [path_of(folder["uri"]) for folder in event.get("added") or ()]
        kept = [root for root in self._session.state.roots if root not in removed]
        self._session.set_roots((*kept, *(root for root in added if root is not None and root not in kept)))

    # pygls, and what the worker says

    def _later(self, message: Params) -> None:
        """A message for pygls. Its snapshot is of now, however long loading takes."""
        moment = partial(snapshot_of, self._session.state, self._session.client)
        if self._cold is None:
            self._waiting.append((message, moment))
        else:
            self._handle_cold(message, moment)

    def _handle_cold(self, message: Params, moment: Callable[[str | None], Snapshot]) -> None:
        assert self._cold is not None
        try:
            self._cold.handle(message, moment)
        except Exception as error:
            log.error("%s cannot be understood: %s", message.get("method"), type(error).__name__)
            log.debug("", exc_info=True)
            if "id" in message and "method" in message:
                text = f"The parameters of {message['method']} cannot be understood."
                self._channel.send(error_reply(message["id"], INVALID_PARAMS, text))

    async def _warm_up(self) -> None:
        """Load pygls on another thread, then hand it what has been waiting for it."""
        self._cold = await asyncio.to_thread(_load_cold, self._session, self._channel)
        waiting, self._waiting = self._waiting, []
        for message, moment in waiting:
            self._handle_cold(message, moment)
        self._session.taste = await asyncio.to_thread(_load_taste, self._session.state.settings)
        await self._initialized.wait()  # Before that a server asks its client nothing.
        if self._session.client.watches_files:
            await self._cold.watch_files()

    def _worker_said(self, method: str, params: Params) -> None:
        if method == "progress":
            self._spawn(self._show_progress(params))
        elif method == "learned":
            bar = self._bars.pop(params["root"], None)
            if bar is not None:
                bar.end()
            self._session.learning.discard(params["root"])
            self._send_status()
        elif method in ("started", "ended"):
            self._session.worker_alive = method == "started"
            self._session.learning = {str(root) for root in self._session.state.roots}
            self._send_status()

    async def _show_progress(self, params: Params) -> None:
        root = params["root"]
        if self._cold is None or not params["total"]:
            return
        if root not in self._bars:
            self._bars[root] = None
            self._bars[root] = await self._cold.progress(f"Linnet learns {Path(root).name}")
        bar = self._bars.get(root)
        if bar is not None:
            bar.report(f"{params['done']} of {params['total']}", 100 * params["done"] // params["total"])

    def _stalled(self, stall: Stall) -> None:
        params = {"ms": round(1e3 * stall.seconds, 1), "cpuMs": round(1e3 * stall.cpu_seconds, 1)}
        self._channel.send({"jsonrpc": "2.0", "method": "linnet/stall", "params": params})

    def _send_status(self) -> None:
        from linnet_server.lsp.features.status import status_of

        params = status_of(self._session)
        if params != self._session.last_status:
            self._session.last_status = params
            self._channel.send({"jsonrpc": "2.0", "method": "linnet/status", "params": params})

    def _spawn(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _finish(self, code: int) -> None:
        if not self._done.done():
            self._done.set_result(code)


def _import_models() -> tuple[type[Gate], type[Flights]]:
    from linnet_server.gate import Gate
    from linnet_server.lsp.flights import Flights

    return Gate, Flights


def _load_taste(settings: Settings) -> Taste:
    from linnet_server.taste import Taste

    return Taste(cache_folder(settings))


def _load_tally() -> Tally:
    from linnet_completions.ghost.tally import Tally
    from linnet_server.outgoing import state_folder

    return Tally(state_folder() / "stats.json")


def _load_cold(session: Session, channel: Channel) -> Cold:
    # A full collection in the middle of so many imports would stop the loop for longer than any of them.
    gc.disable()
    from linnet_server.lsp.cold import Cold

    cold = Cold(session, channel, VERSION)
    cold.exercise()
    gc.enable()
    gc.freeze()
    return cold


def any_remote(settings: Settings) -> bool:
    """Whether some task goes to a model that is not the embedded engine."""
    routes = settings.routes
    named = (*routes.inline, *routes.explain, *routes.edit, *routes.review)
    return settings.provider != "local" or any(not name.startswith("local") for name in named)


def snapshot_of(state: State, client: Client, uri: str | None) -> Snapshot:
    """A snapshot of a moment."""
    return Snapshot(state, client, state.documents.get(uri) if uri is not None else None)


def roots_of(params: Params) -> tuple[Path, ...]:
    """The workspace folders of an `initialize`, whichever way the client names them."""
    folders = params.get("workspaceFolders")
    uris = [folder["uri"] for folder in folders] if folders else [params.get("rootUri")]
    found = [path_of(uri) for uri in uris if uri]
    if not found and params.get("rootPath"):
        found = [Path(params["rootPath"])]
    return tuple(dict.fromkeys(path for path in found if path is not None))
