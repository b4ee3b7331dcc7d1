"""The script that fits the weights of names: from repositories and cases to what stands in the product."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from linnet_context.forest import LEAVES, loaded
from linnet_context.weights import NAMES
from tests.repositories import scratch

SCRIPT = Path(__file__).parent.parent.parent / "tools/train_names.py"
STOCK = "\n\n".join(
    f"def {verb}_{thing}(amount):\n    return amount"
    for verb in ("reserve", "release", "count", "order")
    for thing in ("item", "shelf", "parcel")
)
# The import is out of sight: what stands on the 60 lines before the cursor needs no ranking.
ORDERS = "from stock import {name}\n" + "\n" * 70 + "def place(amount):\n    remaining = "
# Looks like the place, so its lines may be of use there.
LOOKALIKE = (
    "import stock\n\n\ndef place(amount):\n    remaining = stock.{name}(amount)\n    return remaining\n"
)


def case(mirror: Path, owner: str, name: str, wanted: str) -> str:
    """A repository in the mirror, and a place in it where an imported name comes next."""
    made = scratch(mirror.parent / "work" / name)
    text = ORDERS.format(name=wanted)
    commit = made.commit({"stock.py": STOCK, "orders.py": text, "other.py": LOOKALIKE.format(name=wanted)})
    (made.root / "link.py").symlink_to("/etc/hostname")
    commit = made.commit()
    made.git("clone", "--quiet", "--bare", ".", str(mirror / f"{owner}+{name}" / "repo"))
    place = {"path": "orders.py", "line": 72, "character": 16, "text": text, "recent": ["stock.py"]}
    truth = f"{wanted}(amount)\n    return remaining\n"
    ids = {wanted: [["stock.py", STOCK[: STOCK.index(f"def {wanted}(")].count("\n")]]}
    return json.dumps({"repo": name, "workspace": commit, **place, "truth": truth, "ids": ids})


def trained(mirror: Path, *cases: str) -> subprocess.CompletedProcess[str]:
    path = mirror.parent / "cases.jsonl"
    path.write_text("\n".join(cases) + "\n")
    out = mirror.parent / "out"
    out.mkdir()
    command = [sys.executable, str(SCRIPT), "--cases", str(path), "--mirror", str(mirror), "--out", str(out)]
    return subprocess.run([*command, "--trees", "3"], capture_output=True, text=True, check=False)


def test_trees_and_weights_come_out_as_the_product_takes_them(tmp_path: Path) -> None:
    """Weights are those of the linear model's signs, an unused import speaks for its name, and the trees load."""
    try:
        import lightgbm
    except OSError as error:  # Its wheel leaves the OpenMP runtime to the system.
        pytest.fail(f"{error}. On Debian and Ubuntu: sudo apt install libgomp1")
    assert lightgbm.__version__
    mirror = tmp_path / "mirror"
    done = trained(
        mirror,
        case(mirror, "pallets", "click", "reserve_item"),
        case(mirror, "hynek", "structlog", "count_parcel"),
    )
    assert done.returncode == 0, done.stderr
    first, linear, trees, *printed = done.stdout.splitlines()
    assert first == "2 cases, 24 names"
    assert linear.startswith("linear: among 5: 100.0%")
    assert trees.startswith("trees: among 5: ")
    bias, names = (
        ast.literal_eval(line.value)
        for line in ast.parse("\n".join(line for line in printed if not line.startswith("lines "))).body
        if isinstance(line, ast.Assign)
    )
    assert list(names) == list(NAMES)
    assert bias < 0 < names["imported_unused"]
    for name in ("names.npz", "lines.npz"):
        forest = loaded((tmp_path / "out" / name).read_bytes())
        assert len(forest.leaves) == LEAVES, name
