"""Parts of a change made from two texts, for tests."""

from __future__ import annotations

from linnet_completions.review.finding import Finding
from linnet_completions.review.parts import Part, parts_of
from linnet_completions.review.sides import Pair
from linnet_context.diff import between
from linnet_context.git import ChangedFile

BASE = """\
import json


class Cart:
    def total(self, items):
        if not items:
            return 0
        return sum(item.price for item in items)

    def save(self, path):
        with open(path, "w") as file:
            json.dump(self.items, file)
"""
HEAD = """\
import json


class Cart:
    def total(self, items):
        return sum(item.price for item in items) / len(items)

    def save(self, path):
        file = open(path, "w")
        json.dump(self.items, file)
"""


def pair_of(base: str | None, head: str, path: str = "shop/cart.py") -> Pair:
    file = ChangedFile(path, path if base is not None else "", "added" if base is None else "modified")
    return Pair(file, between(path, base, head), base, head)


def parts(
    base: str | None = BASE,
    head: str = HEAD,
    path: str = "shop/cart.py",
    findings: tuple[Finding, ...] = (),
    budget: int = 1400,
) -> tuple[Part, ...]:
    return parts_of(pair_of(base, head, path), findings, budget)


def part(base: str | None = BASE, head: str = HEAD, path: str = "shop/cart.py") -> Part:
    (only,) = parts(base, head, path)
    return only
