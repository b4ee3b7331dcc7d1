"""Thousands of requests in every dialect, cancelled at random moments, and what they leave behind."""

from __future__ import annotations

import asyncio
import gc
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from linnet_completions.models.http import Http
from linnet_completions.models.protocol import ModelError
from linnet_completions.models.transport import Transport
from tests.completions.models.asking import said
from tests.completions.models.speaking import CALL, EACH, Speaker, slowed, speaking
from tests.modelserver import HangUp, Pause, Reply, Stall, refusing

AT_ONCE = 24


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a storm left: how the requests ended, connections that are stuck, tasks and objects that live on.

    `grown` is by how many objects of asyncio and the HTTP client there were more at the end than in the middle.
    """

    outcomes: Counter[str]
    stuck: int
    tasks: int
    fine: int
    grown: int


def replies(speaker: Speaker, *, http2: bool = False) -> tuple[Reply, ...]:
    """All that a server of a dialect does to the clients of a storm; over HTTP/2 what its test server can do."""
    good = speaker.says("a", "b", "c")
    long = slowed(speaker.says(*["a"] * 400), 0.001)
    streams = (
        good,
        slowed(good, 0.002),
        long,
        replace(good, steps=(*good.steps[:3], Stall())),
        replace(good, steps=(Stall(),)),
        replace(good, steps=(Pause(0.005), *good.steps)),
    )
    if http2:
        return streams
    return (
        *streams,
        replace(good, before=Pause(0.005)),
        replace(good, before=HangUp()),
        replace(good, steps=(*good.steps, HangUp())),
        refusing(500, "x"),
        refusing(429, "x", Retry_After="1"),
    )


async def storm(
    url: str,
    speakers: Sequence[Speaker],
    transport: Transport,
    cancellations: int,
    calm: Callable[[], None],
    seed: int = 7,
) -> Aftermath:
    """Cancels requests at random moments, a third of them twice or by closing the generator.

    `calm` makes the server answer every request well, as it must be able to afterwards.
    """
    http = Http(transport=lambda: transport)
    chance = random.Random(seed)
    models = [speaking(speaker, url, http) for speaker in speakers]
    outcomes: Counter[str] = Counter()
    sizes: list[int] = []

    async def closing(after: int) -> None:
        events = chance.choice(models).stream(CALL)
        with suppress(StopAsyncIteration):
            for _ in range(after):
                await anext(events)
        await events.aclose()

    async def told() -> None:
        await said(chance.choice(models), CALL)

    async def worker() -> None:
        while outcomes["cancelled"] < cancellations:
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
            if not sizes and outcomes["cancelled"] >= cancellations // 2:
                sizes.append(living())

    await http.prepare()
    before = ours_running()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    await asyncio.sleep(0.05)
    stuck, grown = transport.stuck(), living() - sizes[0]
    calm()
    answers = await asyncio.gather(*(said(models[n % len(models)], CALL) for n in range(AT_ONCE)))
    await http.aclose()
    await asyncio.sleep(0)
    tasks = len(ours_running() - before)
    return Aftermath(outcomes, stuck, tasks, sum(answer.text == "fine" for answer in answers), grown)


def ours_running() -> set[asyncio.Task[object]]:
    """The tasks that run code of ours or of the HTTP client's."""
    ours = ("linnet_completions", "httpx2", "httpcore2")
    return {task for task in asyncio.all_tasks() if any(name in repr(task) for name in ours)}


def living() -> int:
    """How many objects of asyncio, of the HTTP client and of ours there are."""
    gc.collect()
    ours = ("asyncio", "httpx2", "httpcore2", "h2", "h11", "linnet_completions")
    return sum(str(type(each).__module__).startswith(ours) for each in gc.get_objects())


def by_path(path: str) -> Speaker:
    """The dialect that is spoken at a path."""
    return next(speaker for speaker in EACH.values() if speaker.path == path)
