"""Findings kept from one review to the next: told again as they were, for exactly the same file and questions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from linnet_completions.review import engines, kept
from linnet_completions.review.checks import Checks, Options
from linnet_completions.review.patterns import Pattern
from linnet_completions.review.review import document_pair
from linnet_completions.review.sides import Pair

TEXT = "def f(x, seen=[]):\n    y = conut  # linnet: ignore\n    return x is 'a'\n"


class Drawer:
    """A memory of this test."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.texts.get(key)

    def set(self, key: str, value: str) -> None:
        self.texts[key] = value


def pair(text: str = TEXT, path: str = "module.py", base: str | None = "") -> Pair:
    found = document_pair(Path("/nonexistent"), path, text, base)
    assert found is not None
    return found


def test_told_again() -> None:
    """What was kept is what was found: fixes, places and what comments take back included."""
    checks = Checks(memory=Drawer())
    first = checks.checked(pair())
    assert first.findings
    assert first.ignored
    assert any(each.fix for each in first.findings)
    assert checks.checked(pair()) == first
    assert checks.remembered == 1


@pytest.mark.parametrize(
    ("other", "options"),
    [
        (pair(TEXT + "\n"), Options()),
        (pair(path="other.py"), Options()),
        (pair(base=None), Options()),
        (pair(base="x = 1\n"), Options()),
        (pair(), Options(rules=("PLE",))),
        (pair(), Options(classes=("secrets",))),
        (
            pair(),
            Options(patterns=(Pattern("x", frozenset({"python"}), "info", "x", "x", {"kind": "call"}),)),
        ),
    ],
)
def test_another_question(other: Pair, options: Options) -> None:
    """Another text on either side, another name or other rules are checked anew."""
    drawer = Drawer()
    Checks(memory=drawer).checked(pair())
    checks = Checks(options, memory=drawer)
    checks.checked(other)
    assert checks.remembered == 0


def test_other_engines() -> None:
    """What other engines found is not told again."""
    here = kept.key(pair(), Options())
    assert here == kept.key(pair(), Options(), engines=engines.digest())
    assert here != kept.key(pair(), Options(), engines="others")


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("rules.py", "RULES = {'F821', 'B006'}\n"),
        ("patterns/go.py", "X = 2\n"),
        ("patterns/new.py", "\n"),
        ("queries/go.scm", "(a)"),
    ],
)
def test_engines_are_told_by_their_code(tmp_path: Path, path: str, content: str) -> None:
    """A changed or further rule makes other engines without anybody counting versions, and so does another library."""
    for name in ("rules.py", "patterns/go.py", "queries/go.scm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("X = 1\n")
    before = engines.digest_of([tmp_path], ["ruff 1"])
    (tmp_path / "notes.pyc").write_text("left by a run")
    assert engines.digest_of([tmp_path], ["ruff 1"]) == before
    assert engines.digest_of([tmp_path], ["ruff 2"]) != before
    (tmp_path / path).write_text(content)
    assert engines.digest_of([tmp_path], ["ruff 1"]) != before


@pytest.mark.parametrize("text", ["", "[]", "[[1], []]", '[[{"path": "x"}], []]', "[" * 9999, "null"])
def test_what_we_did_not_write(text: str) -> None:
    """A text that is none of ours is as good as none."""
    drawer = Drawer()
    checks = Checks(memory=drawer)
    first = checks.checked(pair())
    drawer.texts = dict.fromkeys(drawer.texts, text)
    assert kept.read(text) is None
    assert checks.checked(pair()) == first


def test_a_check_that_could_not_be_made_is_not_kept() -> None:
    """Without ruff a file is checked in part, and that is not kept."""
    drawer = Drawer()
    checks = Checks(ruff=None, memory=drawer)
    checks.checked(pair())
    assert checks.notes
    assert drawer.texts == {}
    again = replace(checks, ruff=Checks().ruff, notes=[])
    assert again.checked(pair()).findings
