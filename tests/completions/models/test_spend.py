"""The counter of dollars: shared by processes, private, never wrong by a lost update."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from threading import Thread

import pytest

from linnet_completions.models.spend import Budget, Spend, Spent
from linnet_context.locking import locked

TODAY = date(2026, 11, 20)


def spend(path: Path, day: date = TODAY) -> Spend:
    """A counter on a given day."""
    return Spend(path, lambda: day)


def test_what_is_recorded_is_counted_by_day_and_month(tmp_path: Path) -> None:
    """A day's dollars are those of that day; a month's those of all of its days."""
    path = tmp_path / "spend.json"
    spend(path, date(2026, 10, 31)).record(5.0)
    spend(path, date(2026, 11, 1)).record(0.25)
    spend(path).record(0.5)
    spend(path).record(0.125)
    assert spend(path).spent() == Spent(day=0.625, month=0.875)


@pytest.mark.parametrize(
    ("spent", "estimate", "budget", "fits"),
    [
        (0.0, 0.1, Budget(1.0, 20.0), True),
        (0.95, 0.1, Budget(1.0, 20.0), False),
        (0.5, 0.5, Budget(1.0, 20.0), True),
        (0.5, 0.1, Budget(1.0, 0.55), False),
        (0.0, 0.1, Budget(0.0, 20.0), False),
        (0.0, 0.0, Budget(0.0, 0.0), True),
        (5.0, 0.0, Budget(1.0, 1.0), True),
        (0.5, None, Budget(1.0, 20.0), True),
        (1.0, None, Budget(1.0, 20.0), False),
        (0.0, None, Budget(0.0, 20.0), False),
    ],
)
def test_a_call_must_fit_what_is_left(
    tmp_path: Path, spent: float, estimate: float | None, budget: Budget, fits: bool
) -> None:
    """A call fits when the day and the month both have room for it; one that costs nothing always does."""
    counter = spend(tmp_path / "spend.json")
    counter.record(spent)
    assert counter.allowed(estimate, budget) is fits


@pytest.mark.parametrize("cost", [0.0, -1.0, float("nan"), float("inf")])
def test_nonsense_is_not_recorded(tmp_path: Path, cost: float) -> None:
    """A cost that is none changes nothing."""
    counter = spend(tmp_path / "spend.json")
    counter.record(cost)
    assert counter.spent() == Spent(0.0, 0.0)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"days": 3}', b'{"days": {"2026-11-20": "x"}}', b"\xff\xfe"]
)
def test_a_broken_file_counts_as_empty(tmp_path: Path, content: bytes) -> None:
    """Whatever stands in the file, counting goes on."""
    path = tmp_path / "spend.json"
    path.write_bytes(content)
    counter = spend(path)
    assert counter.spent() == Spent(0.0, 0.0)
    counter.record(0.5)
    assert spend(path).spent().day == 0.5


def test_the_file_is_private(tmp_path: Path) -> None:
    """Nobody else may read what was spent."""
    path = tmp_path / "state" / "spend.json"
    spend(path).record(0.5)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_cannot_be_written_is_counted_all_the_same(tmp_path: Path) -> None:
    """While the file is locked, the dollars are remembered, and written with the next ones."""
    path = tmp_path / "spend.json"
    counter = spend(path)
    with locked(tmp_path / "spend.json.lock") as held:
        assert held
        counter.record(0.5)
        assert not path.exists()
        assert counter.spent().day == 0.5
    counter.record(0.25)
    assert spend(path).spent().day == 0.75


def test_old_months_are_forgotten(tmp_path: Path) -> None:
    """The file keeps a year and no more."""
    path = tmp_path / "spend.json"
    for month in range(1, 13):
        spend(path, date(2024, month, 1)).record(0.1)
        spend(path, date(2025, month, 1)).record(0.1)
    assert len(json.loads(path.read_text())["days"]) == 13


def test_threads_lose_nothing(tmp_path: Path) -> None:
    """Several threads may record at once."""
    counter = spend(tmp_path / "spend.json")

    def work() -> None:
        for _ in range(10):
            counter.record(0.01)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert round(spend(tmp_path / "spend.json").spent().day, 6) == 0.4


@pytest.mark.slow
def test_processes_lose_nothing(tmp_path: Path) -> None:
    """Several processes may record at once."""
    path = tmp_path / "spend.json"
    program = (
        "import sys; from pathlib import Path; from linnet_completions.models.spend import Spend\n"
        "one = Spend(Path(sys.argv[1]))\nfor _ in range(20): one.record(0.01)\n"
    )
    processes = [subprocess.Popen([sys.executable, "-I", "-c", program, str(path)]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert round(sum(json.loads(path.read_text())["days"].values()), 6) == 0.6


def test_todays_dollars_are_known_without_a_file(tmp_path: Path) -> None:
    """As they were last seen; on the next day they are none."""
    days = [date(2026, 11, 20)]
    spend = Spend(tmp_path / "spend.json", lambda: days[0])
    assert spend.seen_today == 0.0
    spend.record(0.25)
    Spend(tmp_path / "spend.json", lambda: days[0]).record(0.5)
    assert spend.seen_today == 0.25
    assert spend.spent().day == spend.seen_today == 0.75
    days[0] = date(2026, 11, 21)
    assert spend.seen_today == 0.0
