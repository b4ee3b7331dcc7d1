"""What became of ghost texts is kept between two starts, and forgotten on demand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linnet_server.taste import NAME, Taste


def test_kept_by_language(tmp_path: Path) -> None:
    """A restart forgets nothing that was written, and one language says nothing about another."""
    taste = Taste(tmp_path)
    for _ in range(100):
        taste.settled("python", taken=False)
    raised = taste.confidence(0.5, "python")
    assert raised > 0.55
    assert Taste(tmp_path).confidence(0.5, "python") == raised
    assert taste.confidence(0.5, "go") == 0.5
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_reset(tmp_path: Path) -> None:
    """When the file is removed, a running server begins anew."""
    taste = Taste(tmp_path)
    for _ in range(50):
        taste.settled("python", taken=False)
    (tmp_path / NAME).unlink()
    taste.settled("python", taken=True)
    assert taste.confidence(0.5, "python") == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"version": 2}', '{"version": 1, "languages": {"python": 7, "go": "xx"}}', "\xff"],
)
def test_damaged(tmp_path: Path, content: str) -> None:
    """A file that is none of ours is as good as missing."""
    (tmp_path / NAME).write_text(content, "latin-1")
    assert Taste(tmp_path).confidence(0.5, "python") == 0.5


def test_nothing_but_outcomes_is_kept(tmp_path: Path) -> None:
    """The file holds names of languages and noughts and ones, and not more than count."""
    taste = Taste(tmp_path)
    for number in range(500):
        taste.settled(f"language{number % 300}", taken=number % 2 == 0)
    languages = json.loads((tmp_path / NAME).read_text())["languages"]
    assert len(languages) <= 100
    assert all(set(kept) <= {"0", "1"} and len(kept) <= 200 for kept in languages.values())


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    """Without a folder to write to, it works as long as it runs."""
    (tmp_path / "file").write_text("")
    taste = Taste(tmp_path / "file")
    for _ in range(100):
        taste.settled("python", taken=False)
    assert taste.confidence(0.5, "python") > 0.55
