"""git.py: what it tells about repositories, and that a hostile one runs nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from linnet_context import git
from linnet_context.git import INDEX, WORKTREE, Repository, Status
from linnet_context.problems import Problem
from linnet_context.process import environment
from tests.repositories import Scratch, scratch

pytestmark = pytest.mark.slow

ODD_NAMES = [
    "with space.py",
    "new\nline.py",
    "tab\there.py",
    "größe.py",
    '"quoted".py',
    "-dash.py",
    ":(glob)x.py",
]


def opened(made: Scratch) -> Repository:
    found = git.repository(made.root)
    assert found is not None
    return found


def statuses(repository: Repository, old: str, new: str) -> dict[str, Status]:
    return {file.path: file.status for file in git.changed_files(repository, old, new)}


def test_no_repository(tmp_path: Path) -> None:
    """Outside a repository there is no value, and the Problem says so."""
    assert git.repository(tmp_path) is None
    with pytest.raises(Problem, match="not inside a git repository"):
        git.open_repository(tmp_path)


def test_git_is_missing(tmp_path: Path) -> None:
    """Without git on the PATH the Problem names git; relative entries of the PATH are not searched."""
    made = scratch(tmp_path)
    (made.root / "git").write_text("#!/bin/sh\ntouch marker\n")
    (made.root / "git").chmod(0o755)
    with pytest.raises(Problem, match="git was not found"):
        git.open_repository(made.root, {"PATH": f".{os.pathsep}"})


def test_a_git_that_cannot_neutralise_filters_is_refused(tmp_path: Path) -> None:
    """A git that ignores GIT_CONFIG_COUNT would run filters, so it is not used."""
    made = scratch(tmp_path / "repository")
    old = tmp_path / "bin" / "git"
    old.parent.mkdir()
    old.write_text(f'#!/bin/sh\nunset GIT_CONFIG_COUNT\nPATH="{os.environ["PATH"]}" exec git "$@"\n')
    old.chmod(0o755)
    with pytest.raises(Problem, match="too old"):
        git.open_repository(made.root, {"PATH": str(old.parent)})


def test_a_broken_git_folder_is_a_problem(tmp_path: Path) -> None:
    """An empty `.git` is refused even inside another repository: git does not walk on upwards."""
    scratch(tmp_path)
    inner = tmp_path / "inner"
    (inner / ".git").mkdir(parents=True)
    with pytest.raises(Problem, match="failed"):
        git.open_repository(inner)


def test_before_the_first_commit(tmp_path: Path) -> None:
    """A repository without commits has no head, and its files differ from the empty tree."""
    made = scratch(tmp_path).write({"a.py": "a\n", "b.py": "b\n"})
    made.git("add", "a.py")
    repository = opened(made)
    nothing = git.empty_tree(repository)
    assert git.head(repository) is None
    assert statuses(repository, nothing, INDEX) == {"a.py": "added"}
    assert [file.path for file in git.untracked_files(repository)] == ["b.py"]
    assert git.log_lines(made.root, "a.py", 0, 0, 3) == ()


def test_revisions(tmp_path: Path) -> None:
    """Names of commits are resolved; what is no commit is None, also when it looks like an option."""
    made = scratch(tmp_path)
    first = made.commit({"a.py": "a\n"}, "one")
    second = made.commit({"a.py": "b\n"}, "two")
    repository = opened(made)
    assert git.head(repository) == second
    assert git.resolve(repository, "HEAD~1") == first
    assert git.parents(repository, second) == (first,)
    assert git.merge_base(repository, first, second) == first
    for nonsense in ("nope", "--all", "", "a\0b", "HEAD:a.py"):
        assert git.resolve(repository, nonsense) is None
    found = git.commit(repository, "HEAD")
    assert found is not None
    assert (found.id, found.author, found.date, found.subject) == (
        second,
        "Ada",
        "2024-01-02T03:04:05+00:00",
        "two",
    )


def test_kinds_of_change(tmp_path: Path) -> None:
    """Additions, deletions, changes, renames, modes, links, submodules and binaries are told apart."""
    made = scratch(tmp_path / "outer")
    body = "".join(f"line {number}\n" for number in range(30))
    old = made.commit(
        {"gone.py": "x\n", "kept.py": "k\n", "old.py": body, "mode.sh": "m\n", "data.bin": b"\0one"}
    )
    made.write(
        {"gone.py": None, "kept.py": "K\n", "old.py": None, "new.py": body + "more\n", "data.bin": b"\0two"}
    )
    (made.root / "mode.sh").chmod(0o755)
    (made.root / "link").symlink_to("/etc/passwd")
    inner = scratch(made.root / "inner")
    inner.commit({"i.py": "i\n"})
    new = made.commit()
    files = {file.path: file for file in git.changed_files(opened(made), old, new)}
    assert {path: file.status for path, file in files.items()} == {
        "gone.py": "deleted",
        "kept.py": "modified",
        "new.py": "renamed",
        "data.bin": "modified",
        "mode.sh": "modified",
        "link": "added",
        "inner": "added",
    }
    assert files["new.py"].old_path == "old.py"
    assert (files["mode.sh"].old_mode, files["mode.sh"].new_mode) == ("100644", "100755")
    assert files["link"].new_mode == "120000"
    assert files["inner"].new_mode == "160000"
    assert files["gone.py"].new_id == ""
    assert "Binary files" in git.diff(opened(made), old, new, ("data.bin",))


def test_conflicted_files_are_named_once(tmp_path: Path) -> None:
    """A file in the middle of a merge is one changed file with the text that stands there."""
    made = scratch(tmp_path)
    made.commit({"a.py": "base\n"})
    made.git("checkout", "-q", "-b", "side")
    made.commit({"a.py": "side\n"})
    made.git("checkout", "-q", "main")
    made.commit({"a.py": "main\n"})
    with pytest.raises(Exception, match="merge"):
        made.git("merge", "side")
    assert statuses(opened(made), "HEAD", WORKTREE) == {"a.py": "modified"}


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names(tmp_path: Path, name: str) -> None:
    """Names with spaces, line breaks, quotes, other alphabets and pathspec magic are taken literally."""
    made = scratch(tmp_path)
    old = made.commit({"other.py": "x\n"})
    new = made.commit({name: "one\ntwo\n"})
    made.write({name + ".untracked": "u\n"})
    repository = opened(made)
    assert statuses(repository, old, new) == {name: "added"}
    assert [file.path for file in git.changed_files(repository, old, new, (name,))] == [name]
    assert [file.path for file in git.untracked_files(repository)] == [name + ".untracked"]
    assert git.show(made.root, "HEAD", name) == "one\ntwo\n"
    assert len(git.log_lines(made.root, name, 0, 1, 5)) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    """A name of undecodable bytes comes back as os.fsdecode gives it."""
    made = scratch(tmp_path)
    name = os.fsdecode(b"caf\xe9.py")
    made.write({name: "x\n"})
    assert [file.path for file in git.untracked_files(opened(made))] == [name]


def test_show(tmp_path: Path) -> None:
    """A stored text comes with its own line endings; binary, missing and linked files are None."""
    made = scratch(tmp_path)
    made.write({"sub/a.py": "a\r\nb", "b.bin": b"\0", "c.py": b"\xff\n"})
    (made.root / "link.py").symlink_to("sub/a.py")
    made.commit()
    assert git.show(made.root / "sub", "HEAD", "a.py") == "a\r\nb"
    assert git.show(made.root, "HEAD", "c.py") == "\ufffd\n"
    for path in ("b.bin", "nope.py", "link.py", "sub"):
        assert git.show(made.root, "HEAD", path) is None
    assert git.show(made.root, "nope", "c.py") is None


def test_blobs_above_the_limit_are_left_out(tmp_path: Path) -> None:
    """Only blobs that exist and fit are returned."""
    made = scratch(tmp_path)
    made.commit({"small": "s\n", "large": "l" * 100})
    small, large = (made.git("rev-parse", f"HEAD:{name}") for name in ("small", "large"))
    assert git.blobs(opened(made), [small, large, "0" * 40, "HEAD"], limit=50) == {small: b"s\n"}


def test_log_of_lines(tmp_path: Path) -> None:
    """The log of lines names only the commits that touched them; past the end it is the file's."""
    made = scratch(tmp_path)
    made.commit({"a.py": "one\ntwo\nthree\n"}, "first")
    made.commit({"a.py": "one\nTWO\nthree\n"}, "second")
    made.commit({"a.py": "one\nTWO\nTHREE\n"}, "third")
    assert [commit.subject for commit in git.log_lines(made.root, "a.py", 1, 1, 5)] == ["second", "first"]
    assert [commit.subject for commit in git.log_lines(made.root, "a.py", 90, 99, 2)] == ["third", "second"]
    assert git.log_lines(made.root, "nope.py", 0, 0, 5) == ()


def test_the_index_of_a_running_commit_is_used(tmp_path: Path) -> None:
    """`git commit FILE` gives its hooks an index of their own; one of another repository is not ours."""
    made = scratch(tmp_path / "one")
    made.commit({"a.py": "a\n"})
    made.write({"a.py": "b\n"})
    made.git("add", "a.py")
    (made.root / ".git/index").rename(made.root / ".git/next-index-1.lock")
    made.git("read-tree", "HEAD")
    assert statuses(opened(made), "HEAD", INDEX) == {}
    ours = {**environment(), "GIT_INDEX_FILE": ".git/next-index-1.lock", "GIT_DIR": "/nowhere"}
    assert statuses(git.open_repository(made.root, ours), "HEAD", INDEX) == {"a.py": "modified"}
    theirs = {**ours, "GIT_INDEX_FILE": str(tmp_path / "two/.git/index")}
    assert statuses(git.open_repository(made.root, theirs), "HEAD", INDEX) == {}


def hostile(root: Path, marker: Path) -> Scratch:
    """A repository whose configuration would write `marker` if any of its commands ran."""
    made = scratch(root)
    command = root.parent / "evil.sh"
    command.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{marker}'\ncat\n")
    command.chmod(0o755)
    made.commit({"a.py": "one\n", "sub/b.py": "b\n"})
    evil = str(command)
    for key, value in {
        "core.fsmonitor": evil,
        "core.pager": evil,
        "core.sshCommand": evil,
        "core.editor": evil,
        "diff.external": evil,
        "diff.evil.command": evil,
        "diff.evil.textconv": evil,
        "filter.evil.clean": evil,
        "filter.evil.smudge": evil,
        "filter.evil.required": "true",
        "filter.ev=il.x.process": evil,
        "gpg.program": evil,
        "log.showSignature": "true",
        "pager.diff": evil,
        "pager.log": evil,
        "remote.origin.url": f"ext::{evil}",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": evil,
        "protocol.ext.allow": "always",
        "protocol.file.allow": "always",
        "extensions.partialClone": "origin",
        "core.worktree": str(root.parent),
        "credential.helper": evil,
        "alias.diff": f"!{evil}",
    }.items():
        made.git("config", key, value)
    made.git("config", "core.repositoryFormatVersion", "1")
    hooks = root / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for hook in (
        "post-index-change",
        "fsmonitor-watchman",
        "pre-commit",
        "post-checkout",
        "reference-transaction",
    ):
        (hooks / hook).write_bytes(command.read_bytes())
        (hooks / hook).chmod(0o755)
    return made.write(
        {
            ".gitattributes": "*.py filter=evil diff=evil\nsub/* filter=ev\\=il.x\n",
            ".git/info/attributes": "*.py filter=evil diff=evil\nsub/* filter=ev=il.x\n",
            "a.py": "two\n",
            "sub/b.py": "B\n",
            "new.py": "n\n",
        }
    )


def test_a_hostile_repository_runs_nothing(tmp_path: Path) -> None:
    """Hooks, filters, fsmonitor, textconv, external diffs, pagers, gpg, helpers: not one of them runs."""
    marker = tmp_path / "marker"
    made = hostile(tmp_path / "repository", marker)
    repository = opened(made)
    assert repository.root == made.root.resolve()
    head = git.head(repository)
    assert head is not None
    for new in (WORKTREE, INDEX):
        git.changed_files(repository, head, new)
        git.diff(repository, head, new)
    assert statuses(repository, head, WORKTREE) == {"a.py": "modified", "sub/b.py": "modified"}
    assert "+two" in git.diff(repository, head, WORKTREE)
    assert {file.path for file in git.untracked_files(repository)} == {".gitattributes", "new.py"}
    assert git.show(made.root, "HEAD", "a.py") == "one\n"
    assert len(git.log_lines(made.root, "a.py", 0, 0, 5)) == 1
    assert git.commit(repository, "HEAD") is not None
    assert git.blobs(repository, ["1" * 40]) == {}
    assert not marker.exists(), marker.read_text()


def test_the_hostile_repository_is_hostile(tmp_path: Path) -> None:
    """The test above can fail: git run in the usual way does run what that repository configures."""
    marker = tmp_path / "marker"
    made = hostile(tmp_path / "repository", marker)
    made.git("config", "--unset", "core.worktree")
    made.git("--no-pager", "diff", "HEAD")
    assert marker.exists()


def test_texts_of_a_commit(tmp_path: Path) -> None:
    """Several files of a commit at once, whatever their names; what is missing, binary or a folder is left out."""
    made = scratch(tmp_path)
    made.commit({"a.py": "a\n", "sub/with space.py": "b\n", "bin": b"\0", "größe.py": "c\n"})
    made.write({"a.py": "changed\n"})
    names = ["a.py", "sub/with space.py", "bin", "sub", "nothing.py", "größe.py", "x\nHEAD:a.py"]
    found = git.texts(opened(made), "HEAD", names)
    assert found == {"a.py": "a\n", "sub/with space.py": "b\n", "größe.py": "c\n"}
    assert git.texts(opened(made), "", names) == git.texts(opened(made), "HEAD", []) == {}


def test_users_of_a_word(tmp_path: Path) -> None:
    """Where a commit, the index or the working tree has a word, however git grep is configured here."""
    made = scratch(tmp_path)
    made.commit({"a.py": "total(1)\ntotals\n", "sub/b c.py": "x\ny = total\n"})
    for key, value in (("grep.column", "true"), ("grep.lineNumber", "false"), ("submodule.recurse", "true")):
        made.git("config", key, value)
    everywhere = (("a.py", 0, "total(1)"), ("sub/b c.py", 1, "y = total"))
    repository = opened(made)
    assert git.users(repository, git.resolve(repository, "HEAD") or "", "total", 9) == everywhere
    assert (
        git.users(repository, INDEX, "total", 9) == git.users(repository, WORKTREE, "total", 9) == everywhere
    )
    assert git.users(repository, WORKTREE, "total", 1) == everywhere[:1]
    assert git.users(repository, WORKTREE, "-x", 9) == ()


def test_history_and_tracked_files(tmp_path: Path) -> None:
    """The newest commits first, merges left out; the files that git knows."""
    made = scratch(tmp_path)
    assert git.history(opened(made), 5) == ()
    made.commit({"a.py": "1\n"}, "one")
    made.git("switch", "--quiet", "--create", "side")
    made.commit({"b.py": "1\n"}, "two")
    made.git("switch", "--quiet", "main")
    made.commit({"c.py": "1\n"}, "three")
    made.git("merge", "--quiet", "--no-edit", "side")
    made.write({"untracked.py": ""})
    assert sorted(each.subject for each in git.history(opened(made), 5)) == ["one", "three", "two"]
    assert git.tracked(opened(made)) == ("a.py", "b.py", "c.py")


@pytest.mark.parametrize(
    ("patch", "fits"),
    [
        ("--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-1\n+2\n", True),
        ("--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-3\n+2\n", False),
        ("--- a/../x.py\n+++ b/../x.py\n@@ -0,0 +1 @@\n+2\n", False),
        ("nothing", False),
    ],
)
def test_patches_that_apply(tmp_path: Path, patch: str, fits: bool) -> None:
    """A patch is tried and not made."""
    made = scratch(tmp_path)
    made.commit({"a.py": "1\n"})
    assert git.applies(opened(made), patch) is fits
    assert (made.root / "a.py").read_text() == "1\n"
