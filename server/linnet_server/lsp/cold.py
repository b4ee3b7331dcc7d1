"""Everything that is not on the keystroke path, through pygls; loaded after the client has its first answers."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import sys
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcMethodNotFound
from pygls.lsp.server import LanguageServer
from pygls.protocol import JsonRPCRequestMessage, default_converter

from linnet_context.languages import SOURCE_EXTENSIONS
from linnet_server.lsp.capabilities import CODE_ACTION_KINDS, COMMANDS
from linnet_server.lsp.channel import Channel
from linnet_server.lsp.features import actions, edits, explain, review, status
from linnet_server.lsp.requests import Params
from linnet_server.lsp.session import Session, Snapshot

log = logging.getLogger(__name__)

Command = Callable[[Session, Snapshot, Params, "Cold"], Coroutine[Any, Any, Any]]
HANDLERS: dict[str, Command] = {
    "linnet.accept": status.accept,
    "linnet.ask": explain.ask,
    "linnet.clearReview": review.clear,
    "linnet.context": explain.context,
    "linnet.explain": explain.explain,
    "linnet.review": review.review,
    "linnet.reviewWorkspace": review.review_workspace,
    "linnet.status": status.status,
    "linnet.toggle": status.toggle,
    **{name: functools.partial(edits.command, kind) for kind, name in actions.COMMAND_OF.items()},
}


class _Writer:
    """pygls' way out: our channel, which writes the headers itself."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def write(self, data: bytes) -> None:
        self._channel.send_body(data)

    def close(self) -> None:
        """The channel lives as long as the process."""


class _Server(LanguageServer):
    """A pygls server that never shows a pop-up."""

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        # That a client asks for what we never announced, or asks wrongly, is its affair, and its answer says so.
        level = (
            logging.DEBUG
            if isinstance(error, JsonRpcInvalidParams | JsonRpcMethodNotFound)
            else logging.ERROR
        )
        log.log(level, "%s: %s", source.__name__, type(error).__name__)


class Cold:
    """The pygls half of the server. `state_of()` gives the snapshot of the message that is being handled."""

    def __init__(self, session: Session, channel: Channel, version: str) -> None:
        for name in ("pygls.protocol.json_rpc", "pygls.protocol.language_server", "pygls.feature_manager"):
            logging.getLogger(name).setLevel(logging.ERROR)  # Below that it logs whole messages: source code.
        self._session = session
        self._channel = channel
        self.moment: Callable[[str | None], Snapshot] = session.snapshot
        self._server = _Server("linnet", version, converter_factory=_converter)
        self._server.protocol.set_writer(_Writer(channel), include_headers=False)
        self._register()

    def handle(self, message: dict[str, Any], moment: Callable[[str | None], Snapshot]) -> None:
        """Handle a message; `moment` takes snapshots of the state as it was when the message came."""
        self.moment = moment
        protocol = self._server.protocol
        structured: Any = protocol.structure_message(message)
        protocol.handle_message(structured)

    def exercise(self) -> None:
        """Have the converter write its code for our messages now, on whatever thread this is: some milliseconds each."""
        protocol = self._server.protocol
        place = {"line": 0, "character": 0}
        document = {"textDocument": {"uri": ""}}
        span = {"range": {"start": place, "end": place}}
        note = {**span, "message": ""}
        samples: dict[str, dict[str, Any]] = {
            types.TEXT_DOCUMENT_CODE_ACTION: {**document, **span, "context": {"diagnostics": [note]}},
            types.TEXT_DOCUMENT_DIAGNOSTIC: document,
            types.WORKSPACE_EXECUTE_COMMAND: {"command": "", "arguments": [{}]},
        }
        for method, params in samples.items():
            protocol.structure_message({"jsonrpc": "2.0", "id": 0, "method": method, "params": params})
        answer = types.CodeActionResponse(id=0, result=[actions.action("", "", {})])
        protocol._converter.unstructure(answer)

    def cancel(self, number: str | int) -> None:
        """The client takes a request back."""
        message = {"jsonrpc": "2.0", "method": types.CANCEL_REQUEST, "params": {"id": number}}
        self.handle(message, self._session.snapshot)

    def notify(self, method: str, params: dict[str, Any]) -> None:
        """Send a notification to the client."""
        self._channel.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def ask(self, method: str, params: Any) -> Any:
        """Send a request to the client and await its answer."""
        return await self._server.protocol.send_request_async(method, params)

    def plain(self, value: Any) -> Any:
        """One of the protocol's own values as JSON."""
        return self._server.protocol._converter.unstructure(value)

    async def watch_files(self) -> None:
        """Have the client tell which source files change on disk."""
        pattern = f"**/*.{{{','.join(SOURCE_EXTENSIONS)}}}"
        options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(pattern)])
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        registration = types.Registration("linnet-source-files", method, options)
        try:
            await self.ask(types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams([registration]))
        except JsonRpcException as error:
            log.debug("no watched files: %s", type(error).__name__)

    def edit(self, label: str, changes: dict[str, list[dict[str, Any]]]) -> None:
        """Have the client change documents; nobody waits for it, and a client that will not is left alone."""
        protocol = self._server.protocol
        structured = protocol._converter.structure(
            {"label": label, "edit": {"changes": changes}}, types.ApplyWorkspaceEditParams
        )
        protocol.send_request(types.WORKSPACE_APPLY_EDIT, structured)

    async def progress(self, title: str, *, cancellable: bool = False) -> Progress | None:
        """A progress bar in the client; None when it has none to show."""
        if not self._session.client.shows_progress:
            return None
        token = str(uuid.uuid4())
        try:
            await self.ask(types.WINDOW_WORK_DONE_PROGRESS_CREATE, types.WorkDoneProgressCreateParams(token))
        except JsonRpcException as error:
            log.debug("no progress bar: %s", type(error).__name__)
            return None
        return Progress(self._server, token, title, cancellable)

    def _register(self) -> None:
        options = types.CodeActionOptions(code_action_kinds=list(CODE_ACTION_KINDS), resolve_provider=True)
        self._reads(types.TEXT_DOCUMENT_CODE_ACTION, actions.code_actions, options)
        self._server.feature(types.CODE_ACTION_RESOLVE)(awaited(self._resolve))
        self._reads(types.TEXT_DOCUMENT_DIAGNOSTIC, review.diagnostics, types.DiagnosticOptions(False, False))
        self._reads("linnet/context", _plain(explain.context, self))
        for name in COMMANDS:
            self._server.command(name)(awaited(functools.partial(self._command, name)))

    def _reads(self, method: str, handler: Callable[..., Any], options: Any = None) -> None:
        def entry(params: Any) -> Coroutine[Any, Any, Any]:
            document = getattr(params, "text_document", None)
            snapshot = self.moment(getattr(document, "uri", None))  # Now: in message order.
            result: Coroutine[Any, Any, Any] = handler(self._session, snapshot, params)
            return result

        self._server.feature(method, options)(awaited(entry))

    def _resolve(self, action: types.CodeAction) -> Coroutine[Any, Any, Any]:
        return _understood("codeAction/resolve", actions.resolve(self._session, self, action))

    def _command(self, name: str, *arguments: Any) -> Coroutine[Any, Any, Any]:
        params: Params = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
        snapshot = self.moment(params.get("uri"))
        return _understood(name, HANDLERS[name](self._session, snapshot, params, self))


class Progress:
    """One progress bar of the client."""

    def __init__(self, server: LanguageServer, token: str, title: str, cancellable: bool = False) -> None:
        self._bars = server.work_done_progress
        self._token = token
        percentage = None if cancellable else 0
        begin = types.WorkDoneProgressBegin(title=title, percentage=percentage, cancellable=cancellable)
        self._bars.begin(token, begin)

    @property
    def cancelled(self) -> bool:
        """Whether the user cancelled what it shows."""
        return self._bars.tokens[self._token].cancelled()

    def on_cancel(self, stop: Callable[[], object]) -> None:
        """Have something done when the user cancels."""
        self._bars.tokens[self._token].add_done_callback(lambda _: stop())

    def report(self, message: str, percentage: int | None = None) -> None:
        self._bars.report(self._token, types.WorkDoneProgressReport(message=message, percentage=percentage))

    def end(self, message: str = "") -> None:
        self._bars.end(self._token, types.WorkDoneProgressEnd(message=message))


def awaited(function: Callable[..., Any]) -> Callable[..., Any]:
    """Have asyncio take a plain function that returns a coroutine for a coroutine function.

    So its first part runs at once, when the message is handled, and not a turn of the loop later.
    """

    def entry(*arguments: Any) -> Any:
        return function(*arguments)

    if sys.version_info >= (3, 12):
        return inspect.markcoroutinefunction(entry)
    entry._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]  # Private before 3.12.
    return entry


def _converter() -> Any:
    """pygls' converter, which would make objects of a custom request's parameters; ours are left as they came."""
    converter: Any = default_converter()  # type: ignore[no-untyped-call]
    converter.register_structure_hook(JsonRPCRequestMessage, lambda message, kind: kind(**message))
    return converter


async def _understood(name: str, work: Coroutine[Any, Any, Any]) -> Any:
    """The result of a command. What goes wrong with its arguments is said in one sentence, without our source."""
    try:
        return await work
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        log.info("%s: %s", name, type(error).__name__)
        log.debug("", exc_info=True)
        raise JsonRpcInvalidParams(f"The arguments of {name} cannot be understood.") from None


def _plain(handler: Command, cold: Cold) -> Callable[[Session, Snapshot, Any], Coroutine[Any, Any, Any]]:
    """A command's handler for a custom request, whose parameters are no type of lsprotocol."""

    def entry(session: Session, snapshot: Snapshot, params: Any) -> Coroutine[Any, Any, Any]:
        given = params if isinstance(params, dict) else {}
        return _understood("linnet/context", handler(session, cold.moment(given.get("uri")), given, cold))

    return entry
