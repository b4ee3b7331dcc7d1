"""Asks a second model when the first is slow to begin; whoever speaks first is listened to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar

from linnet_completions.models.protocol import ModelError

_T = TypeVar("_T")
Start = Callable[[], AsyncGenerator[_T]]


async def race(starts: Sequence[Start[_T]], delay: float) -> AsyncGenerator[_T]:
    """What the first stream yields that yields at all; the next one starts `delay` seconds later, or on a failure.

    The others are closed at once, and all of them when this one is. Raises the last `ModelError` when all fail.
    """
    waiting = list(starts)
    running: dict[asyncio.Task[_T | None], AsyncGenerator[_T]] = {}
    failure: ModelError | None = None
    try:
        while waiting or running:
            if waiting:
                stream = waiting.pop(0)()
                running[asyncio.create_task(_first(stream))] = stream
            done, _ = await asyncio.wait(
                running, timeout=delay if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                stream = running.pop(task)
                try:
                    first = task.result()
                except ModelError as error:
                    failure = error
                    continue
                await _close(running)
                async with aclosing(stream):
                    if first is not None:
                        yield first
                    async for each in stream:
                        yield each
                return
        if failure is not None:
            raise failure
    finally:
        await _close(running)


async def _first(stream: AsyncGenerator[_T]) -> _T | None:
    return await anext(stream, None)


async def _close(running: dict[asyncio.Task[_T | None], AsyncGenerator[_T]]) -> None:
    streams = list(running.values())
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    running.clear()
    for stream in streams:
        await stream.aclose()
