"""Read a workspace and a cursor out of one string; compare with a golden text."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from linnet_context.text import Position

FILE = re.compile(r"^//- (\S+)\n", re.MULTILINE)
CURSOR = "<cursor>"


@dataclass(frozen=True)
class Fixture:
    """Files by relative path, and where the cursor is (0-based, columns in code points)."""

    files: dict[str, str]
    path: str
    cursor: Position

    @property
    def text(self) -> str:
        return self.files[self.path]

    def write(self, root: Path) -> Path:
        """Lay the files out under `root`; returns `root`."""
        for name, text in self.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(text.encode())
        return root


def fixture(text: str) -> Fixture:
    """`//- path` starts a file (a text without such a line is `main.py`); `<cursor>` stands in exactly one file."""
    parts = FILE.split(text)[1:] if FILE.match(text) else ["main.py", text]
    files = dict(zip(parts[::2], parts[1::2], strict=True))
    (path,) = (name for name, body in files.items() if CURSOR in body)
    before, after = files[path].split(CURSOR)
    files[path] = before + after
    return Fixture(files, path, Position(before.count("\n"), len(before) - before.rfind("\n") - 1))


def expect(actual: str, golden: Path) -> None:
    """Compare with a golden file; `UPDATE_EXPECT=1` writes it: read the diff before you commit it."""
    if os.environ.get("UPDATE_EXPECT"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(actual, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == actual
