"""A fence around a whole answer goes, fences of code in it stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.explain.unwrap import Unwrap

CODE = "```python\nx = 1\n```"
CASES = {
    "It adds.\n": "It adds.\n",
    f"Before\n{CODE}\nafter": f"Before\n{CODE}\nafter",
    f"{CODE}\n": f"{CODE}\n",
    f"{CODE}\nIt adds.": f"{CODE}\nIt adds.",
    "```markdown\nIt adds.\n```": "It adds.\n",
    "```markdown\nIt adds.\n```\n\n": "It adds.\n",
    "\n```md\nIt adds.": "It adds.",
    f"```markdown\nIt\n{CODE}\nadds.\n```": f"It\n{CODE}\nadds.\n",
    f"```markdown\nIt\n{CODE}\n```": f"It\n{CODE}\n",
    f"```markdown\nIt\n{CODE}": f"It\n{CODE}",
    "```\nIt adds.\n```": "It adds.\n",
    "```\n## It\n": "## It\n",
    f"```\nIt\n{CODE}\nadds.\n```": f"It\n{CODE}\nadds.\n",
    "```\nx = 1\n```\nIt adds.": "```\nx = 1\n```\nIt adds.",
    "```\nx = 1": "```\nx = 1",
    "`x` adds": "`x` adds",
    "``": "``",
    "": "",
    "a\r\nb\r\n": "a\nb\n",
}


def fed(pieces: list[str]) -> str:
    unwrap = Unwrap()
    return "".join(map(unwrap.feed, pieces)) + unwrap.finish()


@pytest.mark.parametrize("answer", CASES)
def test_answers(answer: str) -> None:
    """Only a fence around the whole goes; letter by letter it is the same."""
    assert fed([answer]) == CASES[answer]
    assert fed(list(answer)) == CASES[answer]


def test_text_is_passed_on_as_it_comes() -> None:
    """A reader does not wait for the end of a line, within a wrapping fence neither."""
    unwrap = Unwrap()
    assert [unwrap.feed(piece) for piece in ("It", " adds", ".")] == ["It", " adds", "."]
    unwrap = Unwrap()
    assert [unwrap.feed(piece) for piece in ("```markdown\n", "It", " adds")] == ["", "It", " adds"]


WORDS = st.lists(
    st.sampled_from(["```", "```markdown\n", "```\n", "\n", "x", " ", "## ", "`", "py"]), max_size=12
)


@given(WORDS)
def test_no_word_is_lost(pieces: list[str]) -> None:
    """Whatever comes, nothing but blanks and fences is ever left out, and a cut elsewhere loses nothing either."""
    answer = "".join(pieces)
    bare = answer.replace("```markdown", "")
    for cut in ([answer], pieces, list(answer)):
        kept = fed(cut)
        assert kept.count("x") == bare.count("x")
        assert kept.count("##") == bare.count("##")
