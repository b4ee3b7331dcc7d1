"""The script that fits the weights of names: from repositories and cases to what stands in the product."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from linnet_context.weights import Weights
from tests.repositories import scratch

SCRIPT = Path(__file__).parent.parent / "tools/train_names.py"
STOCK = "\n\n".join(
    f"def {verb}_{thing}(amount):\n    return amount"
    for verb in ("reserve", "release", "count", "order")
    for thing in ("item", "shelf", "parcel")
)
# The import is out of sight: what stands on the 60 lines before the cursor needs no ranking.
ORDERS = "from stock import {name}\n" + "\n" * 70 + "def place(amount):\n    remaining = "
pytestmark = pytest.mark.slow


def case(mirror: Path, owner: str, name: str, wanted: str) -> str:
    """A repository in the mirror, and a place in it where an imported name comes next."""
    made = scratch(mirror.parent / "work" / name)
    text = ORDERS.format(name=wanted)
    commit = made.commit({"stock.py": STOCK, "orders.py": text, "other.py": "import stock\n"})
    (made.root / "link.py").symlink_to("/etc/hostname")
    commit = made.commit()
    made.git("clone", "--quiet", "--bare", ".", str(mirror / f"{owner}+{name}" / "repo"))
    place = {"path": "orders.py", "line": 72, "character": 16, "text": text, "recent": ["stock.py"]}
    ids = {wanted: [["stock.py", STOCK[: STOCK.index(f"def {wanted}(")].count("\n")]]}
    return json.dumps({"repo": name, "workspace": commit, **place, "ids": ids})


def trained(mirror: Path, *cases: str) -> subprocess.CompletedProcess[str]:
    path = mirror.parent / "cases.jsonl"
    path.write_text("\n".join(cases) + "\n")
    command = [sys.executable, str(SCRIPT), "--cases", str(path), "--mirror", str(mirror)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_weights_come_out_as_they_stand_in_the_product(tmp_path: Path) -> None:
    """Every sign has a weight, an import that is not used yet speaks for its name, and the others find it."""
    mirror = tmp_path / "mirror"
    done = trained(
        mirror,
        case(mirror, "pallets", "click", "reserve_item"),
        case(mirror, "hynek", "structlog", "count_parcel"),
    )
    assert done.returncode == 0, done.stderr
    first, click, structlog, *printed = done.stdout.splitlines()
    assert first == "2 cases, 24 names"
    assert click.startswith("pallets/click: among 5: 100%")
    assert structlog.startswith("hynek/structlog: among 5: 100%")
    tree = ast.parse("\n".join(printed)).body[0]
    assert isinstance(tree, ast.Assign) and isinstance(tree.value, ast.Call)
    weights = Weights(**{word.arg: ast.literal_eval(word.value) for word in tree.value.keywords if word.arg})
    assert [word.arg for word in tree.value.keywords] == [field.name for field in fields(Weights)]
    assert weights.bias < 0 < weights.imported_unused


def test_other_repositories_are_not_learned_from(tmp_path: Path) -> None:
    """A case of a repository that is kept aside ends the script."""
    done = trained(tmp_path / "mirror", json.dumps({"repo": "pallets/flask"}))
    assert done.returncode == 1
    assert "pallets/flask is kept aside to measure with." in done.stderr
