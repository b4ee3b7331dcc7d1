"""Fixes as patches: they apply with git, leave a text that parses, and do not get into each other's way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from linnet_completions.review.change import Inputs, find_change
from linnet_completions.review.finding import Edit, Finding, Fix
from linnet_completions.review.fixing import Mended, mended, patch
from linnet_completions.review.review import review
from linnet_context import git
from linnet_context.text import Position
from tests.repositories import Scratch, scratch

pytestmark = pytest.mark.slow

CODE = (
    "def f(x, seen=[]):\n    if x is 'a':\n        ValueError('b')\n    try:\n        return seen\n"
    "    except:\n        raise\n"
)


@pytest.fixture
def made(tmp_path: Path) -> Scratch:
    made = scratch(tmp_path)
    made.commit({"main.py": "x = 1\n"})
    return made


def fixes(made: Scratch, *, unsafe: bool, change: Inputs | None = None) -> list[Mended]:
    found = find_change(made.root, change or Inputs())
    return list(mended(found, review(found).findings, unsafe=unsafe))


def applied(made: Scratch, text: str) -> None:
    repository = git.repository(made.root)
    assert repository is not None
    assert git.applies(repository, text)
    (made.root / "the.patch").write_bytes(text.encode("utf-8", "surrogateescape"))
    made.git("apply", "--check", "the.patch")
    made.git("apply", "the.patch")
    (made.root / "the.patch").unlink()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("main.py", CODE),
        ("with space.py", CODE),
        ("na\u00efve.py", CODE),
        ('odd"\\name.py', CODE),
        ("crlf.py", CODE.replace("\n", "\r\n")),
        ("no-end.py", CODE.removesuffix("\n") + "\nx is 'a'"),
        ("mark.py", "\ufeff" + CODE),
        ("web.js", "function f(x) {\n  if (!x) {\n    new Error('x');\n  }\n}\n"),
        ("a.go", 'package a\n\nfunc f() {\n\tif true {\n\t\tprintln("x")\n\t}\n}\n'),
    ],
)
def test_patches_apply(made: Scratch, name: str, code: str) -> None:
    """`git apply --check` takes each patch, applying it mends what it names, and taking it back restores the text."""
    made.write({name: code})
    before = (made.root / name).read_bytes()
    files = fixes(made, unsafe=True)
    assert bool(files) == (name != "a.go")
    for each in files:
        applied(made, patch([each]))
        gone = {finding.fingerprint for finding in each.findings}
        left = {finding.fingerprint for finding in review(find_change(made.root, Inputs())).findings}
        assert gone.isdisjoint(left)
        applied(made, patch([each], undo=True))
    assert (made.root / name).read_bytes() == before


def test_only_safe_ones(made: Scratch) -> None:
    """Without leave, only what cannot change the meaning is made."""
    made.write({"main.py": CODE})
    (safe,) = fixes(made, unsafe=False)
    assert {each.rule for each in safe.findings} == {"ruff/F632"}
    (unsafe,) = fixes(made, unsafe=True)
    assert {each.rule for each in unsafe.findings} >= {"ruff/F632", "ruff/PLW0133", "ruff/B006"}


def with_fix(finding: Finding, edits: Sequence[tuple[int, int, int, str]]) -> Finding:
    made = tuple(Edit(Position(line, start), Position(line, end), text) for line, start, end, text in edits)
    return replace(finding, fix=Fix("x", made, safe=True))


def test_fixes_that_cannot_be_made(made: Scratch) -> None:
    """Overlapping fixes are not made together; one that breaks the text or lies outside it is not made at all."""
    made.write({"main.py": "x = conut\n"})
    change = find_change(made.root, Inputs())
    (finding,) = review(change).findings
    good = with_fix(finding, [(0, 4, 9, "1")])
    overlaps = with_fix(finding, [(0, 5, 7, "2")])
    breaks = with_fix(finding, [(0, 0, 1, "(")])
    outside = with_fix(finding, [(7, 0, 1, "3")])
    (done,) = mended(change, [good, overlaps, breaks, outside], unsafe=False)
    assert (done.after, done.findings) == ("x = 1\n", (good,))


def test_a_patch_of_a_commit(made: Scratch) -> None:
    """Fixes of an old commit are a patch to its text."""
    name = made.commit({"main.py": CODE})
    (file,) = fixes(made, unsafe=False, change=Inputs(commit=name))
    assert file.before == CODE
    applied(made, patch([file]))
