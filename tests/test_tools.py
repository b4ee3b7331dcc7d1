"""The scripts that find a Python work with any POSIX shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FIND_PYTHON = Path(__file__).parent.parent / "tools/find-python"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")]


def find_python(search_path: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the script with this search path alone."""
    return subprocess.run(
        ["/bin/sh", str(FIND_PYTHON)],
        env={"PATH": search_path, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with nothing but `cat`, as the search path."""
    (tmp_path / "cat").symlink_to("/bin/cat")
    return tmp_path


def old_python(folder: Path, name: str) -> None:
    """A Python that says it is too old."""
    (folder / name).write_text("#!/bin/sh\nexit 1\n")
    (folder / name).chmod(0o755)


def test_a_chosen_python_is_taken(tools: Path) -> None:
    """PYTHON wins over the search path."""
    done = find_python(str(tools), PYTHON=sys.executable)
    assert (done.returncode, done.stdout.strip()) == (0, sys.executable)


def test_a_python_that_is_too_old_is_refused(tools: Path) -> None:
    """A PYTHON that will not do is named, rather than another one taken in silence."""
    old_python(tools, "python3")
    done = find_python(str(tools), PYTHON=str(tools / "python3"))
    assert done.returncode == 1
    assert f"PYTHON={tools / 'python3'} is not Python 3.11 or newer." in done.stderr


def test_an_old_python3_does_not_hide_a_newer_one(tools: Path) -> None:
    """The first name that is new enough is taken."""
    old_python(tools, "python3")
    (tools / "python3.12").symlink_to(sys.executable)
    done = find_python(str(tools))
    assert (done.returncode, done.stdout.strip()) == (0, str(tools / "python3.12"))


def test_without_any_it_says_what_to_install(tools: Path) -> None:
    """On a machine without Python the remedy is told for the usual systems."""
    done = find_python(str(tools))
    assert (done.returncode, done.stdout) == (1, "")
    for said in ("Python 3.11 or newer", "apt install python3 python3-venv", "PYTHON="):
        assert said in done.stderr
