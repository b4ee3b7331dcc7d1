"""Mistakes for the benchmark: each is one, stands where it says, and its control means what the text meant."""

from __future__ import annotations

import ast
import random

import pytest

from linnet_server.bench.mutants import ANYWHERE, OPERATORS, source_of
from linnet_server.bench.mutants_text import OPERATORS as BY_LINES

TEXT = """\
import os
import re


class Store:
    def keep(self, item, seen=None):
        if item is None:
            return None
        if not seen and len(item) < 3:
            raise ValueError("short", item)
        total_number = len(item) + 1
        other_number = 2
        try:
            print(f"{item} is {total_number}")
        except OSError:
            print(os.sep, re.sub(item, self.value), other_number)
        return total_number


async def main(store):
    await store.close()
    if store.left == 3:
        return store.items[0]
    return store
"""
JAVASCRIPT = "function f(x) {\n  if (x === 1) {\n    throw new TypeError('x');\n  }\n  g(x);\n}\n"
# Its controls are equal to the text in meaning, not as trees.
_OTHER_TREES = {"name typo", "dropped import"}


@pytest.mark.parametrize("name", OPERATORS)
def test_python(name: str) -> None:
    """One mistake at its line; the text with it still parses, and so does the control, into the same tree."""
    source = source_of(TEXT)
    assert source is not None
    found = list(OPERATORS[name](source, random.Random(1)))
    assert found
    for mutant in found:
        assert mutant.text != TEXT
        assert mutant.control != TEXT
        assert ast.dump(ast.parse(mutant.text)) != ast.dump(ast.parse(TEXT))
        same = ast.dump(ast.parse(mutant.control)) == ast.dump(ast.parse(TEXT))
        assert same or name in _OTHER_TREES
        lines, old = mutant.text.split("\n"), TEXT.split("\n")
        assert mutant.line == ANYWHERE or lines[mutant.line] != old[mutant.line]


@pytest.mark.parametrize("name", BY_LINES)
def test_by_lines(name: str) -> None:
    """One line is wrong, or a line more is there."""
    path, text = ("a.py", TEXT) if name == "new secret" else ("a.js", JAVASCRIPT)
    found = list(BY_LINES[name](path, text, random.Random(1)))
    assert found
    for mutant in found:
        assert text not in (mutant.text, mutant.control)
        assert mutant.text != mutant.control


@pytest.mark.parametrize("text", ["from os import *\n", "def f(:\n", "\0"])
def test_texts_that_cannot_be_judged(text: str) -> None:
    """A file that does not parse, or whose names come from elsewhere, gets no mistakes."""
    assert source_of(text) is None
