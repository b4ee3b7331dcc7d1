"""Framed messages over stdio or one TCP connection. Imports little, since it stands before the answer to `initialize`."""

from __future__ import annotations

import os
import sys

import orjson

from linnet_context.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

LONGEST_HEADER = 4096
LARGEST_BODY = 512 * 1024 * 1024


class BadHeader(Exception):
    """The peer does not speak LSP's framing; there is no way back into step."""


class BadBody(Exception):
    """A well-framed message that is no JSON object; the next one may be."""


class Channel:
    """Reads on one thread, sends on another; each by one thread only."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink

    def read(self) -> dict[str, Any] | None:
        """The next message; None when the peer is gone. BadHeader and BadBody as they say."""
        size = self._size()
        if size is None:
            return None
        body = self._source.read(size)
        if len(body) < size:
            return None
        try:
            message = orjson.loads(body)
        except ValueError:
            raise BadBody from None
        if not isinstance(message, dict):
            raise BadBody
        return message

    def send(self, message: dict[str, Any]) -> None:
        """Send a message; a peer that is gone is no error, since reading tells it too."""
        try:
            body = orjson.dumps(message)
        except TypeError:  # A lone surrogate, which Python's strings can hold and JSON in UTF-8 cannot.
            import json

            body = json.dumps(message).encode()
        self.send_body(body)

    def send_body(self, body: bytes) -> None:
        """Send a message that is JSON already."""
        try:
            self._sink.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            self._sink.flush()
        except (OSError, ValueError):
            pass

    def _size(self) -> int | None:
        size = None
        while line := self._source.readline(LONGEST_HEADER):
            if line == b"\r\n" or line == b"\n":
                if size is None:
                    raise BadHeader
                return size
            name, colon, value = line.partition(b":")
            if not colon or not line.endswith(b"\n"):
                raise BadHeader
            if name.strip().lower() == b"content-length":
                size = _length(value.strip())
        return None


def _length(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > 9 or int(digits) > LARGEST_BODY:
        raise BadHeader
    return int(digits)


def stdio() -> Channel:
    """The channel of an editor that started us. What anything prints from here on goes to stderr, not into it."""
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return Channel(os.fdopen(source, "rb"), os.fdopen(sink, "wb"))


def tcp(host: str, port: int) -> Channel:
    """Listen on a loopback address, and speak with the first client that connects."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            what = f"Linnet cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}."
            raise Problem(what, "Choose another port, or 0 for any free one.") from None
        listener.listen(1)
        sys.stderr.write(f"linnet: listening on {host}:{listener.getsockname()[1]}\n")
        sys.stderr.flush()
        connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Channel(connection.makefile("rb"), connection.makefile("wb"))
