"""`linnet config` tells what holds and why, never a key, and trusts on request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linnet_server.cli.config import without_credentials
from linnet_server.cli.main import main
from linnet_server.settings import user_file
from linnet_server.settings.declaration import RULES


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, a repository."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_user_file(text: str) -> None:
    """Settings of the user's own."""
    user_file().parent.mkdir(parents=True)
    user_file().write_text(text)


def test_only_what_differs_is_shown(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each setting that is no default stands on a line with its source; what is wrong goes to stderr."""
    (workspace / "linnet.toml").write_text(
        "completion.max_lines = 3\nproviders.x.base_url = 'http://x'\nmodle = 'y'"
    )
    assert main(["config", "show"]) == 0
    out, err = capsys.readouterr()
    assert out == "completion.max_lines = 3  # linnet.toml\n"
    assert "Did you mean `model`?" in err
    assert "`providers.x.base_url` are yours to set" in err


def test_every_setting_can_be_shown(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--all` leaves nothing out."""
    assert main(["config", "show", "--all"]) == 0
    names = [line.partition(" ")[0] for line in capsys.readouterr().out.splitlines()]
    assert names == [path for path in RULES if path != "providers"]


def test_nothing_shown_holds_a_key(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headers, credentials in addresses and keys of the environment stay hidden, in text and in JSON."""
    monkeypatch.setenv("LINNET_API_KEY", "s3cret")
    monkeypatch.setenv("OPENAI_API_KEY", "s3cret")
    write_user_file(
        "provider = 'mine'\nbase_url = 'https://me:s3cret@127.0.0.1:9/v1?key=s3cret'\ncache.url = 'redis://:s3cret@host'\n"
        "[providers.mine]\nheaders = { Authorization = 's3cret' }\nproxy = 'http://me:s3cret@127.0.0.1:9'"
    )
    for words in (["config", "show"], ["config", "show", "--json"], ["config", "path"], ["doctor", "--json"]):
        main(words)
    out, err = capsys.readouterr()
    assert "s3cret" not in out + err
    assert 'providers.mine.headers = {Authorization = "(hidden)"}' in out


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://localhost:8080/v1", "http://localhost:8080/v1"),
        ("redis://:secret@host:1/0", "redis://(hidden)@host:1/0"),
        ("https://host/v1?api-key=secret#secret", "https://host/v1?(hidden)"),
        ("https://[secret", "(hidden)"),
    ],
)
def test_addresses_are_shown_without_credentials(url: str, shown: str) -> None:
    """User, password, query and fragment may hold a key."""
    assert without_credentials(url) == shown


def test_json_holds_every_setting(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get names, values and sources."""
    (workspace / "linnet.toml").write_text("completion.languages = ['go']")
    assert main(["config", "show", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["version"] == 1
    assert value["workspace"] == str(workspace)
    entry = {"name": "completion.languages", "value": ["go"], "source": "linnet.toml"}
    assert entry in value["settings"]


def test_paths_are_told(workspace: Path, isolated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The user's file, the workspace's file and the cache, each with whether it is there."""
    (workspace / "linnet.toml").write_text("")
    assert main(["config", "path", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["workspace"] == {"path": str(workspace / "linnet.toml"), "exists": True}
    assert value["user"] == {"path": str(user_file()), "exists": False}
    assert Path(value["cache"]["path"]).is_relative_to(isolated)


def test_trusting_tells_what_it_allows(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Trust names each setting that comes to hold, lasts until the file changes, and can be taken back."""
    (workspace / "linnet.toml").write_text("provider = 'openai'")
    assert main(["config", "trust"]) == 0
    assert 'It now sets provider = "openai".' in capsys.readouterr().out
    assert main(["config", "show", "--quiet"]) == 0
    assert capsys.readouterr() == ('provider = "openai"  # linnet.toml\n', "")
    assert main(["config", "trust", "--revoke"]) == 0
    assert "is trusted no longer" in capsys.readouterr().out
    assert main(["config", "show"]) == 0
    assert "provider" not in capsys.readouterr().out


def test_there_must_be_something_to_trust(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a settings file, trust is a slip."""
    assert main(["config", "trust"]) == 2
    assert "has no linnet.toml" in capsys.readouterr().err


def test_a_file_can_be_named(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--config` stands in for the user's own file."""
    write_user_file("model = 'mine'")
    (workspace / "other.toml").write_text("model = 'other'")
    assert main(["config", "show", "--config", "other.toml"]) == 0
    assert capsys.readouterr().out == 'model = "other"  # other.toml\n'
