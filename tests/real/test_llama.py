"""Our client with a real model server: llama.cpp."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from linnet_completions.models import catalog
from linnet_completions.models.capabilities import Capabilities
from linnet_completions.models.dialects.endpoint import Endpoint
from linnet_completions.models.dialects.known import DIALECTS
from linnet_completions.models.dialects.model import RemoteModel
from linnet_completions.models.http import Http
from linnet_completions.models.protocol import Call, Extra, Fill, Message, Refused, Text
from tests.completions.models.asking import model, said, with_http
from tests.real.conftest import cache_folder
from tests.real.llama import Llama, running

MESSAGES = (Message("system", "Complete the code."), Message("user", "def first(items):\n    return "))
SHORT = Call("explain", MESSAGES, max_tokens=24, stop=("\x00",), cache_key="k")
LONG = Call("explain", MESSAGES, max_tokens=8000)


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Llama]:
    """The server; the first time it is fetched into the cache folder."""
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with running(cache, tmp_path_factory.mktemp("llama") / "log") as server:
        yield server


def test_a_chat_streams_with_its_usage(llama: Llama) -> None:
    """Text comes in pieces, then the counts; the second time the prompt is read from the server's cache."""

    async def work(http: Http) -> None:
        asked = model(llama.url, http, provider="llamacpp", name="tiny")
        first, second = await said(asked, SHORT), await said(asked, SHORT)
        assert first.text and first.text == second.text
        assert len(first.texts) > 1
        assert first.usage is not None and second.usage is not None
        assert first.usage.completion_tokens == 24 and first.usage.cut
        assert first.usage.prompt_tokens == second.usage.prompt_tokens
        assert (second.usage.cached_tokens or 0) > 0

    with_http(work)


FILL = Fill(
    "shop/cart.py",
    "def total(items):\n    return ",
    "\n\n\ndef empty():\n    pass\n",
    (Extra("shop/item.py", "class Item:\n    price = 1.0\n"),),
)
FILLING = Call("inline", MESSAGES, max_tokens=24, stop=("\x00",), fill=FILL)


@pytest.mark.parametrize(("dialect", "name"), [("infill", "tiny"), ("template", "qwen2.5-coder")])
def test_the_middle_is_filled(llama: Llama, dialect: str, name: str) -> None:
    """By the server's own tokens, and by the family's in a raw prompt for its completions."""

    async def work(http: Http) -> None:
        capabilities = Capabilities()
        endpoint = Endpoint("llamacpp", llama.url)
        profile = catalog.profile("llamacpp", name)
        ways = (DIALECTS[dialect], DIALECTS["chat"])
        asked = RemoteModel(endpoint, name, http, capabilities, profile, ways)
        first, second = await said(asked, FILLING), await said(asked, FILLING)
        assert first.text == second.text and first.usage is not None and second.usage is not None
        assert first.usage.completion_tokens == 24 and first.usage.cut
        assert first.usage.prompt_tokens == second.usage.prompt_tokens
        assert (second.usage.cached_tokens or 0) > 0
        assert capabilities.refused(llama.url, name) == frozenset()

    with_http(work)


def test_the_server_is_asked_in_its_own_dialect_first(llama: Llama) -> None:
    """Nothing needs to be set; other files and both sides of the cursor count as the prompt."""

    async def work(http: Http) -> None:
        asked = model(llama.url, http, provider="llamacpp", name="tiny")
        assert asked.fills(FILLING)
        long, short = (
            await said(asked, FILLING),
            await said(asked, replace(FILLING, fill=Fill("a", "x", "y"))),
        )
        assert long.usage is not None and short.usage is not None
        assert (long.usage.prompt_tokens or 0) > (short.usage.prompt_tokens or 0)

    with_http(work)


@pytest.mark.parametrize("how", ["closed", "cancelled"])
def test_abandoning_an_answer_frees_the_slot(llama: Llama, how: str) -> None:
    """The server stops generating long before the limit."""
    before = llama.generated()

    async def work(http: Http) -> None:
        asked = model(llama.url, http, provider="llamacpp", name="tiny")
        events = asked.stream(LONG)
        assert isinstance(await anext(events), Text)
        if how == "closed":
            await events.aclose()
        else:
            task = asyncio.create_task(anext(events))
            await asyncio.sleep(0)
            while task.done():  # What has arrived already comes without a wait that could be cancelled.
                task = asyncio.create_task(anext(events))
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await task
        assert await asyncio.to_thread(llama.idle)
        assert (await said(asked, SHORT)).text

    with_http(work)
    assert llama.generated() - before < LONG.max_tokens // 2


def test_a_storm_of_abandoned_answers_leaves_it_answering(llama: Llama) -> None:
    """A hundred requests, each abandoned after a piece or two, and the next one is answered."""

    async def work(http: Http) -> None:
        asked = model(llama.url, http, provider="llamacpp", name="tiny")
        for number in range(100):
            events = asked.stream(LONG)
            for _ in range(1 + number % 2):
                await anext(events)
            await events.aclose()
        assert (await said(asked, SHORT)).text

    with_http(work)


def test_a_prompt_that_is_too_long_is_refused_in_our_words(llama: Llama) -> None:
    """And nothing is learned from it."""
    long = Call("explain", (Message("user", "x y " * 9000),), max_tokens=8)

    async def work(http: Http) -> None:
        with pytest.raises(Refused) as raised:
            await said(model(llama.url, http, provider="llamacpp", name="tiny"), long)
        assert raised.value.status == 400

    with_http(work)


def test_the_cache_folder_is_the_one_that_was_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`LINNET_TEST_CACHE` says where things are kept."""
    monkeypatch.setenv("LINNET_TEST_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
