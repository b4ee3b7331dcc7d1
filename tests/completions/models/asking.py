"""Asks models from tests: through the real client, on a loop of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

from linnet_completions.models.capabilities import Capabilities
from linnet_completions.models.dialects.endpoint import Endpoint
from linnet_completions.models.dialects.model import DEADLINES, RemoteModel
from linnet_completions.models.http import Deadlines, Http
from linnet_completions.models.protocol import Call, Message, Model, Task, Text, Usage

Result = TypeVar("Result")
KEY = "sk-test-0123456789"
CALL = Call("inline", (Message("system", "Complete."), Message("user", "def f(")), max_tokens=32)
IMPATIENT = Deadlines(connect=2.0, first=0.2, idle=0.2, total=5.0, after=0.1)


@dataclass(frozen=True, slots=True)
class Said:
    """All of an answer: its pieces and what it used."""

    texts: tuple[str, ...]
    usage: Usage | None

    @property
    def text(self) -> str:
        return "".join(self.texts)


def model(
    url: str,
    http: Http,
    *,
    provider: str = "custom",
    name: str = "gpt-4.1-mini",
    capabilities: Capabilities | None = None,
    deadlines: Deadlines | None = None,
) -> RemoteModel:
    """A chat model at a base URL."""
    tasks: dict[Task, Deadlines] = {"inline": deadlines} if deadlines else dict(DEADLINES)
    endpoint = Endpoint(provider, url, KEY)
    return RemoteModel(endpoint, name, http, capabilities or Capabilities(), deadlines=tasks)


async def said(asked: Model, call: Call = CALL) -> Said:
    """The whole answer; asserts that the usage comes at most once, and last, but for what is told of the prompt."""
    events = [event async for event in asked.stream(call)]
    if any(isinstance(event, Text) for event in events) and isinstance(events[0], Usage):
        early = events.pop(0)
        assert isinstance(early, Usage) and early.prompt_tokens is not None
        assert early.completion_tokens is None and early.cost_usd is None
    texts = tuple(event.text for event in events if isinstance(event, Text))
    usages = [event for event in events if isinstance(event, Usage)]
    assert len(usages) <= 1
    assert all(isinstance(event, Text) for event in events[: len(events) - len(usages)])
    assert all(texts), "a piece of text is never empty"
    return Said(texts, usages[0] if usages else None)


def with_http(work: Callable[[Http], Coroutine[Any, Any, Result]], http: Http | None = None) -> Result:
    """Run something with a client that is closed afterwards."""

    async def run() -> Result:
        client = http or Http()
        try:
            return await work(client)
        finally:
            await client.aclose()

    return asyncio.run(run())


def answer(url: str, call: Call = CALL, **options: Any) -> Said:
    """Ask once over the real network stack."""
    return with_http(lambda http: said(model(url, http, **options), call))


def mocked(handler: Callable[[httpx2.Request], httpx2.Response]) -> Http:
    """A client whose network is a function."""
    return Http(transport=lambda: httpx2.MockTransport(handler))
