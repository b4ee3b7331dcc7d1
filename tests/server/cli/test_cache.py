"""`linnet cache` shows what is kept on disk and removes it, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linnet_completions.cache.store import Store
from linnet_server.cli.main import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache's folder, which is not there yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINNET_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def fill(folder: Path) -> None:
    """Two answers, two workspaces, and something that is not ours."""
    store = Store(folder / "answers")
    store.set("a", "1")
    store.set("b", "2")
    store.close()
    for name in ("one", "two"):
        (folder / "workspaces" / name).mkdir(parents=True)
        (folder / "workspaces" / name / "index.1").write_bytes(b"x" * 1500)
    (folder / "notes.txt").write_text("mine")


def test_an_empty_cache_is_shown_and_cleared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Looking makes nothing; clearing nothing is no failure."""
    assert main(["cache", "info"]) == 0
    assert main(["cache", "clear"]) == 0
    assert not folder.exists()
    out = capsys.readouterr().out.splitlines()
    assert out[1:] == [
        "answers     0, 0 bytes of at most 256 MB",
        "workspaces  0 indexed, 0 bytes",
        "Removed 0 answers and the indexes of 0 workspaces.",
    ]


def test_what_is_kept_is_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Answers and indexes, in numbers and bytes."""
    fill(folder)
    assert main(["cache", "info", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["folder"] == str(folder)
    assert (told["answers"]["entries"], told["answers"]["limit"]) == (2, 256_000_000)
    assert told["answers"]["bytes"] > 4096
    assert told["workspaces"] == {"entries": 2, "bytes": 3000}


def test_clearing_removes_what_is_ours(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Answers and indexes go; what else lies in the folder stays."""
    fill(folder)
    assert main(["cache", "clear"]) == 0
    assert capsys.readouterr().out == "Removed 2 answers and the indexes of 2 workspaces.\n"
    assert (folder / "notes.txt").read_text() == "mine"
    assert list((folder / "workspaces").iterdir()) == []
    store = Store(folder / "answers")
    assert store.get("a") is None
    store.close()


def test_answers_can_be_cleared_alone(folder: Path) -> None:
    """`--answers` keeps the indexes."""
    fill(folder)
    assert main(["cache", "clear", "--answers"]) == 0
    assert len(list((folder / "workspaces").iterdir())) == 2


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    """A folder that only points elsewhere is not cleared."""
    fill(folder)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("mine")
    (folder / "workspaces" / "link").symlink_to(outside)
    (folder / "workspaces" / "one" / "link").symlink_to(outside)
    assert main(["cache", "clear"]) == 0
    assert (outside / "file").read_text() == "mine"


def test_a_server_that_runs_keeps_working(folder: Path) -> None:
    """Clearing goes through the database, so that whoever has it open goes on."""
    fill(folder)
    store = Store(folder / "answers")
    assert store.get("a") == "1"
    assert main(["cache", "clear"]) == 0
    assert store.get("a") is None
    store.set("a", "3")
    assert store.get("a") == "3"
    store.close()


def test_answers_that_cannot_be_opened_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Showing says why; clearing says what to do."""
    (folder / "answers").mkdir(parents=True)
    (folder / "answers" / "v1").write_text("")
    assert main(["cache", "info"]) == 0
    assert "memory only" in capsys.readouterr().err
    assert main(["cache", "clear"]) == 2
    assert f"Remove {folder / 'answers'} yourself." in capsys.readouterr().err
