"""Baselines: what is accepted stays accepted when lines move, and no more than that."""

from __future__ import annotations

import json

import pytest

from linnet_completions.review.baseline import divided, read, written
from linnet_context.problems import Problem

from .helpers import found_in

CODE = "def f():\n    return conut\n\n\ndef g():\n    return conut\n"


def test_round_trip() -> None:
    """What is written accepts what it was written of, wherever its lines went, and holds no code."""
    findings = found_in(CODE)
    text = written(findings)
    assert "conut" not in text
    new, accepted = divided(found_in("import os\n\nprint(os)\n" + CODE), read(text, "b"))
    assert (new, len(accepted)) == ((), 2)


def test_one_more_is_new() -> None:
    """A second equal line in the same function is not covered by the first."""
    known = read(written(found_in("def f():\n    return conut\n")), "b")
    new, accepted = divided(found_in("def f(x):\n    if x:\n        return conut\n    return conut\n"), known)
    assert (len(new), len(accepted)) == (1, 1)


def test_another_function_is_new() -> None:
    """The same line in another function is another finding."""
    new, _ = divided(found_in("def h():\n    return conut\n"), read(written(found_in(CODE)), "b"))
    assert len(new) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "findings": []}',
        '{"version": 1}',
        "[" * 99999,
        '{"version": 1, "findings": [1]}',
    ],
)
def test_no_baseline(text: str) -> None:
    """Another file is refused by name."""
    with pytest.raises(Problem, match=r"known\.json is no baseline"):
        read(text, "known.json")


def test_its_form_is_stable() -> None:
    """Sorted and counted, so that a diff of it can be read."""
    value = json.loads(written(found_in("def f():\n    conut()\n    conut()\n")))
    assert value["version"] == 1
    (entry,) = value["findings"]
    assert (entry["path"], entry["rule"], entry["count"]) == ("module.py", "ruff/F821", 2)
