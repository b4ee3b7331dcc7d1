"""One test for each defect that users of other assistants complain of; its name says which."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet_completions.checks import habits
from linnet_completions.checks.habits import Place, without_habits
from linnet_completions.ghost.trim import piece, trimmed
from linnet_context.text import Document, Position
from tests.fixture import fixture


def place(text: str, language: str = "python") -> Place:
    found = fixture(text)
    return Place.of(Document.of(found.path, language, found.text), found.cursor)


def left(text: str, raw: str, language: str = "python", *, block: bool = True) -> str | None:
    """What is left of a model's answer at the cursor of a text."""
    found = fixture(text)
    document = Document.of(found.path, language, found.text)
    return piece(trimmed(raw, document, found.cursor, 12), block=block, over=True)


C = "void f() {\n  int a = 1;\n  <cursor>\n}\n"
PY = "def f(items):\n    total = 0\n    <cursor>\n    return total\n"


@pytest.mark.parametrize("raw", ["\ufefftotal += 1", "\u200btotal += 1"])
def test_cody_bad_starts_invisible(raw: str) -> None:
    """Marks that nobody sees do not get into a file."""
    assert left(PY, raw) == "total += 1"


def test_cody_bad_starts_diff_signs() -> None:
    """An answer in the form of a diff is taken without its signs; a plus that belongs to the code stays."""
    assert left(PY, "+ for item in items:\n+     total += item\n") == "for item in items:\n    total += item"
    assert left("x = a <cursor>\n", "+ b") == "+ b"


def test_cody_html_entities() -> None:
    """Signs that HTML spells are code again, unless the document spells them so."""
    assert left(C, "if (a &lt; 2 &amp;&amp; b) {}", "c") == "if (a < 2 && b) {}"
    assert left('s = "&lt;"\n<cursor>\n', 't = "&gt;"') == 't = "&gt;"'


def test_minuet_overlap_before_the_cursor() -> None:
    """Lines above that the answer repeats before it goes on are not written twice."""
    assert left(PY, "    total = 0\n    total += 1") == "    total += 1"


@pytest.mark.parametrize("indent", ["", "    ", "\t"])
def test_tabby_indented_duplicates_of_the_suffix_survive(indent: str) -> None:
    """What stands below is not written again, however the answer indents it."""
    assert left(PY, f"total += 1\n{indent}return total") == "total += 1"


def test_tabby_duplicated_block_closing_line() -> None:
    """A closing line that stands below is not written again; one that the answer opened itself stays."""
    assert left(C, "a = 2;\n}", "c") == "a = 2;"
    assert left(C, "if (a) {\n    a = 2;\n  }", "c") == "if (a) {\n    a = 2;\n  }"


def test_tabby_three_spaces_stay_three_spaces() -> None:
    """The width of an indentation is the document's, even an odd one."""
    text = "def f():\n   if a:\n      b()\n   <cursor>\n"
    written = "while a:\n      b()\n      if c:\n         d()"
    assert left(text, written) == written


def test_tabby_tabs_stay_tabs() -> None:
    """In a document of tabs the answer's spaces become tabs, and the other way round."""
    go = "func f() {\n\ta := 1\n\t<cursor>\n}\n"
    assert left(go, "if a > 0 {\n    g()\n        h()\n}", "go") == "if a > 0 {\n\tg()\n\t\th()\n}"
    assert left(PY, "for item in items:\n\t\ttotal += item") == "for item in items:\n        total += item"


def test_continue_path_echo() -> None:
    """A comment that names the file is no part of it."""
    assert left("<cursor>\n", "# Path: shop/cart.py\nimport os") == "import os"


def test_continue_rest_of_the_code() -> None:
    """Instead of leaving code out in a comment, the answer ends there."""
    assert left(PY, "total += 1\n# ... rest of the code") == "total += 1"
    assert left(C, "// existing code here", "c") == ""


def test_continue_repeating_lines() -> None:
    """A model that says the same line again and again is believed once."""
    assert left("<cursor>\n", "print(a)\nprint(a)\nprint(a)\nprint(a)") == "print(a)"


def test_copilot_token_repetition() -> None:
    """The same within one line."""
    assert left("x = [<cursor>\n", "1, 2, 1, 2, 1, 2, 1, 2, ", block=False) == "1, 2,"
    assert left("x = <cursor>\n", '"----------------"', block=False) == '"----------------"'


def test_continue_empty_comments() -> None:
    """A comment alone is no suggestion for code; where the person writes comments it is."""
    assert left(PY, "# add the items") == ""
    assert left(PY, "# add the items\ntotal += 1") == "# add the items\ntotal += 1"
    assert left("# This <cursor>\n", "adds the items", block=False) == "adds the items"
    assert left("# This adds\n<cursor>\n", "# the items") == "# the items"


def test_continue_stop_words_kill_urls_and_paths() -> None:
    """No sign of a comment or a path ends an answer: addresses and paths are code."""
    written = 'url = "https://example.org/src/a#b" // 2'
    assert left("<cursor>\n", written, block=False) == written


def test_continue_one_line_only() -> None:
    """A block is not cut to its first line, however late it comes."""
    written = "for item in items:\n        total += item"
    assert left("def f(items):\n    <cursor>\n", written) == written


def test_remote_windows_line_endings() -> None:
    """An answer with CRLF has plain line endings until it is written into its document."""
    assert left(PY, "a = 1\r\n    b = 2\r\n") == "a = 1\n    b = 2"


def test_every_rule_has_its_turn() -> None:
    """The table names each rule once."""
    public = [
        name
        for name in dir(habits)
        if name.startswith(("without_", "indented_")) and name != "without_habits"
    ]
    assert sorted(rule.__name__ for rule in habits.RULES) == sorted(public)


MARKS = ["<fill>", "</fill>", "```", "```python\n", "<think>", "</think>", "<cursor>", "# ", "// ", "+ ", "\n", "\r\n", "\t",
         "    ", "&lt;", "\ufeff", "\x00", "\u2028", "return total", "}", ")", "]", '"""', "'", "a, ", "\ud800", "🙂"]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.one_of(st.sampled_from(MARKS), st.text(max_size=8)), max_size=40), st.booleans())
def test_any_model_output_is_survived(parts: list[str], block: bool) -> None:
    """Bytes, markers, half of anything: no rule raises, and what is left is no longer than what came."""
    raw = "".join(parts)
    text = left(PY, raw, block=block)
    assert text is not None and len(text) <= 4 * len(raw)


@pytest.mark.parametrize(
    "unit", ["a", "ab", "(", "\n", "x\n", "<fill>", "&lt;", "    ", "# a\n", "```\n", "1, 2, "]
)
def test_long_answers_take_work_in_proportion(unit: str) -> None:
    """At 8 KB of anything the rules look at bounded parts: four times the text is left as a bounded one."""
    for size in (2_000, 8_000):
        raw = (unit * size)[:size]
        shown = left(PY, raw, block=True)
        assert shown is not None and shown.count("\n") < 12


def test_a_place_holds_a_bounded_part_of_the_document() -> None:
    """However long the document, only a few lines around the place are looked at."""
    document = Document.of("a.py", "python", "x = 1\n" * 5_000)
    near = Place.of(document, Position(2_500, 0))
    assert (len(near.above), len(near.below)) == (habits.ABOVE, habits.BELOW)


def test_nothing_left_is_nothing() -> None:
    """A rule that takes all ends the matter."""
    assert without_habits("# only this", place(PY)) == ""
