"""How names are ranked: what each sign is worth, and which names are proposed at all."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from linnet_context.index.index import Index
from linnet_context.index.places import View, view_of
from linnet_context.rank import Evidence, evidence, odds
from linnet_context.text import Document
from linnet_context.weights import NAMES, Weights
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


def by_name(scene: Scene, weights: Weights) -> dict[str, float]:
    """The odds of the names that are proposed."""
    found = odds(*scene, weights)
    names = scene[2].corpus.vocabulary.names
    return {names[number]: float(found[number]) for number in np.flatnonzero(np.isfinite(found))}


def test_odds_are_the_weighted_sum_of_the_signs(scene: Scene) -> None:
    """A weight of one and all others nothing give a sign; so weights can be fitted on what the product computes."""
    sums = dict.fromkeys(by_name(scene, NAMES), 0.0)
    for field in fields(Weights):
        for name, sign in by_name(scene, Weights(**{field.name: 1.0})).items():
            sums[name] += getattr(NAMES, field.name) * sign
    assert sums == pytest.approx(by_name(scene, NAMES))


def test_names_that_are_known_or_undefined_are_not_proposed(scene: Scene) -> None:
    """What stands on the lines round the cursor needs no ranking; what nobody defines cannot be shown."""
    proposed = by_name(scene, NAMES)
    assert {"reserve_item", "release_item", "count_parcels", "place_order"} <= set(proposed)
    assert {"take_back", "amount", "remaining", "Stock"}.isdisjoint(proposed)


def test_an_import_that_is_not_used_yet_comes_first(scene: Scene) -> None:
    """Whoever imports a name wants it."""
    proposed = by_name(scene, NAMES)
    assert max(proposed, key=proposed.__getitem__) == "count_parcels"
