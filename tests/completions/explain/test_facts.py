"""Fact sheets of a small workspace in three languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from linnet_completions.explain.facts import FactSheet, facts
from linnet_completions.explain.render import to_markdown
from linnet_context.index.index import Index
from linnet_context.languages import language_of
from linnet_context.text import Document
from tests.fixture import expect, fixture
from tests.repositories import scratch

GOLDEN = Path(__file__).parent / "golden"
PYTHON = '''\
//- shop/__init__.py
from shop.prices import total
//- shop/prices.py
"""Prices."""

from __future__ import annotations

import json
from dataclasses import dataclass
from .errors import (
    NotFound as Missing,
    Refused,
)

RATE = 0.19


@dataclass
class Item:
    """Something to buy."""

    name: str
    price: float = 0.0

    def gross(self) -> float:
        return self.price * (1 + RATE)


def total(items: list[Item], *, strict: bool = False) -> float:
    """The sum of all prices.

    With taxes.
    """
    if not items and strict:
        raise Missing("`nothing`")
    try:
        return sum(item.gross() for item in items)
    except TypeError:
        print("broken")
        raise


def load(text: str) -> list[Item]:
    found = [Item(**one) for one in json.loads(text)]
    return found if total(found) else load("[]")


CHEAP = [
    Item("a"),
]
if CHEAP:
    print(total(CHEAP))
//- shop/errors.py
class NotFound(Exception): ...
class Refused(Exception): ...
//- shop/cart.py
from shop import total
from shop.prices import Item

class Cart:
    def __init__(self, *items: Item) -> None:
        self.items = items

    def sum(self):
        return total(self.items) + total([])

hooks = [total]
//- other/report.py
def total(rows):
    return len(rows)

print(total([]))
//- tests/test_prices.py
from shop.prices import total

def test_total():
    assert total([]) == 0
//- notes.py
<cursor>
'''
GO = """\
//- stack/stack.go
package stack

import "fmt"

// Stack is a stack.
type Stack struct {
	items []int
}

// Push puts a value on top.
func (s *Stack) Push(value int) error {
	if len(s.items) > limit {
		return fmt.Errorf("full")
	}
	s.items = append(s.items, value)
	return nil
}
//- stack/limit.go
package stack

const limit = 10
//- main.go
package main

import "example.org/app/stack"

func main() {
	var s stack.Stack
	s.Push(1)
}
//- stack/stack_test.go
package stack

func TestPush(t *testing.T) {
	new(Stack).Push(1)
}
//- notes.go
<cursor>
"""
TYPESCRIPT = """\
//- src/api.ts
import { Reply } from "./reply";

/** Fetches `things`. */
export const load = async (url: string): Promise<Reply> => {
  const reply = await fetch(url);
  if (!reply.ok) throw new LoadError(url);
  return new Reply(reply);
};

class LoadError extends Error {}
//- src/reply.ts
export class Reply {
  constructor(private raw: Response) {}
}
//- src/app.ts
import { load } from "./api";

export async function start() {
  await load("/a");
  return [1].map(load);
}
//- src/api.test.ts
import { load } from "./api";
test("load", () => load("/b"));
//- notes.ts
<cursor>
"""
WORKSPACES = {"python": PYTHON, "go": GO, "typescript": TYPESCRIPT}


def sheet(root: Path, workspace: str, path: str, first: int, last: int | None = None) -> FactSheet:
    """The facts about lines (from 1) of a workspace, without a history."""
    files = fixture(WORKSPACES[workspace])
    files.write(root)
    index = Index(root)
    assert list(index.build())
    document = Document.of(path, language_of(path) or "", files.files[path])
    last = len(document.lines) if last is None else last
    return facts(index, document, first - 1, last - 1, None)


@pytest.mark.parametrize(
    ("name", "workspace", "path", "first", "last"),
    [
        ("function", "python", "shop/prices.py", 33, 33),
        ("class_from_its_decorator", "python", "shop/prices.py", 15, 15),
        ("constant", "python", "shop/prices.py", 12, 12),
        ("constructor", "python", "shop/cart.py", 6, 6),
        ("range", "python", "shop/prices.py", 34, 36),
        ("range_of_several", "python", "shop/prices.py", 12, 25),
        ("statement", "python", "shop/prices.py", 49, 49),
        ("import", "python", "shop/prices.py", 8, 8),
        ("blank_line", "python", "shop/prices.py", 13, 13),
        ("file", "python", "shop/prices.py", 1, None),
        ("go_method", "go", "stack/stack.go", 12, 12),
        ("go_struct", "go", "stack/stack.go", 5, 5),
        ("typescript_function", "typescript", "src/api.ts", 5, 5),
        ("typescript_class", "typescript", "src/reply.ts", 1, 1),
    ],
)
def test_fact_sheet(
    tmp_path: Path, name: str, workspace: str, path: str, first: int, last: int | None
) -> None:
    """Everything that can be looked up about a place is there, each fact under its label."""
    # What Python's own library says of itself is another matter in each version.
    found = replace(sheet(tmp_path, workspace, path, first, last), installed=())
    expect(to_markdown(found), GOLDEN / f"{name}.md")


def test_only_files_that_see_a_definition_count_when_it_has_namesakes(tmp_path: Path) -> None:
    """A use of the same name in a file that does not import the definition is counted apart."""
    found = sheet(tmp_path, "python", "shop/prices.py", 33, 33).usage
    assert {site.path for site in found.callers} == {"shop/cart.py", "shop/prices.py"}
    assert [site.count for site in found.callers if site.name == "Cart.sum"] == [1]
    assert (found.namesakes, found.unclear) == (1, 1)


def test_an_incomplete_index_is_told(tmp_path: Path) -> None:
    """Before the index is complete the sheet says that uses may be missing."""
    document = Document.of("a.py", "python", "def f():\n    pass\n\nx = 1\n")
    found = facts(Index(tmp_path), document, 0, 0, None)
    assert not found.complete
    assert "still being built" in to_markdown(found)


@pytest.mark.parametrize(("first", "last"), [(-5, -1), (500, 900), (3, 1), (0, 0)])
def test_lines_outside_the_document(tmp_path: Path, first: int, last: int) -> None:
    """Lines that do not exist are those nearest to them."""
    document = Document.of("a.py", "python", "def f():\n    pass\n\nx = 1\n")
    found = facts(Index(tmp_path), document, first, last, None)
    assert 0 <= found.first <= found.last < len(document.lines)


def test_text_without_a_grammar(tmp_path: Path) -> None:
    """A language without a grammar still has a sheet with its text."""
    found = facts(Index(tmp_path), Document.of("a.rb", "ruby", "def a\nend\nx\n"), 1, 1, None)
    assert (found.subject, found.excerpt) == ("statement", "end")


def test_a_title_cannot_break_out(tmp_path: Path) -> None:
    """Back-ticks of the source do not end the code that shows it."""
    text = to_markdown(
        facts(Index(tmp_path), Document.of("a.py", "python", 'x = "```\\n# y"\n\n'), 0, 0, None)
    )
    assert '````python\nx = "```\\n# y"\n````' in text


@pytest.mark.slow
def test_last_commits_follow_the_lines(tmp_path: Path) -> None:
    """The commits are those of the symbol's lines, also when unsaved text above has moved them."""
    made = scratch(tmp_path)
    made.commit({"a.py": "x = 1\n\n\ndef f():\n    return 1\n"}, "first")
    made.commit({"a.py": "x = 2\n\n\ndef f():\n    return 1\n"}, "another line")
    made.commit({"a.py": "x = 2\n\n\ndef f():\n    return 2\n"}, "the body")
    moved = Document.of("a.py", "python", "y = 0\ny = 0\nx = 2\n\n\ndef f():\n    return 2\n\nx = 3\n")
    found = facts(Index(tmp_path), moved, 6, 6, tmp_path)
    assert [commit.subject for commit in found.commits] == ["the body", "first"]
    assert "2024-01-02 Ada: `the body`" in to_markdown(found)
    assert facts(Index(tmp_path), moved, 0, 0, tmp_path).commits == ()


def test_a_type_on_one_line_is_meant_rather_than_its_field(tmp_path: Path) -> None:
    """The line that begins a type is about the type, though a field stands there too."""
    text = "package a\n\ntype Shelf struct{ Count int }\n\nfunc (s Shelf) Level() int { return s.Count }\n"
    (tmp_path / "a.go").write_text(text)
    index = Index(tmp_path)
    for _ in index.build():
        pass
    sheet = facts(index, Document.of("a.go", "go", text), 2, 2, None)
    assert (sheet.name, [site.name for site in sheet.usage.callers]) == ("Shelf", ["Shelf.Level"])
