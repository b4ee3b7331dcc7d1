"""The workspace that real editors work in: the sample project under version control."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.real.parts import ROOT
from tests.repositories import Scratch

SAMPLE = ROOT / "server" / "linnet_server" / "sample"
# Typed behind the last line of the file; then this ghost text is to come.
HEAD = "\n    def lowest(self, code: str) -> Reading | None:\n"
TYPED = "        readings = self._rea"
REST = "dings[self.station(code).code]"


def workspace(root: Path) -> Path:
    """A copy of the sample, committed."""
    shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("__pycache__"))
    scratch = Scratch(root)
    scratch.git("init", "--quiet")
    scratch.git("add", ".")
    scratch.git("commit", "--quiet", "-m", "Begin")
    return root
