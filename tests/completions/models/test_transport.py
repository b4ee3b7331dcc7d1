"""HTTP/2 with a server of our own: abandoned answers are reset upstream, and their connection lives on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme

from linnet_completions.models.http import Http
from linnet_completions.models.network import Network
from linnet_completions.models.protocol import Text, Unreachable
from tests.completions.models.asking import CALL, KEY, model, said
from tests.completions.models.h2server import Http2Server, http2_server
from tests.modelserver import Reply, chat, delta, endless, event, stalled


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority that no system trusts."""
    return trustme.CA()


@pytest.fixture
def ca(authority: trustme.CA, tmp_path: Path) -> Path:
    """The file in which a user would name it."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def against(
    authority: trustme.CA,
    ca: Path | None,
    reply: Reply,
    work: Callable[[Http2Server, Http], Coroutine[Any, Any, None]],
) -> None:
    """Run something with a server and a client that trusts it."""

    async def run() -> None:
        async with http2_server(authority, reply) as server:
            http = Http(Network(ca))
            try:
                await work(server, http)
            finally:
                await http.aclose()

    asyncio.run(run())


def test_a_custom_authority_is_trusted_and_http2_is_spoken(authority: trustme.CA, ca: Path) -> None:
    """Many requests, also at the same time, share one connection."""

    async def work(server: Http2Server, http: Http) -> None:
        asked = model(server.url, http)
        assert (await said(asked)).text == "Hello"
        answers = await asyncio.gather(*(said(asked) for _ in range(20)))
        assert {answer.text for answer in answers} == {"Hello"}
        assert (server.connections, server.requests) == (1, 21)

    against(authority, ca, chat("Hel", "lo"), work)


def test_an_unknown_authority_is_not_trusted(authority: trustme.CA) -> None:
    """The message names the setting that helps."""

    async def work(server: Http2Server, http: Http) -> None:
        with pytest.raises(Unreachable, match="certificate of localhost is not trusted; `ca`"):
            await said(model(server.url, http))
        assert server.requests == 0

    against(authority, None, chat("a"), work)


def test_a_closed_answer_is_reset_upstream(authority: trustme.CA, ca: Path) -> None:
    """The server learns at once that nobody reads on, and the connection serves the next request."""

    async def work(server: Http2Server, http: Http) -> None:
        asked = model(server.url, http)
        for number in range(1, 4):
            events = asked.stream(CALL)
            await anext(events)
            await events.aclose()
            await server.wait_until(lambda number=number: len(server.reset) == number)
        assert server.connections == 1

    against(authority, ca, stalled("a"), work)


def test_a_cancelled_request_is_reset_upstream(authority: trustme.CA, ca: Path) -> None:
    """Also when nothing of the answer has come yet."""

    async def work(server: Http2Server, http: Http) -> None:
        asked = model(server.url, http)
        for number in range(1, 4):
            task = asyncio.create_task(said(asked))
            await server.wait_until(lambda number=number: server.requests == number)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await server.wait_until(lambda number=number: len(server.reset) == number)
        assert server.connections == 1

    against(authority, ca, stalled(), work)


def test_a_finished_answer_is_not_reset(authority: trustme.CA, ca: Path) -> None:
    """Only what is abandoned is."""

    async def work(server: Http2Server, http: Http) -> None:
        for _ in range(3):
            await said(model(server.url, http))
        await server.wait_until(lambda: server.completed == 3)
        assert server.reset == []

    against(authority, ca, chat("a"), work)


def test_a_connection_that_the_server_closed_is_replaced_unnoticed(authority: trustme.CA, ca: Path) -> None:
    """As after a pause in typing that was too long for the server."""

    async def work(server: Http2Server, http: Http) -> None:
        for number in range(1, 4):
            assert (await said(model(server.url, http))).text == "a"
            assert server.connections == number
            server.drop_connections()
            await asyncio.sleep(0.01)

    against(authority, ca, chat("a"), work)


@asynccontextmanager
async def tunnel_proxy(seen: list[bytes]) -> AsyncIterator[str]:
    """A proxy that opens tunnels to anywhere, and what clients said to it."""

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError):
                while data := await reader.read(1 << 16):
                    writer.write(data)
        finally:
            writer.transport.abort()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        seen.append(head)
        host, _, port = head.split()[1].decode().rpartition(":")
        inner, outer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await asyncio.gather(copy(reader, outer), copy(inner, writer))

    proxy = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    finally:
        proxy.close()


def test_a_tunnel_through_a_proxy_works_the_same(authority: trustme.CA, ca: Path) -> None:
    """Nothing of the request is seen by the proxy, and an abandoned answer is reset behind it."""
    seen: list[bytes] = []

    async def run() -> None:
        async with http2_server(authority, stalled("a")) as server, tunnel_proxy(seen) as proxy:
            http = Http(Network(ca, proxy))
            for number in (1, 2):
                events = model(server.url, http).stream(CALL)
                assert await anext(events) == Text("a")
                await events.aclose()
                await server.wait_until(lambda number=number: len(server.reset) == number)
            assert server.connections == 1
            await http.aclose()

    asyncio.run(run())
    (head,) = seen
    assert head.startswith(b"CONNECT localhost:") and KEY.encode() not in head


def test_a_neighbour_on_the_connection_does_not_notice(authority: trustme.CA, ca: Path) -> None:
    """Cancelling some streams harms no other stream of the same connection."""

    async def work(server: Http2Server, http: Http) -> None:
        asked = model(server.url, http)
        await said(asked)
        chance = random.Random(0)
        tasks = [asyncio.create_task(said(asked)) for _ in range(60)]
        for task in tasks[::2]:
            await asyncio.sleep(chance.random() * 0.004)
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(not isinstance(answer, BaseException) for answer in done[1::2])
        assert server.connections == 1

    against(authority, ca, chat(*("word",) * 8, pause=0.002), work)


def test_who_waits_for_anothers_connection_may_leave(authority: trustme.CA, ca: Path) -> None:
    """The connection is kept for the next request, and closed at the end."""

    async def run() -> None:
        async with http2_server(authority, chat("fine")) as server:
            http = Http(Network(ca))
            await http.prepare()
            asked = model(server.url, http)
            first, second = (asyncio.create_task(said(asked)) for _ in range(2))
            await asyncio.sleep(0)
            while not second.done():
                await asyncio.sleep(0)
                second.cancel()
            assert (await first).text == (await said(asked)).text == "fine"
            assert server.connections == 1
            await http.aclose()
            await server.wait_until(lambda: server.open == 0)

    asyncio.run(run())


@pytest.mark.slow
def test_a_long_life_of_cancellations_on_one_connection(authority: trustme.CA, ca: Path) -> None:
    """More streams than the protocol allows at a time, more bytes than its window holds: one connection, no stall."""
    big = event(delta("x" * 30_000))

    async def work(server: Http2Server, http: Http) -> None:
        asked = model(server.url, http)
        for _ in range(700):
            events = asked.stream(CALL)
            await anext(events)
            await events.aclose()
        assert server.connections == 1
        server.reply = chat("fine")
        assert (await said(asked)).text == "fine"

    against(authority, ca, Reply((big, big, *endless("y").steps)), work)


@pytest.mark.slow
def test_a_storm_of_cancellations_leaves_the_connection_whole(authority: trustme.CA, ca: Path) -> None:
    """Cancelled in the middle of whatever the request was doing, no half a frame is left on the connection."""
    chance = random.Random(5)

    async def storm(server: Http2Server, http: Http) -> None:
        asked = model(server.url, http)
        await said(asked)

        async def worker() -> None:
            for _ in range(120):
                task = asyncio.create_task(said(asked))
                await asyncio.sleep(chance.random() * 0.03)
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

        await asyncio.gather(*(worker() for _ in range(12)))
        assert (await said(asked)).text == "word" * 8
        assert server.connections == 1

    against(authority, ca, chat(*("word",) * 8, pause=0.001), storm)
