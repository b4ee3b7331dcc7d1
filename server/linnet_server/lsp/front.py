"""Answers `initialize` before anything heavy is imported; then the rest of the server takes over."""

from __future__ import annotations

import gc

from linnet_server.lsp import channel as channels
from linnet_server.lsp.capabilities import initialize_result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from linnet_server.lsp.options import ServeOptions

    Batch = list[dict[str, Any] | channels.BadBody]

VERSION = "0.1.0"
SERVER_NOT_INITIALIZED, PARSE_ERROR = -32002, -32700
NO_OBJECT = "The message is no JSON object."


def serve(options: ServeOptions) -> int:
    """Run the language server until its client leaves; returns the process's exit code."""
    channel = channels.tcp(*options.tcp) if options.tcp else channels.stdio()
    greeted = _initialize(channel)
    if greeted is None:
        return 1
    # Nothing that the imports make is garbage, so looking for some only costs time.
    gc.disable()
    from linnet_server.lsp.app import run

    gc.enable()
    gc.freeze()
    params, waiting = greeted
    return run(channel, params, waiting, options)


def _initialize(channel: channels.Channel) -> tuple[dict[str, Any], Batch] | None:
    """Answer messages up to and including `initialize`.

    Returns its parameters and what has come behind it; None when the client left before.
    """
    try:
        while (batch := channel.batch()) is not None:
            for number, message in enumerate(batch):
                params = _greeted(channel, message)
                if params is not None:
                    return params, batch[number + 1 :]
    except (channels.BadHeader, _Left):
        return None
    return None


class _Left(Exception):
    """The client said `exit` before anything else."""


def _greeted(channel: channels.Channel, message: dict[str, Any] | channels.BadBody) -> dict[str, Any] | None:
    """Answer one message; the parameters of `initialize` if it is that."""
    if isinstance(message, channels.BadBody):
        channel.send(error_reply(None, PARSE_ERROR, NO_OBJECT))
        return None
    method, number = message.get("method"), message.get("id")
    if method == "exit":
        raise _Left
    if method == "initialize" and "id" in message:
        given = message.get("params")
        params = given if isinstance(given, dict) else {}
        channel.send({"jsonrpc": "2.0", "id": number, "result": initialize_result(params, VERSION)})
        return params
    if method is not None and "id" in message:
        channel.send(error_reply(number, SERVER_NOT_INITIALIZED, "The first request must be `initialize`."))
    return None


def error_reply(number: object, code: int, text: str) -> dict[str, Any]:
    """An error as JSON-RPC wants it."""
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": text}}
