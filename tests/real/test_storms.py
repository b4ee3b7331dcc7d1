"""3,000 cancellations in each dialect over each protocol; tells the share of requests that opened a new connection."""

from __future__ import annotations

import asyncio
import random
import ssl
from pathlib import Path

import pytest
import trustme

from linnet_completions.models.network import Network, trust
from linnet_completions.models.transport import Transport
from tests.completions.models.h2server import http2_server
from tests.completions.models.speaking import EACH, Speaker
from tests.completions.models.storming import AT_ONCE, Aftermath, replies, storm
from tests.completions.models.test_storm import check
from tests.modelserver import ModelServer
from tests.real.parts import Tell

CANCELLATIONS = 3000


@pytest.mark.parametrize("name", EACH)
def test_a_storm_over_http1(name: str, tell: Tell) -> None:
    """A connection whose answer was cut short is closed: there the next request needs a new one."""
    speaker, chance = EACH[name], random.Random(3)
    moods = replies(speaker)
    with ModelServer(lambda asked: chance.choice(moods)) as server:

        def calm() -> None:
            server.script = lambda asked: speaker.says("fine")

        transport = Transport(ssl.create_default_context())
        left = asyncio.run(storm(server.url, [speaker], transport, CANCELLATIONS, calm))
        check(left, CANCELLATIONS)
        assert all(asked.over.wait(10) for asked in server.asked)
        told(tell, name, "HTTP/1.1", server.connections, left)


@pytest.mark.parametrize("name", EACH)
def test_a_storm_over_http2(name: str, tell: Tell, tmp_path: Path) -> None:
    """An answer that was cut short is reset, and its connection serves the next request."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    asyncio.run(_http2(EACH[name], authority, tmp_path / "ca.pem", tell))


async def _http2(speaker: Speaker, authority: trustme.CA, ca: Path, tell: Tell) -> None:
    chance, moods = random.Random(3), replies(speaker, http2=True)
    async with http2_server(authority, lambda path: chance.choice(moods)) as server:

        def calm() -> None:
            server.reply = speaker.says("fine")

        left = await storm(server.url, [speaker], Transport(trust(Network(ca))), CANCELLATIONS, calm)
        await server.wait_until(lambda: (server.open, server.answering) == (0, 0))
        check(left, CANCELLATIONS)
        assert server.connections <= AT_ONCE
        told(tell, speaker.dialect, "HTTP/2", server.connections, left)


def told(tell: Tell, dialect: str, protocol: str, connections: int, left: Aftermath) -> None:
    requests = left.outcomes.total()
    share = 100 * connections / requests
    tell(f"{dialect} over {protocol}: {connections} connections for {requests} requests ({share:.1f} %)")
