"""Requests run, are superseded, cancelled or fail; each is answered once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from linnet_server.lsp.features import ghost, menu
from linnet_server.lsp.requests import READS, Requests

INLINE, MENU = "textDocument/inlineCompletion", "textDocument/completion"


def answers(test: Callable[[Requests], None]) -> list[dict[str, Any]]:
    """What is sent when a test runs on a loop, without the words that are always there."""
    sent: list[dict[str, Any]] = []

    async def run() -> None:
        test(Requests(sent.append))
        for _ in range(5):
            await asyncio.sleep(0)

    asyncio.run(run())
    return [{key: value for key, value in message.items() if key != "jsonrpc"} for message in sent]


async def value(result: Any) -> Any:
    """A request's work that succeeds."""
    return result


async def failing() -> Any:
    """A request's work that hits a fault of ours."""
    raise RuntimeError("a fault")


@pytest.mark.parametrize(
    ("method", "nothing"),
    [(INLINE, {"items": []}), (MENU, {"isIncomplete": True, "items": []}), ("other", None)],
)
def test_a_fault_of_ours_is_answered_with_nothing(method: str, nothing: Any) -> None:
    """Editors show errors as pop-ups; an empty list takes old ghost text off the screen."""
    assert {ghost.inline_completion, menu.completion} == set(READS.values())
    sent = answers(lambda requests: requests.run(1, ("file:///a", method), failing()))
    assert sent == [{"id": 1, "result": nothing}]


def test_a_newer_request_supersedes() -> None:
    """The older one of the same document and kind is `null`; others are left alone."""

    def test(requests: Requests) -> None:
        requests.run(1, ("file:///a", INLINE), value("old"))
        requests.run(2, ("file:///b", INLINE), value("other document"))
        requests.run(3, ("file:///a", MENU), value("other kind"))
        requests.run(4, ("file:///a", INLINE), value("new"))

    sent = {message["id"]: message["result"] for message in answers(test)}
    assert sent == {1: None, 2: "other document", 3: "other kind", 4: "new"}


def test_an_answer_at_once_supersedes_too() -> None:
    """What needs no work settles what still runs."""

    def test(requests: Requests) -> None:
        requests.run(1, ("file:///a", INLINE), value("old"))
        requests.answer(2, ("file:///a", INLINE), "at once")

    assert answers(test) == [{"id": 1, "result": None}, {"id": 2, "result": "at once"}]


def test_cancelling_counts_once() -> None:
    """A request that was taken back gets its error and nothing else, however often it is taken back."""

    def test(requests: Requests) -> None:
        requests.run(1, ("file:///a", INLINE), value("late"))
        assert requests.cancel(1)
        assert not requests.cancel(1)
        assert not requests.cancel("unknown")

    (sent,) = answers(test)
    assert sent["error"]["code"] == -32800
