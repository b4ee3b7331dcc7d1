"""Ignore rules decide as git does."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from linnet_context.ignores import Chain, Rules

RULES = [
    (["*.log"], "a/b.log", True),
    (["*.log", "!keep.log"], "keep.log", False),
    (["!keep.log", "*.log"], "keep.log", True),
    (["/top.py"], "top.py", True),
    (["/top.py"], "a/top.py", False),
    (["a/b.py"], "a/b.py", True),
    (["a/b.py"], "x/a/b.py", False),
    (["**/b.py"], "x/a/b.py", True),
    (["build/"], "build", False),
    (["x?.py"], "x1.py", True),
    (["[ab].py"], "b.py", True),
    (["# comment", "", "  "], "# comment", False),
    (["\\#file"], "#file", True),
    (["a b.py"], "a b.py", True),
    (["*.py "], "a.py", True),
    (["!"], "a.py", False),
    (["["], "a.py", False),
    (["a/*"], "a/b.py", True),
    (["*.tar.gz"], "x.tar.gz", True),
    (["*.gz"], "gz", False),
]


@pytest.mark.parametrize(("rules", "path", "ignored"), RULES)
def test_rules_on_files(rules: list[str], path: str, ignored: bool) -> None:
    """The last rule that matches a file decides."""
    assert Chain().extended("", Rules(rules)).ignores(path, folder=False) is ignored


@pytest.mark.slow
@pytest.mark.parametrize(("rules", "path", "ignored"), RULES)
def test_git_agrees(tmp_path: Path, rules: list[str], path: str, ignored: bool) -> None:
    """What the table above says is what git says."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("\n".join(rules) + "\n")
    asked = subprocess.run(["git", "-C", str(tmp_path), "check-ignore", "-q", "--", path], check=False)
    assert (asked.returncode == 0) is ignored


def test_rules_on_folders() -> None:
    """A rule that ends in a slash speaks of folders only, and `a/**` of what lies in `a`, not of `a`."""
    chain = Chain().extended("", Rules(["build/", "out/**"]))
    assert chain.ignores("x/build", folder=True)
    assert not chain.ignores("out", folder=True)
    assert chain.ignores("out/x.py", folder=False)


def test_a_deeper_file_of_rules_wins() -> None:
    """Rules nearer to a file are asked first; where they say nothing, the outer ones hold."""
    chain = Chain().extended("", Rules(["*.py"])).extended("a/", Rules(["!kept.py", "/own.txt"]))
    assert not chain.ignores("a/kept.py", folder=False)
    assert chain.ignores("a/other.py", folder=False)
    assert chain.ignores("a/own.txt", folder=False)
    assert not chain.ignores("a/b/own.txt", folder=False)
