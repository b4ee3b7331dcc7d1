"""`linnet auth` keeps keys in the keyring, never shows one, and says what to do without a keyring."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from linnet_server.cli.main import main

KEY = "sk-" + "s3cret-0123456789"
NO_KEYRING = (
    "linnet: The Python package `keyring` is not installed. Set OPENAI_API_KEY in your environment instead"
)


class Ring:
    """A keyring in memory."""

    priority: float = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Locked(Ring):
    """A keyring whose every answer is an error that repeats what it was given."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"cannot keep {password}")


class Open(Ring):
    """A keyring that keeps secrets in the open."""

    priority = 0.5


def install(monkeypatch: pytest.MonkeyPatch, ring: Ring | None) -> None:
    """Make this the keyring of the machine; None takes the package away."""
    module = type(sys)("keyring")
    module.__dict__["get_keyring"] = lambda: ring
    monkeypatch.setitem(sys.modules, "keyring", module if ring else None)


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ring:
    """The keyring of this machine, empty."""
    one = Ring()
    install(monkeypatch, one)
    monkeypatch.chdir(tmp_path)
    return one


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What comes on standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_key_is_kept_used_and_removed(
    ring: Ring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole life of a key, which nobody gets to see."""
    typed(monkeypatch, f"  {KEY}\n")
    assert main(["auth", "set", "openai"]) == 0
    assert ring.kept == {("linnet", "openai"): KEY}
    assert main(["auth", "status", "openai"]) == 0
    assert main(["auth", "clear", "openai"]) == 0
    assert main(["auth", "clear", "openai"]) == 0
    assert ring.kept == {}
    out, err = capsys.readouterr()
    assert KEY not in out + err
    assert [line.split("(")[0] for line in out.splitlines()] == [
        "The key for openai is kept in the keyring ",
        "openai        key from keyring",
        "The key for openai is removed.",
        "There is no key for openai in the keyring.",
    ]


def test_status_tells_every_provider_and_no_key(
    ring: Ring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where each provider's key would come from, as JSON."""
    ring.set_password("linnet", "openrouter", KEY)
    monkeypatch.setenv("LINNET_PROVIDER", "openai")
    monkeypatch.setenv("LINNET_API_KEY", KEY)
    monkeypatch.setenv("XROUTE_API_KEY", KEY)
    assert main(["auth", "status", "--json"]) == 0
    out, err = capsys.readouterr()
    assert KEY not in out + err
    told = json.loads(out)
    keys = {row["provider"]: row["key"] for row in told["providers"]}
    assert told["provider"] == "openai"
    assert (keys["openai"], keys["openrouter"], keys["xroute"]) == (
        "LINNET_API_KEY",
        "keyring",
        "environment",
    )
    assert keys["custom"] is None and keys["ollama"] is None
    assert "needs no key" in next(row["reason"] for row in told["providers"] if row["provider"] == "ollama")


def test_a_key_never_comes_from_the_command_line(ring: Ring, capsys: pytest.CaptureFixture[str]) -> None:
    """Others can read command lines, so there is no such argument; what was given is not repeated."""
    assert main(["auth", "set", "openai", KEY]) == 2
    assert ring.kept == {}


@pytest.mark.parametrize("text", ["", "\n", "two words\n", "schlüssel\n", "\x1b[A\n"])
def test_what_is_no_key_is_not_kept(
    ring: Ring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """Nothing, a sentence or a slip of the keyboard is no key."""
    typed(monkeypatch, text)
    assert main(["auth", "set", "openai"]) == 2
    assert ring.kept == {}
    assert "That is no key." in capsys.readouterr().err


def test_an_unknown_provider_gets_the_nearest_name(ring: Ring, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip in the name is told before a key is asked for."""
    assert main(["auth", "set", "openia"]) == 2
    assert capsys.readouterr().err == "linnet: There is no provider `openia`. Did you mean `openai`?\n"


@pytest.mark.parametrize("words", [["set", "openai"], ["clear", "openai"]])
def test_without_a_keyring_it_says_what_to_do(
    ring: Ring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """One sentence what is missing, one what to do; the key is not even asked for."""
    install(monkeypatch, None)
    typed(monkeypatch, KEY)
    assert main(["auth", *words]) == 2
    err = capsys.readouterr().err
    assert "`keyring` is not installed" in err
    assert words[0] == "clear" or err.startswith(NO_KEYRING)
    assert sys.stdin.read() == KEY


def test_without_a_keyring_there_is_a_status(
    ring: Ring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keys in the environment work without any keyring."""
    install(monkeypatch, None)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert main(["auth", "status", "openai"]) == 0
    assert capsys.readouterr().out == "openai        key from environment\n"


@pytest.mark.parametrize("kind", [Locked, Open])
def test_a_keyring_that_fails_or_is_open_keeps_nothing(
    ring: Ring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: type[Ring]
) -> None:
    """The failure is told without the key that it repeats."""
    broken = kind()
    install(monkeypatch, broken)
    typed(monkeypatch, KEY + "\n")
    assert main(["auth", "set", "openai"]) == 2
    assert main(["auth", "status"]) == 0
    out, err = capsys.readouterr()
    assert "keyring" in err and KEY not in out + err
    assert broken.kept == {}


def test_a_workspace_has_no_say_in_where_keys_go(
    ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Addresses and variables in a workspace's file are not the user's own, trusted or not."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "linnet.toml").write_text(
        "provider = 'openai'\nbase_url = 'https://evil.example.com'\n[providers.evil]\nbase_url = 'https://evil.example.com'\n"
    )
    monkeypatch.setenv("LINNET_API_KEY", KEY)
    assert main(["config", "trust"]) == 0
    capsys.readouterr()
    assert main(["auth", "status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["provider"] == "local"
    assert "evil" not in {row["provider"] for row in told["providers"]}
