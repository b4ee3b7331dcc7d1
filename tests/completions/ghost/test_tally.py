"""Counts in a private file, shared by processes, without code."""

from __future__ import annotations

import stat
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from linnet_completions.ghost.outcome import Event
from linnet_completions.ghost.tally import Row, Tally, percentile

TODAY = date(2026, 11, 20)


def tally(path: Path) -> Tally:
    return Tally(path, lambda: TODAY)


def test_two_processes_add_up(tmp_path: Path) -> None:
    """What one has written is not lost when the other writes."""
    path = tmp_path / "state" / "stats.json"
    one, other = tally(path), tally(path)
    for each in (one, other, one):
        each.add(Event("shown", "local", "python", 5))
        each.save()
    assert Row("2026-11-20", "local", "python", "shown", 3) in other.rows()
    assert Row("2026-11-20", "local", "python", "shown_characters", 15) in other.rows()
    assert not one.dirty
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"rows": [[1, 2], "x", ["a", "b", "c", "d", true]]}', "nonsense"]
)
def test_a_broken_file_counts_as_empty(text: str, tmp_path: Path) -> None:
    """Nothing in the file can make counting fail."""
    path = tmp_path / "stats.json"
    path.write_text(text)
    counts = tally(path)
    assert counts.rows() == []
    counts.add(Event("shown", "local", "go", 1))
    counts.save()
    assert len(tally(path).rows()) == 2


def test_what_cannot_be_written_is_not_lost(tmp_path: Path) -> None:
    """A folder that is a file now may be one again later."""
    blocked = tmp_path / "state"
    blocked.write_text("")
    counts = tally(blocked / "stats.json")
    counts.latency("local", "go", 12)
    counts.save()
    assert counts.dirty
    blocked.unlink()
    counts.save()
    assert [row.what for row in tally(blocked / "stats.json").rows()] == ["latency:20"]


def test_what_is_counted_while_the_file_is_written_is_not_lost(tmp_path: Path) -> None:
    """Counting goes on on the event loop while a thread writes."""
    counts, done = tally(tmp_path / "stats.json"), threading.Event()

    def save() -> None:
        while not done.is_set():
            counts.save()

    writer = threading.Thread(target=save)
    writer.start()
    total = 0
    while total < 2000:
        counts.kept("openai gpt-4.1-mini", "explain")
        total += 1
        if total % 50 == 0:
            time.sleep(0.001)
    done.set()
    writer.join()
    counts.save()
    assert [row.count for row in counts.rows()] == [total]


def test_percentiles_are_bounds_of_groups() -> None:
    """A percentile is the smallest bound that enough of the counts lie below."""
    assert percentile({}, 0.5) is None
    assert percentile({"10": 5, "200": 4, "more": 1}, 0.5) == 10
    assert percentile({"10": 5, "200": 4, "more": 1}, 0.9) == 200
    assert percentile({"10": 5, "200": 4, "more": 1}, 1.0) == float("inf")
