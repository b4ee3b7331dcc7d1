"""Installed symbols: what they say of themselves is read and quoted, and nothing of it is run."""

from __future__ import annotations

from pathlib import Path

from linnet_completions.explain.facts import facts
from linnet_completions.explain.render import to_markdown
from linnet_context.index.index import Index
from linnet_context.text import Document

CODE = """\
import json
from collections import OrderedDict
from json import JSONDecoder
from weather.api import forecast


def load(path):
    with open(path) as file:
        rows = json.load(file)
    return OrderedDict(rows), forecast("here", days=2), JSONDecoder()
"""
API = """\
raise SystemExit("this must never run")


def forecast(place: str, *, days: int = 1) -> list[str]:
    \"\"\"What the weather will be. Not always right.

    More words.
    \"\"\"
"""


def test_symbols_of_packages_and_of_the_library(tmp_path: Path) -> None:
    """Those of the workspace's environment and of Python's own library have their signature and first sentence."""
    site = tmp_path / ".venv/lib/python3.11/site-packages"
    for path, text in {
        tmp_path / "load.py": CODE,
        tmp_path / ".venv/pyvenv.cfg": "",
        site / "weather/__init__.py": "raise SystemExit\n",
        site / "weather/api.py": API,
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    index = Index(tmp_path)
    for _ in index.build(["load.py"]):
        pass
    sheet = facts(index, Document.of("load.py", "python", CODE), 6, 6, None)
    found = {one.name: one for one in sheet.installed}
    assert set(found) == {"load", "OrderedDict", "JSONDecoder", "forecast"}
    assert found["load"].module == "json" and found["load"].signature.startswith("def load(fp")
    assert found["JSONDecoder"].signature.startswith("class JSONDecoder")  # Handed on from json.decoder.
    assert found["forecast"].words == "What the weather will be."
    assert found["forecast"].signature == "def forecast(place: str, *, days: int = 1) -> list[str]"
    page = to_markdown(sheet)
    assert "**Uses from elsewhere** (4)" in page and "from `weather.api`: `What the weather will be.`" in page


def test_lines_that_use_nothing_from_elsewhere_say_nothing(tmp_path: Path) -> None:
    """An import alone is no use."""
    (tmp_path / "a.py").write_text("import json\n\n\ndef one():\n    return 1\n")
    index = Index(tmp_path)
    for _ in index.build(["a.py"]):
        pass
    assert facts(index, Document.of("a.py", "python", index.text("a.py") or ""), 3, 3, None).installed == ()
