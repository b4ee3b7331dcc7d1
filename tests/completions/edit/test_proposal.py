"""From answers to edits: each applies exactly or is refused with a reason, and no document is ever harmed."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet_completions.edit.blocks import Refused
from linnet_completions.edit.change import Span, applied
from linnet_completions.edit.proposal import Asked, Proposal, moved, proposed
from linnet_context.syntax import errors, parse
from linnet_context.text import Document
from tests.completions.edit.answers import FORMS, PYTHON, SUBJECTS, answer

COUNT = 500


def anything(name: str) -> bool:
    """A workspace in which every name is known."""
    return True


def broken(document: Document, text: str) -> int:
    """How many syntax errors a text has."""
    tree = parse(Document.of(document.path, document.language, text))
    assert tree is not None
    return len(errors(tree))


def test_random_answers_apply_exactly_or_are_refused() -> None:
    """Of 500 random answers each becomes the very text that its author meant, or is refused with a sentence."""
    chance = random.Random(11)
    counts: Counter[tuple[str, bool]] = Counter()
    for number in range(COUNT):
        one = answer(chance)
        asked = Asked("rewrite", one.span, one.name)
        made = proposed(one.document, asked, one.text, anything, cut=one.cut)
        told = f"{number} {one.kind} {one.name} {one.document.path}\n{one.text}\n{made}"
        if isinstance(made, Refused):
            assert one.expected is None, told
            assert made.reason.endswith("."), told
        else:
            assert applied(one.document, made.changes) == one.expected, told
        counts[one.kind, isinstance(made, Proposal)] += 1
    assert {kind for kind, _ in counts} == set(FORMS)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda one: f"{one.path}-{one.name}")
def test_lines_that_were_not_asked_about_stay(subject: object) -> None:
    """Whatever pieces of code an answer is made of, only lines of the span change, save for imports that are told."""
    chance = random.Random(12)
    lines = PYTHON.split("\n")
    for _ in range(20):
        one = answer(chance)
        pieces = [chance.choice(lines) for _ in range(chance.randrange(12))]
        text = chance.choice(["", "```\n"]) + "\n".join((*pieces, one.text, *pieces[::-1]))
        check(one.document, one.span, one.name, text)


def check(document: Document, span: Span, name: str, text: str) -> None:
    """What holds of any answer at all."""
    made = proposed(document, Asked("rewrite", span, name), text, anything)
    if isinstance(made, Refused):
        assert made.reason
        return
    after = applied(document, made.changes)
    assert broken(document, after) <= broken(document, document.text())
    for change in made.changes:
        if not change.outside:
            assert span.first <= change.start.line
            assert (change.end.line, change.end.column) <= (span.last + 1, 0) or change.end.line <= span.last
    if any(change.outside for change in made.changes):
        assert made.notes and made.doubts


SNIPPETS = st.lists(
    st.sampled_from(
        [
            *PYTHON.split("\n"),
            "```",
            "```python",
            "~~~",
            "@@ -1,2 +3,4 @@",
            "-x",
            "+y",
            "...",
            "import re",
            "\t",
            "}",
            "é🐦",
        ]
    ),
    max_size=30,
).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(
    text=st.one_of(st.text(max_size=300), SNIPPETS),
    number=st.integers(0, len(SUBJECTS) - 1),
    name=st.booleans(),
)
def test_no_text_harms_a_document(text: str, number: int, name: bool) -> None:
    """Nothing that a model may say raises, breaks the syntax, or touches other lines without saying so."""
    subject = SUBJECTS[number]
    document = Document.of(subject.path, subject.language, subject.text)
    check(document, subject.span, subject.name if name else "", text)


def _fixed(answer: str, first: int, last: int, text: str = PYTHON, name: str = "") -> Proposal | Refused:
    return proposed(
        Document.of("shop/prices.py", "python", text), Asked("fix", Span(first, last), name), answer, anything
    )


def test_a_fix_that_drops_a_method_is_refused() -> None:
    """An edit that has to keep what was defined says what it would lose."""
    lines = PYTHON.split("\n")
    first, last = lines.index("class Basket:"), lines.index("        return amount")
    made = _fixed(
        "class Basket:\n    def __init__(self, items):\n        self.items = items\n",
        first,
        last,
        name="Basket",
    )
    assert isinstance(made, Refused) and "`size`, `total`" in made.reason


def test_unknown_names_are_marked() -> None:
    """A function that nobody defines is named, one that the workspace has is not."""
    document = Document.of("shop/prices.py", "python", PYTHON)
    lines = PYTHON.split("\n")
    span = Span(lines.index("def cheapest(baskets):"), lines.index("    return best"))
    text = "def cheapest(baskets):\n    return first(sorted_by_price(baskets), str(len(baskets)))\n"
    made = proposed(document, Asked("rewrite", span, "cheapest"), text, lambda name: name == "first")
    assert isinstance(made, Proposal)
    assert made.notes == ("Unknown in this workspace: `sorted_by_price`.",) and made.doubts


def test_changes_are_as_small_as_they_can_be() -> None:
    """Only the characters that differ are replaced, so cursors and marks elsewhere stay."""
    lines = PYTHON.split("\n")
    first, last = lines.index("def load(path):"), lines.index("    return baskets")
    text = "\n".join(lines[first : last + 1]).replace(
        "rows = json.load(file)", "rows = list(json.load(file))"
    )
    made = _fixed(text, first, last)
    assert isinstance(made, Proposal)
    assert [(change.start.line, change.text) for change in made.changes] == [
        (first + 2, "list(json.load(file)")
    ]


def test_an_edit_moves_along_with_its_lines() -> None:
    """Lines that were inserted above move the edit; lines of its own that changed refuse it."""
    document = Document.of("shop/prices.py", "python", PYTHON, 1)
    lines = PYTHON.split("\n")
    span = Span(lines.index("def load(path):"), lines.index("    return baskets"))
    body = "\n".join(lines[span.first : span.last + 1]).replace("rows", "records")
    made = proposed(document, Asked("rewrite", span, "load"), body, anything)
    assert isinstance(made, Proposal)
    longer = Document.of("shop/prices.py", "python", "# One.\n# Two.\n" + PYTHON, 2)
    again = moved(made, document, longer)
    assert isinstance(again, Proposal) and again.version == 2
    assert applied(longer, again.changes) == "# One.\n# Two.\n" + applied(document, made.changes)
    other = Document.of("shop/prices.py", "python", PYTHON.replace("rows = json.load(file)", "rows = []"), 3)
    refused = moved(made, document, other)
    assert isinstance(refused, Refused) and "edited meanwhile" in refused.reason
    assert isinstance(moved(made, document, None), Refused)


def test_lines_that_the_model_did_not_change_count_as_well() -> None:
    """An answer is not for lines that were edited, though the edit would leave just those alone."""
    document = Document.of("shop/prices.py", "python", PYTHON, 1)
    lines = PYTHON.split("\n")
    span = Span(lines.index("def load(path):"), lines.index("    return baskets"))
    body = "\n".join(lines[span.first : span.last + 1]).replace("return baskets", "return list(baskets)")
    made = proposed(document, Asked("rewrite", span, "load"), body, anything)
    assert isinstance(made, Proposal)
    other = Document.of(
        "shop/prices.py", "python", PYTHON.replace("with open(path)", "with open(path, 'rb')"), 2
    )
    assert isinstance(moved(made, document, other), Refused)


SECRET = 'TOKEN = "ghp_x"\n\n\ndef login():\n    key = "hunter2-hunter2"\n    return key\n'
MASKS = {'key = "hunter2-hunter2"': 'key = "REDACTED_1"'}


def _login(text: str) -> Proposal | Refused:
    document = Document.of("login.py", "python", SECRET)
    return proposed(document, Asked("rewrite", Span(3, 5), "login", MASKS), text, anything)


def test_a_secret_that_did_not_leave_is_put_back() -> None:
    """A line that the model saw masked stays the line that it was; one that it made of the mask is refused."""
    made = _login('def login():\n    key = "REDACTED_1"\n    return key.strip()\n')
    assert isinstance(made, Proposal)
    assert "hunter2" in applied(Document.of("", "python", SECRET), made.changes)
    assert isinstance(_login('def login():\n    return "REDACTED_1".strip()\n'), Refused)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("```python\ndef load(path):\n    return <<<<<<< HEAD\n```", "syntax error"),
        ("def load(path):\n    return 1\n<<<<<<< HEAD\n", "marks"),
        ("```diff\n@@ -1 +1 @@\n-    return nothing\n+    return 1\n```", "not in the file"),
        ("```diff\n@@ -1 +1 @@\n-RATE = 0.19\n+RATE = 0.2\n```", "not asked about"),
        ("```go\nfunc Load() {}\n```", "not written in python"),
        (
            "```python\nclass Basket:\n    pass\n\n\ndef cheapest(baskets):\n    return None\n```",
            "other lines",
        ),
    ],
)
def test_refusals_say_why(text: str, reason: str) -> None:
    """Each refusal is a sentence about this answer."""
    lines = PYTHON.split("\n")
    made = _fixed(text, lines.index("def load(path):"), lines.index("    return baskets"), name="load")
    assert isinstance(made, Refused) and reason in made.reason
