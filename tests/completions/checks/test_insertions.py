"""Two thousand insertions in eight languages: true ones, broken ones, and what of them may be accepted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

import pytest

from linnet_completions.worker.workshop import Workshop
from linnet_context.syntax import errors, parse
from linnet_context.text import Document, Position

pytestmark = pytest.mark.slow

EACH = 250
TEXTS = {
    "python": (
        "import shop\n\n\nclass Cart:\n    def __init__(self, items):\n        self.items = list(items)\n\n"
        "    def total(self, rate=1.0):\n        result = 0\n        for item in self.items:\n"
        "            if item.price > 0:\n                result += item.price * rate\n"
        '        return f"{result:.2f}"\n\n\ndef main():\n    cart = Cart([shop.item(1), shop.item(2)])\n'
        "    print({'total': cart.total(rate=2), 'n': [x for x in cart.items if x]})\n"
    ),
    "javascript": (
        "import { item } from './shop';\n\nexport class Cart {\n  constructor(items) {\n    this.items = [...items];\n  }\n\n"
        "  total(rate = 1) {\n    const prices = this.items.map((one) => one.price * rate);\n"
        "    if (prices.length === 0) {\n      return null;\n    }\n    return `${prices.reduce((a, b) => a + b, 0)}`;\n  }\n}\n"
    ),
    "typescript": (
        "interface Item { price: number; name?: string }\n\nexport function total(items: Item[], rate: number = 1): number {\n"
        "  let result = 0;\n  for (const one of items) {\n    result += one.price * rate;\n  }\n"
        "  return Math.max(result, 0);\n}\n\nconst make = (price: number): Item => ({ price, name: 'x' });\n"
    ),
    "go": (
        'package cart\n\nimport "fmt"\n\ntype Item struct {\n\tPrice int\n\tName  string\n}\n\n'
        "func Total(items []Item, rate int) (int, error) {\n\tresult := 0\n\tfor _, one := range items {\n"
        '\t\tif one.Price < 0 {\n\t\t\treturn 0, fmt.Errorf("bad %s", one.Name)\n\t\t}\n\t\tresult += one.Price * rate\n\t}\n'
        "\treturn result, nil\n}\n"
    ),
    "rust": (
        "pub struct Item {\n    pub price: u32,\n}\n\nimpl Item {\n    pub fn new(price: u32) -> Self {\n        Self { price }\n    }\n}\n\n"
        "pub fn total(items: &[Item], rate: u32) -> Option<u32> {\n    let mut result = 0;\n    for one in items {\n"
        "        result += one.price * rate;\n    }\n    if result > 0 {\n        Some(result)\n    } else {\n        None\n    }\n}\n"
    ),
    "java": (
        "package shop;\n\nimport java.util.List;\n\npublic class Cart {\n    private final List<Item> items;\n\n"
        "    public Cart(List<Item> items) {\n        this.items = items;\n    }\n\n    public int total(int rate) {\n"
        "        int result = 0;\n        for (Item one : items) {\n            result += one.price() * rate;\n        }\n"
        "        return Math.max(result, 0);\n    }\n}\n"
    ),
    "c": (
        '#include <stdio.h>\n\nstruct item {\n    int price;\n};\n\nint total(const struct item *items, int n) {\n'
        "    int result = 0;\n    for (int i = 0; i < n; i++) {\n        result += items[i].price;\n    }\n"
        '    printf("%d\\n", result);\n    return result;\n}\n'
    ),
    "cpp": (
        "#include <vector>\n\nnamespace shop {\n\nclass Cart {\n public:\n  explicit Cart(std::vector<int> items) : items_(items) {}\n\n"
        "  int total(int rate) const {\n    int result = 0;\n    for (auto one : items_) {\n      result += one * rate;\n    }\n"
        "    return result;\n  }\n\n private:\n  std::vector<int> items_;\n};\n\n}  // namespace shop\n"
    ),
}  # fmt: skip


def cut_out(text: str, rng: random.Random) -> tuple[str, str, str]:
    """A text without the rest of a line (up to two more, or up to its closing signs), in three parts."""
    start = rng.randrange(len(text) - 1)
    end = text.find("\n", start)
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        end = max(end, text.find("\n", end + 1))
    end = len(text) - 1 if end < 0 else end
    while end > start and text[end - 1] in ")]}>\"';:," and rng.random() < 0.5:
        end -= 1
    return text[:start], text[start:end], text[end:]


def broken(written: str, rng: random.Random) -> str:
    """What a model may make of a text: half of it, too much of it, other brackets, marks, other names."""
    at = rng.randrange(len(written) + 1)
    return rng.choice(
        (
            written,
            written,
            written[:at],
            written[:at] + rng.choice(")]}({[\"'`;:,.\\") + written[at:],
            written + rng.choice((")", "}", "]", "\n}", "\n\n}\n", " )", '"""', "*/", "\r\n")),
            written + "\n" + written,
            written[:at] + "quux_" + written[at:],
            "```\n" + written + "\n```",
            written[::-1],
            written.replace("    ", "\t"),
        )
    )


def cases(language: str) -> Iterator[tuple[str, str, str]]:
    rng = random.Random(f"insertions {language}")
    for _ in range(EACH):
        before, written, after = cut_out(TEXTS[language], rng)
        yield before, broken(written, rng), after


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_what_may_be_accepted_breaks_nothing(language: str) -> None:
    """No new syntax error where there was none, no text lost, and a range that the line has; most true texts stay."""
    workshop, accepted = Workshop(None), 0
    for number, (before, proposed, after) in enumerate(cases(language)):
        text = before + after
        document = Document.of(f"case{number}", language, text)
        place = Position(before.count("\n"), len(before) - before.rfind("\n") - 1)
        workshop.opened(document)
        insertion = workshop.judge(document.path, place, proposed).insertion
        workshop.closed(document.path)
        if insertion is None:
            continue
        accepted += 1
        rest = document.after(place)
        assert 0 <= insertion.replaced <= len(rest)
        left = iter(insertion.text)
        assert all(letter in left for letter in rest[: insertion.replaced])
        end = Position(place.line, place.column + insertion.replaced)
        written, _ = document.edited(place, end, insertion.text, 2)
        assert written.text().startswith(before) and written.text().endswith(after[insertion.replaced :])
        if not problems(document):
            assert waits_or_is_whole(language, before + insertion.text, after[insertion.replaced :]), (
                insertion
            )
    assert accepted > EACH // 5


def problems(document: Document) -> int:
    tree = parse(document)
    assert tree is not None
    return len(errors(tree))


ENDINGS = ("", "_", ";", "_;", ": pass", "_: pass", " {}", " _ {}", " = _;", " = _", " in _: pass", " in _", " finally {}",
           ' from "_"', ' "_"', " catch (...) {}", "\n def _(): pass", '"""', "`", "'''")  # fmt: skip


def waits_or_is_whole(language: str, before: str, after: str) -> bool:
    """Whether some way to go on makes a text without errors, parsed from nothing."""
    closers = ["".join(signs) for size in range(5) for signs in product(")]}", repeat=size)]
    return any(
        not problems(Document.of("x", language, before + ending + after))
        for closer in closers
        for ending in (closer + end for end in ENDINGS)
    ) or any(
        not problems(Document.of("x", language, before + " _" + closer + end + after))
        for closer in closers
        for end in ENDINGS
    )
