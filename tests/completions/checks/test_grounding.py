"""No name that is known not to exist is inserted; where nobody can know, nothing is taken away."""

from __future__ import annotations

from pathlib import Path

import pytest

from linnet_completions.worker.workshop import Workshop
from linnet_context.text import Document
from tests.fixture import Fixture, fixture

SHOP = """//- shop/__init__.py
//- shop/prices.py
import datetime

def discount(item, percent=0):
    return item.price * percent

def anything(*args, **kwargs):
    return args

class Basket:
    def __init__(self):
        self.items = []

    def total(self):
        return sum(self.items)
//- shop/lazy.py
def __getattr__(name):
    return name
"""
PYTHON = SHOP + "//- main.py\nfrom shop import prices, lazy\nfrom shop.prices import discount, Basket\n"
CLASS = PYTHON + "class Cart(Basket):\n    def add(self, item):\n        <cursor>\n"
OPEN_CLASS = PYTHON + "import other\nclass Cart(other.Base):\n    def add(self, item):\n        <cursor>\n"
HERE = PYTHON + "item = 1\n<cursor>\n"
GO = (
    "//- a.go\npackage a\n\nfunc f(count int) int {\n\t<cursor>\n}\n//- b.go\npackage a\n\nfunc helper() {}\n"
)
SCRIPT = "//- a.ts\nfunction f(count: number) {\n  <cursor>\n}\n"


def folder(found: Fixture, root: Path) -> Workshop:
    """A workspace that is known completely, with the file under the cursor open."""
    workshop = Workshop(found.write(root))
    language = {"py": "python", "go": "go", "ts": "typescript"}[found.path.rpartition(".")[2]]
    workshop.opened(Document.of(found.path, language, found.text))
    index = workshop.index
    assert index is not None
    for _ in index.build():
        pass
    return workshop


@pytest.mark.parametrize(
    ("case", "text", "written", "left"),
    [
        ("a name that exists nowhere", HERE, "quux(1)", None),
        ("a name of the file", HERE, "x = item", "x = item"),
        ("a builtin", HERE, "print(len([]))", "print(len([]))"),
        ("a name of the workspace, which can be imported", HERE, "x = anything(1)", "x = anything(1)"),
        ("a name that the text binds itself", HERE, "[quux for quux in range(3)]", "[quux for quux in range(3)]"),
        ("a parameter of the text's own", HERE, "f = lambda quux: quux + 1", "f = lambda quux: quux + 1"),
        ("an argument that exists nowhere", HERE, "discount(item, quux)", "discount(item"),
        ("a later line", HERE, "x = discount(item)\nprint(quux)", "x = discount(item)"),
        ("an attribute of a module", HERE, "prices.discount(item)", "prices.discount(item)"),
        ("an attribute that a module lacks", HERE, "prices.rebate(item)", None),
        ("an attribute of a module with any", HERE, "lazy.rebate", "lazy.rebate"),
        ("an attribute of something else", HERE, "item.rebate", "item.rebate"),
        ("an import", HERE, "from shop.prices import anything", "from shop.prices import anything"),
        ("an import of a module", HERE, "from shop import lazy", "from shop import lazy"),
        ("an import of what is not there", HERE, "from shop.prices import rebate", None),
        ("an import from elsewhere", HERE, "from requests import rebate", "from requests import rebate"),
        ("a keyword", HERE, "discount(item, percent=3)", "discount(item, percent=3)"),
        ("a keyword that is not taken", HERE, "discount(item, share=3)", "discount(item"),
        ("any keyword", HERE, "x = anything(share=3)", "x = anything(share=3)"),
        ("too many arguments", HERE, "discount(item, 1, 2)", "discount(item, 1"),
        ("arguments nobody can count", HERE, "discount(*item, 2, 3)", "discount(*item, 2, 3)"),
        ("an attribute of a class", CLASS, "self.items.append(item)", "self.items.append(item)"),
        ("an attribute of no class here", CLASS, "self.quux.append(item)", None),
        ("an attribute that is made here", CLASS, "self.quux = item", "self.quux = item"),
        ("an attribute of an unknown base", OPEN_CLASS, "self.quux.append(item)", "self.quux.append(item)"),
        ("an unknown name in Go", GO, "return quux(count)", None),
        ("a name of the package in Go", GO, "helper()", "helper()"),
        ("a predeclared name in Go", GO, "return len(\"a\") + count", "return len(\"a\") + count"),
        ("a blank in Go", GO, "_, err := f(1)", "_, err := f(1)"),
        ("an unknown function in TypeScript", SCRIPT, "return quux(count)", None),
        ("a global in TypeScript", SCRIPT, "return parseInt(count)", "return parseInt(count)"),
        ("a class of the browser", SCRIPT, "return new QuuxObserver(count)", "return new QuuxObserver(count)"),
    ],
)  # fmt: skip
def test_grounding(case: str, text: str, written: str, left: str | None, tmp_path: Path) -> None:
    """What of a text is left: all of it, what comes before the first wrong name, or nothing."""
    found = fixture(text)
    result = folder(found, tmp_path).judge(found.path, found.cursor, written)
    assert (result.insertion.text if result.insertion else None) == left
    assert bool(result.reason) == (left != written)


def test_while_the_workspace_is_not_known_nothing_is_taken_away(tmp_path: Path) -> None:
    """An index that is still being built says nothing about what does not exist."""
    found = fixture(HERE)
    workshop = Workshop(found.write(tmp_path))
    workshop.opened(Document.of(found.path, "python", found.text))
    assert workshop.index is not None and not workshop.index.complete
    result = workshop.judge(found.path, found.cursor, "quux(1)")
    assert result.insertion is not None and not result.reason
