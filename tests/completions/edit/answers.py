"""Random answers of models to "rewrite this definition": good ones in all their forms, and bad ones of all kinds."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from linnet_completions.edit.change import Span
from linnet_context.text import Document

PYTHON = '''\
"""Prices."""

from __future__ import annotations

import json
from shop.errors import Missing

RATE = 0.19


class Basket:
    """What is to be bought."""

    def __init__(self, items):
        self.items = items

    @property
    def size(self):
        return len(self.items)

    def total(self, strict=False):
        """The sum of all prices."""
        if not self.items and strict:
            raise Missing("nothing")
        amount = 0
        for item in self.items:
            amount += item.price * (1 + RATE)
        return amount


def load(path):
    with open(path) as file:
        rows = json.load(file)
    baskets = []
    for row in rows:
        baskets.append(Basket(row))
    return baskets


def cheapest(baskets):
    best = None
    for basket in baskets:
        if best is None or basket.total() < best.total():
            best = basket
    return best
'''
GO = """\
package shop

import (
\t"errors"
\t"strings"
)

// Basket is what is to be bought.
type Basket struct {
\tItems []Item
}

// Total is the sum of all prices.
func (b *Basket) Total() (int, error) {
\tif len(b.Items) == 0 {
\t\treturn 0, errors.New("nothing")
\t}
\tsum := 0
\tfor _, item := range b.Items {
\t\tsum += item.Price
\t}
\treturn sum, nil
}

func Names(baskets []Basket) string {
\tvar names []string
\tfor _, basket := range baskets {
\t\tnames = append(names, basket.Items[0].Name)
\t}
\treturn strings.Join(names, ", ")
}
"""
TYPESCRIPT = """\
import { Item } from "./item";

export interface Shop {
  name: string;
}

export class Basket {
  constructor(private items: Item[]) {}

  total(rate: number): number {
    let sum = 0;
    for (const item of this.items) {
      sum += item.price * (1 + rate);
    }
    return sum;
  }

  names(): string[] {
    const found: string[] = [];
    for (const item of this.items) {
      found.push(item.name);
    }
    return found;
  }
}

export function cheapest(baskets: Basket[]): Basket | undefined {
  let best: Basket | undefined;
  for (const basket of baskets) {
    if (!best || basket.total(0) < best.total(0)) {
      best = basket;
    }
  }
  return best;
}
"""
RUST = """\
use std::collections::HashMap;

/// What is to be bought.
pub struct Basket {
    items: Vec<u32>,
}

impl Basket {
    pub fn total(&self) -> u32 {
        let mut sum = 0;
        for item in &self.items {
            sum += item;
        }
        sum
    }
}

#[inline]
pub fn count(words: &[String]) -> HashMap<String, usize> {
    let mut found = HashMap::new();
    for word in words {
        *found.entry(word.clone()).or_insert(0) += 1;
    }
    found
}
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A definition of a text, its lines, and lines of its body that may be left out or changed alone."""

    path: str
    language: str
    text: str
    name: str
    span: Span
    imported: str
    comment: str


def _subject(path: str, language: str, text: str, name: str, first: str, last: str, imported: str) -> Subject:
    lines = text.split("\n")
    start = next(number for number, line in enumerate(lines) if line == first)
    end = next(number for number in range(start, len(lines)) if lines[number] == last)
    return Subject(
        path, language, text, name, Span(start, end), imported, "#" if language == "python" else "//"
    )


SUBJECTS = (
    _subject(
        "shop/prices.py", "python", PYTHON, "load", "def load(path):", "    return baskets", "import csv"
    ),
    _subject(
        "shop/prices.py",
        "python",
        PYTHON,
        "total",
        "    def total(self, strict=False):",
        "        return amount",
        "from math import fsum",
    ),
    _subject(
        "shop/prices.py",
        "python",
        PYTHON,
        "size",
        "    @property",
        "        return len(self.items)",
        "import re",
    ),
    _subject(
        "shop/prices.py",
        "python",
        PYTHON,
        "cheapest",
        "def cheapest(baskets):",
        "    return best",
        "import re",
    ),
    _subject("shop/basket.go", "go", GO, "Total", "// Total is the sum of all prices.", "}", 'import "fmt"'),
    _subject(
        "shop/basket.go", "go", GO, "Names", "func Names(baskets []Basket) string {", "}", 'import "sort"'
    ),
    _subject(
        "src/basket.ts",
        "typescript",
        TYPESCRIPT,
        "total",
        "  total(rate: number): number {",
        "  }",
        'import { round } from "./round";',
    ),
    _subject(
        "src/basket.ts",
        "typescript",
        TYPESCRIPT,
        "cheapest",
        "export function cheapest(baskets: Basket[]): Basket | undefined {",
        "}",
        'import { first } from "./first";',
    ),
    _subject(
        "src/basket.rs", "rust", RUST, "total", "    pub fn total(&self) -> u32 {", "    }", "use std::fmt;"
    ),
    _subject("src/basket.rs", "rust", RUST, "count", "#[inline]", "}", "use std::fmt;"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A model's answer to a rewriting of `span` of `document`, and the text that must come of it (None: a refusal)."""

    kind: str
    document: Document
    span: Span
    name: str
    text: str
    expected: str | None
    cut: bool = False


Form = Callable[[random.Random, Subject, list[str]], tuple[str, str | None, bool]]


def answer(chance: random.Random) -> Answer:
    """A random answer about a random definition, in a document with one of two line endings, with or without its last."""
    subject = chance.choice(SUBJECTS)
    fresh = _rewritten(chance, subject)
    kind = chance.choice(list(FORMS))
    said, expected, cut = FORMS[kind](chance, subject, fresh)
    text = subject.text
    if chance.random() < 0.3:
        text, expected = text.replace("\n", "\r\n"), expected and expected.replace("\n", "\r\n")
    if chance.random() < 0.2:
        said = said.replace("\n", "\r\n")
    document = Document.of(subject.path, subject.language, text, chance.randrange(100))
    return Answer(kind, document, subject.span, subject.name, said, expected, cut)


def _rewritten(chance: random.Random, subject: Subject) -> list[str]:
    """Another version of a definition: remarks above some of its lines, a name that is changed."""
    lines = subject.text.split("\n")[subject.span.first : subject.span.last + 1]
    fresh: list[str] = []
    for number, line in enumerate(lines):
        inside = number > 1 and line.strip() not in ("", "}") and not lines[number - 1].rstrip().endswith(",")
        if inside and chance.random() < 0.4:
            indent = line[: len(line) - len(line.lstrip())]
            fresh.append(f"{indent}{subject.comment} Step {chance.randrange(100)}.")
        fresh.append(line)
    if fresh == lines:
        number = next(number for number in range(len(lines) - 1, -1, -1) if lines[number].strip() != "}")
        fresh[number] += f"  {subject.comment} Checked {chance.randrange(100)}."
    return fresh


def _whole(subject: Subject, fresh: Sequence[str]) -> str:
    lines = subject.text.split("\n")
    return "\n".join((*lines[: subject.span.first], *fresh, *lines[subject.span.last + 1 :]))


def _dedented(fresh: Sequence[str]) -> list[str]:
    indent = len(fresh[0]) - len(fresh[0].lstrip())
    return [line[indent:] if not line[:indent].strip() else line for line in fresh]


def _fenced(subject: Subject, lines: Sequence[str], info: str | None = None) -> str:
    return f"```{subject.language if info is None else info}\n" + "\n".join(lines) + "\n```\n"


def _good(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    lines = _dedented(fresh) if chance.random() < 0.5 else fresh
    info = chance.choice([subject.language, "", f"{subject.language} {subject.path}", "code"])
    return _fenced(subject, lines, info), _whole(subject, fresh), False


def _plain(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    lines = _dedented(fresh) if chance.random() < 0.5 else fresh
    return (
        "\n" * chance.randrange(3) + "\n".join(lines) + "\n" * chance.randrange(3),
        _whole(subject, fresh),
        False,
    )


def _with_prose(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    before = chance.choice(
        [
            "Sure! Here is the new version:\n\n",
            "I made the loop clearer. Nothing else changed.\n\n",
            f"`{subject.path}`:\n",
        ]
    )
    after = chance.choice(
        ["", "\nLet me know if you need more.\n", "\nRun it with:\n\n```sh\nmake test\n```\n"]
    )
    return before + _fenced(subject, fresh) + after, _whole(subject, fresh), False


def _bare_prose(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    return "Here is the new version:\n\n" + "\n".join(fresh) + "\n", _whole(subject, fresh), False


def _numbered(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    start = chance.randrange(1, 400)
    mark = chance.choice(["  ", " | ", ": "])
    lines = [f"{number:>4}{mark}{line}" for number, line in enumerate(fresh, start)]
    return _fenced(subject, lines), _whole(subject, fresh), False


def _whole_file(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    whole = _whole(subject, fresh)
    return _fenced(subject, whole.rstrip("\n").split("\n")), whole, False


def _difference(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    """A difference whose line numbers are wrong."""
    old = subject.text.split("\n")[subject.span.first : subject.span.last + 1]
    lines = [
        f"--- a/{subject.path}",
        f"+++ b/{subject.path}",
        f"@@ -{chance.randrange(900)},7 +{chance.randrange(900)},9 @@",
    ]
    lines += [f"-{line}" for line in old] + [f"+{line}" for line in fresh]
    return _fenced(subject, lines, "diff"), _whole(subject, fresh), False


def _importing(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    lines = subject.text.split("\n")
    done = _whole(subject, fresh).split("\n")
    heads = [number for number, line in enumerate(lines) if line.startswith(("import ", "from ", "use "))]
    last = max(heads)
    if lines[last].endswith("("):
        last = lines.index(")", last)
    done.insert(last + 1, subject.imported)
    return _fenced(subject, [subject.imported, "", *fresh]), "\n".join(done), False


def _truncated(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    whole = _fenced(subject, fresh).removesuffix("```\n")
    return whole[: chance.randrange(1, len(whole))], None, False


def _cut(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    whole = "\n".join(fresh)
    return whole[: chance.randrange(len(whole))], None, True


def _other_file(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    other = (
        chance.choice(["shop/other", "lib/deep/stock", "unrelated"]) + "." + subject.path.rpartition(".")[2]
    )
    stated = chance.choice(
        [
            _fenced(subject, fresh, f"{subject.language} {other}"),
            f"`{other}`\n" + _fenced(subject, fresh),
            _fenced(subject, [f"{subject.comment} {other}", *fresh]),
        ]
    )
    return stated, None, False


def _elided(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    mark = chance.choice(["... existing code ...", "rest of the body unchanged", "…"])
    return _fenced(subject, [*fresh[:-1], f"{subject.comment} {mark}", fresh[-1]]), None, False


def _words(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    return (
        chance.choice(["I cannot do that.", "", "```\n```", "The code is fine as it is.", "🐦" * 20]),
        None,
        False,
    )


def _broken(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    lines = list(fresh)
    lines[chance.randrange(len(lines))] += chance.choice([" ((", " }}} {", ' "', " <<<<<<< HEAD"])
    if lines[0].lstrip().startswith(("#", "//")) or any(subject.comment in line for line in lines):
        lines = [line.split(f" {subject.comment} ")[0] for line in lines]
        lines[-1] += " (("
    return _fenced(subject, lines), None, False


def _same(chance: random.Random, subject: Subject, fresh: list[str]) -> tuple[str, str | None, bool]:
    old = subject.text.split("\n")[subject.span.first : subject.span.last + 1]
    return _fenced(subject, old), None, False


FORMS: dict[str, Form] = {
    "good": _good,
    "plain": _plain,
    "with prose": _with_prose,
    "prose and no fence": _bare_prose,
    "line numbers": _numbered,
    "whole file": _whole_file,
    "difference": _difference,
    "import": _importing,
    "truncated": _truncated,
    "cut": _cut,
    "another file": _other_file,
    "elided": _elided,
    "words": _words,
    "broken": _broken,
    "unchanged": _same,
}
