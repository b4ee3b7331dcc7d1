"""Framed messages over stdio or one TCP connection. Imports little, since it stands before the answer to `initialize`."""

from __future__ import annotations

import os
import sys

import orjson

from linnet_context.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from typing import Any, BinaryIO

LONGEST_HEADER = 4096
LARGEST_BODY = 512 * 1024 * 1024
_CHUNK = 1 << 16
_END = b"\r\n\r\n"


class BadHeader(Exception):
    """The peer does not speak LSP's framing; there is no way back into step."""


class BadBody(Exception):
    """A well-framed message that is no JSON object; the next one may be."""


class Channel:
    """Reads on one thread, sends on another; each by one thread only."""

    def __init__(self, source: BufferedReader, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink
        self._data = bytearray()
        self._size: int | None = None

    def batch(self) -> list[dict[str, Any] | BadBody] | None:
        """The messages that have come, at least one; None when the peer is gone. Raises BadHeader.

        What a client wrote at once is handed on at once, so that nothing is answered that its next message supersedes.
        """
        while True:
            messages = list(self._whole())
            if messages:
                return messages
            data = self._source.read1(_CHUNK)
            if not data:
                return None
            self._data += data

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

    def _whole(self) -> Iterator[dict[str, Any] | BadBody]:
        """The whole messages at the head of what was read; what follows a bad header is lost, what precedes it not."""
        at = 0
        data = self._data
        try:
            while True:
                if self._size is None:
                    end = data.find(_END, at, at + LONGEST_HEADER)
                    if end < 0:
                        _check_start(data, at)
                        return
                    self._size = _length(bytes(data[at:end]))
                    at = end + len(_END)
                if len(data) - at < self._size:
                    return
                body = bytes(data[at : at + self._size])
                at += self._size
                self._size = None
                yield _parsed(body)
        finally:
            del data[:at]


def _parsed(body: bytes) -> dict[str, Any] | BadBody:
    try:
        message = orjson.loads(body)
    except ValueError:
        message = _lenient(body)
    return message if isinstance(message, dict) else BadBody()


def _lenient(body: bytes) -> object:
    """The same, for a lone surrogate: JavaScript's strings may hold one, and a lost edit would never be made good."""
    if b"\\u" not in body:
        return None
    import json

    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _check_start(data: bytearray, at: int) -> None:
    """Whether a header that is not whole yet can still become one."""
    line, ended, _ = bytes(data[at : at + LONGEST_HEADER]).partition(b"\r\n")
    if (ended and b":" not in line) or len(data) - at >= LONGEST_HEADER:
        raise BadHeader


def _length(header: bytes) -> int:
    size = None
    for line in header.split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if not colon:
            raise BadHeader
        if name.strip().lower() == b"content-length":
            digits = value.strip()
            if not digits.isdigit() or len(digits) > 9 or int(digits) > LARGEST_BODY:
                raise BadHeader
            size = int(digits)
    if size is None:
        raise BadHeader
    return size


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
