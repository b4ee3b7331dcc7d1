"""Outlines: definitions, references, imports and docstrings of one sample per language."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet_context.languages import language_of
from linnet_context.outline import Definition, Outline, docstring, enclosing, outline
from tests.fixture import expect

HERE = Path(__file__).parent
SAMPLES = sorted(path.name for path in (HERE / "data").iterdir() if path.stem.lower() == "sample")


def described(text: str, language: str) -> str:
    """An outline as text: one line each, docstrings below their definitions."""
    found = outline(text, language)
    lines = []
    for item in found.definitions:
        place = f"{item.line + 1}:{item.column + 1}-{item.end_line + 1}"
        owner = f"{item.parent}." if item.parent else ""
        lines.append(f"{place} {item.kind} {owner}{item.name} | {item.signature}")
        lines += [f"    {line}".rstrip() for line in docstring(text, language, item).splitlines()]
    lines += ["", *(f"{use.line + 1}:{use.column + 1} uses {use.name}" for use in found.references)]
    lines += ["", *(f"{i.line + 1} imports {i.module} | {i.name} | {i.alias}" for i in found.imports)]
    lines += ["", *(f"{p.line + 1}:{p.column + 1} {p.message}" for p in found.problems)]
    return "\n".join(lines).strip() + "\n"


@pytest.mark.parametrize("name", SAMPLES)
def test_outline(name: str) -> None:
    """Everything that a text defines, uses and imports is found where it stands."""
    text = (HERE / "data" / name).read_text(encoding="utf-8")
    expect(described(text, language_of(name) or ""), HERE / "golden" / f"outline_{name}.txt")


def at(found: Outline, line: int) -> str:
    definition = enclosing(found, line)
    return f"{definition.kind} {definition.name}" if definition else ""


def test_enclosing_is_the_innermost_body() -> None:
    """A line belongs to the innermost definition around it; an attribute set in a method does not hide the method."""
    found = outline(
        "LIMIT = 1\n\nclass A:\n    x: int = 0\n    def f(self):\n        self.y = 1\n        def g():\n"
        "            return 1\n        return g\n\n\nprint(1)\n",
        "python",
    )
    expected = [
        "constant LIMIT", "", "class A", "field x", "method f", "method f", "function g", "function g", "method f",
        "", "", "",
    ]  # fmt: skip
    assert [at(found, line) for line in range(12)] == expected
    assert at(found, 1000) == ""
    assert at(found, -1) == ""


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
@pytest.mark.parametrize("name", ["sample.py", "sample.go", "sample.ts", "sample.rs"])
def test_line_endings_change_nothing(name: str, ending: str) -> None:
    """A text has the same outline and docstrings with any line ending."""
    text, language = (HERE / "data" / name).read_text(encoding="utf-8"), language_of(name) or ""
    assert described(text.replace("\n", ending), language) == described(text, language)


def test_without_a_grammar() -> None:
    """A language without a query has an empty outline and no docstrings."""
    nothing = Definition("a", "function", 0, 0, 0, "", "")
    assert outline("def a; end", "ruby") == Outline()
    assert outline("", "python") == Outline()
    assert docstring("x", "plaintext", nothing) == ""


@given(
    st.sampled_from(SAMPLES),
    st.integers(0, 2000),
    st.integers(0, 200),
    st.text(alphabet="(){}[]\"'`:;#/*\n\r\té𝔸\x00\ud800ax", max_size=12),
)
@settings(max_examples=150, deadline=None)
def test_broken_text_has_an_outline(name: str, start: int, length: int, inserted: str) -> None:
    """However broken a text is, its outline and docstrings are there and lie within it."""
    text, language = (HERE / "data" / name).read_text(encoding="utf-8"), language_of(name) or ""
    text = text[:start] + inserted + text[start + length :]
    found = outline(text, language)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for item in found.definitions:
        docstring(text, language, item)
        assert item.line <= item.end_line < len(lines)
        assert "\n" not in item.signature and len(item.signature) <= 160
    for use in found.references:
        assert lines[use.line].encode("utf-8", "replace").decode()[use.column :].startswith(use.name)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_docstring_of_another_text(name: str) -> None:
    """A definition that is not in the text at hand has no docstring, and asking for it does no harm."""
    text, language = (HERE / "data" / name).read_text(encoding="utf-8"), language_of(name) or ""
    for item in outline(text, language).definitions:
        docstring("x", language, item)
        docstring("", language, item)


def test_deep_nesting() -> None:
    """A text that nests deeper than any stack has an outline."""
    assert outline("(" * 100_000, "python").definitions == ()
    assert len(outline("x = " + "[" * 5000 + "]" * 5000 + "\n", "python").definitions) == 1
