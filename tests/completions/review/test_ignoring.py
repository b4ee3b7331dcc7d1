"""Comments that take findings back, and those that take back nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from linnet_completions.review.checks import Checked, Checks
from linnet_completions.review.review import document_pair


def checked(text: str, base: str | None = "", path: str = "module.py") -> Checked:
    pair = document_pair(Path("/nonexistent"), path, text, base)
    assert pair is not None
    return Checks().checked(pair)


@pytest.mark.parametrize(
    "comment",
    [
        "# linnet: ignore",
        "# linnet: ignore[F821]",
        "# linnet: ignore[ruff/F821]",
        "# linnet: ignore[ruff]",
        "# linnet: ignore[bugs]",
        "# linnet: ignore[E722, F821] since conut is built in",
        "# noqa: X1 # linnet: ignore[F821]",
    ],
)
def test_on_the_line(comment: str) -> None:
    """A comment behind the code takes its findings back, by rule, engine or all of them."""
    result = checked(f"print(conut)  {comment}\n")
    assert ([each.rule for each in result.findings], [each.rule for each in result.ignored]) == (
        [],
        ["ruff/F821"],
    )


def test_on_the_line_above() -> None:
    """A comment that stands alone speaks of the next line of code; several may stand together."""
    text = "# linnet: ignore[F821]\n# linnet: ignore[E722]\n\nprint(conut)\nprint(conut)\n"
    result = checked(text)
    assert {(each.rule, each.start.line) for each in result.findings} == {
        ("ignores/unused", 1),
        ("ruff/F821", 4),
    }


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.js", "debugger; // linnet: ignore[debugger-left]\n"),
        ("a.js", "/* linnet: ignore[no-debugger] */\ndebugger;\n"),
        ("a.c", "void f(char *x) { gets(x); } /* linnet: ignore */\n"),
        ("a.yaml", "# linnet: ignore[secrets]\ntoken: ghp_x8Kd02LmPqRs7TuVwZyAbC4dEfGhIj5kLmNo\n"),
    ],
)
def test_other_languages(path: str, text: str) -> None:
    """A comment is one in the language of its file; other tools' names for a rule are understood."""
    result = checked(text, path=path)
    assert (len(result.findings), len(result.ignored)) == (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        'print(conut, "# linnet: ignore")\n',
        "print(conut)  # linnet: ignored\n",
        "print(conut)  // linnet: ignore\n",
        "print(conut)  # linnet: ignore[E722]\n",
    ],
)
def test_what_is_no_such_comment(text: str) -> None:
    """What stands in a string, in another language's comment or for another rule takes nothing back."""
    result = checked(text)
    assert result.findings
    assert result.ignored == ()


def test_unused_where_the_change_touched_it() -> None:
    """An ignore that ignores nothing is told where the change came by, and nowhere else."""
    old = "x = 1  # linnet: ignore[F821]\ny = 1\n"
    assert checked(old + "z = 1\n", old).findings == ()
    (found,) = checked(old.replace("x = 1", "x = 2"), old).findings
    assert (found.rule, found.severity, found.start.line) == ("ignores/unused", "info", 0)
    assert found.message == "This `linnet: ignore[F821]` ignores nothing"


def test_used_by_what_was_there_before() -> None:
    """An ignore is used as long as there is something wrong, whether or not the change brought it."""
    old = "print(conut)\n"
    assert checked("print(conut)  # linnet: ignore[F821]\n", old).findings == ()


def test_comments_for_a_model() -> None:
    """A comment that speaks of a model's findings is not told as unused: only the model can know."""
    assert checked("x = 1  # linnet: ignore[model]\n").findings == ()
    assert checked("x = 1  # linnet: ignore[model/correctness, F821]\n").findings != ()
