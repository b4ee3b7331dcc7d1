"""The wheel works in an environment of its own, where no source tree is near."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Any:
    """Runs `linnet` of the installed wheel in an empty folder."""

    def linnet(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(installed / "linnet"), *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    return linnet


def test_the_wheel_is_whole(wheel: Path) -> None:
    """The wheel holds the three packages, their data and the licence, and no tests."""
    names = ZipFile(wheel).namelist()
    for part in ("linnet_server/py.typed", "linnet_server/sample/tideline/store.py", "licenses/LICENSE"):
        assert any(name.endswith(part) for name in names), part
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "linnet_server",
        "linnet_completions",
        "linnet_context",
    }


def test_the_demo_shows_all_three(run: Any) -> None:
    """The demo completes, explains and reviews, and says what to do next."""
    done = run("demo")
    assert done.returncode == 0, done.stderr
    for part in ("Ghost text", "Explanation", "Review", "What to do next"):
        assert part in done.stdout


def test_the_doctor_finds_nothing_broken(run: Any) -> None:
    """Every check passes or warns; nothing fails."""
    done = run("doctor", "--json")
    checks = json.loads(done.stdout)["checks"]
    assert [check for check in checks if check["state"] == "fail"] == []
    assert done.returncode == 0


def test_a_workspace_cannot_shadow_the_server(run: Any, tmp_path: Path) -> None:
    """Files of the workspace named like modules of ours or of Python's are never run."""
    for name in ("json.py", "linnet_server.py", "click.py", "server.py"):
        (tmp_path / name).write_text("raise SystemExit('shadowed')")
    assert run("doctor").returncode == 0
