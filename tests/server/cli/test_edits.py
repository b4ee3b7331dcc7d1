"""`linnet fix`, `document`, `tests`, `edit`, `simplify` and `translate`: a diff, or the changed files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linnet_completions.models.protocol import Call, Unreachable
from linnet_server.cli.main import main
from tests.completions.scripted import Event, Scripted
from tests.repositories import scratch
from tests.server.cli.models import choose

CODE = '''\
"""Shapes."""


def area(width, height):
    size = width * height
    return size


def same(shape):
    return shape is "square"
'''
AREA = "```python\ndef area(width, height):\n    return width * height\n```"


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one file, which is the current folder."""
    scratch(tmp_path).write({"shapes.py": CODE, "pyproject.toml": ""})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def chosen(monkeypatch: pytest.MonkeyPatch, *events: Event) -> Scripted:
    model = Scripted(*events)
    choose(monkeypatch, model)
    return model


def test_a_diff_is_printed_and_nothing_is_changed(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is on stdout is a patch that git applies."""
    model = chosen(monkeypatch, AREA)
    assert main(["simplify", "shapes.py:4"]) == 0
    out = capsys.readouterr().out
    assert (workspace / "shapes.py").read_text() == CODE
    (workspace / "simpler.patch").write_text(out)
    scratch(workspace).git("apply", "simpler.patch")
    assert "    return width * height\n" in (workspace / "shapes.py").read_text()
    assert "size = width" in model.asked[0].messages[1].content


def test_apply_changes_the_file(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--apply writes what the diff shows, and keeps the file's mode."""
    chosen(monkeypatch, AREA)
    (workspace / "shapes.py").chmod(0o755)
    assert main(["edit", "shapes.py:4", "Do", "it", "in", "one", "line", "--apply"]) == 0
    assert "size" not in (workspace / "shapes.py").read_text()
    assert (workspace / "shapes.py").stat().st_mode & 0o777 == 0o755
    assert "shapes.py was changed." in capsys.readouterr().err


def test_a_file_without_a_last_line_ending_keeps_none(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The diff says so in git's own words."""
    chosen(monkeypatch, '```python\ndef same(shape):\n    return shape == "square"\n```')
    (workspace / "shapes.py").write_text(CODE.rstrip("\n"))
    assert main(["fix", "shapes.py:9", "--problem", "compares with is"]) == 0
    (workspace / "same.patch").write_text(capsys.readouterr().out)
    scratch(workspace).git("apply", "same.patch")
    assert (workspace / "shapes.py").read_text() == CODE.rstrip("\n").replace('is "square"', '== "square"')


def test_safe_fixes_need_no_model(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What ruff can fix safely is fixed offline."""
    assert main(["--offline", "fix", "shapes.py", "--apply"]) == 0
    assert (workspace / "shapes.py").read_text() == CODE.replace('is "square"', '== "square"')
    assert "(F632)" in capsys.readouterr().err


def test_nothing_wrong_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the checks find nothing the user is asked what is wrong."""
    assert main(["fix", "shapes.py:4"]) == 2
    assert "--problem" in capsys.readouterr().err


def test_tests_go_where_the_project_has_them(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new test file is made in the folder of the others, and an existing one grows at its end."""
    scratch(workspace).write({"tests/test_other.py": "def test_other():\n    assert True\n"})
    chosen(
        monkeypatch,
        "```python\nfrom shapes import area\n\n\ndef test_area():\n    assert area(2, 3) == 6\n```",
    )
    assert main(["tests", "shapes.py:4", "--apply"]) == 0
    made = workspace / "tests/test_shapes.py"
    assert made.read_text().startswith("from shapes import area\n")
    chosen(
        monkeypatch, "```python\nfrom shapes import same\n\n\ndef test_same():\n    assert not same(1)\n```"
    )
    assert main(["tests", "shapes.py:9", "--apply"]) == 0
    assert made.read_text().count("def test_") == 2
    chosen(monkeypatch, "```python\ndef test_same():\n    assert same(1)\n```")
    assert main(["tests", "shapes.py:9", "--apply"]) == 2
    assert "defines `test_same` again" in capsys.readouterr().err


def test_a_definition_is_documented(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--json gives the diff and what should be known about it."""
    chosen(monkeypatch, "The size.\n\nArgs:\n    width: How wide.\n    depth: How deep.\n")
    assert main(["document", "shapes.py:4", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert '+    """The size.\n' in value["diff"] and value["path"] == "shapes.py"
    assert not value["applied"]


def test_a_translation_is_a_new_file(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is made beside the old one, never over another."""
    model = chosen(monkeypatch, "```go\npackage shapes\n\nfunc Area(w, h int) int { return w * h }\n```")
    assert main(["translate", "shapes.py", "go", "--apply"]) == 0
    assert (workspace / "shapes.go").read_text().startswith("package shapes\n")
    assert main(["translate", "shapes.py", "go", "--apply"]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    assert len(model.asked) == 1
    assert main(["translate", "shapes.py", "klingon"]) == 2


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (["I cannot."], "no code"),
        ([Unreachable("No connection.")], "No connection."),
        (["```python\ndef area(width, height):\n"], "cut"),
    ],
)
def test_what_cannot_be_applied_is_said(
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    events: list[Event],
    told: str,
) -> None:
    """The file stays as it is, and one line says why."""
    chosen(monkeypatch, *events)
    assert main(["simplify", "shapes.py:4", "--apply"]) == 2
    assert told in capsys.readouterr().err
    assert (workspace / "shapes.py").read_text() == CODE


def test_without_a_model_the_remedy_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is asked, and the user learns what to set."""
    assert main(["simplify", "shapes.py:4"]) == 2
    assert "Set `provider`" in capsys.readouterr().err


def test_a_file_that_is_never_sent_is_not_changed_by_a_model(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An ignored file leaves for nobody."""
    model = chosen(monkeypatch, AREA)
    scratch(workspace).write({".linnetignore": "shapes.py\n"})
    assert main(["simplify", "shapes.py:4"]) == 2
    assert model.asked == []


def test_a_second_answer_gets_a_chance(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer that cannot be applied is told to the model once."""

    def script(call: Call) -> list[Event]:
        return [AREA] if len(call.messages) == 4 else ["```python\ndef area(:\n```"]

    choose(monkeypatch, Scripted(script=script))
    assert main(["simplify", "shapes.py:4"]) == 0
    assert "+    return width * height" in capsys.readouterr().out
