"""What a model server really receives on its socket, through the gate and the real client."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from linnet_completions.models.http import Http
from linnet_completions.models.outbound import Outbound, Policy
from linnet_completions.models.protocol import Call, Message, Text
from linnet_completions.models.spend import Budget, Spend
from tests.completions.models.asking import KEY, model, with_http
from tests.completions.secrets.planting import everything
from tests.modelserver import ModelServer, chat, endless

PLANTED = everything(seed=23)


def gate(folder: Path, url: str) -> Outbound:
    """A gate that is open for one server."""
    policy = Policy(False, {"custom": url}, Budget(1.0, 1.0))
    spend = Spend(folder / "spend.json", lambda: date(2026, 11, 20))
    return Outbound(lambda: policy, count=len, cost=lambda *_: 0.0, spend=spend)


@pytest.mark.slow
def test_no_planted_secret_is_seen_at_the_socket(tmp_path: Path) -> None:
    """More than 300 secrets of 40 kinds in buffers, files and diffs: none arrives, and the words around them do."""
    with ModelServer(chat("pass")) as server:
        outbound = gate(tmp_path, server.url)

        async def send(http: Http) -> None:
            asked = model(server.url, http)
            for each in PLANTED:
                call = Call("inline", (Message("user", each.text),), max_tokens=8)
                assert [piece async for piece in outbound.stream(asked, call) if isinstance(piece, Text)]
            await outbound.aclose()

        with_http(send)
        assert len(server.asked) == len(PLANTED)
        for each, request in zip(PLANTED, server.asked, strict=True):
            seen = request.json["messages"][0]["content"]
            whole = request.body.decode() + repr(request.headers).replace(KEY, "")
            assert [part for part in each.parts if part in seen or part in whole] == []
            assert [word for word in each.kept if word not in seen] == []


def test_leaving_early_closes_the_connection_through_the_gate(tmp_path: Path) -> None:
    """A reader that has enough is noticed by the server at once."""
    with ModelServer(endless("word ")) as server:
        outbound = gate(tmp_path, server.url)

        async def leave(http: Http) -> None:
            answer = outbound.stream(model(server.url, http), Call("inline", (Message("user", "x"),), 8))
            await anext(answer)
            await answer.aclose()
            await outbound.aclose()

        with_http(leave)
        assert server.asked[0].abandoned()
