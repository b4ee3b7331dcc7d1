"""What was written since the last commit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from linnet_context.uncommitted import uncommitted
from tests.repositories import scratch


def found(root: Path, ignore: tuple[str, ...] = (), **documents: str) -> list[tuple[str, dict[int, str]]]:
    given = {path.replace("__", "/") + ".py": text for path, text in documents.items()}
    return [(change.path, dict(change.lines)) for change in uncommitted(root, ignore, given)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with changed, new, staged, deleted, secret and ignored files, in order of their times."""
    made = scratch(tmp_path / "repository")
    made.commit({"a.py": "one\ntwo\nthree\n", "sub/b.py": "x\n", "gone.py": "y\n", "c.md": "text\n"})
    made.write({"a.py": "one\n2\nthree\nfour\n", "sub/b.py": "x\nz\n", "sub/new.py": "n\n", "gone.py": None})
    made.write({".env": "KEY=1\n", "big.py": "v\n", ".gitignore": "big.py\n", "c.md": "other\n"})
    made.git("add", "sub/b.py")
    for second, name in enumerate(("sub/new.py", "sub/b.py", "a.py"), 1):
        os.utime(made.root / name, (second, second))
    return made.root


def test_files(root: Path) -> None:
    """Changed, staged and new source files count, the latest at the end; deleted, ignored and secret ones do not."""
    assert found(root) == [
        ("sub/new.py", {0: "n\n"}),
        ("sub/b.py", {1: "z\n"}),
        ("a.py", {1: "2\n", 3: "four\n"}),
    ]


def test_a_folder_inside_the_repository(root: Path) -> None:
    """Below a folder its own files count, under the names that they have there."""
    assert found(root / "sub") == [("new.py", {0: "n\n"}), ("b.py", {1: "z\n"})]


def test_documents_count_instead_of_their_files(root: Path) -> None:
    """What is not saved yet is compared with the commit, too, and is the latest."""
    assert found(root, ("sub/",), a="one\ntwo\nfive\n") == [("a.py", {2: "five\n"})]


def test_without_anything_to_compare_with(tmp_path: Path) -> None:
    """Outside of a repository, and in one without a commit, nothing was written."""
    (tmp_path / "a.py").write_text("x\n")
    assert found(tmp_path, b="text") == []
    assert found(scratch(tmp_path / "empty").root, b="text") == []
