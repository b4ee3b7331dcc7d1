"""`linnet stats`: the counts of ghost text and the calls of models."""

from __future__ import annotations

import json
from datetime import date

import pytest

from linnet_completions.ghost.outcome import Event
from linnet_completions.ghost.tally import Tally
from linnet_completions.models.audit import Audit, Sent
from linnet_server.cli.main import main
from linnet_server.outgoing import state_folder


def counted() -> None:
    """Two suggestions shown, one taken and kept; two calls of a model."""
    counts = Tally(state_folder() / "stats.json")
    for what in ("shown", "shown", "accepted", "kept_30s"):
        counts.add(Event(what, "local", "python", 10))
    for milliseconds in (3, 8, 140):
        counts.latency("local", "python", milliseconds)
    for _ in range(2):
        counts.kept("openai gpt-4.1-mini", "explain")
    counts.save()
    audit = Audit(state_folder() / "audit.jsonl")
    for day, first in ((date.today().isoformat(), 250), (date.today().isoformat(), 350), ("2001-01-01", 1)):
        audit.write(Sent(f"{day}T10:00:00+00:00", "inline", "openai", "api.openai.com", "gpt-4.1-mini", "ok",
                         "provider", 1000, 900, 10, 0.001, first, 400))  # fmt: skip


def test_nothing_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """Without counts it says so, and that is no failure."""
    assert main(["stats"]) == 0
    assert "Nothing was counted" in capsys.readouterr().err


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """One object: ghost text by source and language, calls by model and task, nothing older than asked for."""
    counted()
    assert main(["stats", "--json", "--since", "2w"]) == 0
    found = json.loads(capsys.readouterr().out)
    (ghost,), (call,) = found["ghost"], found["calls"]
    assert found["kept"] == [{"model": "openai gpt-4.1-mini", "task": "explain", "answers": 2}]
    assert (ghost["shown"], ghost["accepted"], ghost["kept_30s"], ghost["rejected"]) == (2, 1, 1, 0)
    assert (ghost["p50_ms"], ghost["p95_ms"], ghost["accepted_characters"]) == (10, 150, 10)
    assert (call["calls"], call["cached_tokens"], call["cost_usd"], call["first_p95_ms"]) == (
        2,
        1800,
        0.002,
        350,
    )
    assert (found["usd_per_100_suggestions"], found["usd_per_accepted_character"]) == (0.1, 0.0002)


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A table for people."""
    counted()
    assert main(["stats"]) == 0
    printed = capsys.readouterr().out
    assert "local" in printed and "openai gpt-4.1-mini" in printed and "10 ms" in printed
    assert "openai gpt-4.1-mini explain: 2 answers from the cache, for nothing.\n" in printed
    assert "$0.1000 for 100 suggestions, $0.0002000 an accepted character" in printed


def test_a_span_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong span is met with an example."""
    assert main(["stats", "--since", "soon"]) == 2
    assert "7d" in capsys.readouterr().err
