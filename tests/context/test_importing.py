"""An accepted text brings the imports that it needs, and none twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from linnet_completions.worker.workshop import Workshop
from linnet_context.languages import language_of
from linnet_context.text import Document, Position
from tests.fixture import fixture

SHOP = """//- shop/__init__.py
//- shop/prices.py
RATE = 2

def discount(item):
    return item * RATE

def twice(item):
    return item
//- shop/other.py
def twice(item):
    return 2 * item
class Basket:
    def inner(self):
        pass
//- tests/test_shop.py
def only_in_tests():
    pass
"""
WEB = """//- web/cart.ts
export function total(items: number[]) {
  return items.length;
}
function hidden() {}
"""


@pytest.mark.parametrize(
    ("files", "text", "line", "expected"),
    [
        (SHOP, "//- main.py\nx = discount(1)<cursor>\n", 0, [(0, "from shop.prices import discount")]),
        (SHOP, '//- main.py\n"""Doc."""\nx = discount(1)<cursor>\n', 1, [(1, "from shop.prices import discount")]),
        (SHOP, "//- main.py\nimport os\n\nx = Basket()<cursor>\n", 2, [(1, "from shop.other import Basket")]),
        (SHOP, "//- main.py\nfrom os import (\n    path,\n)\nx = RATE<cursor>\n", 3, [(3, "from shop.prices import RATE")]),
        (SHOP, "//- main.py\nfrom shop.prices import discount\nx = discount(1)<cursor>\n", 1, []),
        (SHOP, "//- main.py\ny = discount\nx = discount(1)<cursor>\n", 1, []),
        (SHOP, "//- main.py\nx = twice(1)<cursor>\n", 0, []),  # It is defined in two files.
        (SHOP, "//- main.py\nx = inner(1)<cursor>\n", 0, []),  # It is no name of a module.
        (SHOP, "//- main.py\nx = only_in_tests()<cursor>\n", 0, []),
        (SHOP, "//- main.py\nx = len([discount for discount in y])<cursor>\n", 0, []),
        (SHOP, "//- main.py\nx = print(nobody)<cursor>\n", 0, []),
        (WEB, '//- web/main.ts\nimport a from "a";\nconst x = total([1]);<cursor>\n', 1,
         [(1, 'import { total } from "./cart";')]),
        (WEB, "//- main.ts\nconst x = total([1])<cursor>\n", 0, [(0, 'import { total } from "./web/cart"')]),
        (WEB, "//- web/main.ts\nconst x = hidden()<cursor>\n", 0, []),
    ],
)  # fmt: skip
def test_imports(files: str, text: str, line: int, expected: list[tuple[int, str]], tmp_path: Path) -> None:
    """One row a case: the workspace, a document whose last line was accepted, the lines that it needs."""
    found = fixture(files + text)
    workshop = Workshop(found.write(tmp_path))
    document = Document.of(found.path, language_of(found.path) or "", found.text)
    workshop.opened(document)
    index = workshop.index
    assert index is not None
    for _ in index.build():
        pass
    assert list(workshop.imports(found.path, Position(line, 0), document.line(line))) == expected
