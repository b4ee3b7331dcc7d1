"""`linnet bench review`: finds what it put in, counts false alarms, and reviews bug fixes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linnet_server.cli.shell import run
from tests.repositories import Scratch, scratch

from .test_mutants import JAVASCRIPT, TEXT

pytestmark = pytest.mark.slow


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A repository with two small bug fixes, one of which brings a mistake, and other commits."""
    made = scratch(tmp_path / "project")
    monkeypatch.chdir(made.root)
    made.commit({"store.py": TEXT, "web.js": JAVASCRIPT, "tests/test_store.py": "x = 1\n"}, "start")
    made.commit({"store.py": TEXT + "x = 1\n", "tests/test_store.py": "x = 2\n"}, "Fix the crash of x")
    made.commit(
        {"store.py": TEXT + "x = conut\n", "tests/test_store.py": "x = 3\n"}, "Fix a bug with another"
    )
    made.commit({"store.py": TEXT + "x = 3\n", "tests/test_store.py": "x = 4\n"}, "Fix a typo")
    made.commit({"store.py": TEXT + "x = 4\n"}, "Fix without a test")
    return made


def test_what_must_be_found(made: Scratch, capsys: pytest.CaptureFixture[str]) -> None:
    """The classes that mechanical checks promise are found, without an alarm on their controls."""
    assert run(["bench", "review", "--json", "--cases", "2"]) == 0
    value = json.loads(capsys.readouterr().out)
    scores = {each["name"]: each for each in value["scores"]}
    promised = (
        "name typo",
        "mutable default",
        "dropped raise",
        "bare except",
        "new secret",
        "dropped import",
        "dropped f",
        "dropped throw",
        "assigned condition",
    )
    for name in promised:
        assert scores[name]["cases"] > 0, name
        assert scores[name]["found"] == scores[name]["cases"], name
    assert scores["dropped guard"]["observed"] == scores["dropped guard"]["cases"] > 0
    assert {name: each["alarms"] for name, each in scores.items() if each["alarms"]} == {}


def test_clean_changes(made: Scratch, capsys: pytest.CaptureFixture[str]) -> None:
    """Small bug fixes with a test are reviewed, and what is found in them is named."""
    assert run(["bench", "review", "--cases", "1", str(made.root)]) == 0
    out = capsys.readouterr().out
    assert "2 clean bug fixes: 1 findings (0.500 a change)" in out
    assert "store.py:25: Undefined name `conut` [ruff/F821]" in out
    assert "name typo" in out
