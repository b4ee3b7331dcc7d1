"""`linnet index`: builds, says what it holds, and reads again only what it must."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from linnet_server.cli.shell import run
from tests.fixture import fixture

WORKSPACE = """\
//- .git/HEAD
ref: refs/heads/main
//- a.py
<cursor>def first(): pass
//- web/b.ts
export const second = 2
//- .env
KEY=1
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = fixture(WORKSPACE).write(tmp_path)
    for path in root.rglob("*.*"):
        os.utime(path, ns=(1, 1))
    return root


def indexed(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert run(["index", str(root / "web"), "--json", *words]) == 0
    shown: dict[str, Any] = json.loads(capsys.readouterr().out)
    return shown


def test_an_index_is_built_kept_and_rebuilt(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first run reads all files of the workspace, the second none, `--rebuild` all again."""
    first = indexed(root, capsys)
    assert (first["version"], first["root"], first["read"]) == (1, str(root), 2)
    assert (first["files"], first["definitions"]) == (2, 2)
    assert first["languages"] == {"python": 1, "typescript": 1}
    assert first["left_out"] == {"secret file": 1, "version control": 1}
    assert indexed(root, capsys)["read"] == 0
    assert indexed(root, capsys, "--rebuild")["read"] == 2
    (cache,) = Path(first["cache"]).glob("*.gen")
    assert cache.stat().st_mode & 0o077 == 0


def test_the_report_for_people(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sizes and reasons stand on a few lines."""
    assert run(["index", str(root)]) == 0
    shown = capsys.readouterr().out
    assert "2 of 2 files read" in shown
    assert "left out: secret file 1, version control 1" in shown


def test_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong path is a problem of one sentence."""
    assert run(["index", "/nowhere/at/all"]) == 2
    assert "There is no file or folder /nowhere/at/all." in capsys.readouterr().err
