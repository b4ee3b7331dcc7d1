"""`linnet explain` prints fact sheets, and says in a sentence what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linnet_server.cli.main import main

CODE = '''\
def area(width, height):
    """The size of a rectangle."""
    return width * height


print(area(2, 3))
'''


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file, which is the current one."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "shapes.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("words", [["shapes.py:3"], ["shapes.py:1-3", "--facts"]])
def test_markdown(workspace: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """The fact sheet of a line or a range goes to stdout as plain Markdown."""
    assert main(["explain", *words]) == 0
    out = capsys.readouterr().out
    assert "`area`" in out
    assert "def area(width, height)" in out


def test_a_file(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file without a line has an overview."""
    assert main(["explain", "shapes.py"]) == 0
    assert "**Defines** (1)\n- `def area(width, height)` line 1" in capsys.readouterr().out


def test_json(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON form has a version, and its lines count from 1."""
    assert main(["explain", "shapes.py:2", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    facts = value["facts"]
    assert value["version"] == 1
    assert (facts["name"], facts["first"], facts["last"]) == ("area", 1, 3)
    assert facts["docstring"] == "The size of a rectangle."
    assert facts["complexity"] == {"cyclomatic": 1, "lines": 2}
    assert [site["line"] for site in facts["usage"]["callers"]] == [6]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["missing.py"], "There is no file missing.py."),
        (["shapes.py:70"], "there is no line 70"),
        (["shapes.py:3-1"], "ends before it starts"),
        (["."], "is not a file"),
        (["shapes.py:1", "--ask", "why?"], "`--ask` needs a model"),
        (["shapes.py:1", "-i"], "`-i` needs a model"),
        (["shapes.py:1", "-i", "--facts"], "Leave out one of them."),
    ],
)
def test_problems(workspace: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    """What cannot be done is one clear sentence on stderr and exit code 2."""
    assert main(["explain", *words]) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
