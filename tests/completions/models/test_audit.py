"""The audit log: what went where, in a private file, never in the way."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from linnet_completions.models.audit import Audit, Sent
from linnet_completions.models.protocol import Message

SENT = Sent(
    when="2026-11-20T10:00:00.000+00:00",
    task="inline",
    provider="custom",
    host="127.0.0.1",
    model="mini",
    status="ok",
    counted="provider",
    prompt_tokens=120,
    cached_tokens=100,
    completion_tokens=7,
    cost_usd=0.0001,
    first_ms=80,
    total_ms=120,
    redacted={"aws": 1},
    messages=(Message("user", "def area(width):"),),
)


def lines(path: Path) -> list[dict[str, object]]:
    """The entries of a log."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_entry_tells_what_went_where_and_no_code(tmp_path: Path) -> None:
    """Metadata only, unless the user asks for more."""
    path = tmp_path / "state" / "audit.jsonl"
    Audit(path).write(SENT)
    [entry] = lines(path)
    assert (entry["host"], entry["model"], entry["redacted"], entry["status"]) == (
        "127.0.0.1",
        "mini",
        {"aws": 1},
        "ok",
    )
    assert "messages" not in entry
    assert "def area" not in path.read_text()


def test_prompts_are_kept_when_asked_for(tmp_path: Path) -> None:
    """`audit.content` keeps the messages as they were sent."""
    path = tmp_path / "audit.jsonl"
    Audit(path, content=True).write(SENT)
    assert lines(path)[0]["messages"] == [{"role": "user", "content": "def area(width):"}]


def test_the_log_is_private(tmp_path: Path) -> None:
    """Nobody else may read the log or its folder."""
    path = tmp_path / "state" / "audit.jsonl"
    Audit(path).write(SENT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_log_is_rotated_by_size(tmp_path: Path) -> None:
    """Old entries move to numbered files; the oldest go."""
    path = tmp_path / "audit.jsonl"
    audit = Audit(path, max_bytes=2_000, keep=2)
    for _ in range(40):
        audit.write(SENT)
    logs = sorted(each.name for each in tmp_path.iterdir() if not each.name.endswith(".lock"))
    assert logs == ["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"]
    assert all(0 < (tmp_path / name).stat().st_size <= 2_000 for name in logs)
    assert all(entry["model"] == "mini" for name in logs for entry in lines(tmp_path / name))


@pytest.mark.parametrize("obstacle", ["file for folder", "folder for file", "link"])
def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, obstacle: str) -> None:
    """Failing to write is noted and never raised; a link is not followed."""
    path = tmp_path / "state" / "audit.jsonl"
    elsewhere = tmp_path / "elsewhere"
    if obstacle == "file for folder":
        path.parent.write_text("")
    else:
        path.parent.mkdir()
        path.mkdir() if obstacle == "folder for file" else path.symlink_to(elsewhere)
    audit = Audit(path)
    audit.write(SENT)
    assert audit.problem
    assert not elsewhere.exists()
