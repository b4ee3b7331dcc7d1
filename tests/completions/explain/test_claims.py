"""Claims of explanations: places are linked, what is not there is marked, and pieces make no difference."""

from __future__ import annotations

import random

import pytest

from linnet_completions.explain.claims import Checker, Ground, whole

NAMES = {"total", "Basket", "price"}
LINKED = Ground(
    {"shop/basket.py": 40}.get, lambda name: name in NAMES, lambda path, line: f"file:///w/{path}#L{line}"
)
PLAIN = Ground(LINKED.lines, LINKED.known)
LINK = "(file:///w/shop/basket.py#L12)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See shop/basket.py:12.", f"See [shop/basket.py:12]{LINK}."),
        ("See `shop/basket.py:12-14`, then", f"See [`shop/basket.py:12-14`]{LINK}, then"),
        ("See shop/basket.py:41.", "See shop/basket.py:41 *(no such place)*."),
        ("See (shop/other.py:3)", "See (shop/other.py:3 *(no such place)*)"),
        ("See [the basket](shop/basket.py#L12).", f"See [the basket]{LINK}."),
        ("See [more](https://evil.example/?q=x) ![x](http://evil.example/p.png)", "See more x"),
        (
            "`total` and `Basket.price()` and `vanish()`",
            "`total` and `Basket.price()` and `vanish()` *(not found)*",
        ),
        ("`Basket.vanish`", "`Basket.vanish` *(not found)*"),
        ("`a + b` and `x = 1`", "`a + b` and `x = 1`"),
        ("At 12:30 in version 1.2:3 of it", "At 12:30 in version 1.2:3 of it"),
        (
            "```python\nvanish() # a.py:3 `x`\n```\n`vanish`",
            "```python\nvanish() # a.py:3 `x`\n```\n`vanish` *(not found)*",
        ),
        ("* `total`\n* `gone`\n", "* `total`\n* `gone` *(not found)*\n"),
        ("", ""),
    ],
)
def test_claims(text: str, expected: str) -> None:
    """Each claim that can be looked up is, and code blocks stay as they are."""
    assert whole(text, LINKED) == expected


def test_without_links_places_stay_as_they_are() -> None:
    """On a terminal only what is wrong is marked."""
    assert (
        whole("shop/basket.py:12 shop/basket.py:99", PLAIN)
        == "shop/basket.py:12 shop/basket.py:99 *(no such place)*"
    )


def test_pieces_make_no_difference() -> None:
    """However a text is cut, the same comes out, and whole words come at once."""
    text = "The `total` of shop/basket.py:12 is `gone`.\n\n```\n`gone`\n```\nSee [x](shop/basket.py#L12) and `Basket` now.\n"
    expected = whole(text, LINKED)
    chance = random.Random(5)
    for _ in range(200):
        checker, out, at = Checker(LINKED), "", 0
        while at < len(text):
            size = chance.randrange(1, 12)
            out += checker.feed(text[at : at + size])
            at += size
        assert out + checker.finish() == expected
    assert Checker(LINKED).feed("It sums all ") == "It sums all "
