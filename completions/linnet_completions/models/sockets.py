"""Sockets for the connection pool: asyncio's own streams, on which a cancelled request loses no bytes."""

# The parameters called `timeout` are the pool's interface.
# ruff: noqa: ASYNC109

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2

_BUFFER = 1 << 18


class Sockets(httpcore2.AsyncNetworkBackend):
    """Opens connections for a pool of `httpcore2`."""

    def __init__(self) -> None:
        self._opening: set[asyncio.Task[_Streams]] = set()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A connection; Nagle's delay is off, as asyncio has it. Raises `ConnectError` and `ConnectTimeout`."""
        opening = asyncio.create_task(_opened(host, port))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)
        try:
            # Neither cancelled nor timed out: asyncio would lose the socket that has just won the race.
            done, _ = await asyncio.wait({opening}, timeout=timeout)
        except asyncio.CancelledError:
            opening.add_done_callback(_discard)
            raise
        if not done:
            opening.add_done_callback(_discard)
            raise httpcore2.ConnectTimeout
        return Socket(*opening.result())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _opened(host: str, port: int) -> _Streams:
    """The first address of the host that answers: a broken IPv6 route costs a quarter of a second, not all."""
    with _translated(httpcore2.ConnectTimeout, httpcore2.ConnectError):
        return await asyncio.open_connection(host, port, limit=_BUFFER, happy_eyeballs_delay=0.25)


def _discard(opening: asyncio.Task[_Streams]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result()[1].transport.abort()


class Socket(httpcore2.AsyncNetworkStream):
    """One connection.

    `write` hands all bytes to the transport before it waits for anything. A request that is cancelled while it
    writes therefore never leaves half a TLS record or half an HTTP/2 frame behind, which would break the
    connection for every other request on it.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _translated(httpcore2.ReadTimeout, httpcore2.ReadError):
            async with asyncio.timeout(timeout):
                return await self._reader.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.push(buffer)
        with _translated(httpcore2.WriteTimeout, httpcore2.WriteError):
            async with asyncio.timeout(timeout):
                await self._writer.drain()

    def push(self, buffer: bytes) -> None:
        """Hand bytes to the transport without waiting."""
        if buffer and not self._writer.is_closing():
            self._writer.write(buffer)

    async def aclose(self) -> None:
        # Not `close`: for TLS that waits until the other side has said goodbye.
        self._writer.transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        try:
            with _translated(httpcore2.ConnectTimeout, httpcore2.ConnectError):
                async with asyncio.timeout(timeout):
                    await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except BaseException:
            self._writer.transport.abort()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            # Asked of an idle connection, where the only thing to read is that the server has closed it.
            return self._reader.at_eof() or self._writer.is_closing()
        names = {
            "client_addr": "sockname",
            "server_addr": "peername",
            "socket": "socket",
            "ssl_object": "ssl_object",
        }
        return self._writer.get_extra_info(names[info]) if info in names else None


@contextmanager
def _translated(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise late from error
    except OSError as error:
        raise broken(type(error).__name__) from error
