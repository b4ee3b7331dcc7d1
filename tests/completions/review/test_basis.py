"""Rules come from the commit that a change starts from: whoever proposes a change does not choose them."""

from __future__ import annotations

from pathlib import Path

import pytest

from linnet_completions.review.basis import Basis, Judge
from linnet_completions.review.change import Inputs, find_change
from linnet_context.git import ChangedFile
from linnet_context.problems import Problem
from tests.repositories import Scratch, scratch

from .helpers import reviewed

pytestmark = pytest.mark.slow

BUG = "print(conut)\n"


@pytest.fixture
def made(tmp_path: Path) -> Scratch:
    made = scratch(tmp_path)
    made.commit({".linnetignore": "old/\n", "sub/.linnetignore": "made-*.py\n!made-by-hand.py\n"})
    return made


def skipped(made: Scratch, inputs: Inputs | None = None) -> dict[str, str]:
    return {each.path: each.reason for each in reviewed(made.root, inputs).skipped}


def test_ignores_of_the_base(made: Scratch) -> None:
    """Ignore files count as they were before the change; those in folders, too."""
    made.write(
        {
            ".linnetignore": "*\n",
            "old/x.py": BUG,
            "new/x.py": BUG,
            "sub/made-by-tool.py": BUG,
            "sub/made-by-hand.py": BUG,
            "made-here.py": BUG,
        }
    )
    assert skipped(made) == {"old/x.py": "ignored", "sub/made-by-tool.py": "ignored"}
    made.commit()
    assert skipped(made, Inputs(commit="HEAD")) == {"old/x.py": "ignored", "sub/made-by-tool.py": "ignored"}
    made.write({"later.py": BUG})
    assert skipped(made) == {"later.py": "ignored"}


def test_a_patch_is_judged_by_what_is_committed(made: Scratch) -> None:
    """For a patch, the rules are those of HEAD."""
    made.write({".linnetignore": "*\n"})
    patch = "--- /dev/null\n+++ b/{}\n@@ -0,0 +1 @@\n+print(conut)\n"
    assert skipped(made, Inputs(patch=patch.format("new.py"))) == {}
    assert skipped(made, Inputs(patch=patch.format("old/new.py"))) == {"old/new.py": "ignored"}


def test_generated_by_attribute(made: Scratch) -> None:
    """Files that .gitattributes calls generated or vendored are skipped; the nearest one decides."""
    made.commit(
        {
            ".gitattributes": "gen/** linguist-generated\n*.dat.py linguist-generated=true\nlib/** linguist-vendored\n",
            "gen/own/.gitattributes": "*.py -linguist-generated\n",
        }
    )
    names = ("gen/a.py", "gen/own/b.py", "c.dat.py", "lib/d.py", "e.py")
    made.write(dict.fromkeys(names, BUG))
    assert skipped(made) == {"gen/a.py": "generated", "c.dat.py": "generated", "lib/d.py": "dependencies"}


def test_attributes_hide_nothing(made: Scratch) -> None:
    """A change that calls its own files binary is read all the same."""
    made.commit({"a.py": "x = 1\n"})
    made.write({".gitattributes": "*.py binary\n", "a.py": BUG, "b.py": BUG})
    made.git("add", "--all")
    report = reviewed(made.root)
    assert ([each.path for each in report.findings], report.skipped) == (["a.py", "b.py"], ())
    made.write({"a.py": b"\0", "b.py": BUG})
    made.git("add", "--all")
    assert skipped(made) == {"a.py": "binary"}


def test_names_with_line_breaks(made: Scratch) -> None:
    """A folder whose name holds a line break cannot bring rules for others."""
    basis = Basis(made.root, find_change(made.root, Inputs(commit="HEAD")).repository, "HEAD")
    judge = Judge(basis, [ChangedFile("a\nHEAD:old/x.py", "a\nHEAD:old/x.py", "added")])
    assert judge.reason(ChangedFile("old/x.py", "old/x.py", "added")) == "ignored"


def test_too_many_lines(made: Scratch) -> None:
    """A file that nobody can have written at once is named and not reviewed."""
    made.write({"big.py": "x = 1\n" * 20_000, "generated.py": "# @generated\n" + "x = 1\n" * 20_000})
    assert skipped(made) == {"big.py": "too large (20000 added lines)", "generated.py": "generated"}


@pytest.mark.parametrize("count", [1, 3, 7])
def test_shards(made: Scratch, count: int) -> None:
    """The shards of a change hold each of its files once, and about as many."""
    made.write({f"f{number}.py": BUG for number in range(10)})
    changes = [find_change(made.root, Inputs(shard=(number, count))) for number in range(1, count + 1)]
    paths = [file.path for change in changes for file in change.files]
    assert sorted(paths) == sorted(f"f{number}.py" for number in range(10))
    assert max(len(change.files) for change in changes) - min(len(change.files) for change in changes) <= 1
    if count > 1:
        assert changes[1].title.endswith(f"(shard 2 of {count})")


def test_a_shard_that_is_none(made: Scratch) -> None:
    """There is no fifth of four parts."""
    with pytest.raises(Problem, match="no shard 5 of 4"):
        find_change(made.root, Inputs(shard=(5, 4)))
