"""Tells when another commit was checked out below a folder, for the price of a few looks at times of files."""

from __future__ import annotations

import os
from pathlib import Path

from . import git

Mark = tuple[int, int, int]


class Checkout:
    """What git has checked out in the repository that holds a folder, as far as times of files tell."""

    def __init__(self, root: Path) -> None:
        self._files = git.state_files(root)
        self._seen = self._marks()

    def has_moved(self) -> bool:
        """Whether something was checked out, committed or staged since this was asked before.

        While git is still at work (it holds its lock) the answer is no; the next one tells.
        """
        marks = self._marks()
        if marks == self._seen or any(os.path.lexists(f"{file}.lock") for file in self._files):
            return False
        self._seen = marks
        return True

    def _marks(self) -> tuple[Mark | None, ...]:
        return tuple(map(_mark, self._files))


def _mark(file: Path) -> Mark | None:
    try:
        found = os.lstat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
