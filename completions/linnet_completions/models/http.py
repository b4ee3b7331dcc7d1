"""HTTP for models: one kept-alive client, deadlines, and failures in our own words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from linnet_completions.models.network import Network, checked_proxy, environment_proxy, trust
from linnet_completions.models.obstacles import unreachable
from linnet_completions.models.protocol import Garbled, ModelError, Refused, TimedOut
from linnet_context.problems import Problem

if TYPE_CHECKING:
    import httpx2

LARGEST_ANSWER = 16 << 20
_DRAIN = 0.25
_HOPS = 2
_WARM = 5.0
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long to wait, in seconds.

    For a connection, for the answer's first byte, between bytes, altogether, and for what may follow the end of
    the answer itself.
    """

    connect: float = 5.0
    first: float = 60.0
    idle: float = 30.0
    total: float = 300.0
    after: float = 2.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and its body piece by piece (raises `ModelError`s)."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncGenerator[bytes, None]

    async def read(self, limit: int) -> bytes:
        """The body's first `limit` bytes, or what came before it broke off."""
        body = b""
        with suppress(ModelError):
            async for piece in self.pieces:
                body += piece
                if len(body) >= limit:
                    break
        return body[:limit]

    async def drain(self) -> None:
        """Read what follows the answer's end, briefly, so that an HTTP/1.1 connection can be used again."""
        with suppress(TimeoutError, ModelError):
            async with asyncio.timeout(_DRAIN):
                async for _ in self.pieces:
                    pass


class Http:
    """The client that models share which are reached the same way; it lives on one event loop.

    Nothing is imported, read or opened before the first request, and the expensive part of that (a few libraries
    and the certificates) happens in a thread. `transport` makes a replacement for the network.
    """

    def __init__(
        self,
        network: Network | None = None,
        transport: Callable[[], httpx2.AsyncBaseTransport] | None = None,
    ) -> None:
        self._network = network or Network()
        self._proxy = checked_proxy(self._network.proxy) if self._network.proxy else None
        self._transport = transport
        self._building: asyncio.Future[_Clients] | None = None

    async def prepare(self) -> None:
        """Have the client ready before it is needed; opens no connection. Raises `Problem`."""
        await self._clients()

    @asynccontextmanager
    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, deadlines: Deadlines
    ) -> AsyncIterator[Answer]:
        """Send a request and hand out its answer as it arrives.

        Leaving the block, by cancellation too, ends the request upstream. Redirects are followed only on the very
        same host, so that a key never reaches another one. Raises `ModelError`, and `Problem` for a bad setting.
        """
        await self._clients()
        end = time.monotonic() + deadlines.total
        response = await self._sent(url, headers, body, deadlines, end)
        try:
            async with aclosing(_pieces(response, deadlines, end)) as pieces:
                yield Answer(response.status_code, response.headers, pieces)
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        if self._building is not None:
            building, self._building = self._building, None
            with suppress(Problem):
                await (await building).aclose()

    async def _clients(self) -> _Clients:
        if self._building is None or self._building.done() and self._building.exception():
            work = asyncio.to_thread(_Clients.built, self._network, self._transport)
            self._building = asyncio.ensure_future(work)
        # Shielded: a cancelled request must not make the next one start all over.
        return await asyncio.shield(self._building)

    async def warm(self, url: str) -> None:
        """Open a connection to a host ahead of the first request, if none is kept; says nothing but hello.

        Never raises: whatever is wrong there, the first request tells better.
        """
        with suppress(Problem, TimeoutError):
            client = (await self._clients()).towards(url, self._proxy)
            async with asyncio.timeout(_WARM):
                await _greet(client, url)

    async def get(
        self, url: str, headers: Mapping[str, str], limit: int, seconds: float
    ) -> tuple[int, bytes]:
        """The status and the start of what stands at an address. Raises as `post`; redirects count as answers."""
        client = (await self._clients()).towards(url, self._proxy)
        deadlines = Deadlines(connect=seconds, first=seconds, idle=seconds, total=seconds)
        request = client.build_request(
            "GET", url, headers=headers, extensions={"timeout": {"connect": seconds}}
        )
        response = await _opened(client, request, seconds)
        try:
            async with aclosing(_pieces(response, deadlines, time.monotonic() + seconds)) as pieces:
                answer = Answer(response.status_code, response.headers, pieces)
                return answer.status, await answer.read(limit)
        finally:
            await response.aclose()

    async def _sent(
        self, url: str, headers: Mapping[str, str], body: bytes, deadlines: Deadlines, end: float
    ) -> httpx2.Response:
        client = (await self._clients()).towards(url, self._proxy)
        extensions = {"timeout": {"connect": deadlines.connect}}
        for hops_left in range(_HOPS, -1, -1):
            request = client.build_request("POST", url, headers=headers, content=body, extensions=extensions)
            response = await _opened(client, request, min(deadlines.first, end - time.monotonic()))
            if not 300 <= response.status_code < 400:
                return response
            await response.aclose()
            url = _redirected(url, response, hops_left)
        raise AssertionError("the last redirect was refused")


class _Clients:
    """One client for each way out (usually one altogether), with the certificates that they share."""

    def __init__(self, agent: str, transport: Callable[[str | None], httpx2.AsyncBaseTransport]) -> None:
        self._transport = transport
        self._agent = agent
        self._ways: dict[str, str | None] = {}
        self._clients: dict[str | None, httpx2.AsyncClient] = {}

    @classmethod
    def built(cls, network: Network, transport: Callable[[], httpx2.AsyncBaseTransport] | None) -> _Clients:
        """Everything that is slow the first time, for a thread. Raises `Problem`."""
        # Whatever is not imported here would be in the middle of the first request, on the event loop.
        import urllib.request  # noqa: F401
        from importlib import metadata

        import h2.connection  # noqa: F401

        from linnet_completions.models.transport import Transport

        agent = f"linnet/{metadata.version('linnet')}"
        if transport is not None:
            return cls(agent, lambda proxy: transport())
        tls = trust(network)
        return cls(agent, lambda proxy: Transport(tls, proxy))

    def towards(self, url: str, proxy: str | None) -> httpx2.AsyncClient:
        """The client that reaches a URL, through the given proxy or else the environment's."""
        import httpx2

        if proxy is None:
            host = urlsplit(url).netloc
            if host not in self._ways:
                self._ways[host] = environment_proxy(url)
            proxy = self._ways[host]
        if proxy not in self._clients:
            # The server must not pack its answer: packed pieces wait for one another.
            headers = {"user-agent": self._agent, "accept-encoding": "identity"}
            transport = self._transport(proxy)
            self._clients[proxy] = httpx2.AsyncClient(
                transport=transport, headers=headers, timeout=None, trust_env=False
            )
        return self._clients[proxy]

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.aclose()


async def _greet(client: httpx2.AsyncClient, url: str) -> None:
    """Have a connection in the pool. What the server thinks of the question is of no interest."""
    import httpx2

    parts = urlsplit(url)
    request = client.build_request("HEAD", f"{parts.scheme}://{parts.netloc}/")
    with suppress(httpx2.HTTPError, httpx2.InvalidURL):
        response = await client.send(request, stream=True)
        await response.aread()
        await response.aclose()


async def _opened(client: httpx2.AsyncClient, request: httpx2.Request, patience: float) -> httpx2.Response:
    """The head of the answer; asks once more where a kept connection turns out to be dead."""
    import httpx2

    fresh = False

    async def note(event: str, info: Mapping[str, Any]) -> None:
        nonlocal fresh
        fresh = fresh or event == "connection.connect_tcp.started"

    request.extensions["trace"] = note
    host = request.url.host
    for last in (False, True):
        try:
            async with asyncio.timeout(patience):
                return await client.send(request, stream=True)
        except (TimeoutError, httpx2.TimeoutException):
            raise TimedOut(f"{host} did not begin to answer in time.") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            stale = isinstance(error, (httpx2.NetworkError, httpx2.RemoteProtocolError)) and not fresh
            if last or not stale:
                raise unreachable(host, error) from None
    raise AssertionError("the second attempt returns or raises")


async def _pieces(response: httpx2.Response, deadlines: Deadlines, end: float) -> AsyncGenerator[bytes, None]:
    import httpx2

    host = response.request.url.host
    size = 0
    wait = deadlines.first
    async with aclosing(response.aiter_bytes()) as pieces:
        while True:
            try:
                async with asyncio.timeout(min(wait, end - time.monotonic())):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise TimedOut(f"{host} stopped in the middle of its answer.") from None
            except httpx2.DecodingError:
                raise Garbled(f"The answer of {host} is packed in a way that cannot be read.") from None
            except httpx2.HTTPError as error:
                raise unreachable(host, error) from None
            size += len(piece)
            if size > LARGEST_ANSWER:
                raise Garbled(f"The answer of {host} does not end.")
            yield piece
            wait = deadlines.idle


def _redirected(url: str, response: httpx2.Response, hops_left: int) -> str:
    """Where to ask instead. Raises `Refused` unless it is on the same host and keeps the request as it is."""
    try:
        target = urljoin(url, response.headers.get("location", ""))
        same = _origin(target) == _origin(url)
    except ValueError:
        target, same = "", False
    if response.status_code not in (307, 308) or not same or hops_left == 0:
        message = "The provider redirects to another address; `base_url` has to name that one."
        raise Refused(response.status_code, "redirect", message)
    return target


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
