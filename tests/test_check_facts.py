"""The script that holds fact sheets against a brute-force search, on a small repository in three languages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixture import FILE

SCRIPT = Path(__file__).parent.parent / "tools/check_facts.py"
SAMPLE = '''\
//- shop/prices.py
"""Says total() and gross() in words."""


class Item:
    def gross(self):
        return self.net * 1.19  # not total(), gross() neither


def total(items):
    return sum(item.gross() for item in items)
//- shop/cart.py
from shop.prices import Item, total

NAMES = "total"


def checkout(names):
    """total() of all."""
    items = [Item(name) for name in names]
    return total(items), total([])
//- tests/test_prices.py
from shop.prices import total


def test_total():
    assert total([]) == 0
//- web/basket.ts
export class Basket {
  sum(): number {
    return 1; // sum()
  }
}

export function render(basket: Basket): string {
  return `${basket.sum()} euros`;
}
//- web/page.ts
import { Basket, render } from "./basket";

export function page(): string {
  return render(new Basket()) + "render";
}
//- stock/level.go
package stock

type Shelf struct{ Count int }

func (s Shelf) Level() int { return s.Count }

func Lowest(shelves []Shelf) int {
\tlowest := 0 // Level()
\tfor _, shelf := range shelves {
\t\tlowest = min(lowest, shelf.Level())
\t}
\treturn lowest
}
'''


@pytest.mark.slow
def test_every_caller_of_the_sample_is_told(tmp_path: Path) -> None:
    """Nothing is missed and nothing invented: comments and strings are no callers, tests and templates' code are."""
    parts = FILE.split(SAMPLE)[1:]
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    command = [sys.executable, str(SCRIPT), "--symbols", "20", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all: 11 of 11 symbols as the search has them; 12 lines told of 12" in done.stdout
