"""Records what an editor and the installed server say to each other.

The conversations that `make test` replays are made so: `UPDATE_RECORDINGS=1 make test-real`.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.protocol.conversations import FOLDER, Line, distilled, lines_of, text_of

TEE = Path(__file__).parent / "tee.py"
SCRIPT = """\
#!/bin/sh
[ "$*" = serve ] && exec "{programs}/python" -I "{tee}" "{record}" "{programs}/linnet" "$@"
exec "{programs}/linnet" "$@"
"""


class Recorder:
    """A folder of programs for an editor's PATH, whose `linnet` writes down what is said."""

    def __init__(self, programs: Path, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.programs = folder
        self._record = folder / "raw.jsonl"
        script = folder / "linnet"
        script.write_text(SCRIPT.format(programs=programs, tee=TEE, record=self._record))
        script.chmod(0o755)

    def raw(self) -> list[Line]:
        """All that was said so far."""
        return lines_of(self._record.read_text(encoding="utf-8"))

    def asked(self, method: str) -> int:
        """How often the editor said something."""
        return sum(line.get("client", {}).get("method") == method for line in self.raw())

    def settled(self) -> bool:
        """Whether every request of the editor has its answer."""
        said = self.raw()
        asked = {line["client"]["id"] for line in said if {"id", "method"} <= line.get("client", {}).keys()}
        return asked <= {line["server"]["id"] for line in said if "id" in line.get("server", {})}

    def keep(self, name: str, root: Path) -> list[Line]:
        """What is worth keeping; kept beside the other recordings where the environment asks for that."""
        lines = distilled(self.raw(), root)
        if os.environ.get("UPDATE_RECORDINGS"):
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / f"{name}.jsonl").write_text(text_of(lines), encoding="utf-8")
        return lines
