"""`linnet doctor` tells what works, and one fix for what does not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from linnet_server.cli import checks
from linnet_server.cli.checks import CHECKS, Place, run_all
from linnet_server.cli.main import main
from linnet_server.settings import load
from tests.modelserver import ModelServer, chat


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty folder with the default settings."""
    loaded = load(user=None, workspace=tmp_path, environ={})
    return Place(tmp_path, loaded, tmp_path / "cache", tmp_path / "config.toml", "", {})


@pytest.mark.slow
def test_a_sound_installation_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here everything that is needed works, and each check has its line."""
    (tmp_path / "a.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["ok"]
    assert [check["name"] for check in value["checks"]] == list(CHECKS)


def test_a_check_that_breaks_has_failed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception is a failed line with a fix, and the checks behind it are made all the same."""

    def broken(place: Place) -> checks.Check:
        raise ImportError("no numpy")

    monkeypatch.setitem(CHECKS, "engine", broken)
    monkeypatch.delitem(CHECKS, "worker")
    results = {check.name: check for check in run_all(place)}
    assert (results["engine"].state, results["engine"].says) == ("fail", "ImportError: no numpy")
    assert results["engine"].fix
    assert list(results) == list(CHECKS)


def test_a_failure_is_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line of the failed check is followed by its fix."""
    (tmp_path / "file").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINNET_CACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.delitem(CHECKS, "worker")
    assert main(["doctor"]) == 2
    out = capsys.readouterr().out
    assert "fail cache" in out
    assert "or set `cache.dir`." in out
    assert "1 of 11 checks failed." in out


def test_a_cache_that_cannot_be_written_is_told(place: Place) -> None:
    """A file in the folder's place cannot hold a cache."""
    place.cache.write_text("")
    check = checks.cache(place)
    assert check.state == "fail"
    assert str(place.cache) in check.fix


def test_messages_about_settings_are_a_warning(place: Place) -> None:
    """The first message is shown, the others are counted."""
    loaded = replace(place.loaded, messages=("first", "second", "third"))
    check = checks.settings(replace(place, loaded=loaded))
    assert (check.state, check.says) == ("warn", "first (and 2 more)")


def test_without_git_review_is_poorer(place: Place) -> None:
    """No git on the search path: a warning that says what is lost."""
    assert checks.git(place).state == "warn"


def test_an_empty_folder_is_no_workspace(place: Place) -> None:
    """Where there is no source there is nothing to complete from."""
    assert checks.workspace(place).state == "warn"
    (place.root / "a.py").write_text("x = 1\n")
    assert checks.workspace(place).state == "ok"


def test_the_default_provider_is_this_machine(place: Place) -> None:
    """With no provider chosen, the doctor says that nothing leaves."""
    assert "nothing leaves this machine" in checks.provider(place).says


def test_packages_of_extras_are_nobodys_duty() -> None:
    """Names are read off requirement lines of any form; what only an extra needs is left out."""
    lines = [
        "numpy>=1.26",
        "pygls<3,>=2.1",
        "ruff",
        "tree-sitter-c[x]>=0.2; python_version > '3'",
        "p; extra == 'x'",
    ]
    assert checks.needed_packages(lines) == ["numpy", "pygls", "ruff", "tree-sitter-c"]


def test_a_chosen_provider_is_reached_or_not(place: Place) -> None:
    """The address, where the key comes from, and whether anything listens there."""
    with ModelServer(chat("hello")) as server:
        environ = {"LINNET_PROVIDER": "custom", "LINNET_BASE_URL": server.url, "LINNET_API_KEY": "secret-key"}
        loaded = load(user=None, workspace=None, environ=environ)
        there = checks.provider(replace(place, loaded=loaded, environ=environ))
    gone = checks.provider(replace(place, loaded=loaded, environ=environ))
    assert there.state == "ok" and "key from LINNET_API_KEY" in there.says
    assert gone.state == "fail" and gone.fix
    assert "secret-key" not in there.says + gone.says
    assert server.asked == []
