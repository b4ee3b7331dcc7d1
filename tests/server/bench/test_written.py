"""Held-out lines are taken from commits as they were written."""

from __future__ import annotations

from pathlib import Path

import pytest

from linnet_context.problems import Problem
from linnet_server.bench.written import EditedCommit, commits
from tests.repositories import Scratch, scratch

OLD = "def one():\n    return first_value + 1\n\ndef last():\n    pass\n"
NEW = """\
def one():
    return first_value + 2

def two(argument):
    total = argument + second_value
    x = 1
    return total * first_value

def last():
    pass
"""


@pytest.fixture
def history(tmp_path: Path) -> Scratch:
    """A repository whose last commit changes two source files, adds one, and touches what does not count."""
    made = scratch(tmp_path / "repository")
    made.commit({"a.py": OLD, "b.py": "shared = 1\n", "notes.md": "x\n", "node_modules/m.js": "let a = 1;\n"})
    made.commit({"a.py": NEW, "new.py": "import shared_library as library\nimport two\nimport three\n"})
    made.commit({"notes.md": "other text that is no code\n", ".env": "SECRET = make_this_up(1)\n"})
    return made


def found(history: Scratch, lines: int = 10) -> list[EditedCommit]:
    return list(commits(history.root, (), 50, lines))


def test_lines_that_are_worth_it(history: Scratch) -> None:
    """Lines count that were added to source files, are long enough, and were not just moved."""
    (commit,) = found(history)
    lines = {(holdout.path, holdout.line.strip()) for file in commit.files for holdout in file.holdouts}
    assert lines == {
        ("a.py", "return first_value + 2"),
        ("a.py", "def two(argument):"),
        ("a.py", "total = argument + second_value"),
        ("a.py", "return total * first_value"),
        ("new.py", "import shared_library as library"),
    }


def test_the_state_in_which_a_line_was_written(history: Scratch) -> None:
    """The edits above a line are done, those below are not, and the workspace is the commit's parent."""
    (commit,) = found(history)
    (holdout,) = (one for file in commit.files for one in file.holdouts if "total =" in one.line)
    assert holdout.document.text() == NEW[: NEW.index("    total =")] + "\n\ndef last():\n    pass\n"
    assert holdout.number == 4
    assert dict(commit.workspace()) == {"a.py": OLD, "b.py": "shared = 1\n"}


def test_edits_lead_to_what_was_committed(history: Scratch) -> None:
    """All edits of a file, made one after the other, give the file of the commit."""
    (commit,) = found(history)
    texts = {}
    for file in commit.files:
        document, splices = file.edits()
        for splice in splices:
            document, _ = document.spliced(splice, 1)
        texts[file.path] = document.text()
    assert texts["a.py"] == NEW


def test_the_same_lines_every_time(history: Scratch) -> None:
    """The choice among many lines depends on nothing but the commit."""

    def chosen() -> list[tuple[str, int]]:
        return [
            (holdout.path, holdout.number)
            for commit in found(history, 2)
            for file in commit.files
            for holdout in file.holdouts
        ]

    assert chosen() == chosen()
    assert len(chosen()) == 2


def test_further_commits_tell_what_differs(history: Scratch) -> None:
    """After the first commit only files are named that are others before the next."""
    history.commit({"b.py": "shared = 2\nvalue = shared + 1\nother = value * 2\n", "new.py": None})
    newest, older = found(history)
    assert set(dict(newest.workspace())) == {"a.py", "b.py", "new.py"}
    assert dict(older.workspace()) == {"a.py": OLD, "new.py": None}


def test_without_a_history(tmp_path: Path) -> None:
    """Where nothing was committed, a Problem says so."""
    with pytest.raises(Problem):
        list(commits(tmp_path, (), 5, 5))
    with pytest.raises(Problem):
        list(commits(scratch(tmp_path / "empty").root, (), 5, 5))
