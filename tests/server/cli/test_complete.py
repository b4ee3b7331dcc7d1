"""`linnet complete`: what an editor would get."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from linnet_server.cli.main import main
from tests.modelserver import ModelServer, chat

TEXT = "def price_of(item):\n    return item.price\n\n\ndef names(items):\n    return [price_"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Two files that know the same function."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "shop.py").write_text(TEXT.replace("[price_", "[price_of(item) for item in items]\n"))
    (tmp_path / "cart.py").write_text(TEXT)
    return tmp_path


def test_a_place_is_completed(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The text goes to stdout, who made it and how sure to stderr."""
    assert main(["complete", f"{workspace}/cart.py:6"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("of(item)")
    assert "local, " in told.err and "% sure" in told.err


def test_why_tells_every_step(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing is shown, the reason is."""
    assert main(["complete", f"{workspace}/cart.py:1:7", "--why"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "inside a word" in told.err


def test_json_is_versioned(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs read the version first."""
    assert main(["complete", f"{workspace}/cart.py:6", "-n", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["version"] == 1
    assert told["items"][0]["source"] == "local"
    assert 0 < told["items"][0]["confidence"] <= 1
    assert told["steps"][0].startswith("gate")


def test_a_batch_is_answered_line_by_line(
    workspace: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files may change between two lines; each line gets one answer."""
    question = {"root": str(workspace), "path": "new.py", "line": 0, "character": 11, "text": "y = total_o"}
    lines = [json.dumps(question).encode() for _ in range(2)]

    class Questions(io.BytesIO):
        def __next__(self) -> bytes:
            if len(lines) == 1:
                (workspace / "late.py").write_text("def total_of_everything(items):\n    pass\n" * 3)
            if not lines:
                raise StopIteration
            return lines.pop() + b"\n"

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(Questions()))
    assert main(["complete", "--batch"]) == 0
    before, after = map(json.loads, capsysbinary.readouterr().out.splitlines())
    assert before["items"] == []
    assert after["items"][0]["text"].startswith("f_everything")


@pytest.mark.parametrize("words", [["complete"], ["complete", "cart.py"], ["complete", "--batch"]])
def test_what_cannot_be_completed_is_said(
    words: list[str], workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No place, no line, a broken batch: one sentence and exit code 2."""
    monkeypatch.chdir(workspace)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{}\n")))
    assert main(words) == 2
    assert capsys.readouterr().err.startswith("linnet: ")


def test_the_chosen_model_is_asked_once(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model's text comes first; a second time it comes from the cache."""
    with ModelServer(chat("<fill>of(each)", " for each in items]</fill>")) as model:
        monkeypatch.setenv("LINNET_PROVIDER", "custom")
        monkeypatch.setenv("LINNET_BASE_URL", model.url)
        monkeypatch.setenv("LINNET_API_KEY", "test-key")
        for _ in range(2):
            assert main(["complete", f"{workspace}/cart.py:6"]) == 0
            told = capsys.readouterr()
            assert told.out == "of(each) for each in items]\n"
            assert "custom gpt-4.1-mini" in told.err and "sure" not in told.err
        assert len(model.asked) == 1
        assert main(["--offline", "complete", f"{workspace}/cart.py:6"]) == 0
        assert len(model.asked) == 1
