"""Lines of look-alike places are valued by trees, and by a hand-made sum where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linnet_context.evidence import Evidence, evidence
from linnet_context.forest import shipped
from linnet_context.index.index import Index
from linnet_context.index.places import View, view_of
from linnet_context.lines import LINE_SIGNS, by_hand, lines_of, valued_lines
from linnet_context.pack import Sources
from linnet_context.text import Document
from tests.fixture import fixture

SHOP = """\
//- shop/returns.py
from shop.stock import Stock

def take_back(stock: Stock, item, amount):
    # what came back
    remaining = stock.count_parcels(item)
    <cursor>

//- shop/orders.py
from shop.stock import Stock

def place_order(stock: Stock, item, amount):
    remaining = stock.count_parcels(item)
    stock.reserve_item(item, amount)
    # a comment
    return remaining

//- shop/stock.py
class Stock:
    def count_parcels(self, item): ...

    def reserve_item(self, item, amount): ...
"""


@pytest.fixture
def place(tmp_path: Path) -> tuple[Evidence, View, Sources]:
    case = fixture(SHOP)
    index = Index(case.write(tmp_path))
    for _ in index.build():
        pass
    document = Document.of(case.path, "python", case.text)
    own, at = index.own(document), case.cursor.line
    view = view_of(index.corpus("python"), own, document.path, at, 0, len(own.lines))
    return evidence(index, document, view, ["shop/orders.py"]), view, Sources(index, view, "python")


def test_signs_say_what_is_known_of_a_line(place: tuple[Evidence, View, Sources]) -> None:
    """Places, names, what stands above, the file and the shape each have their sign."""
    found, view, sources = place
    lines, table = lines_of(found, {"reserve_item": 0.5}, view, sources.lines)
    texts = [line.bare for line in lines["shop/orders.py"]]
    start = sum(len(some) for path, some in list(lines.items()) if path < "shop/orders.py")
    start = 0 if next(iter(lines)) == "shop/orders.py" else start
    rows = {
        text: dict(zip(LINE_SIGNS, row.tolist(), strict=True))
        for text, row in zip(texts, table[start:], strict=False)
    }
    wanted = rows["stock.reserve_item(item, amount)"]
    assert wanted["promise"] == wanted["best_promise"] == 0.5
    assert wanted["alike_above"] == 1 and wanted["calls"] == 1 and wanted["assigns"] == 0
    assert wanted["recent_file"] == wanted["same_folder"] == 1 and wanted["own_file"] == 0
    assert wanted["deeper"] == 0 and wanted["continuations"] > 0
    assert "a comment" not in texts and "remaining = stock.count_parcels(item)" not in texts


@pytest.mark.parametrize("with_trees", [True, False], ids=["trees", "by hand"])
def test_what_followed_the_last_line_is_worth_most(
    with_trees: bool, place: tuple[Evidence, View, Sources]
) -> None:
    """Both ways agree on a plain case, and every value is finite and not negative."""
    found, view, sources = place
    forest = shipped("lines") if with_trees else None
    lines = valued_lines(found, {"reserve_item": 0.5}, view, sources.lines, forest)
    best = max((line for some in lines.values() for line in some), key=lambda line: line.value)
    assert best.bare in {"stock.reserve_item(item, amount)", "return remaining"}
    values = [line.value for some in lines.values() for line in some]
    assert np.isfinite(values).all() and min(values) >= 0


def test_the_shipped_trees_fit_the_signs() -> None:
    """They look at signs that there are, and both tables together stay small."""
    forest = shipped("lines")
    assert forest is not None
    assert forest.columns.max() < len(LINE_SIGNS)
    assert np.isfinite(forest.leaves).all()
    assert by_hand(np.zeros((0, len(LINE_SIGNS)))).tolist() == []
