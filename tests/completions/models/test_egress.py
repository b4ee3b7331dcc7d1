"""What a model server really receives on its socket, through the gate and the real client."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from linnet_completions.models.http import Http
from linnet_completions.models.outbound import Outbound, Policy
from linnet_completions.models.protocol import Call, Extra, Fill, Message, Text
from linnet_completions.models.spend import Budget, Spend
from tests.completions.models.asking import KEY, model, with_http
from tests.completions.models.speaking import EACH, speaking
from tests.completions.secrets.planting import Planted, everything
from tests.modelserver import ModelServer, endless

PLANTED = everything(seed=23)
COUNT = 200


def gate(folder: Path, url: str, provider: str = "custom") -> Outbound:
    """A gate that is open for one server."""
    policy = Policy(False, {provider: url}, Budget(1.0, 1.0))
    spend = Spend(folder / "spend.json", lambda: date(2026, 11, 20))
    return Outbound(lambda: policy, count=len, cost=lambda *_: 0.0, spend=spend)


def placed(number: int, planted: Planted) -> Call:
    """A question that shows a planted text somewhere: in a message, around the cursor, in another file, cut in two."""
    text = planted.text
    spoken = (Message("system", "Complete."), Message("user", text))
    at = text.index(planted.parts[0]) + len(planted.parts[0]) // 2
    fills = (
        Fill("m.py", f"{text}\nx = ", "\n"),
        Fill("m.py", "x = ", f"\n{text}"),
        Fill("m.py", "x = ", "\n", (Extra(planted.path, text),)),
        Fill("m.py", text[:at], text[at:]),
    )
    return Call("inline", spoken, 8, fill=fills[number % len(fills)], prediction=text)


def texts_of(value: object) -> str:
    """All strings in a request, as the provider reads them."""
    if isinstance(value, dict):
        return "\n".join(texts_of(each) for each in value.values())
    if isinstance(value, list):
        return "\n".join(texts_of(each) for each in value)
    return value if isinstance(value, str) else ""


@pytest.mark.slow
@pytest.mark.parametrize("name", EACH)
def test_no_planted_secret_is_seen_at_the_socket(name: str, tmp_path: Path) -> None:
    """200 secrets of more than 20 kinds in every field of every dialect: none arrives, and the words around them do."""
    speaker = EACH[name]
    chosen = PLANTED[:: max(1, len(PLANTED) // COUNT)]
    assert len(chosen) >= COUNT and len({each.kind for each in chosen}) >= 20
    with ModelServer(speaker.says("pass")) as server:
        outbound = gate(tmp_path, server.url, speaker.provider)

        async def send(http: Http) -> None:
            asked = speaking(speaker, server.url, http)
            for number, each in enumerate(chosen):
                call = placed(number, each)
                assert [piece async for piece in outbound.stream(asked, call) if isinstance(piece, Text)]
            await outbound.aclose()

        with_http(send)
        assert len(server.asked) == len(chosen)
        for each, request in zip(chosen, server.asked, strict=True):
            seen = texts_of(request.json)
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
