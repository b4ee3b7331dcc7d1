"""What a model says becomes what belongs at the cursor: one row a habit of chat models."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.ghost.trim import piece, trimmed
from linnet_context.text import Document
from tests.fixture import fixture

HERE = "def f(items):\n    total = sum(<cursor>)\n    return total\n"
EMPTY = "def f(items):\n    <cursor>\n\ndef g():\n    pass\n"
BARE = "def f(items):\n<cursor>\n\ndef g():\n    pass\n"


@pytest.mark.parametrize(
    ("habit", "text", "raw", "block", "expected"),
    [
        ("nothing to strip", HERE, "<fill>items", False, "items"),
        ("a closing tag", HERE, "<fill>items</fill>", False, "items"),
        ("no tag at all", HERE, "items", False, "items"),
        ("words before the tag", HERE, "Here is the code:\n<fill>items</fill>", False, "items"),
        ("thoughts", HERE, "<think>It wants <fill>x</fill>.</think><fill>items</fill>", False, "items"),
        ("unfinished thoughts", HERE, "<think>It wants", False, ""),
        ("a fence", HERE, "```python\nitems\n```", False, "items"),
        ("a fence inside the tag", HERE, "<fill>```python\nitems\n```</fill>", False, "items"),
        ("an open fence", HERE, "```\nitems", False, "items"),
        ("an echo of the line", HERE, "<fill>    total = sum(items", False, "items"),
        ("an echo without indentation", HERE, "<fill>total = sum(items", False, "items"),
        ("an echo of the word", "x = ite<cursor>\n", "<fill>items", False, "ms"),
        ("an echo of an expression", "x = self.ite<cursor>\n", "<fill>self.items", False, "ms"),
        ("half a closing tag", HERE, "<fill>items</fi", False, "items"),
        ("half an opening tag", HERE, "<fi", False, ""),
        ("the answer 'nothing'", HERE, "<fill></fill>", False, ""),
        ("more than the line", HERE, "<fill>items)\n    print(total)", False, "items)"),
        ("the next line only", HERE, "<fill>\n    print(total)", False, "\n    print(total)"),
        ("what follows anyway", HERE, "<fill>\n    return total", False, ""),
        ("a repeated indentation", EMPTY, "<fill>    return items", False, "return items"),
        ("a leading line break", EMPTY, "<fill>\n    return items", False, "return items"),
        ("an indentation that is missing", BARE, "<fill>    return items", False, "    return items"),
        ("a block", BARE, "<fill>    a = 1\n    return a\n", True, "    a = 1\n    return a"),
        ("a repetition of what follows", EMPTY, "<fill>return 1\n\ndef g():\n    pass", True, "return 1"),
        ("nothing but what follows", BARE, "<fill>def g():\n    pass", True, ""),
        ("CRLF", BARE, "<fill>    a = 1\r\n    return a", True, "    a = 1\n    return a"),
        ("a blank that stands there already", "x = <cursor>\n", "<fill> items", False, "items"),
    ],
)
def test_trimmed(habit: str, text: str, raw: str, block: bool, expected: str) -> None:
    """The habit is stripped, the code stays."""
    found = fixture(text)
    document = Document.of(found.path, "python", found.text)
    text = trimmed(raw, document, found.cursor, 12)
    assert piece(text, block=block, over=True) == expected


@pytest.mark.parametrize(
    ("text", "block", "over", "expected"),
    [
        ("items", False, False, None),
        ("items", False, True, "items"),
        ("items\n", False, False, "items"),
        ("\n    it", False, False, None),
        ("\n    items\n", False, False, "\n    items"),
        ("a\nb", True, False, None),
        ("a\nb\n", True, True, "a\nb"),
        ("", False, False, None),
        ("", False, True, ""),
    ],
)
def test_a_line_is_shown_as_soon_as_it_is_whole(
    text: str, block: bool, over: bool, expected: str | None
) -> None:
    """What comes behind it is waited for only where a block is wanted."""
    assert piece(text, block=block, over=over) == expected


@given(st.text(st.sampled_from("<fil>/thnk`\n\r ab):"), max_size=60), st.booleans())
def test_any_answer_is_survived(raw: str, block: bool) -> None:
    """Whatever a model says, what is left obeys the limits."""
    found = fixture(HERE)
    text = trimmed(raw, Document.of(found.path, "python", found.text), found.cursor, 3)
    shown = piece(text, block=block, over=True)
    assert shown is not None
    assert text.rstrip().count("\n") <= 2
    assert shown.lstrip().count("\n") <= (2 if block else 0)
    assert "</fill>" not in text
