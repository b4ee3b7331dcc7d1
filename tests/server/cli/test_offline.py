"""No command leaves this machine unless the user chose a provider."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from linnet_server.cli.shell import COMMANDS

CODE = "def area(width, height):\n    return width * height\n\n\nprint(area(2, 3))\n"
WORDS = {
    "complete": ["complete", "shapes.py:1"],
    "explain": ["explain", "shapes.py:1"],
    "fix": ["fix", "shapes.py:1"],
    "document": ["document", "shapes.py:1"],
    "tests": ["tests", "shapes.py:1"],
    "edit": ["edit", "shapes.py:1", "Make it shorter."],
    "simplify": ["simplify", "shapes.py:1"],
    "translate": ["translate", "shapes.py", "go"],
    "review": ["review", "--fail-on", "never"],
    "context": ["context", "shapes.py:1"],
    "index": ["index"],
    "doctor": ["doctor"],
    "models": ["models"],
    "auth": ["auth", "status"],
    "cache": ["cache", "info"],
    "stats": ["stats"],
    "bench": ["bench", "startup", "--rounds", "1", "--keys", "20", "--files", "3"],
    "config": ["config", "show", "--all"],
    "demo": ["demo"],
    "serve": ["serve"],
}
# The client of `serve` leaves without a word; the others say that they need a model, or that nothing is to be fixed.
ENDED = {"serve": 1, **dict.fromkeys(("fix", "document", "tests", "edit", "simplify", "translate"), 2)}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one file, not committed yet."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "shapes.py").write_text(CODE)
    return tmp_path


def test_every_command_is_tried() -> None:
    """A new command has to be added here."""
    assert set(WORDS) == set(COMMANDS)


@pytest.mark.slow
@pytest.mark.parametrize("name", WORDS)
def test_a_key_in_the_environment_is_no_choice(
    name: str, repository: Path, monkeypatch: pytest.MonkeyPatch, no_network: Path
) -> None:
    """Each command does its work with keys lying about, and neither asks for a name nor connects anywhere."""
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "LINNET_API_KEY"):
        monkeypatch.setenv(variable, "sk-s3cret")
    done = subprocess.run(
        [sys.executable, "-I", "-m", "linnet_server", *WORDS[name]],
        cwd=repository,
        input="",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == ENDED.get(name, 0), done.stderr
    assert "s3cret" not in done.stdout + done.stderr
    assert not no_network.exists()
