"""`linnet demo` shows all three jobs through the real server, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from linnet_server.cli.tour import EDITED, EXPLAINED, SAMPLE, TYPINGS, commit_all


def demo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the demo as a user would."""
    command = [sys.executable, "-I", "-m", "linnet_server", *words, "demo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_the_demo_completes_explains_and_reviews(tmp_path: Path, isolated: Path) -> None:
    """It prints ghost text, facts and notes, says what to do next, and writes nothing outside its own folder."""
    before = set(Path(tempfile.gettempdir()).glob("linnet-demo-*"))
    done = demo(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    for typing in TYPINGS:
        assert f"\n{typing.path}:" in done.stdout
    assert "check_station" in done.stdout
    for said in ("send_message", "told", "What to do next", "linnet doctor"):
        assert said in done.stdout.partition("Review:")[2]
    assert list(tmp_path.iterdir()) == []
    assert not isolated.exists()
    assert set(Path(tempfile.gettempdir()).glob("linnet-demo-*")) <= before


@pytest.mark.slow
def test_settings_of_the_user_take_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has switched ghost text off sees the demo all the same."""
    monkeypatch.setenv("LINNET_COMPLETION_ENABLED", "false")
    monkeypatch.setenv("LINNET_API_KEY", "s3cret")
    done = demo(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "s3cret" not in done.stdout + done.stderr


def test_the_sample_is_believable() -> None:
    """Several files in three languages, and the prepared places are in them."""
    files = [path for path in SAMPLE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {".py", ".ts", ".go"} <= {path.suffix for path in files}
    assert len(files) >= 8
    path, header = EXPLAINED
    assert header in (SAMPLE / path).read_text()
    for typing in (*TYPINGS, EDITED):
        assert (SAMPLE / typing.path).read_text().endswith("\n")


@pytest.mark.parametrize("path", sorted(SAMPLE.rglob("*.py")), ids=lambda path: path.name)
def test_the_sample_is_sound_python(path: Path) -> None:
    """The sample itself compiles; only the prepared edit is wrong."""
    compile(path.read_text(encoding="utf-8"), path.name, "exec")


@pytest.mark.slow
def test_without_git_the_sample_is_no_repository(tmp_path: Path) -> None:
    """A machine without git has a demo too."""
    assert not commit_all(tmp_path, {"PATH": ""})
    assert list(tmp_path.iterdir()) == []
