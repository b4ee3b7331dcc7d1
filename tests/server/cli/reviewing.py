"""Calls `linnet review` as a user does, in a process of its own or here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from linnet_server.cli.shell import run


class Done(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def rules(self) -> list[str]:
        """The rules of the findings that --json printed."""
        return [each["rule"] for each in self.value["findings"]]

    @property
    def value(self) -> Any:
        return json.loads(self.out)


class Review:
    """`linnet review` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> Done:
        code = run(["review", *words])
        out, err = self._capsys.readouterr()
        return Done(code, out, err)

    def json(self, *words: str) -> Done:
        return self("--json", *words)


def linnet(
    *words: str, folder: Path, stdin: bytes = b"", environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """`linnet review` in a process of its own."""
    command = [sys.executable, "-I", "-m", "linnet_server", "review", *words]
    given = {**os.environ, **(environ or {})}
    return subprocess.run(command, cwd=folder, input=stdin, capture_output=True, check=False, env=given)
