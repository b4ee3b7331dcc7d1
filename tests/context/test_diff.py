"""diff.py: which lines a unified diff adds and removes, whatever tool wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_context import diff
from linnet_context.problems import Problem

HEADER = "diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n"


def test_lines_are_numbered_from_zero() -> None:
    """Added lines carry their number in the new text, removed ones theirs in the old text."""
    (file,) = diff.parse(HEADER + "@@ -1,3 +1,4 @@\n one\n-two\n+TWO\n+more\n three\n")
    assert (file.path, file.status, file.binary) == ("x.py", "modified", False)
    assert file.added == {1: "TWO\n", 2: "more\n"}
    assert file.removed == {1: "two\n"}


def test_hunks_without_context() -> None:
    """A side without lines starts where the lines would stand."""
    (file,) = diff.parse(HEADER + "@@ -2,0 +3,2 @@\n+a\n+b\n@@ -7 +9,0 @@\n-c\n")
    assert file.added == {2: "a\n", 3: "b\n"}
    assert file.removed == {6: "c\n"}
    assert [(hunk.old_start, hunk.new_start) for hunk in file.hunks] == [(2, 2), (6, 9)]


def test_carriage_returns_and_missing_line_ends_are_kept() -> None:
    """CRLF belongs to the text; a last line without a line ending has none."""
    (file,) = diff.parse(HEADER + "@@ -1 +1 @@\n-a\r\n+b\r\n\\ No newline at end of file\n")
    assert file.removed == {0: "a\r\n"}
    assert file.added == {0: "b\r"}


def test_a_patch_with_carriage_returns_throughout() -> None:
    """A patch that a tool saved with CRLF is read as if it had not."""
    (file,) = diff.parse((HEADER + "@@ -1 +1 @@\n-a\n+b\n").replace("\n", "\r\n"))
    assert (file.path, file.added) == ("x.py", {0: "b\n"})


@pytest.mark.parametrize(
    ("text", "old", "new", "status"),
    [
        (
            "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n",
            "",
            "n",
            "added",
        ),
        (
            "diff --git a/n b/n\ndeleted file mode 100644\n--- a/n\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
            "n",
            "",
            "deleted",
        ),
        (
            "diff --git a/o o.py b/n n.py\nsimilarity index 100%\nrename from o o.py\nrename to n n.py\n",
            "o o.py",
            "n n.py",
            "renamed",
        ),
        (
            "--- old/x.py\t2024-01-01\n+++ new/x.py\t2024-01-01\n@@ -1 +1 @@\n-a\n+b\n",
            "old/x.py",
            "new/x.py",
            "renamed",
        ),
        (
            'diff --git "a/tab\\there" "b/tab\\there"\n--- "a/tab\\there"\n+++ "b/tab\\there"\n@@ -1 +1 @@\n-a\n+b\n',
            "tab\there",
            "tab\there",
            "modified",
        ),
        (
            (
                'diff --git "a/gr\\303\\266n" "b/gr\\303\\266n"\n--- "a/gr\\303\\266n"\n+++ "b/gr\\303\\266n"\n'
                "@@ -1 +1 @@\n-a\n+b\n"
            ),
            "grön",
            "grön",
            "modified",
        ),
    ],
)
def test_names(text: str, old: str, new: str, status: str) -> None:
    """New, deleted, renamed and quoted names."""
    (file,) = diff.parse(text)
    assert (file.old_path, file.new_path, file.status) == (old, new, status)


def test_binary_files() -> None:
    """A binary file is known as such and has no hunks."""
    (file,) = diff.parse("diff --git a/x b/x\nindex 1..2 100644\nBinary files a/x and b/x differ\n")
    assert (file.binary, file.hunks) == (True, ())


def test_mail_around_the_diff() -> None:
    """Text before and after a diff, as in a mailed patch, is passed over."""
    text = (
        "From 1 Mon\nSubject: [PATCH] x\n\nText.\n---\n x.py | 2 +-\n\n"
        + HEADER
        + "@@ -1 +1 @@\n-a\n+b\n-- \n2.39\n"
    )
    (file,) = diff.parse(text)
    assert file.added == {0: "b\n"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n", "combined"),
        (HEADER + "@@ -1,9 +1,9 @@\n a\n", "cannot be read"),
        ("just words\n", "no unified diff"),
    ],
)
def test_what_cannot_be_read(text: str, what: str) -> None:
    """Combined diffs, broken diffs and other text are refused with a sentence, never passed over in silence."""
    with pytest.raises(Problem, match=what):
        diff.parse(text)


def test_nothing_changed() -> None:
    """An empty diff has no files."""
    assert diff.parse("") == ()


TEXTS = st.lists(st.sampled_from(["a", "b", "c\r", "", "d e"]), max_size=12).map("\n".join)


@given(TEXTS, TEXTS)
def test_a_difference_leads_there_and_back(old: str, new: str) -> None:
    """Applying the difference of two texts to the first gives the second, and reverting it the first."""
    change = diff.between("x", old, new)
    assert diff.apply(change, old) == new
    assert diff.revert(change, new) == old


def test_a_difference_of_long_texts_is_one_block() -> None:
    """Two long texts with nothing in common are compared as wholes."""
    old, new = ("".join(f"{letter} {number}\n" for number in range(5000)) for letter in "ab")
    change = diff.between("x", old, new)
    assert len(change.hunks) == 1
    assert diff.apply(change, old) == new


def test_a_diff_that_does_not_fit_is_not_applied() -> None:
    """Where the old lines differ nothing is guessed."""
    change = diff.between("x", "a\nb\n", "a\nc\n")
    assert diff.apply(change, "a\nB\n") is None
    assert diff.apply(change, "a") is None
