"""Explanations and conversations through the real server: streamed, checked, cancelled, instant the second time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from linnet_completions.models.redaction import PLACEHOLDER
from linnet_server.client import Client
from tests.modelserver import Asked, ModelServer, Reply, Script, Stall, chat
from tests.protocol.helpers import Transcript, initialize_of, learned, server

pytestmark = pytest.mark.slow

SHOP = "import json\n\n\ndef load(path):\n    with open(path) as file:\n        return json.load(file)\n"
LOAD = {"start": {"line": 4, "character": 0}, "end": {"line": 4, "character": 0}}


@contextmanager
def editor(
    root: Path, script: Script | Reply | list[Reply]
) -> Iterator[tuple[Client, str, ModelServer, Transcript]]:
    """A server with an open document, and the model that it may ask."""
    (root / "pyproject.toml").write_text("")
    (root / "shop.py").write_text(SHOP)
    said = Transcript()
    with ModelServer(script) as model:
        chosen = {"LINNET_PROVIDER": "custom", "LINNET_BASE_URL": model.url, "LINNET_API_KEY": "test-key"}
        with server(root, environ={**os.environ, **chosen}, transcript=said) as client:
            client.initialize(root, initialize_of("vscode-1.139-lc11")["capabilities"])
            uri = client.open(root / "shop.py", "python", SHOP)
            learned(client)
            yield client, uri, model, said


def test_places_are_linked_and_names_are_checked(tmp_path: Path) -> None:
    """What streams is what the model says; the result has links, and marks what is not there."""
    with editor(tmp_path, chat("It reads ", "shop.py:5 with `load`", " and `vanish`, see shop.py:99.")) as (
        client,
        uri,
        _,
        said,
    ):
        question = {"uri": uri, "range": LOAD, "partialResultToken": "t1"}
        result = client.execute("linnet.explain", question)
        link = f"[shop.py:5]({(tmp_path / 'shop.py').as_uri()}#L5)"
        expected = (
            f"It reads {link} with `load` and `vanish` *(not found)*, see shop.py:99 *(no such place)*."
        )
        assert result["markdown"].startswith(expected)
        assert "# function `load`" in result["markdown"] and result["model"]
        assert partial(said, "t1") == "It reads shop.py:5 with `load` and `vanish`, see shop.py:99."


def partial(said: Transcript, token: str) -> str:
    """What came as partial results."""
    return "".join(
        message["params"]["value"].get("markdown", "")
        for message in said.messages
        if message.get("method") == "$/progress" and message["params"]["token"] == token
    )


def test_the_second_time_nobody_is_asked(tmp_path: Path) -> None:
    """The same explanation again is the same, and makes no request."""
    with editor(tmp_path, chat("It reads.")) as (client, uri, model, _):
        first = client.execute("linnet.explain", {"uri": uri, "range": LOAD})
        assert client.execute("linnet.explain", {"uri": uri, "range": LOAD}) == first
        assert len(model.asked) == 1


def test_a_problem_is_explained_with_the_rule_behind_it(tmp_path: Path) -> None:
    """The message and ruff's own page go to the model and stand on the sheet."""
    with editor(tmp_path, chat("It compares.")) as (client, uri, model, _):
        diagnostic = {"message": "Use `==` to compare constant literals", "code": "F632"}
        result = client.execute("linnet.explain", {"uri": uri, "range": LOAD, "diagnostic": diagnostic})
        assert "**Rule F632 (is-literal)**" in result["markdown"]
        content = model.asked[0].json["messages"][-1]["content"]
        assert "Use `==` to compare" in content and "Why is this bad?" in content
        assert content.rstrip().endswith("how it can be fixed.")


def test_a_conversation_goes_on(tmp_path: Path) -> None:
    """Each question is asked with what was said before, also after the lines were edited."""

    def script(asked: Asked) -> Reply:
        return chat(f"Answer {len(asked.json['messages'])}.")

    with editor(tmp_path, script) as (client, uri, model, _):
        first = client.execute("linnet.ask", {"uri": uri, "range": LOAD, "question": "What is it?"})
        assert (first["markdown"], len(first["conversation"])) == ("Answer 2.", 36)
        again: dict[str, Any] = {"uri": uri, "question": "And why?", "conversation": first["conversation"]}
        assert client.execute("linnet.ask", again)["markdown"] == "Answer 4."
        last = model.asked[-1].json["messages"]
        assert [message["role"] for message in last] == ["system", "user", "assistant", "user"]
        assert last[2]["content"] == "Answer 2." and last[3]["content"] == "Question: And why?"
        assert client.execute("linnet.ask", {"uri": uri})["message"] == "There is no question."
        top = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
        client.change(uri, 2, {"range": top, "text": "# First.\n"})
        assert client.execute("linnet.ask", {**again, "question": "So?"})["markdown"] == "Answer 6."
        assert "shop.py:5-7" in model.asked[-1].json["messages"][1]["content"]
        client.change(
            uri, 3, {"range": {"start": LOAD["start"], "end": LOAD["start"]}, "text": "    # New.\n"}
        )
        client.change(
            uri,
            4,
            {
                "range": {"start": {"line": 6, "character": 4}, "end": {"line": 6, "character": 8}},
                "text": "WITH",
            },
        )
        assert "edited meanwhile" in client.execute("linnet.ask", again)["message"]


def test_cancelling_keeps_what_was_said(tmp_path: Path) -> None:
    """The bar's cancel ends the stream upstream, and the words so far are the result."""
    stalled = Reply((*chat("It reads the file. ").steps[:2], Stall()))
    with editor(tmp_path, stalled) as (client, uri, model, said):
        number = client.begin(
            "workspace/executeCommand",
            {
                "command": "linnet.explain",
                "arguments": [{"uri": uri, "range": LOAD, "partialResultToken": "t"}],
            },
        )
        (asked,) = model.wait_for(1)
        client.wait_for("$/progress", matching={"token": "t"})
        token = client.wait_for("window/workDoneProgress/create")["token"]
        while not any(
            message.get("method") == "$/progress" and message["params"]["token"] == token
            for message in said.messages
        ):
            client.wait_for("$/progress")
        client.notify("window/workDoneProgress/cancel", {"token": token})
        result = client.result(number)
        assert result["markdown"].startswith("It reads the file. \n\n*You cancelled the rest.*")
        assert asked.abandoned()


def test_without_a_model_the_facts_are_told(tmp_path: Path) -> None:
    """Explaining needs no model, asking does and says so."""
    (tmp_path / "shop.py").write_text(SHOP)
    with server(tmp_path) as client:
        client.initialize(tmp_path)
        uri = client.open(tmp_path / "shop.py", "python", SHOP)
        learned(client)
        assert client.execute("linnet.explain", {"uri": uri, "range": LOAD})["model"] is None
        assert client.execute("linnet.ask", {"uri": uri, "question": "Why?"})["message"].startswith(
            "No model"
        )


def test_placeholders_are_read_as_what_they_stand_for(tmp_path: Path) -> None:
    """On the screen, streamed and whole; what is sent with the next question has them still."""
    secret = "ghp_" + "x8Kd02LmPqRs7TuVwZyAbC4dEfGhIj5kLmNo"
    names: list[str] = []

    def answers(asked: Asked) -> Reply:
        names.append(PLACEHOLDER.findall(asked.body.decode())[0])
        return chat("It is ", names[0][:12], names[0][12:], " here.")

    with editor(tmp_path, answers) as (client, _, model, said):
        uri = client.open(tmp_path / "keys.py", "python", f'def login():\n    return "{secret}"\n')
        span = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 0}}
        question = {"uri": uri, "range": span, "question": "What is it?", "partialResultToken": "t1"}
        first = client.execute("linnet.ask", question)
        assert first["markdown"].startswith(f"It is {secret} here.")
        assert partial(said, "t1") == f"It is {secret} here."
        client.execute("linnet.ask", {**question, "conversation": first["conversation"]})
        whole = client.execute("linnet.explain", {"uri": uri, "range": span})
        assert whole["markdown"].startswith(f"It is {secret} here.")
        bodies = [asked.body.decode() for asked in model.asked]
        assert f"It is {names[0]} here." in bodies[1]
        assert len(set(names)) == 1 and not [body for body in bodies if secret in body]
