"""`linnet explain` with a model: the sheet first, then its words as they come; questions; what when it fails."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from linnet_completions.models.protocol import Unreachable, Usage
from linnet_server.cli.main import main
from tests.completions.scripted import Event, Scripted
from tests.server.cli.models import LABEL, choose

KEY = "ghp_" + "x8Kd02LmPqRs7TuVwZyAbC4dEfGhIj5kLmNo"
CODE = f'''\
def area(width, height):
    """The size of a rectangle."""
    return width * height


def login():
    """Uses {KEY} for now."""
    return "{KEY}"
'''


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file, which is the current one."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "shapes.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The chosen model."""
    return chosen(monkeypatch, "It multi", "plies.", Usage())


def chosen(monkeypatch: pytest.MonkeyPatch, *events: Event) -> Scripted:
    model = Scripted(*events)
    choose(monkeypatch, model)
    return model


def test_the_sheet_then_the_answer(model: Scripted, capsys: pytest.CaptureFixture[str]) -> None:
    """The facts are printed, then the explanation with the name of the model."""
    assert main(["explain", "shapes.py:3"]) == 0
    out = capsys.readouterr().out
    assert (
        out.index("# function `area`") < out.index(f"## Explained by {LABEL}") < out.index("It multiplies.\n")
    )


def test_a_second_time_nobody_is_asked(model: Scripted, capsys: pytest.CaptureFixture[str]) -> None:
    """The same explanation again makes no request and prints the same."""
    main(["explain", "shapes.py:3"])
    first = capsys.readouterr().out
    main(["explain", "shapes.py:3"])
    assert (capsys.readouterr().out, len(model.asked)) == (first, 1)


def test_facts_ask_nobody(model: Scripted, capsys: pytest.CaptureFixture[str]) -> None:
    """--facts prints the sheet alone."""
    assert main(["explain", "shapes.py:3", "--facts"]) == 0
    assert "Explained by" not in capsys.readouterr().out
    assert model.asked == []


def test_a_question(model: Scripted, capsys: pytest.CaptureFixture[str]) -> None:
    """--ask prints the answer alone."""
    assert main(["explain", "shapes.py:3", "--ask", "Why?"]) == 0
    assert capsys.readouterr().out == "It multiplies.\n"
    assert model.asked[0].messages[-1].content.endswith("\n\nQuestion: Why?")


def test_json(model: Scripted, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON form has the answer beside the facts."""
    assert main(["explain", "shapes.py:3", "--ask", "Why?", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["answer"] == {"question": "Why?", "model": LABEL, "markdown": "It multiplies."}
    assert value["facts"]["name"] == "area"


def test_a_conversation(
    model: Scripted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """-i reads questions until an empty line, and each is asked with what was said before."""
    monkeypatch.setattr("sys.stdin", io.StringIO("And why?\nReally?\n\nNot asked.\n"))
    assert main(["explain", "shapes.py:3", "-i"]) == 0
    assert capsys.readouterr().out.count("It multiplies.\n") == 3
    assert [len(call.messages) for call in model.asked] == [2, 4, 6]
    assert model.asked[-1].messages[-1].content == "Question: Really?"


def test_a_conversation_survives_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A question that fails is told, and the next one is asked."""
    replies: Iterator[Sequence[Event]] = iter([["yes"], [Unreachable("No connection.")], ["again"]])
    model = Scripted(script=lambda call: next(replies))
    choose(monkeypatch, model)
    monkeypatch.setattr("sys.stdin", io.StringIO("one\ntwo\n"))
    assert main(["explain", "shapes.py:3", "-i"]) == 0
    out, err = capsys.readouterr()
    assert out.endswith("yes\nagain\n")
    assert "No connection." in err


def test_a_failure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The facts and what came stand; one line says what failed; the command failed."""
    chosen(monkeypatch, "It mul", Unreachable("No connection."))
    assert main(["explain", "shapes.py:3"]) == 2
    out, err = capsys.readouterr()
    assert "# function `area`" in out
    assert out.endswith("It mul\n")
    assert err.count("\n") == 1
    assert "The model did not answer: No connection." in err


def test_secrets_stay(model: Scripted, capsys: pytest.CaptureFixture[str]) -> None:
    """The model sees neither the code nor the facts with a secret in them."""
    assert main(["explain", "shapes.py:7"]) == 0
    prompt = "\n".join(message.content for message in model.asked[0].messages)
    assert KEY not in prompt
    assert 'return "REDACTED_1' in prompt
    assert "# function `login`" in prompt


def test_placeholders_are_printed_as_what_they_stand_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that comes in two pieces; the next question is asked with the placeholder."""
    name = "REDACTED_1_".ljust(24, "X")
    model = chosen(monkeypatch, "It is ", name[:5], name[5:], ".", Usage())
    monkeypatch.setattr("sys.stdin", io.StringIO("And why?\n"))
    assert main(["explain", "shapes.py:7", "-i"]) == 0
    assert capsys.readouterr().out.count(f"It is {KEY}.\n") == 2
    assert [message.content for message in model.asked[1].messages if message.role == "assistant"] == [
        f"It is {name}."
    ]


@pytest.mark.parametrize("words", [["--offline"], []])
def test_what_is_not_sent(
    workspace: Path, model: Scripted, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """Offline, and for a file that the settings ignore, there are the facts and a line that says why no more."""
    if not words:
        (workspace / "linnet.toml").write_text('[context]\nignore = ["shapes.py"]\n')
    assert main(["explain", "shapes.py:3", *words]) == 0
    out, err = capsys.readouterr()
    assert "# function `area`" in out
    assert "so no model is asked." in err
    assert main(["explain", "shapes.py:3", "--ask", "Why?", *words]) == 2
    assert model.asked == []


def test_no_model_after_all(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no way leads to a model, there are the facts, and a question has one clear answer."""
    choose(monkeypatch, None)
    assert main(["explain", "shapes.py:3"]) == 0
    assert "Explained by" not in capsys.readouterr().out
    assert main(["explain", "shapes.py:3", "--ask", "Why?"]) == 2
    assert "`--ask` needs a model, and none is set up." in capsys.readouterr().err


def test_a_problem_is_explained(model: Scripted, capsys: pytest.CaptureFixture[str]) -> None:
    """--problem puts the message and ruff's page about its rule on the sheet and into the question."""
    assert main(["explain", "shapes.py:3", "--problem", "F632 Use == to compare"]) == 0
    assert "**Rule F632 (is-literal)**" in capsys.readouterr().out
    content = model.asked[0].messages[-1].content
    assert "F632 Use == to compare" in content and content.endswith("how it can be fixed.")


def test_claims_are_checked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not there is marked while the answer comes."""
    chosen(monkeypatch, "See shapes.py:2", " and shapes.py:99, ", "`area` and `gone`.")
    assert main(["explain", "shapes.py:3", "--ask", "Where?"]) == 0
    expected = "See shapes.py:2 and shapes.py:99 *(no such place)*, `area` and `gone` *(not found)*.\n"
    assert capsys.readouterr().out == expected
