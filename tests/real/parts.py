"""Programs and packages that these tests install into their cache folder, with a line for each while it lasts."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PREFIX = ROOT / "tools" / "debian_prefix.py"

Tell = Callable[[str], None]


def debian(folder: Path, packages: Sequence[str], program: str, tell: Tell, suite: str = "sid") -> Path:
    """A folder with Debian packages and what they need. Fails with the command that would install it."""
    command = [sys.executable, str(PREFIX), str(folder), *packages, "--suite", suite]
    if program:
        command += ["--program", program]
    return made(folder, [command], f"{packages[0]} from Debian {suite}", tell)


def made(folder: Path, commands: Sequence[Sequence[str]], what: str, tell: Tell) -> Path:
    """A folder that commands have filled, run one after the other the first time."""
    if (folder / "complete").is_file():
        return folder
    started = time.monotonic()
    tell(f"installing {what} into {folder} ...")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wanted = " ".join(command)
        assert done.returncode == 0, (
            f"{what} is missing and could not be installed by\n  {wanted}\n{done.stderr}"
        )
    (folder / "complete").touch()
    tell(f"installed {what} in {time.monotonic() - started:.0f} s")
    return folder
