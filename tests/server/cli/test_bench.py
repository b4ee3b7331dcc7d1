"""`linnet bench` measures, beside a server on plain pygls, and keeps nothing."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from linnet_server.bench.engine import Figures, Gain
from linnet_server.bench.engine import Report as EngineReport
from linnet_server.bench.startup import Report as Measured
from linnet_server.bench.startup import Side, Spread, Stalls, Standing, as_plain
from linnet_server.cli.bench import _engine_table, _table
from linnet_server.cli.main import main
from tests.repositories import scratch
from tests.server.bench.test_holdouts import repository

KEYS = {"100 KB": Spread(0.1, 0.2), "1 MB": Spread(0.2, 0.4)}
NONE = Stalls(0.0, 0.0)
REPORT = Measured(
    Side(30.0, 60.0, 200.0, KEYS), Side(None, 600.0, 400.0, KEYS), Standing(NONE, Stalls(31.0, 29.5), NONE)
)


@pytest.mark.slow
def test_startup_prints_both_servers_and_keeps_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All figures are there for both servers; the folders that were measured in are gone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert main(["bench", "startup", "--rounds", "1", "--keys", "20", "--files", "3", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    for side in ("linnet", "stock_pygls"):
        assert report[side]["initialize_wall_ms"] > 0
        assert report[side]["first_ghost_text_ms"] > 0
        assert set(report[side]["key_ms"]) == {"100 KB", "1 MB"}
    assert set(report["longest_stall_ms"]) == {"opening_2_mb", "indexing", "choosing_a_provider"}
    assert not list(tmp_path.iterdir())


def test_the_table_sets_both_side_by_side() -> None:
    """Each row has both figures and how many times faster we are, where both are known."""
    lines = list(_table(REPORT, 7))
    assert lines[1].split() == ["initialize,", "CPU", "30", "ms", "unknown"]
    assert lines[2].endswith("10.0 times")
    assert lines[-1].endswith("none above 20 ms")
    assert lines[-2].split("  ")[0] == "longest stall, indexing 7 files"
    assert lines[-2].endswith("31 ms (30 CPU)")


def test_json_holds_plain_numbers() -> None:
    """What is unknown is null."""
    plain = as_plain(REPORT)
    assert plain["stock_pygls"]["initialize_cpu_ms"] is None
    assert plain["linnet"]["key_ms"]["1 MB"] == {"p50": 0.2, "p95": 0.4}


def test_its_help_names_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    """`linnet bench --help` says what there is to measure."""
    assert main(["bench", "--help"]) == 0
    told = capsys.readouterr().out
    assert "startup" in told and "engine" in told


FIGURES = Figures(200, 0.5, 0.75, 11.0)
ENGINE = EngineReport(
    4,
    {"default": (FIGURES, Gain(20, 0.5, 0.45, 1.2)), "quiet": (FIGURES, Gain(20, 0.4, 0.35, 0.6))},
    {"line start": FIGURES, "in a comment": Figures(0, 0.0, 0.0, 0.0)},
    {"go": (FIGURES, Gain(12, 0.6, 0.5, 1.0)), "rust": (FIGURES, Gain(8, 0.4, 0.3, 1.5))},
    Figures(18, 0.4, 0.8, 0.0),
    0.75,
    0.6,
    (1.1, 8.0),
    False,
)


def test_the_engines_table() -> None:
    """There is a row for each mode, language and kind of place that was met, and what was left out is said."""
    lines = list(_engine_table(ENGINE))
    assert lines[0] == "20 lines of code from 4 commits, stopped by --seconds"
    rows = {line[:22].strip(): line[22:].split() for line in lines[3:-3]}
    assert list(rows) == ["default", "quiet", "go", "rust", "line start", "text behind the cursor"]
    assert rows["go"] == ["200", "50.0%", "75.0%", "11.0", "60.0%", "50.0%", "1.00"]
    assert rows["text behind the cursor"] == ["18", "40.0%", "80.0%"]


@pytest.mark.slow
def test_engine_completes_the_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines of commits are completed with what the workspace and the edits before them teach; the repository stays."""
    made = scratch(tmp_path / "repository")
    call = "    result = compute_total(order, currency, rounding=True)\n"
    made.commit({f"f{number}.py": f"def f{number}(order, currency):\n{call}" for number in range(6)})
    made.commit(
        {"new.py": f"def new(order, currency):\n{call}    return result + compute_total(order, currency)\n"}
    )
    before = made.git("status", "--porcelain", "--ignored")
    assert main(["bench", "engine", str(made.root), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    figures, gain = report["modes"]["default"]
    assert gain["lines"] == 3 and figures["requests"] > 20
    assert gain["completed"] > 0.3 and figures["right"] > 0.6
    assert report["rank"] > 0.5 and report["complete"] and report["commits"] == 1
    assert made.git("status", "--porcelain", "--ignored") == before


def test_engine_without_a_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is nothing to measure, one sentence says so."""
    assert main(["bench", "engine", str(tmp_path)]) == 2
    made = scratch(tmp_path / "repository")
    made.commit({"a.py": "x = 1\n"})
    assert main(["bench", "engine", str(made.root)]) == 2
    assert "No commit here" in capsys.readouterr().err


@pytest.mark.slow
def test_explain_measures_first_words_and_kept_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both figures are there beside what they must be, and nothing is kept."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert main(["bench", "explain", "--rounds", "2", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    for name in ("first_words_after_first_token_ms", "again_ms"):
        assert report[name]["p50"] > 0 and report[name]["must"] > 0
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_context_measures_the_own_commits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recall at both budgets, times, memory and a replay of typing are there; nothing is written outside."""
    root = repository(tmp_path / "repository").root
    scratch_folder = tmp_path / "temporary"
    scratch_folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch_folder))
    assert main(["--quiet", "bench", "context", str(root), "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)["repositories"]
    assert report["places"] >= 1 and report["trained_on"] is False
    assert set(report["recall"]) == {"512", "1024"}
    assert report["recall"]["1024"]["id"] == report["recall"]["1024"]["def"] == 1.0
    assert report["gather_cpu_ms"]["p95"] > 0 and report["index_cpu_s"] > 0
    assert report["typing"]["prompt"] > 0.5 and report["typing"]["recall"] == report["typing"]["recall_anew"]
    assert report["memory_pss_mib"] is None or report["memory_pss_mib"]["worker"] > 1
    assert not list(scratch_folder.iterdir())
