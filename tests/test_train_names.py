"""The script that fits the weights of names refuses what is kept aside to measure with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "tools/train_names.py"
pytestmark = pytest.mark.slow


def test_other_repositories_are_not_learned_from(tmp_path: Path) -> None:
    """A case of a repository that is kept aside ends the script."""
    cases = tmp_path / "cases.jsonl"
    cases.write_text(json.dumps({"repo": "pallets/flask"}) + "\n")
    command = [sys.executable, str(SCRIPT), "--cases", str(cases), "--mirror", str(tmp_path)]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "names.npz")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "pallets/flask is kept aside to measure with." in done.stderr
