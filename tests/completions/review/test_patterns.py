"""Our own rules: each finds what it is for, and says nothing of code that only looks like it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from linnet_completions.review.patterns import PATTERNS, matches
from linnet_completions.review.patterns.engine import Pattern
from linnet_context.text import Position

DATA = Path(__file__).parent / "data" / "patterns"
ENDINGS = {
    "python": "py",
    "javascript": "js",
    "typescript": "ts",
    "go": "go",
    "rust": "rs",
    "java": "java",
    "c": "c",
    "cpp": "cpp",
}
_HEAD = re.compile(r"^=== (\S+) (bad|good)\n", re.MULTILINE)
_PATH = re.compile(r"// path: (\S+)\n")


class Sample(NamedTuple):
    """Code of one language that a rule should find, or should not."""

    language: str
    rule: str
    kind: str
    code: str

    @property
    def path(self) -> str:
        named = _PATH.match(self.code)
        return named[1] if named else f"src/module.{ENDINGS[self.language]}"


def samples() -> Iterator[Sample]:
    for file in sorted(DATA.glob("*.txt")):
        parts = _HEAD.split(file.read_text(encoding="utf-8"))[1:]
        for rule, kind, code in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            yield Sample(file.stem, rule, kind, code)


SAMPLES = list(samples())


def identity(sample: Sample) -> str:
    return f"{sample.language}-{sample.rule}-{sample.kind}"


@pytest.mark.parametrize("sample", SAMPLES, ids=identity)
def test_samples(sample: Sample) -> None:
    """Bad code has exactly the finding that its sample names; good code has none."""
    found = {each.rule for each in matches(sample.path, sample.code, PATTERNS)}
    assert found == ({f"pattern/{sample.rule}"} if sample.kind == "bad" else set())


def test_every_rule_has_samples() -> None:
    """Each rule has bad and good samples in each of its languages; TypeScript and C++ share most of JavaScript's, C's."""
    shared = {"typescript", "tsx", "cpp"}
    known = {(each.rule, each.language, each.kind) for each in SAMPLES}
    needed = {
        (rule.name, language, kind)
        for rule in PATTERNS
        for language in rule.languages
        for kind in ("bad", "good")
        if language not in shared or not rule.languages & {"javascript", "c"}
    }
    assert sorted(needed - known) == []


def test_places_count_characters() -> None:
    """Columns count characters, whatever their width in bytes."""
    (found,) = matches("a.js", 'const é = "日本😀"; new TypeError("x");\n', PATTERNS)
    assert (found.start, found.end) == (Position(0, 17), Position(0, 35))


def test_a_fix_says_what_to_write() -> None:
    """A dropped error is mended by throwing it."""
    (found,) = matches("a.js", 'function f() {\n  new Error("x");\n}\n', PATTERNS)
    assert found.fix is not None
    assert [(each.text, each.start) for each in found.fix.edits] == [('throw new Error("x")', Position(1, 2))]


@pytest.mark.parametrize(
    "text",
    [
        "x = " + " && ".join(["a"] * 3000),
        "x = " + "f(" * 5000 + ")" * 5000 + " && " + "f(" * 5000 + ")" * 5000,
        "if (a) { } else " * 1000,
        "\udce9 if (",
        "",
        "\0",
    ],
)
def test_odd_texts_have_an_answer(text: str) -> None:
    """Nothing in a text makes the search fail."""
    assert isinstance(matches("a.js", text, PATTERNS), tuple)


def test_a_language_without_rules() -> None:
    """A file that no rule speaks of has no findings."""
    rule = Pattern("x", frozenset({"go"}), "info", "x", "x", {"kind": "identifier"})
    assert matches("a.rb", "x = 1", (rule,)) == matches("a.py", "x = 1", (rule,)) == ()
