"""Observations: facts about a change that never count as findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from linnet_completions.review.change import Inputs, find_change
from linnet_completions.review.review import review
from linnet_context.index.index import Index
from tests.repositories import Scratch, scratch

from .helpers import reviewed

pytestmark = pytest.mark.slow

BEFORE = """\
import asyncio


def total(prices, tax):
    if not prices:
        return 0
    if tax < 0:
        raise ValueError("tax")
    return sum(prices) * tax


async def save(item):
    await asyncio.sleep(1)
    assert item
    return item


class Store:
    def keep(self, item):
        return item
"""


@pytest.fixture
def made(tmp_path: Path) -> Scratch:
    made = scratch(tmp_path)
    made.commit({"shop/cart.py": BEFORE})
    return made


def observed(made: Scratch, text: str) -> list[tuple[str, int, str]]:
    made.write({"shop/cart.py": text})
    report = reviewed(made.root)
    return [(each.path, each.line + 1, each.kind) for each in report.observations]


@pytest.mark.parametrize(
    ("old", "new", "kind", "line"),
    [
        ("    if not prices:\n        return 0\n", "", "guard", 5),
        ('        raise ValueError("tax")\n', "        tax = 0\n", "raise", 8),
        ("    return item\n\n\nclass", "    print(item)\n\n\nclass", "return", 15),
        ("    assert item\n", "", "assertion", 14),
        ("    await asyncio.sleep(1)\n", "    asyncio.sleep(1)\n", "await", 13),
    ],
)
def test_what_was_taken_away(made: Scratch, old: str, new: str, kind: str, line: int) -> None:
    """A guard, an error, a return, an assertion or an await that went is told, at its place."""
    assert old in BEFORE
    assert observed(made, BEFORE.replace(old, new)) == [("shop/cart.py", line, kind)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("if not prices:", "if len(prices) == 0:"),
        ('raise ValueError("tax")', 'raise ValueError("negative tax")'),
        ("    assert item\n    return item", "    checked = item\n    assert checked\n    return checked"),
        ("class Store:\n    def keep(self, item):\n        return item\n", "class Store:\n    pass\n"),
    ],
)
def test_what_was_only_rewritten(made: Scratch, old: str, new: str) -> None:
    """Another form of the same is nothing, and neither is what went with its whole function."""
    assert old in BEFORE
    assert observed(made, BEFORE.replace(old, new)) == []


def test_callers_left_behind(made: Scratch) -> None:
    """A changed signature names the callers that the change does not touch."""
    made.commit({"shop/till.py": "from shop.cart import total\n\nprint(total([1], 2))\n"})
    made.write({"shop/cart.py": BEFORE.replace("total(prices, tax)", "total(prices, discount, tax)")})
    (found,) = reviewed(made.root).observations
    assert (found.kind, found.line) == ("callers", 3)
    assert found.message == "The parameters of `total` changed; its callers did not: shop/till.py:3."
    made.write({"shop/till.py": "from shop.cart import total\n\nprint(total([1], 0, 2))\n"})
    assert reviewed(made.root).observations == ()


def indexed(made: Scratch, path: str = "shop/cart.py") -> Index:
    index = Index(made.root)
    for _ in index.build([path]):
        pass
    return index


def test_callers_in_the_index(made: Scratch) -> None:
    """With an index callers are those that can mean it: no namesake's, nothing in comments and strings, however many."""
    call = "from shop.cart import total\n\n\ndef pay():\n    # total(1)\n    print('total(1)')\n    total([1], 2)\n    return total([3], 4)\n"
    made.commit(
        {
            "shop/till.py": call,
            "shop/bank.py": "def total(one):\n    return one\n\n\nprint(total(1))\n",
            "shop/__init__.py": "",
            **{f"shop/till{number}.py": call for number in range(9)},
        }
    )
    made.write(
        {
            "shop/cart.py": BEFORE.replace("total(prices, tax)", "total(prices, discount, tax)"),
            "shop/till.py": call.replace("total([1], 2)", "total([1], 0, 2)"),
        }
    )
    change = find_change(made.root, Inputs())
    (found,) = review(change, index=lambda: indexed(made)).observations
    assert found.message == (
        "The parameters of `total` changed; its callers did not: "
        "shop/till.py:8, shop/till0.py:7, shop/till0.py:8 and 16 more."
    )
    made.git("add", "--all")
    assert review(find_change(made.root, Inputs(staged=True)), index=pytest.fail).observations == ()


def test_no_index_is_made_for_nothing(made: Scratch) -> None:
    """Where no signature changed nobody asks for the index."""
    made.write({"shop/cart.py": BEFORE + "x = 1\n"})
    assert review(find_change(made.root, Inputs()), index=pytest.fail).observations == ()


def test_a_parameter_with_a_default_breaks_nobody(made: Scratch) -> None:
    """An optional parameter at the end leaves callers as they are."""
    made.commit({"shop/till.py": "from shop.cart import total\n\nprint(total([1], 2))\n"})
    assert observed(made, BEFORE.replace("total(prices, tax)", "total(prices, tax, rounded=False)")) == []


def test_a_public_function_removed(made: Scratch) -> None:
    """What others may use and is nowhere any more is told; what only moved is not."""
    start = BEFORE.index("async def save")
    end = BEFORE.index("class Store")
    assert ("shop/cart.py", 1, "removed") in observed(made, BEFORE[:start] + BEFORE[end:])
    made.write({"shop/kept.py": "import asyncio\n\n\n" + BEFORE[start:end]})
    report = reviewed(made.root)
    assert [each.kind for each in report.observations] == []


def test_code_without_a_test(made: Scratch) -> None:
    """In a project with tests, code without one is told once."""
    made.commit({"tests/test_cart.py": "def test_total():\n    assert True\n"})
    more = (
        BEFORE
        + "\n\ndef twice(number):\n    double = number * 2\n    print(double)\n    print(number)\n    return double\n"
    )
    assert observed(made, more) == [("shop/cart.py", 1, "untested")]
    made.write({"tests/test_cart.py": "def test_total():\n    assert 1\n"})
    assert reviewed(made.root).observations == ()


def test_a_patch_and_a_commit(made: Scratch) -> None:
    """Commits are observed like the working tree."""
    name = made.commit({"shop/cart.py": BEFORE.replace("    assert item\n", "")})
    assert [each.kind for each in reviewed(made.root, Inputs(commit=name)).observations] == ["assertion"]
