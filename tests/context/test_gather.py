"""What is gathered for a place: within the budget, from the texts as they are now, the same each time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from linnet_context import tokens
from linnet_context.budget import mix_of
from linnet_context.gather import Task, gather
from linnet_context.index.index import Index
from linnet_context.index.places import view_of
from linnet_context.pack import Sources, definition_line
from linnet_context.snippet import Context
from linnet_context.text import Document, Position
from tests.fixture import Fixture, fixture

SHOP = """\
//- shop/stock.py
class Stock:
    def __init__(self, items):
        self.items = items

    def reserve_item(self, item, amount):
        return self.items[item] - amount

    def release_item(self, item, amount):
        return self.items[item] + amount
//- shop/orders.py
from shop.stock import Stock

class OrderDesk:
    def place_order(self, stock: Stock, item, amount):
        remaining = stock.reserve_item(item, amount)
        if remaining < 0:
            stock.release_item(item, amount)
            raise SoldOut(item)
        return remaining

class SoldOut(Exception):
    pass
//- shop/returns.py
from shop.stock import Stock
from shop.orders import OrderDesk, SoldOut

class ReturnDesk:
    def take_back(self, stock: Stock, item, amount):
        remaining = <cursor>

    def unrelated(self):
        return 1
//- .env
reserve_item = "secret"
//- shop/other.go
package shop

func reserve_item() {}
"""


def indexed(case: Fixture, root: Path) -> Index:
    index = Index(case.write(root))
    for _ in index.build():
        pass
    return index


def ask(
    case: Fixture, index: Index, budget: int = 1000, task: Task = "inline", deadline: float | None = None
) -> Context:
    document = Document.of(case.path, "python", case.text)
    return gather(index, document, case.cursor, task, budget, deadline)


def sent(found: Context) -> str:
    return "\n".join(chunk.text for chunk in found.chunks)


def test_names_of_look_alike_places_are_defined(tmp_path: Path) -> None:
    """What followed lines like the last one is there, with the definitions of its names and their provenance."""
    tokens.load()
    case = fixture(SHOP)
    found = ask(case, indexed(case, tmp_path))
    assert "def reserve_item(self, item, amount):" in sent(found)
    assert {chunk.path for chunk in found.chunks} == {"shop/stock.py", "shop/orders.py"}
    assert {chunk.source for chunk in found.chunks} == {"definition", "similar"}
    assert all(chunk.why and chunk.score > 0 for chunk in found.chunks)
    assert found.complete


def test_the_text_round_the_cursor_is_whole(tmp_path: Path) -> None:
    """In a small file prefix and suffix are all of it."""
    case = fixture(SHOP)
    found = ask(case, indexed(case, tmp_path))
    assert found.prefix.text + found.suffix.text == case.text
    assert (found.prefix.first, found.prefix.last) == (0, case.cursor.line)


def long_case(lines: int = 400) -> Fixture:
    """A method deep in a long class, with imports far above."""
    body = "".join(
        f"    def method{number}(self):\n        return self.field{number}\n" for number in range(lines)
    )
    text = (
        f"import os\nfrom shop.stock import Stock\n\nclass Long(\n    Base,\n):\n{body}    def last(self):\n"
    )
    return fixture(
        f"//- shop/stock.py\nclass Stock: ...\n//- long.py\n{text}        return Stock(<cursor>)\n{body}"
    )


def test_scopes_and_imports_out_of_sight_are_shown(tmp_path: Path) -> None:
    """The header of the class that the prefix does not reach is there on one line, and the imports in use."""
    case = long_case()
    found = ask(case, indexed(case, tmp_path), budget=600)
    by_source = {chunk.source: chunk.text for chunk in found.chunks}
    assert by_source["scope"] == "# long.py\nclass Long(Base,):"
    assert "from shop.stock import Stock" in by_source["import"]
    assert "class Long" not in found.prefix.text


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("task", get_args(Task))
def test_the_budget_is_never_exceeded(tmp_path: Path, task: Task, exact: bool) -> None:
    """For each task and budget, what would be sent counts at most the budget, and `tokens` counts it."""
    case = long_case()
    index = indexed(case, tmp_path)
    if exact:
        tokens.load()
    for budget in (0, 1, 7, 64, 100, 333, 1000, 5000):
        found = ask(case, index, budget, task)
        parts = [found.prefix, found.suffix, *found.chunks]
        assert found.tokens == sum(chunk.tokens for chunk in parts) <= budget
        if exact:
            assert all(tokens.count(chunk.text) <= chunk.tokens for chunk in parts)


@pytest.mark.parametrize(
    "text", ["x" * 50_000 + "<cursor>" + "y" * 50_000, "a\r\nb<cursor>c\r\nd\r\n", "<cursor>"]
)
def test_odd_texts_fit_too(tmp_path: Path, text: str) -> None:
    """One endless line is cut, other line endings are kept, an empty text gives an empty context."""
    case = fixture(text)
    found = ask(case, indexed(case, tmp_path), budget=100)
    before, after = text.split("<cursor>")
    assert before.endswith(found.prefix.text) and after.startswith(found.suffix.text)
    assert found.tokens <= 100
    if len(text) < 100:
        assert found.prefix.text + found.suffix.text == before + after


def test_the_saved_version_of_the_own_file_counts_for_nothing(tmp_path: Path) -> None:
    """Whatever the own file was when it was saved, what is gathered is the same: the given text is the truth."""
    case = fixture(SHOP)
    clean = ask(case, indexed(case, tmp_path / "clean"))
    saved = dict(case.files)
    saved[case.path] = case.text.replace("remaining = ", "remaining = stock.forgotten_name(item, amount)") * 3
    stale = Fixture(saved, case.path, case.cursor)
    index = indexed(stale, tmp_path / "stale")
    assert ask(case, index) == clean
    assert "forgotten_name" not in sent(ask(case, index))


def test_the_same_is_gathered_however_the_index_came_about(tmp_path: Path) -> None:
    """Built at once or file by file, in any order, the index leads to the same context."""
    case = fixture(SHOP)
    expected = ask(case, indexed(case, tmp_path))
    index = Index(tmp_path)
    for path in ("shop/returns.py", "shop/orders.py", "shop/other.go", "shop/stock.py"):
        index.update(path, None)
        index.update(path, None)
    index.complete = True
    assert ask(case, index) == expected


def test_a_passed_deadline_leaves_the_text_round_the_cursor(tmp_path: Path) -> None:
    """When there is no time, what is at hand is used, and the context says what is missing."""
    case = fixture(SHOP)
    found = ask(case, indexed(case, tmp_path), deadline=0.0)
    assert found.chunks == ()
    assert found.prefix.text + found.suffix.text == case.text
    assert [one.reason for one in found.left_out] == ["deadline"]


@pytest.mark.parametrize("task", ["explain", "review"])
def test_what_is_mentioned_is_defined(tmp_path: Path, task: Task) -> None:
    """To explain or review a text, the names it uses are defined, not those that might follow."""
    case = fixture(SHOP.replace("remaining = <cursor>", "desk = OrderDesk()<cursor>"))
    found = ask(case, indexed(case, tmp_path), task=task)
    definitions = "".join(chunk.text for chunk in found.chunks if chunk.source == "definition")
    assert "class OrderDesk:" in sent(found)
    assert "class Stock:" in sent(found)
    assert "release_item" not in definitions


def test_an_unbuilt_index_gives_the_own_file(tmp_path: Path) -> None:
    """Before anything is indexed the context is smaller and says that it is not complete."""
    case = fixture(SHOP)
    found = ask(case, Index(case.write(tmp_path)))
    assert not found.complete
    assert found.prefix.text + found.suffix.text == case.text


def test_a_file_that_changed_on_disk_is_not_quoted(tmp_path: Path) -> None:
    """Lines are never taken from a text other than the one that was indexed."""
    case = fixture(SHOP)
    index = indexed(case, tmp_path)
    (tmp_path / "shop/stock.py").write_text("# something else entirely\n" * 20)
    found = ask(case, index)
    assert "something else" not in sent(found)
    assert ("shop/stock.py", "changed on disk since it was indexed") in [
        (one.what, one.reason) for one in found.left_out
    ]


def test_an_asker_with_the_text_gets_only_what_lies_elsewhere(tmp_path: Path) -> None:
    """With the mix for such askers nothing of the text round the cursor is repeated."""
    case = fixture(SHOP)
    document = Document.of(case.path, "python", case.text)
    found = gather(indexed(case, tmp_path), document, case.cursor, "inline", 500, mix=mix_of("outside", 500))
    assert found.prefix.text == found.suffix.text == ""
    assert found.chunks and all(chunk.path != case.path for chunk in found.chunks)


def test_a_position_past_the_end_is_the_end(tmp_path: Path) -> None:
    """No position breaks gathering."""
    case = fixture(SHOP)
    document = Document.of(case.path, "python", case.text)
    found = gather(indexed(case, tmp_path), document, Position(9_999, 9_999), "inline", 500)
    assert found.suffix.text == ""


HASHED = """
import sys
from pathlib import Path
from linnet_context.gather import gather
from linnet_context.index.index import Index
from linnet_context.text import Document, Position
root = Path(sys.argv[1])
index = Index(root)
for _ in index.build():
    pass
text = (root / "shop/returns.py").read_text()
print(gather(index, Document.of("shop/returns.py", "python", text), Position(5, 20), "inline", 300))
"""


@pytest.mark.slow
def test_gathering_does_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    """Two processes with different hash seeds gather the same."""
    fixture(SHOP).write(tmp_path)
    outputs = {
        subprocess.run(
            [sys.executable, "-c", HASHED, str(tmp_path)],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("def f(a, b):\n    pass", "def f(a, b):"),
        ("def f(\n    a,\n    b,\n) -> int:\n    pass", "def f(a, b,) -> int:"),
        ("x = [  # first (\n    1,\n]\n", "x = [  # first (1,]"),
        ("func (c *Client) Get(\n\turl string,\n) error {\n", "func (c *Client) Get(url string,) error {"),
        ("def f(\n" + "    parameter_with_a_long_name,\n" * 20, None),
    ],
)
def test_definition_lines(text: str, head: str | None) -> None:
    """A definition's head is put on one line; one that is too long ends in dots."""
    line = definition_line(text.split("\n"), 0)
    assert line == head or (head is None and line.endswith(" ...") and len(line) < 140)


def test_no_file_is_read_behind_the_deadline(tmp_path: Path) -> None:
    """What was read before is used however late it is; what would have to be read is named as left out."""
    fixture(SHOP).write(tmp_path)
    index = Index(tmp_path)
    for _ in index.build():
        pass
    view = view_of(
        index.corpus("python"), index.own(index.document("shop/returns.py")), "shop/returns.py", 1, 0, 1
    )
    late = Sources(index, view, "python", lambda: True)
    assert (late.lines("shop/stock.py"), late.definition("shop/stock.py", 0)) == ((), "")
    assert late.unread == {"shop/stock.py"}
    assert Sources(index, view, "python").lines("shop/stock.py")
    known = Sources(index, view, "python", lambda: True)
    assert known.lines("shop/stock.py") and known.definition("shop/stock.py", 0) == "class Stock:"
    assert not known.unread


@pytest.mark.parametrize("task", ["inline", "explain", "review", "outside"])
def test_shares_of_every_task_fit_its_budget(task: str) -> None:
    """No mix promises more than there is; a larger budget gives look-alike places no smaller part."""
    mixes = [mix_of(task, budget) for budget in (64, 512, 1_024, 2_048, 8_192)]
    for mix in mixes:
        assert mix.prefix + mix.suffix + mix.frame + mix.installed <= 1
        assert 0 <= mix.places <= 1
    assert [mix.places for mix in mixes] == sorted(mix.places for mix in mixes)
