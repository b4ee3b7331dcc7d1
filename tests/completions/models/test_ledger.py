"""Sums over the audit log: calls, tokens and dollars by task and model."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linnet_completions.models.audit import Audit, Sent
from linnet_completions.models.ledger import Totals, dollars_per, ledger
from linnet_server.costs import AUDIT, costs

SINCE = datetime(2026, 11, 20, tzinfo=UTC)


def sent(when: str = "2026-11-20T10:00:00+00:00", status: str = "ok", **fields: object) -> Sent:
    """A call as the log has it."""
    values: dict[str, object] = {
        "task": "inline",
        "provider": "openai",
        "host": "api.openai.com",
        "model": "gpt-4.1-mini",
        "counted": "provider",
        "prompt_tokens": 1000,
        "cached_tokens": 250,
        "completion_tokens": 20,
        "cost_usd": 0.001,
        "first_ms": 300,
        "total_ms": 500,
        **fields,
    }
    return Sent(when=when, status=status, **values)  # type: ignore[arg-type]


def test_calls_are_summed_by_task_and_model(tmp_path: Path) -> None:
    """What the log writes is what the ledger reads, over its older parts too."""
    audit = Audit(tmp_path / AUDIT, max_bytes=600)
    for each in (
        sent(),
        sent(status="closed", counted="here", cached_tokens=None),
        sent(task="review", model="other", cost_usd=None),
        sent(status="RateLimited", cost_usd=None, prompt_tokens=0, cached_tokens=None, first_ms=None),
        sent(when="2026-11-19T23:59:59+00:00"),
        sent(when="2026-11-20T00:30:00+02:00"),
    ):
        audit.write(each)
    assert len(list(tmp_path.glob(f"{AUDIT}.[0-9]"))) > 1
    found = costs(SINCE, tmp_path)
    inline = found.rows["inline", "openai", "gpt-4.1-mini"]
    assert inline == Totals(3, 1, 2000, 250, 60, 0.002, 0, 1, inline.first_ms)
    assert sorted(inline.first_ms) == [300, 300] and inline.cached_share == 0.125
    assert found.rows["review", "openai", "other"].unpriced == 1
    assert found.total().calls == 4 and found.total("review").calls == 1
    assert costs(SINCE, tmp_path / "nowhere").total() == Totals()


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "7", '{"when": 7}', '{"when": "soon"}', '{"when": "2026-11-20T10:00:00"}', "\x00\xff"],
)
def test_what_is_none_of_ours_is_passed_over(line: str) -> None:
    """A line that another program cut or wrote."""
    assert ledger([line], SINCE).rows == {}


def test_wrong_fields_count_as_nothing() -> None:
    """A call is one, whatever else stands in its line."""
    line = json.dumps({"when": "2026-11-20T10:00:00Z", "prompt_tokens": "x", "cost_usd": "y", "status": "ok"})
    assert ledger([line], SINCE).total() == Totals(calls=1, unpriced=1)


def test_dollars_are_told_by_what_they_bought() -> None:
    """For a hundred suggestions, for an accepted character; nothing without any."""
    assert dollars_per(0.02, 400, 100) == pytest.approx(0.005)
    assert dollars_per(0.02, 4000) == pytest.approx(0.000005)
    assert dollars_per(0.02, 0) is None
