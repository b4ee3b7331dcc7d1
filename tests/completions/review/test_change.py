"""Every way to name a change, and every way to name it wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from linnet_completions.review.change import Change, Inputs, find_change
from linnet_context.problems import Problem
from tests.repositories import Scratch, scratch

pytestmark = pytest.mark.slow


@pytest.fixture
def made(tmp_path: Path) -> Scratch:
    """Two commits on main, one on a side branch, something staged, something changed, something untracked."""
    made = scratch(tmp_path / "repository")
    made.commit({"a.py": "a = 1\n", "b.py": "b = 1\n", "sub/c.py": "c = 1\n"}, "one")
    made.git("branch", "side")
    made.commit({"a.py": "a = 2\n"}, "two")
    made.git("checkout", "-q", "side")
    made.commit({"side.py": "s = 1\n"}, "sideways")
    made.git("checkout", "-q", "main")
    made.write({"b.py": "b = 2\n"})
    made.git("add", "b.py")
    return made.write({"sub/c.py": "c = 2\n", "new.py": "n = 1\n"})


def paths(change: Change) -> set[str]:
    return {file.path for file in change.files}


@pytest.mark.parametrize(
    ("inputs", "title", "expected"),
    [
        (Inputs(), "the staged changes against HEAD", {"b.py"}),
        (Inputs(staged=True), "the staged changes against HEAD", {"b.py"}),
        (Inputs(worktree=True), "the working tree against HEAD", {"b.py", "sub/c.py", "new.py"}),
        (
            Inputs(words=("HEAD~1",)),
            "the working tree against HEAD~1",
            {"a.py", "b.py", "sub/c.py", "new.py"},
        ),
        (Inputs(words=("HEAD~1..HEAD",)), "HEAD~1..HEAD", {"a.py"}),
        (Inputs(words=("HEAD~1..",)), "HEAD~1..HEAD", {"a.py"}),
        (Inputs(words=("main...side",)), "main...side", {"side.py"}),
        (Inputs(words=("main..side",)), "main..side", {"a.py", "side.py"}),
        (Inputs(commit="side"), "commit {side} (sideways)", {"side.py"}),
        (Inputs(commit="main~1"), "commit {main~1} (one)", {"a.py", "b.py", "sub/c.py"}),
        (Inputs(base="side"), "everything since side ({main~1})", {"a.py", "b.py", "sub/c.py", "new.py"}),
        (Inputs(worktree=True, words=("sub",)), "the working tree against HEAD", {"sub/c.py"}),
        (Inputs(words=("sub/c.py", "new.py")), "the working tree against HEAD", {"sub/c.py", "new.py"}),
        (Inputs(words=("HEAD~1..HEAD", "b.py")), "HEAD~1..HEAD", set[str]()),
        (Inputs(words=("main~1..main", "a.py")), "main~1..main", {"a.py"}),
    ],
)
def test_inputs(made: Scratch, inputs: Inputs, title: str, expected: set[str]) -> None:
    """Each input names its files and says what it is."""
    change = find_change(made.root, inputs)
    for name in ("side", "main~1"):
        title = title.replace(f"{{{name}}}", made.git("rev-parse", name)[:10])
    assert (change.title, paths(change)) == (title, expected)


def test_paths_are_seen_from_the_current_folder(made: Scratch) -> None:
    """A path is relative to where the user is, the files of the change to the repository's root."""
    assert paths(find_change(made.root / "sub", Inputs(worktree=True, words=("c.py", "../new.py")))) == {
        "sub/c.py",
        "new.py",
    }


def test_a_file_wins_over_a_revision_of_its_name(made: Scratch) -> None:
    """What exists as a file is a path, as users mean it."""
    made.write({"side": "x\n"})
    assert paths(find_change(made.root, Inputs(worktree=True, words=("side",)))) == {"side"}


def test_nothing_staged(made: Scratch) -> None:
    """With nothing staged the working tree is taken, unless --staged was said."""
    made.commit()
    made.write({"late.py": "x\n"})
    assert find_change(made.root, Inputs()).title == "the working tree against HEAD"
    assert paths(find_change(made.root, Inputs(staged=True))) == set()


def test_before_the_first_commit(tmp_path: Path) -> None:
    """Without a commit everything is new."""
    made = scratch(tmp_path).write({"a.py": "a\n"})
    change = find_change(made.root, Inputs())
    assert (change.title, paths(change)) == (
        "the working tree against nothing (there is no commit yet)",
        {"a.py"},
    )
    made.git("add", "a.py")
    assert (
        find_change(made.root, Inputs()).title
        == "the staged changes against nothing (there is no commit yet)"
    )


def test_a_merge_is_compared_with_its_first_parent(made: Scratch) -> None:
    """--commit of a merge shows what the merge brought to the branch."""
    made.commit()
    made.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    assert paths(find_change(made.root, Inputs(commit="HEAD"))) == {"side.py"}


def test_a_shallow_clone(made: Scratch, tmp_path: Path) -> None:
    """Where history is cut off the Problem says so, instead of taking the whole tree for new."""
    made.git("clone", "-q", "--depth=1", made.root.as_uri(), str(tmp_path / "shallow"))
    with pytest.raises(Problem, match="shallow clone"):
        find_change(tmp_path / "shallow", Inputs(commit="HEAD"))
    with pytest.raises(Problem, match="no commit 'side'"):
        find_change(tmp_path / "shallow", Inputs(base="side"))


@pytest.mark.parametrize(
    ("inputs", "what"),
    [
        (Inputs(staged=True, worktree=True), "More than one change"),
        (Inputs(staged=True, words=("HEAD~1..HEAD",)), "More than one change"),
        (Inputs(patch="", commit="HEAD"), "More than one change"),
        (Inputs(words=("nope",)), "neither a file nor a commit"),
        (Inputs(words=("nope..HEAD",)), "no commit 'nope'"),
        (Inputs(commit="--all"), "no commit '--all'"),
        (Inputs(base="nope"), "no commit 'nope'"),
        (Inputs(words=("../outside",)), "outside the repository"),
        (Inputs(patch="nonsense"), "no unified diff"),
    ],
)
def test_problems(made: Scratch, inputs: Inputs, what: str) -> None:
    """What cannot be meant is a Problem."""
    with pytest.raises(Problem, match=what):
        find_change(made.root, inputs)


def test_no_repository(tmp_path: Path) -> None:
    """Outside a repository only a patch can be reviewed."""
    with pytest.raises(Problem, match="not inside a git repository"):
        find_change(tmp_path, Inputs())
    patch = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n"
    assert paths(find_change(tmp_path, Inputs(patch=patch))) == {"x.py"}


def test_paths_of_a_patch(made: Scratch) -> None:
    """Paths narrow a patch down, seen from the current folder."""
    made.commit()
    made.write({"a.py": "a = 9\n", "sub/c.py": "c = 9\n"})
    patch = made.git("diff") + "\n"

    def seen(folder: Path, *words: str) -> set[str]:
        return paths(find_change(folder, Inputs(patch=patch, words=words)))

    assert seen(made.root) == {"a.py", "sub/c.py"}
    assert seen(made.root, "sub") == {"sub/c.py"}
    assert seen(made.root / "sub", "c.py") == {"sub/c.py"}
