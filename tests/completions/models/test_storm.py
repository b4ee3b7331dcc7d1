"""A copilot cancels constantly: no number of cancellations may cost a connection for good, in any dialect."""

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
from tests.completions.models.speaking import EACH
from tests.completions.models.storming import AT_ONCE, Aftermath, by_path, replies, storm
from tests.modelserver import Asked, ModelServer, Reply

# Of all dialects together; `make test-real` takes as many of each.
CANCELLATIONS = 3000
pytestmark = pytest.mark.slow


def check(left: Aftermath, cancellations: int) -> None:
    """What holds after every storm."""
    assert left.outcomes["cancelled"] >= cancellations
    assert (left.stuck, left.tasks, left.fine) == (0, 0, AT_ONCE)
    # A few connections more or less are open at any moment; a leak would be of thousands.
    assert left.grown < 1500


def test_a_storm_of_cancellations_leaves_nothing_stuck() -> None:
    """Thousands of requests cancelled at random moments, also twice: every connection is free again afterwards."""
    chance = random.Random(3)
    moods = {name: replies(speaker) for name, speaker in EACH.items()}

    def script(asked: Asked) -> Reply:
        return chance.choice(moods[by_path(asked.path).dialect])

    with ModelServer(script) as server:

        def calm() -> None:
            server.script = lambda asked: by_path(asked.path).says("fine")

        transport = Transport(ssl.create_default_context())
        left = asyncio.run(storm(server.url, list(EACH.values()), transport, CANCELLATIONS, calm))
        check(left, CANCELLATIONS)
        assert all(asked.over.wait(10) for asked in server.asked), "the server still answers somebody"


def test_a_storm_over_http2_needs_one_connection(tmp_path: Path) -> None:
    """The streams of a connection are reset one by one, and it lives on."""
    authority, chance = trustme.CA(), random.Random(3)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    moods = {name: replies(speaker, http2=True) for name, speaker in EACH.items()}

    def script(path: str) -> Reply:
        return chance.choice(moods[by_path(path).dialect])

    async def run() -> None:
        async with http2_server(authority, script) as server:

            def calm() -> None:
                server.reply = lambda path: by_path(path).says("fine")

            transport = Transport(trust(Network(tmp_path / "ca.pem")))
            left = await storm(server.url, list(EACH.values()), transport, CANCELLATIONS, calm)
            await server.wait_until(lambda: (server.open, server.answering) == (0, 0))
            check(left, CANCELLATIONS)
            assert server.connections <= AT_ONCE

    asyncio.run(run())
