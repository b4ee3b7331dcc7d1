"""The connection pool behind the client: HTTP/2 where offered, and abandoned requests are ended upstream at once."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import h2.errors
import h2.exceptions
import httpcore2
import httpx2

from linnet_completions.models.sockets import Sockets

# How long an idle connection is kept, in seconds: longer than a pause in typing, shorter than servers' own limits.
KEEP_ALIVE = 90.0
_CONNECTIONS = 16
_WINDOW = 1 << 24


class Transport(httpx2.AsyncBaseTransport):
    """Sends the client's requests.

    A request whose task is cancelled, or whose answer is closed before its end, is ended upstream at the loop's
    next turn: an HTTP/1.1 connection is closed, an HTTP/2 stream is reset and its connection lives on.
    """

    def __init__(self, tls: ssl.SSLContext, proxy: str | None = None) -> None:
        self._pool = _Pool(
            ssl_context=tls,
            proxy=_proxy(proxy) if proxy else None,
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=KEEP_ALIVE,
            http2=True,
            network_backend=Sockets(),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        asked = httpcore2.Request(
            request.method,
            url,
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            with _translated():
                answer = await self._pool.handle_async_request(asked)
        except BaseException:
            self._reset_abandoned()
            raise
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_Body(answer, self), extensions=answer.extensions
        )

    async def close_stream(self, answer: httpcore2.Response) -> None:
        """End an answer, whether or not all of it was read."""
        try:
            await answer.aclose()
        finally:
            self._reset_abandoned()

    async def aclose(self) -> None:
        await self._pool.aclose()

    def connections(self) -> int:
        """How many connections are open or being opened."""
        return len(self._pool.connections)

    def stuck(self) -> int:
        """How many connections are neither idle nor closed; 0 when nothing is being asked."""
        return sum(not (each.is_idle() or each.is_closed()) for each in self._pool.connections)

    def _reset_abandoned(self) -> None:
        for connection in self._pool.connections:
            _reset_abandoned_streams(getattr(connection, "_connection", None))


class _Pool(httpcore2.AsyncConnectionPool):
    """A pool that loses no connection when a request is cancelled that waited for another one's connecting."""

    def create_connection(self, origin: httpcore2.Origin) -> httpcore2.AsyncConnectionInterface:
        if self._proxy is not None:
            return super().create_connection(origin)
        return _Connection(
            origin=origin,
            ssl_context=self._ssl_context,
            keepalive_expiry=self._keepalive_expiry,
            http1=self._http1,
            http2=self._http2,
            network_backend=self._network_backend,
        )


class _Connection(httpcore2.AsyncHTTPConnection):
    async def handle_async_request(self, request: httpcore2.Request) -> httpcore2.Response:
        try:
            return await super().handle_async_request(request)
        except BaseException:
            # The library takes this for a failure to connect, though another request is still connecting, or about to.
            # The pool would forget the connection, and nobody would ever close it.
            lock: Any = self._request_lock
            if self._connection is None and lock._anyio_lock.locked():
                self._connect_failed = False
            raise


class _Body(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response, transport: Transport) -> None:
        self._answer = answer
        self._transport = transport

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async with aclosing(self._answer.aiter_stream()) as pieces:
                async for piece in pieces:
                    yield piece

    async def aclose(self) -> None:
        await self._transport.close_stream(self._answer)


def _proxy(address: str) -> httpcore2.Proxy:
    # The client's class takes user and password out of the address.
    parsed = httpx2.Proxy(address)
    return httpcore2.Proxy(str(parsed.url), auth=parsed.raw_auth)


_FAILURES = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
)


@contextmanager
def _translated() -> Iterator[None]:
    """Raise the pool's exceptions as the client's, which have the same names."""
    try:
        yield
    except _FAILURES as error:
        raise getattr(httpx2, type(error).__name__)(str(error)) from error


def _reset_abandoned_streams(connection: Any) -> None:
    """Tell an HTTP/2 server which of its answers nobody reads any more.

    The pool forgets a cancelled stream without a word: the server would go on generating (and billing), and the
    protocol's state would count the stream as open until no new one fits. `_events` holds the streams that the
    pool still reads. The pool has no public name for any of this; a test fails when these names change.
    """
    if not isinstance(connection, httpcore2.AsyncHTTP2Connection):
        return
    state: Any = connection._h2_state
    read: dict[int, Any] = connection._events
    abandoned = [number for number, stream in state.streams.items() if number not in read and stream.open]
    try:
        for number in abandoned:
            state.reset_stream(number, h2.errors.ErrorCodes.CANCEL)
        if abandoned and state.inbound_flow_control_window < _WINDOW // 2:
            # What had arrived for those streams was never acknowledged, and would use up the connection's window.
            state.increment_flow_control_window(_WINDOW - state.inbound_flow_control_window)
    except h2.exceptions.ProtocolError:
        return  # The connection is closing by itself.
    if abandoned:
        socket: Any = connection._network_stream
        socket.push(state.data_to_send())
