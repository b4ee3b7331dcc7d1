"""Ghost text by a model, through the real server: few requests, closed when contradicted, never in the way."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from linnet_server.client import Client
from tests.modelserver import HangUp, ModelServer, Pause, Reply, Stall, chat
from tests.protocol.helpers import SERVE, learned

pytestmark = pytest.mark.slow

TEXT = "from shop import items\n\n\ndef price(item):\n    return item.price\n\n\ntotal = "
LINE, COLUMN = 7, 8
REFUSES = Reply((b'{"error": {"message": "no"}}',), status=500, framing="length")


@contextmanager
def editor(root: Path, url: str | None, **settings: str) -> Iterator[tuple[Client, str]]:
    """A server with an open document, and the document's URI; `url` is the model's, None chooses none.

    The engine is off, so that what is shown is the model's.
    """
    alone = {"LINNET_ENGINE_ENABLED": "false", "OPENAI_API_KEY": "sk-not-chosen"}
    alone |= {"LINNET_COMPLETION_MAX_WAIT_MS": "10000"}  # A busy machine is no slow model.
    environ = {**os.environ, **alone, **settings}
    if url is not None:
        environ |= {"LINNET_PROVIDER": "custom", "LINNET_BASE_URL": url, "LINNET_API_KEY": "test-key"}
    with Client(SERVE, root, environ) as client:
        client.initialize(root)
        uri = client.open(root / "cart.py", "python", TEXT)
        if url is None or "127.0.0.1" in url:
            learned(client)
        yield client, uri


def typed(client: Client, uri: str, version: int, column: int, text: str) -> None:
    place = {"line": LINE, "character": column}
    client.change(uri, version, {"range": {"start": place, "end": place}, "text": text})


def texts(items: list[dict[str, Any]]) -> list[str]:
    return [item["insertText"] for item in items]


def slow(*pieces: str, first: float = 0.3, between: float = 0.1) -> Reply:
    """A stream that takes its time."""
    whole = chat(*pieces)
    steps: list[Any] = [Pause(first)]
    for step in whole.steps:
        steps += [step, Pause(between)]
    return Reply(tuple(steps))


def test_the_models_text_is_shown_and_asked_for_once(tmp_path: Path) -> None:
    """The answer comes from the chosen model; asking again at the same place makes no request."""
    with (
        ModelServer(chat("<fill>sum(map(", "price, items))", "</fill>")) as model,
        editor(tmp_path, model.url) as (client, uri),
    ):
        assert texts(client.inline(uri, LINE, COLUMN)) == ["sum(map(price, items))"]
        assert texts(client.inline(uri, LINE, COLUMN)) == ["sum(map(price, items))"]
        (asked,) = model.asked
        assert asked.headers["authorization"] == "Bearer test-key"
        assert "total = " in asked.json["messages"][-1]["content"]


def test_a_provider_that_is_chosen_later_answers_at_once(tmp_path: Path) -> None:
    """What was shown under other settings is not shown on."""
    written = chat("<fill>sum(map(price, items))</fill>")
    with ModelServer(written) as model, editor(tmp_path, model.url) as (client, uri):
        assert texts(client.inline(uri, LINE, COLUMN)) == ["sum(map(price, items))"]
        client.notify("workspace/didChangeConfiguration", {"settings": {"linnet": {"offline": True}}})
        assert "sum(map(price, items))" not in texts(client.inline(uri, LINE, COLUMN))
        client.notify("workspace/didChangeConfiguration", {"settings": {"linnet": {}}})
        assert texts(client.inline(uri, LINE, COLUMN)) == ["sum(map(price, items))"]


def test_the_model_that_answers_is_named(tmp_path: Path) -> None:
    """Where the first of a route fails, the item, the status and the kept answer are the second's, until it answers."""
    with (
        ModelServer([REFUSES, chat("<fill>price(items)</fill>")]) as first,
        ModelServer(chat("<fill>sum(items)</fill>")) as two,
    ):
        route = "first/m1,second/m2,local"
        urls = {"FIRST": first.url, "SECOND": two.url}
        settings = {f"LINNET_PROVIDERS_{name}_BASE_URL": url for name, url in urls.items()}
        with editor(tmp_path, None, LINNET_ROUTES_INLINE=route, **settings) as (client, uri):
            for text, provider, model in (("sum(items)", "second", "m2"), ("price(items)", "first", "m1")):
                (item,) = client.inline(uri, LINE, COLUMN)
                assert (item["insertText"], item["command"]["arguments"][0]["source"]) == (text, model)
                status = client.execute("linnet.status")
                assert (status["provider"], status["model"]) == (provider, model)
                # With new settings a model that failed is asked again.
                client.notify("workspace/didChangeConfiguration", {"settings": {"linnet": {}}})
        assert (len(first.asked), len(two.asked)) == (2, 1)


def test_typing_that_agrees_keeps_the_stream(tmp_path: Path) -> None:
    """A request that the typing still agrees with is not cancelled: the next key is answered from it."""
    with (
        ModelServer(slow("<fill>sum(", "items", ")</fill>")) as model,
        editor(tmp_path, model.url) as (client, uri),
    ):
        first = client.begin("textDocument/inlineCompletion", _question(uri, COLUMN))
        model.wait_for(1)
        typed(client, uri, 2, COLUMN, "s")
        second = client.begin("textDocument/inlineCompletion", _question(uri, COLUMN + 1))
        assert client.result(first) is None
        assert texts(client.result(second)["items"]) == ["um(items)"]
        assert len(model.asked) == 1


def test_typing_that_contradicts_closes_the_stream(tmp_path: Path) -> None:
    """What the user typed otherwise ends the request upstream at once, before it is complete."""
    stalled = Reply((*chat("<fill>sum(").steps[:2], Stall()))
    with (
        ModelServer([stalled, chat("<fill>(items)</fill>")]) as model,
        editor(tmp_path, model.url) as (client, uri),
    ):
        client.begin("textDocument/inlineCompletion", _question(uri, COLUMN))
        (asked,) = model.wait_for(1)
        client.execute("linnet.status")
        _settle(client)
        typed(client, uri, 2, COLUMN, "l")
        assert asked.abandoned()
        assert client.inline(uri, LINE, COLUMN + 1) == []  # It was wrong a moment ago.
        typed(client, uri, 3, COLUMN + 1, "en")
        assert texts(client.inline(uri, LINE, COLUMN + 3)) == ["(items)"]


def test_no_request_leaves_without_a_chosen_provider(tmp_path: Path) -> None:
    """A key in the environment is no choice."""
    with editor(tmp_path, None) as (client, uri):
        client.inline(uri, LINE, COLUMN)
        assert client.execute("linnet.status")["provider"] == "local"


def test_offline_forbids_every_request(tmp_path: Path) -> None:
    """`LINNET_OFFLINE=1` wins over the provider."""
    with (
        ModelServer(chat("<fill>x</fill>")) as model,
        editor(tmp_path, model.url, LINNET_OFFLINE="1") as (client, uri),
    ):
        client.inline(uri, LINE, COLUMN)
        assert model.asked == []


@pytest.mark.parametrize(
    "reply",
    [
        REFUSES,
        Reply(
            (b'{"error": {"message": "slow down"}}',),
            status=429,
            headers=(("Retry-After", "60"),),
            framing="length",
        ),
        Reply((b"<html>nonsense</html>",), framing="length"),
        Reply((HangUp(),)),
        Reply((), before=HangUp()),
    ],
    ids=["500", "429", "garbage", "hang-up", "no answer"],
)
def test_a_failing_model_leaves_the_engines_answer(reply: Reply, tmp_path: Path) -> None:
    """No error reaches the editor: the draft serves, the status says what is wrong, and the model is left alone."""
    settings = {"LINNET_ENGINE_ENABLED": "true"}
    with ModelServer(reply) as model, editor(tmp_path, model.url, **settings) as (client, uri):
        drafts = client.inline(uri, LINE, COLUMN)
        status = client.wait_for("linnet/status", matching={"state": "error"})
        assert "embedded engine" in status["message"]
        asked = len(model.asked)
        assert texts(drafts) == texts(client.inline(uri, LINE, COLUMN))
        assert len(model.asked) == asked == 1
        assert not [line for line in client.log if "test-key" in line or "return item.price" in line]


def test_a_slow_model_is_not_waited_for(tmp_path: Path) -> None:
    """After `completion.max_wait_ms` the engine's answer is all there is."""
    with (
        ModelServer(Reply((Stall(),))) as model,
        editor(tmp_path, model.url, LINNET_COMPLETION_MAX_WAIT_MS="1000") as (client, uri),
    ):
        client.inline(uri, LINE, COLUMN)
        assert len(model.wait_for(1)) == 1


def test_secrets_of_the_buffer_do_not_leave(tmp_path: Path) -> None:
    """A key in the open document, and the middle of one, are not in the request; the code around them is."""
    body = "\n".join("Q" * 20 + f"{number:02d}" + "Zk9" * 14 for number in range(30))
    secret = "ghp_" + "a1B2c3D4" * 4 + "e5F6"
    text = f'KEY = """-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"""\nTOKEN = "{secret}"\n'
    lines = text.count("\n")
    patience = {"LINNET_COMPLETION_MAX_WAIT_MS": "10000"}
    with (
        ModelServer(chat("<fill>x_value</fill>")) as model,
        editor(tmp_path, model.url, **patience) as (client, _),
    ):
        uri = client.open(tmp_path / "keys.py", "python", text + "other = ")
        client.inline(uri, lines, 8)
        (asked,) = model.wait_for(1)
        sent = asked.body.decode()
        assert secret not in sent
        assert "Zk9Zk9" not in sent
        assert "TOKEN = " in sent and "other = " in sent


def test_an_explanation_streams_and_is_kept(tmp_path: Path) -> None:
    """The model's words come as progress, stand above the facts, and are not asked for a second time."""
    with (
        ModelServer(chat("It adds ", "the **prices**.")) as model,
        editor(tmp_path, model.url) as (client, uri),
    ):
        span = {"start": {"line": 3, "character": 0}, "end": {"line": 3, "character": 0}}
        place = {"uri": uri, "range": span, "partialResultToken": "t1"}
        first = client.execute("linnet.explain", place)
        assert first["markdown"].startswith("It adds the **prices**.")
        assert "def price(item)" in first["markdown"]
        streamed = client.wait_for("$/progress", matching={"token": "t1"})
        assert streamed["value"]["markdown"].startswith("It adds")
        again = client.execute("linnet.explain", place)
        assert again["markdown"] == first["markdown"]
        assert len(model.asked) == 1
        assert "total = " not in model.asked[0].json["messages"][0]["content"]


def test_a_review_by_the_model_becomes_notes(tmp_path: Path) -> None:
    """What the model finds, with a quote that is there, is a note; what it makes up is not."""
    found = {
        "quote": "    return item.price",
        "line": 5,
        "severity": "error",
        "class": "correctness",
        "title": "The price may be missing",
        "consequence": "An item without one ends the sum.",
        "confidence": 0.9,
    }
    lines = json.dumps(found) + "\n" + json.dumps({**found, "quote": "return nothing_like_it"}) + "\n"
    commit(tmp_path)
    with (
        ModelServer(chat(*lines.splitlines(keepends=True))) as model,
        editor(tmp_path, model.url) as (client, uri),
    ):
        result = client.execute("linnet.review", {"uri": uri})
        assert "custom gpt-4.1-mini" in result["message"]
        reviews = [asked for asked in model.asked if "return item.price" in asked.body.decode()]
        assert reviews
        published = [
            client.wait_for("textDocument/publishDiagnostics", matching={"uri": uri})["diagnostics"]
            for _ in range(2)
        ]
        codes = [one["code"] for one in published[-1]]
        assert codes.count("model/correctness") == 1


def commit(root: Path) -> None:
    """Make a git repository whose only commit has a file that is not under review."""
    (root / "README").write_text("Prices.\n")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Begin"]):
        subprocess.run(["git", *words], cwd=root, check=True)


def _question(uri: str, column: int) -> dict[str, Any]:
    position = {"line": LINE, "character": column}
    return {"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 2}}


def _settle(client: Client) -> None:
    """Let what is on its way arrive."""
    import time

    time.sleep(0.2)
    client.execute("linnet.status")


def test_a_spent_budget_leaves_the_engine(tmp_path: Path) -> None:
    """No request is made that might cost more than what is left; the status says so."""
    with (
        ModelServer(chat("<fill>x</fill>")) as model,
        editor(tmp_path, model.url, LINNET_COST_DAILY_USD="0") as (client, uri),
    ):
        client.inline(uri, LINE, COLUMN)
        assert "budget" in client.wait_for("linnet/status", matching={"state": "error"})["message"]
        assert model.asked == []


def test_who_asks_gets_alternatives(tmp_path: Path) -> None:
    """An invoked request is answered with up to three different texts, the surest first; a key press with one."""
    answers = [chat(f"<fill>{text}</fill>") for text in ("sum(items)", "max(items)", "len(items)")]
    with ModelServer(answers) as model, editor(tmp_path, model.url) as (client, uri):
        position = {"line": LINE, "character": COLUMN}
        asked = {"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 1}}
        found = texts(client.request("textDocument/inlineCompletion", asked)["items"])
        assert found[0] == "sum(items)"
        assert sorted(found) == ["len(items)", "max(items)", "sum(items)"]
        assert [each.json["temperature"] for each in model.asked] == [0.0, 0.8, 0.8]


def test_what_comes_behind_the_line_is_the_next_suggestion(tmp_path: Path) -> None:
    """One request serves several lines: when the first was accepted, the next is there without another request."""
    with (
        ModelServer(chat("<fill>sum(items)\nprint(total)\n", "print(items)</fill>")) as model,
        editor(tmp_path, model.url) as (client, uri),
    ):
        assert texts(client.inline(uri, LINE, COLUMN)) == ["sum(items)"]
        typed(client, uri, 2, COLUMN, "sum(items)")
        assert texts(client.inline(uri, LINE, COLUMN + 10)) == ["\nprint(total)"]
        typed(client, uri, 3, COLUMN + 10, "\n")
        assert texts(client.inline(uri, LINE + 1, 0)) == ["print(total)"]
        assert len(model.asked) == 1
