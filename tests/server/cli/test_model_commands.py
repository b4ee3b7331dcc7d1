"""Explaining and reviewing from the command line, through the real client and the gate, from a loopback server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from linnet_server.cli.shell import run
from tests.modelserver import ModelServer, Reply, chat
from tests.repositories import Scratch, scratch

pytestmark = pytest.mark.slow

FINDING = {
    "quote": "return sum(prices) / len(prices)",
    "line": 2,
    "severity": "error",
    "class": "correctness",
    "title": "Division by zero",
    "consequence": "An empty list raises ZeroDivisionError.",
    "confidence": 0.9,
}
KEY = "sk-test-0123456789"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A repository with a change; the current folder."""
    made = scratch(tmp_path / "project")
    monkeypatch.chdir(made.root)
    made.commit({"cart.py": "def mean(prices):\n    return 0\n"})
    return made.write({"cart.py": "def mean(prices):\n    return sum(prices) / len(prices)\n"})


@pytest.fixture
def server(made: Scratch, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A model server that the user chose."""
    with ModelServer(chat("It ", "divides.")) as running:
        monkeypatch.setenv("LINNET_PROVIDER", "custom")
        monkeypatch.setenv("LINNET_BASE_URL", running.url)
        monkeypatch.setenv("LINNET_API_KEY", KEY)
        yield running


def test_explain(server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    """An explanation streams from the server; the second time, in another run, nobody is asked."""
    assert run(["explain", "cart.py:2"]) == 0
    first = capsys.readouterr().out
    assert first.endswith("It divides.\n")
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert run(["explain", "cart.py:2"]) == 0
    assert (capsys.readouterr().out, len(server.asked)) == (first, 1)


def test_review(server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    """A finding streams from the server; the second time nobody is asked."""
    text = json.dumps(FINDING)
    server.script = lambda asked: chat(text[:30], text[30:])
    for _ in range(2):
        assert run(["review"]) == 0
        assert "cart.py:2:5: error: Division by zero [model/correctness]" in capsys.readouterr().out
    assert len(server.asked) == 1
    assert server.asked[0].json["messages"][1]["content"].startswith("<DATA-1 diff of cart.py (python)>\n")


@pytest.mark.parametrize(
    "reply",
    [
        Reply((b"no",), status=500, headers=()),
        Reply((b'{"error": {"message": "wrong key"}}',), status=401),
        Reply((b"<html>",), headers=(("Content-Type", "text/html"),)),
    ],
)
def test_a_server_that_fails(server: ModelServer, capsys: pytest.CaptureFixture[str], reply: Reply) -> None:
    """The facts and the mechanical checks are printed all the same, one line says what failed, the code is 2."""
    server.script = lambda asked: reply
    assert run(["explain", "cart.py:2"]) == 2
    out, err = capsys.readouterr()
    assert "# function `mean`" in out
    assert "The model did not answer" in err
    assert run(["review"]) == 2
    out, err = capsys.readouterr()
    assert "Nothing found in the working tree" in out
    assert "could not be asked to the end" in err
    assert "Traceback" not in err
    assert run(["review", "--soft-fail"]) == 0


def test_offline(server: ModelServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Offline nothing is asked, and both commands do what needs no model."""
    assert run(["explain", "cart.py:2", "--offline"]) == 0
    assert run(["review", "--offline"]) == 0
    assert (server.asked, server.connections) == ([], 0)


@pytest.mark.parametrize(("on_cap", "code"), [("local", 0), ("stop", 2)])
def test_a_spent_budget(
    server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    on_cap: str,
    code: int,
) -> None:
    """Nothing is asked; the engine answers, or nothing does and the limit is named."""
    monkeypatch.setenv("LINNET_COST_DAILY_USD", "0")
    monkeypatch.setenv("LINNET_COST_ON_CAP", on_cap)
    assert run(["complete", "cart.py:2:12"]) == code
    told = capsys.readouterr().err
    assert ("budget for models is spent" in told and "cost.daily_usd" in told) is (on_cap == "stop")
    assert [asked for asked in server.asked if asked.method == "POST"] == []
