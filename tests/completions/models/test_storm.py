"""A copilot cancels constantly: no number of cancellations may cost a connection for good."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections import Counter
from contextlib import suppress

import pytest

from linnet_completions.models.http import Http
from linnet_completions.models.protocol import ModelError
from linnet_completions.models.transport import Transport
from tests.completions.models.asking import CALL, model, said
from tests.modelserver import (
    QUIRKS,
    Asked,
    HangUp,
    ModelServer,
    Pause,
    Reply,
    chat,
    endless,
    refusing,
    stalled,
)

CANCELLATIONS = 3000
AT_ONCE = 24
REPLIES = (
    chat("a", "b", "c"),
    chat("a", "b", "c", first=0.003, pause=0.002),
    endless("a", pause=0.001),
    stalled("a"),
    stalled(),
    Reply((), before=Pause(0.005)),
    Reply((), before=HangUp()),
    refusing(500, "x"),
    refusing(429, "x", Retry_After="1"),
    QUIRKS["hang-up after the end"],
)


async def storm(server: ModelServer, transport: Transport) -> Counter[str]:
    """Cancels requests at random moments, a third of them twice or by closing the generator; what became of them."""
    http = Http(transport=lambda: transport)
    chance = random.Random(7)
    asked = model(server.url, http)
    outcomes: Counter[str] = Counter()
    left = CANCELLATIONS

    async def closing(after: int) -> None:
        events = asked.stream(CALL)
        with suppress(StopAsyncIteration):
            for _ in range(after):
                await anext(events)
        await events.aclose()

    async def worker() -> None:
        nonlocal left
        while left > 0:
            how = chance.random()
            task = asyncio.create_task(closing(chance.randrange(3)) if how < 0.2 else told())
            await asyncio.sleep(chance.random() * 0.04)
            task.cancel()
            if how > 0.8:
                await asyncio.sleep(0)
                task.cancel()
            try:
                await task
                outcomes["done"] += 1
            except ModelError:
                outcomes["failed"] += 1
            except asyncio.CancelledError:
                outcomes["cancelled"] += 1
                left -= 1

    async def told() -> None:
        await said(asked)

    await http.prepare()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    await asyncio.sleep(0.05)
    outcomes["stuck"] = transport.stuck()
    server.script = lambda _: chat("fine")
    answers = await asyncio.gather(*(said(asked) for _ in range(AT_ONCE)))
    outcomes["fine"] = sum(answer.text == "fine" for answer in answers)
    await http.aclose()
    return outcomes


@pytest.mark.slow
def test_a_storm_of_cancellations_leaves_nothing_stuck() -> None:
    """Thousands of requests cancelled at random moments, also twice: every connection is free again afterwards."""
    chance = random.Random(3)

    def script(asked: Asked) -> Reply:
        return chance.choice(REPLIES)

    with ModelServer(script) as server:
        transport = Transport(ssl.create_default_context())
        outcomes = asyncio.run(storm(server, transport))
        assert outcomes["cancelled"] >= CANCELLATIONS
        assert (outcomes["stuck"], outcomes["fine"]) == (0, AT_ONCE)
        assert all(asked.over.wait(10) for asked in server.asked), "the server still answers somebody"
