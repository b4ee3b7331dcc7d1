"""`linnet models`: what was chosen, how it is asked, what it costs; nobody is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linnet_completions.models.capabilities import Capabilities
from linnet_server.cli.main import main
from linnet_server.remembered import Remembered


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache's folder; the current folder is a workspace of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINNET_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_without_a_choice_the_engine_is_named(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is chosen by default."""
    assert main(["models"]) == 0
    told = capsys.readouterr()
    assert "No model is chosen" in told.out and "Prices are of 2026-" in told.err
    assert main(["models", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["models"] == []


def test_one_setting_chooses(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The provider brings its usual model, and the way to ask it."""
    monkeypatch.setenv("LINNET_PROVIDER", "anthropic")
    assert main(["models", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["models"]
    assert (found["provider"], found["model"], found["dialects"]) == (
        "anthropic",
        "claude-haiku-5-5",
        ["anthropic"],
    )
    assert found["tasks"] == ["inline", "explain", "edit", "review"] and found["context"] == 1_000_000
    assert found["usd_per_million"]["input"] == 0.1


def test_routes_and_what_was_learned_are_shown(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each model with its tasks, its dialects less those refused, its price and its last day."""
    monkeypatch.setenv("LINNET_PROVIDER", "openai")
    monkeypatch.setenv("LINNET_ROUTES_INLINE", "llamacpp/qwen2.5-coder,custom/team,local,groq/never")
    monkeypatch.setenv("LINNET_PROVIDERS_CUSTOM_BASE_URL", "https://me:secret@models.example.com/v1")
    memory = Capabilities(Remembered(cache / "capabilities.json"))
    memory.learn("http://127.0.0.1:8080/v1", "qwen2.5-coder", {"dialect:infill", "temperature"})
    assert main(["models"]) == 0
    out = capsys.readouterr().out
    first, second, third = _blocks(out)
    assert "asked by  template, then chat" in first and "refuses   dialect:infill, temperature" in first
    assert "costs     nothing" in first
    assert "for inline" in second and "unknown; `cost.prices` can say it" in second
    assert "for explain, edit, review" in third and "$0.4 in, $0.1 cached, $1.6 out" in third
    assert "never" not in out
    assert main(["models", "--json"]) == 0
    assert "secret" not in capsys.readouterr().out


def _blocks(out: str) -> list[str]:
    """The output cut in front of each model."""
    lines = out.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if not line.startswith(" ")]
    ends = [*starts[1:], len(lines)]
    return ["".join(lines[start:end]) for start, end in zip(starts, ends, strict=True)]


def test_every_known_model_is_listed_on_request(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its price and its last day."""
    assert main(["models", "--all"]) == 0
    out = capsys.readouterr().out
    assert "openai/gpt-6-luna" in out and "until 2027-01-14" in out


def test_prices_of_ones_own_hold(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong one is reported and left out."""
    monkeypatch.setenv("LINNET_PROVIDER", "openai")
    monkeypatch.setenv("LINNET_COST_PRICES", '{"gpt-4.1-mini": [1, 0.5, 2]}')
    assert main(["models"]) == 0
    assert "$1 in, $0.5 cached, $2 out" in capsys.readouterr().out
    monkeypatch.setenv("LINNET_COST_PRICES", '{"gpt-4.1-mini": [1]}')
    assert main(["models"]) == 0
    told = capsys.readouterr()
    assert "two to four numbers" in told.err and "$0.4 in" in told.out
