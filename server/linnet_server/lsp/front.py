"""Answers `initialize` before anything heavy is imported; then the rest of the server takes over."""

from __future__ import annotations

import gc

from linnet_server.lsp import channel as channels
from linnet_server.lsp.capabilities import initialize_result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from linnet_server.lsp.options import ServeOptions

VERSION = "0.1.0"
SERVER_NOT_INITIALIZED, PARSE_ERROR = -32002, -32700


def serve(options: ServeOptions) -> int:
    """Run the language server until its client leaves; returns the process's exit code."""
    channel = channels.tcp(*options.tcp) if options.tcp else channels.stdio()
    params = _initialize(channel)
    if params is None:
        return 1
    # Nothing that the imports make is garbage, so looking for some only costs time.
    gc.disable()
    from linnet_server.lsp.app import run

    gc.enable()
    gc.freeze()
    return run(channel, params, options)


def _initialize(channel: channels.Channel) -> dict[str, Any] | None:
    """Answer messages up to and including `initialize`; its parameters, or None when the client left before."""
    while True:
        try:
            message = channel.read()
        except channels.BadHeader:
            return None
        except channels.BadBody:
            channel.send(error_reply(None, PARSE_ERROR, "The message is no JSON object."))
            continue
        if message is None or message.get("method") == "exit":
            return None
        if message.get("method") == "initialize" and "id" in message:
            given = message.get("params")
            params = given if isinstance(given, dict) else {}
            result = initialize_result(params, VERSION)
            channel.send({"jsonrpc": "2.0", "id": message["id"], "result": result})
            return params
        if "id" in message and "method" in message:
            text = "The first request must be `initialize`."
            channel.send(error_reply(message["id"], SERVER_NOT_INITIALIZED, text))


def error_reply(number: object, code: int, text: str) -> dict[str, Any]:
    """An error as JSON-RPC wants it."""
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": text}}
