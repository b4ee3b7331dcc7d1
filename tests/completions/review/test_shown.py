"""What is shown beforehand is what the prompts of a review hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from linnet_completions.review.change import Inputs, find_change
from linnet_completions.review.model import material
from linnet_completions.review.prompt import call
from linnet_completions.review.review import review
from linnet_completions.review.shown import shown
from linnet_context.problems import Problem
from linnet_context.text import Document
from tests.repositories import Scratch, scratch

OLD = "def total(items):\n    return sum(items)\n"
NEW = "def total(items):\n    return sum(items) / len(items)\n"


def repository(folder: Path) -> Scratch:
    made = scratch(folder)
    made.commit({"a.py": OLD, "b.py": OLD})
    return made.write({"a.py": NEW})


def test_every_piece_stands_in_a_prompt(tmp_path: Path) -> None:
    """The numbered diff of the one file that was named, as the model gets it."""
    root = repository(tmp_path / "root").root
    found = shown(root, Document.of("a.py", "python", NEW), ())
    change = find_change(root, Inputs())
    (part,) = material(change, review(change)).parts
    prompt = call(part).messages[1].content
    (chunk,) = found.context.chunks
    assert chunk.text in prompt and "len(items)" in chunk.text
    assert (chunk.path, chunk.first, chunk.last, chunk.source) == ("a.py", 0, 1, "diff")
    assert found.context.tokens == chunk.tokens > 0


def test_an_unchanged_file_has_nothing_to_show(tmp_path: Path) -> None:
    """It is said, instead of showing nothing."""
    root = repository(tmp_path / "root").root
    with pytest.raises(Problem, match="no change"):
        shown(root, Document.of("b.py", "python", OLD), ())
