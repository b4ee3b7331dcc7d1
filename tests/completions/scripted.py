"""A model that answers by script, without a network, and a cache in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from linnet_completions.models.protocol import Call, ModelError, Text, Usage

Event = str | Usage | ModelError


class Scripted:
    """Answers every call with the same events, or with what a function of the call says; a string is a piece of text.

    `asked` are the calls so far, `closed` counts the streams that were closed before their end, `open` are open now, and
    `at_once` is the most that ever were.
    """

    def __init__(self, *events: Event, script: Callable[[Call], Sequence[Event]] | None = None) -> None:
        self._script = script or (lambda call: events)
        self.asked: list[Call] = []
        self.closed = 0
        self.at_once = 0
        self.open = 0
        self.begun = asyncio.Event()

    async def __call__(self, call: Call) -> AsyncGenerator[Text | Usage]:
        self.asked.append(call)
        self.begun.set()
        self.open += 1
        self.at_once = max(self.at_once, self.open)
        try:
            for event in self._script(call):
                await asyncio.sleep(0)
                if isinstance(event, ModelError):
                    raise event
                yield Text(event) if isinstance(event, str) else event
        except GeneratorExit:
            self.closed += 1
            raise
        finally:
            self.open -= 1


class Kept(dict[str, str]):
    """Answers in memory."""

    async def get(self, key: str) -> str | None:  # type: ignore[override]
        return super().get(key)

    async def set(self, key: str, value: str) -> None:
        self[key] = value


@dataclass(frozen=True, slots=True)
class Way:
    """The way to a scripted model."""

    asking: Scripted
    answers: Kept
    identity: str = "http://127.0.0.1:9/v1 gpt-4.1-mini chat"
    label: str = "custom gpt-4.1-mini"
