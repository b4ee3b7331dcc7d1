"""How names are ranked: which are proposed at all, what speaks for them, and what the trees make of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linnet_context.company import COMPANY_SIGNS, company_of
from linnet_context.evidence import Evidence, evidence, scene_of
from linnet_context.forest import LEAVES, Forest, shipped
from linnet_context.index.index import Index
from linnet_context.index.places import View, view_of
from linnet_context.rank import likeliest, linear, upcoming
from linnet_context.signs import SIGNS, Signs, signs_of
from linnet_context.text import Document
from linnet_context.weights import BIAS, NAMES
from tests.fixture import fixture

SHOP = """\
//- shop/stock.py
class Stock:
    def __len__(self):
        return 1

    def reserve_item(self, item, amount):
        return self.release_item(item) - amount

    def release_item(self, item):
        return item

def count_parcels(stock: Stock):
    return stock
//- shop/orders.py
from shop.stock import Stock, count_parcels

def place_order(stock: Stock, item, amount):
    remaining = stock.reserve_item(item, amount)
    return remaining
//- shop/returns.py
from shop.stock import Stock, count_parcels

def take_back(stock: Stock, item, amount):
    remaining = <cursor>
"""
Scene = tuple[Index, Document, View, Evidence]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    case = fixture(SHOP)
    index = Index(case.write(tmp_path))
    for _ in index.build():
        pass
    document = Document.of(case.path, "python", case.text)
    own, at = index.own(document), case.cursor.line
    view = view_of(index.corpus("python"), own, case.path, at, 1, len(own.lines))
    return index, document, view, evidence(index, document, view, ["shop/stock.py"])


def found_signs(scene: Scene) -> Signs:
    return signs_of(scene_of(*scene))


def by_name(scene: Scene) -> dict[str, dict[str, float]]:
    """The signs of the names that are proposed."""
    found = found_signs(scene)
    names = scene[2].corpus.vocabulary.names
    return {
        names[number]: dict(zip(SIGNS, row.tolist(), strict=True))
        for number, row in zip(found.names.tolist(), found.table, strict=True)
    }


def test_the_linear_model_is_the_weighted_sum_of_the_signs(scene: Scene) -> None:
    """Every weight is that of a sign, so that weights can be fitted on what the product computes."""
    assert set(NAMES) <= set(SIGNS)
    expected = [
        BIAS + sum(NAMES.get(sign, 0) * value for sign, value in row.items())
        for row in by_name(scene).values()
    ]
    assert linear(found_signs(scene)).tolist() == pytest.approx(expected)


def test_names_that_are_known_or_undefined_are_not_proposed(scene: Scene) -> None:
    """What stands on the lines round the cursor needs no ranking; what nobody defines cannot be shown."""
    proposed = by_name(scene)
    assert {"reserve_item", "release_item", "count_parcels", "place_order"} <= set(proposed)
    assert {"take_back", "amount", "remaining", "Stock"}.isdisjoint(proposed)


def test_signs_say_what_is_known_of_a_name(scene: Scene) -> None:
    """Imports, classes of names near by, kinds and use in places alike each have their sign."""
    proposed = by_name(scene)
    imported, member = proposed["count_parcels"], proposed["reserve_item"]
    assert imported["imported_unused"] == imported["functions"] == imported["imported_file"] == 1
    assert member["methods"] == 1 and member["imported"] == 0
    assert member["near_parent"] > 0 and member["like_parent"] > 0
    assert member["continuation"] > proposed["place_order"]["continuation"]


def test_company_counts_uses_behind_the_names_of_the_last_lines(scene: Scene) -> None:
    """What stands behind a line with the same names, and in recent files, is told from what does not."""
    place = scene_of(*scene)
    names = scene[2].corpus.vocabulary.known(["reserve_item", "release_item"])
    table = company_of(place, names)
    assert table.shape == (2, len(COMPANY_SIGNS))
    spelled = [place.view.corpus.vocabulary.names[number] for number in names.tolist()]
    rows = {
        name: dict(zip(COMPANY_SIGNS, row.tolist(), strict=True))
        for name, row in zip(spelled, table, strict=True)
    }
    assert rows["reserve_item"]["behind_all"] > rows["release_item"]["behind_all"] >= 0
    assert rows["release_item"]["used_lately"] > 0
    assert rows["release_item"]["length"] == len("release_item")


def test_an_import_that_is_not_used_yet_comes_first(scene: Scene) -> None:
    """Whoever imports a name wants it; trees and linear model agree on that."""
    signs = found_signs(scene)
    names = scene[2].corpus.vocabulary.names
    assert names[signs.names[np.argmax(linear(signs))]] == "count_parcels"
    for forest in (shipped("names"), None):
        assert upcoming(scene_of(*scene), forest)[0][0].name == "count_parcels"


def test_the_linear_model_lets_the_likeliest_through(scene: Scene) -> None:
    """Rows come in the order of the table, and no more of them than asked for."""
    place, signs = scene_of(*scene), found_signs(scene)
    rows = likeliest(place, signs, 2)
    assert len(rows) == 2 and rows.tolist() == sorted(rows.tolist())
    assert set(np.argsort(-linear(signs))[:2].tolist()) == set(rows.tolist())


def test_trees_add_what_the_reached_leaves_hold() -> None:
    """At a split, what is greater than the threshold goes right; the leaves of all trees are summed."""
    # Tree 0: x0 <= 1 ? (x1 <= 5 ? 10 : 20) : 30. Tree 1: a single leaf, 1.
    columns = np.array([[0, 0], [1, 0]], np.uint8)
    thresholds = np.array([[1, np.inf], [5, np.inf]], np.float32)
    masks = np.array([[0xFFFF ^ 0b011, 0], [0xFFFF ^ 0b001, 0]], np.uint16)
    leaves = np.zeros((LEAVES, 2), np.float32)
    leaves[:3, 0], leaves[0, 1] = (10, 20, 30), 1
    forest = Forest(columns, thresholds, masks, leaves)
    table = np.array([[1.0, 5.0], [1.0, 5.1], [1.1, 0.0]])
    assert forest.odds(table).tolist() == [11, 21, 31]


def test_the_shipped_trees_fit_the_signs() -> None:
    """They are small, look at signs that there are, and every leaf is finite."""
    forest = shipped("names")
    assert forest is not None
    assert forest.columns.max() < len(SIGNS) + len(COMPANY_SIGNS)
    assert np.isfinite(forest.leaves).all()
    assert (
        sum(array.nbytes for array in (forest.columns, forest.thresholds, forest.masks, forest.leaves))
        < 100_000
    )
