"""Questions about edits: the right lines, related code, the project's customs, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from linnet_completions.edit.blocks import Refused
from linnet_completions.edit.change import Span
from linnet_completions.edit.edit import Prepared, Request, judged, prepared
from linnet_completions.edit.proposal import Kind, Proposal
from linnet_completions.models.redaction import Redactor
from linnet_context.index.index import Index
from linnet_context.text import Document

KEY = "ghp_" + "x8Kd02LmPqRs7TuVwZyAbC4dEfGhIj5kLmNo"
CODE = f'''\
"""A shop."""

from shop.stock import level

TOKEN = "{KEY}"


class Basket:
    """What is bought."""

    def total(self):
        amount = level(TOKEN)
        return amount

    # A remark.
    def size(self):
        return 1
'''
STOCK = 'def level(name):\n    """How much is left.\n\n    Args:\n        name: Of what.\n    """\n    return len(name)\n'


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """The index of a small workspace."""
    for name, text in {
        "shop/basket.py": CODE,
        "shop/stock.py": STOCK,
        "tests/test_stock.py": "import pytest\nfrom shop.stock import level\n\n\ndef test_level():\n    assert level('a') == 1\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    made = Index(tmp_path)
    for _ in made.build():
        pass
    return made


def asked(
    index: Index, kind: Kind, line: int, last: int | None = None, words: str = "", language: str = ""
) -> Prepared | Refused:
    document = Document.of("shop/basket.py", "python", CODE)
    request = Request(kind, line, line if last is None else last, words, language)
    return prepared(index, document, request, 800, Redactor())


def question(made: Prepared | Refused) -> str:
    assert isinstance(made, Prepared)
    return made.call.messages[-1].content


@pytest.mark.parametrize(
    ("kind", "line", "last", "span", "name"),
    [
        ("simplify", 11, None, Span(10, 12), "total"),
        ("simplify", 7, None, Span(7, 16), "Basket"),
        ("simplify", 11, 12, Span(11, 12), ""),
        ("document", 16, None, Span(15, 16), "size"),
        ("fix", 11, None, Span(10, 12), "total"),
        ("rewrite", 4, None, Span(4, 4), "TOKEN"),
        ("tests", 12, None, Span(10, 12), "total"),
    ],
)
def test_the_lines_that_are_meant(
    index: Index, kind: Kind, line: int, last: int | None, span: Span, name: str
) -> None:
    """A place means the definition around it, a selection means itself."""
    made = asked(index, kind, line, last, words="Make it so.")
    assert isinstance(made, Prepared)
    assert (made.span, made.name) == (span, name)


def test_the_question_has_related_code_and_no_secret(index: Index) -> None:
    """What the lines call is shown, and a key that the file holds is not."""
    text = question(asked(index, "rewrite", 4, 12, words="Rename the token."))
    assert "def level(name)" in text and "Rename the token." in text
    assert KEY not in text and "REDACTED_1" in text


def test_a_rewriting_predicts_the_lines_as_they_are(index: Index) -> None:
    """Providers that take a prediction answer sooner; it shows no secret either."""
    made = asked(index, "rewrite", 4, 12, words="Rename the token.")
    assert isinstance(made, Prepared)
    assert "def total(self):" in made.call.prediction and KEY not in made.call.prediction
    documented = asked(index, "document", 11)
    assert isinstance(documented, Prepared) and documented.call.prediction == ""


def test_documentation_is_asked_for_in_the_projects_style(index: Index) -> None:
    """A neighbour's docstring decides."""
    assert "Google style" in question(asked(index, "document", 11))


def test_tests_are_asked_for_as_the_project_writes_them(index: Index) -> None:
    """The framework, the file and an example are in the question."""
    made = asked(index, "tests", 11)
    text = question(made)
    assert "with pytest, for the file `tests/test_basket.py`" in text and "def test_level" in text
    assert isinstance(made, Prepared) and made.target is None
    answer = (
        "```python\nfrom shop.basket import Basket\n\n\ndef test_total():\n    assert Basket().total()\n```"
    )
    proposal = judged(index, made, answer)
    assert isinstance(proposal, Proposal) and proposal.created and proposal.notes == ()


@pytest.mark.parametrize(
    ("kind", "line", "language", "reason"),
    [
        ("document", 4, "", "no definition"),
        ("rewrite", 11, "", "no instruction"),
        ("translate", 11, "Klingon", "no language"),
    ],
)
def test_what_cannot_be_asked(index: Index, kind: Kind, line: int, language: str, reason: str) -> None:
    """A request that makes no sense is refused before a model is asked."""
    made = asked(index, kind, line, language=language)
    assert isinstance(made, Refused) and reason in made.reason


def test_more_than_a_model_writes_is_refused(index: Index) -> None:
    """A definition of many hundred lines is no matter of one answer."""
    text = "def long():\n" + "    x = 1\n" * 400
    document = Document.of("shop/long.py", "python", text)
    made = prepared(index, document, Request("simplify", 0, 0), 800, Redactor())
    assert isinstance(made, Refused) and "401 lines" in made.reason
    near = prepared(index, document, Request("fix", 200, 200, "wrong"), 800, Redactor())
    assert isinstance(near, Prepared) and near.span.last - near.span.first < 40


@pytest.mark.parametrize(
    ("body", "remark"),
    [
        ("amount = level(TOKEN)\n        return amount + self.size()", ""),
        ("self.rate = 2\n        return level(TOKEN) * self.rate", ""),
        (
            "return level(TOKEN) * self.weight",
            "`weight` in line 12 is an attribute that its object does not have.",
        ),
        (
            "return level(TOKEN, exact=True)",
            "`exact` in line 12 is a keyword that the function does not take.",
        ),
    ],
)
def test_what_an_edit_says_of_others_is_held_against_them(index: Index, body: str, remark: str) -> None:
    """Members and parameters that are known not to exist are marked; new ones of its own are not."""
    made = asked(index, "simplify", 11)
    assert isinstance(made, Prepared)
    proposal = judged(
        index, made, f"```python\ndef total(self):\n        {body}\n```".replace("def", "    def")
    )
    assert isinstance(proposal, Proposal), proposal
    assert proposal.notes == ((remark,) if remark else ()) and proposal.doubts == bool(remark)
