"""Forty ways in which a model server misbehaves: every request for ghost text is answered in time all the same."""

from __future__ import annotations

import gzip
import json
import os
import ssl
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import trustme

from linnet_server.client import Client
from tests.modelserver import (
    JSON,
    SSE,
    HangUp,
    ModelServer,
    Pause,
    Reply,
    Script,
    chat,
    delta,
    endless,
    event,
    in_turn,
    redirecting,
    refusing,
    silent,
    stalled,
    whole,
)
from tests.protocol.helpers import SERVE, learned

pytestmark = pytest.mark.slow

TEXT = "import shop\n\n\ndef price(item):\n    return item.price\n\n\ntotal = "
FAMILIAR = "value = compute_total(items)\n" * 4 + "value = compute"
GOOD = "<fill>price(shop)</fill>"
# Milliseconds for an answer. A client that waits ten times as long has waited in vain.
IN_TIME = 1000


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """What a server does. `told` says that it is a failure, with its line in the log; else the answer is good.

    `spoken` says that text came before the failure, so that no other model may go on.
    """

    reply: Reply | Script
    told: bool = True
    spoken: bool = False

    @property
    def script(self) -> Script:
        return self.reply if callable(self.reply) else in_turn(self.reply)


def error(status: int, message: str = "no", **fields: object) -> Reply:
    return refusing(status, {"error": {"message": message, **fields}})


def packed() -> Reply:
    steps = chat(GOOD).steps
    body = gzip.compress(b"".join(step for step in steps if isinstance(step, bytes)))
    return Reply((body,), headers=(*SSE, ("Content-Encoding", "gzip")), framing="length")


_HALF = event(delta("<fill>sum("))
_CUT = json.dumps(delta("größe"), ensure_ascii=False).encode()
MISBEHAVIOURS: dict[str, Misbehaviour] = {
    "silence": Misbehaviour(silent()),
    "head without a body": Misbehaviour(stalled()),
    "nothing but comments": Misbehaviour(
        Reply(tuple(s for _ in range(200) for s in (b": ping\n\n", Pause(0.02))))
    ),
    "slow first byte": Misbehaviour(chat(GOOD, first=3.0)),
    "stall in the middle": Misbehaviour(stalled("<fill>sum("), spoken=True),
    "never-ending stream": Misbehaviour(endless("x"), spoken=True),
    "cut inside a character": Misbehaviour(Reply((b"data: " + _CUT[:-24], HangUp()))),
    "cut inside JSON": Misbehaviour(Reply((b'data: {"choices": [{"del', HangUp()))),
    "hang-up before the head": Misbehaviour(Reply((), before=HangUp())),
    "hang-up after the head": Misbehaviour(Reply((HangUp(),))),
    "hang-up in the middle": Misbehaviour(Reply((_HALF, HangUp())), spoken=True),
    "less than promised": Misbehaviour(
        Reply((b'{"choices"', HangUp(), b"x" * 99), headers=JSON, framing="length")
    ),
    "wrong JSON": Misbehaviour(Reply((b"data: {{{\n\n",))),
    "wrong JSON in the middle": Misbehaviour(Reply((_HALF, b"data: {{{\n\n")), spoken=True),
    "other JSON": Misbehaviour(Reply((b'{"hello": "world"}',), headers=JSON)),
    "deep JSON": Misbehaviour(Reply((b"[" * 99_999,), headers=JSON)),
    "web page": Misbehaviour(Reply((b"<!doctype html><html>Sign in</html>",))),
    "web page as a 502": Misbehaviour(refusing(502, "<html>Bad gateway</html>")),
    "noise": Misbehaviour(Reply((os.urandom(4096).replace(b"{", b"x").replace(b"\n", b"x"),))),
    "empty body": Misbehaviour(Reply(())),
    "event without end": Misbehaviour(Reply((b"data: " + b"x" * (3 << 20),))),
    "200 with an error": Misbehaviour(Reply((event({"error": {"message": "no", "code": 500}}),))),
    "200 with an error in the middle": Misbehaviour(
        Reply((_HALF, event({"error": {"message": "no", "code": 500}}))), spoken=True
    ),
    "withheld": Misbehaviour(Reply((event(delta("", "content_filter")), event("[DONE]")))),
    "400": Misbehaviour(error(400, "no such thing")),
    "401": Misbehaviour(error(401, code="invalid_api_key")),
    "402": Misbehaviour(error(402)),
    "403": Misbehaviour(error(403)),
    "404": Misbehaviour(refusing(404, "not here")),
    "413": Misbehaviour(error(413)),
    "429": Misbehaviour(error(429)),
    "429 with Retry-After": Misbehaviour(refusing(429, "slow down", Retry_After="30")),
    "429 with a date": Misbehaviour(refusing(429, "slow", Retry_After="Fri, 01 Jan 2100 00:00:00 GMT")),
    "429 without credit": Misbehaviour(error(429, code="insufficient_quota")),
    "500": Misbehaviour(error(500)),
    "503": Misbehaviour(refusing(503, "")),
    "529": Misbehaviour(error(529, type="overloaded_error")),
    "redirect elsewhere": Misbehaviour(redirecting(307, "https://elsewhere.invalid/v1")),
    "redirect in a circle": Misbehaviour(redirecting(307, "/v1/chat/completions")),
    "wrong packing": Misbehaviour(Reply((b"not gzip",), headers=(("Content-Encoding", "gzip"),))),
    # These are odd, and nothing is wrong with what they say.
    "packed though asked not to": Misbehaviour(packed(), told=False),
    "wrong content type": Misbehaviour(
        replace(chat(GOOD), headers=(("Content-Type", "image/png"),)), told=False
    ),
    "no stream": Misbehaviour(whole(GOOD), told=False),
    "a field refused first": Misbehaviour(
        lambda asked: (
            error(400, param="temperature", code="unsupported_parameter")
            if "temperature" in asked.json
            else chat(GOOD)
        ),
        told=False,
    ),
}


class Editor:
    """A client of one server that is asked through the misbehaving model, with or without a good one behind it."""

    def __init__(self, client: Client, root: Path) -> None:
        self.client = client
        self.root = root
        self.count = 0

    def ask(self, route: tuple[str, ...], text: str = TEXT) -> list[str]:
        """What is shown at the end of a new document."""
        self.count += 1
        # New settings: what failed before is asked again.
        settings = {"linnet": {"routes": {"inline": [*route, "local"]}, "completion": {"maxWaitMs": IN_TIME}}}
        self.client.notify("workspace/didChangeConfiguration", {"settings": settings})
        uri = self.client.open(self.root / f"cart{self.count}.py", "python", text)
        last = text.split("\n")[-1]
        items = self.client.request(
            "textDocument/inlineCompletion",
            {
                "textDocument": {"uri": uri},
                "position": {"line": text.count("\n"), "character": len(last)},
                "context": {"triggerKind": 2},
            },
            timeout=10 * IN_TIME / 1e3,
        )["items"]
        self.client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        return [item["insertText"] for item in items]

    def failures(self, name: str) -> list[str]:
        """The lines of the log about a model's failures."""
        return [line for line in self.client.log if f"{name} m did not answer" in line]

    def told(self, name: str, count: int, within: float = 10.0) -> list[str]:
        """The lines about a model, once there are so many."""
        end = time.monotonic() + within
        while len(self.failures(name)) < count and time.monotonic() < end:
            time.sleep(0.01)
        return self.failures(name)


def test_every_request_is_answered_whatever_the_server_does(tmp_path: Path) -> None:
    """By the next model of the route where the first says nothing; each failure is one line of the log."""
    assert len(MISBEHAVIOURS) >= 40
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(tls)
    with ModelServer(chat(GOOD)) as closed:
        gone = closed.url
    with (
        ModelServer(chat(GOOD)) as bad,
        ModelServer(chat("<fill>shop.price(shop)</fill>")) as good,
        ModelServer(chat(GOOD), tls) as foreign,
    ):
        servers = {"bad": bad.url, "good": good.url, "foreign": foreign.url, "closed": gone}
        environ = {f"LINNET_PROVIDERS_{name.upper()}_BASE_URL": url for name, url in servers.items()}
        with Client(SERVE, tmp_path, {**os.environ, **environ, "LINNET_ENGINE_ENABLED": "false"}) as client:
            client.initialize(tmp_path)
            client.open(tmp_path / "first.py", "python", TEXT)
            learned(client)
            editor = Editor(client, tmp_path)
            while not good.asked:  # What the first request loads is none of the models' doing.
                editor.ask(("good/m",))
            wrong: list[str] = []
            told = 0
            for name, each in MISBEHAVIOURS.items():
                bad.script = each.script
                shown = editor.ask(("bad/m", "good/m"))
                told += each.told
                lines = editor.told("bad", told)
                if len(lines) != told:
                    wrong.append(f"{name}: {len(lines)} lines instead of {told}")
                    told = len(lines)
                expected = [] if each.spoken else ["shop.price(shop)" if each.told else "price(shop)"]
                if not each.spoken and shown != expected:
                    wrong.append(f"{name}: shown {shown} instead of {expected}")
            for name in ("foreign", "closed"):
                if (
                    editor.ask((f"{name}/m", "good/m")) != ["shop.price(shop)"]
                    or len(editor.told(name, 1)) != 1
                ):
                    wrong.append(name)
            assert wrong == []
            assert not [line for line in client.log if "Traceback" in line or "price(" in line]


def test_without_another_model_the_engine_answers(tmp_path: Path) -> None:
    """Each request has its draft, whatever the only model does."""
    with ModelServer(chat(GOOD)) as bad:
        environ = {**os.environ, "LINNET_PROVIDERS_BAD_BASE_URL": bad.url}
        with Client(SERVE, tmp_path, environ) as client:
            client.initialize(tmp_path)
            client.open(tmp_path / "first.py", "python", FAMILIAR)
            learned(client)
            editor = Editor(client, tmp_path)
            quick = {name: each for name, each in MISBEHAVIOURS.items() if each.told and not each.spoken}
            for name, each in quick.items():
                bad.script = each.script
                assert editor.ask(("bad/m",), FAMILIAR) == ["_total(items)"], name
