"""What a model claims is believed only where the change bears it out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.review.answers import Claim, Class
from linnet_completions.review.finding import Candidate, Finding, Source, finding
from linnet_completions.review.guards import THRESHOLDS, believed, best, place_of
from linnet_context.text import Position
from tests.completions.review.parts import part

TOKEN = "ghp_" + "x8Kd02LmPqRs7TuVwZyAbC4dEfGhIj5kLmNo"
BASE = "".join(f"value_{number} = {number}\n" for number in range(40))
HEAD = BASE.replace("value_20 = 20\n", "value_20 = total / count\n")
CLAIM = Claim(
    "value_20 = total / count", 20, "error", "correctness", "Division by zero", "It fails for 0.", 0.9
)


def place(
    quote: str, line: int | None = 20, base: str = BASE, head: str = HEAD
) -> tuple[int, int, int, int] | None:
    """Line and column of both ends, or None."""
    found = place_of(part(base, head, "values.py"), replace(CLAIM, quote=quote, line=line))
    return found and (found[0].line, found[0].column, found[1].line, found[1].column)


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("value_20 = total / count", (20, 0, 20, 24)),
        ("  value_20 = total / count\n", (20, 0, 20, 24)),
        ("total / count", (20, 11, 20, 24)),
        ("value_23 = 23", (23, 0, 23, 13)),
        ("value_17 = 17", (17, 0, 17, 13)),
        ("   21 +|value_20 = total / count", (20, 0, 20, 24)),
        ("+|value_20 = total / count", (20, 0, 20, 24)),
        ("value_20 = total / count\nvalue_21 = 21", (20, 0, 21, 13)),
        ("= total / count\nvalue_21", (20, 9, 21, 8)),
        ("value_16 = 16\nvalue_17 = 17", (16, 0, 17, 13)),
    ],
)
def test_a_quote_of_the_change(quote: str, expected: tuple[int, int, int, int]) -> None:
    """A quote that stands at the change, or up to three lines from it, is found there."""
    assert place(quote) == expected


@pytest.mark.parametrize(
    "quote",
    [
        "value_20 = total/count",
        "value_20 = 20",
        "Value_20 = total / count",
        "value_24 = 24",
        "value_16 = 16",
        "value_39 = 39",
        "total",
        "otal / coun",
        "/",
        "",
        "...",
        "value_20 = total / count\nvalue_22 = 22",
        "value_2\nvalue_21 = 21",
        "\n".join(f"value_{number} = {number}" for number in range(21, 40)),
        "value_20 = total / count # x",
        "-|value_20 = 20",
    ],
)
def test_anything_else_is_no_quote(quote: str) -> None:
    """Invented, changed, removed or far away text, and parts too short to tell a place by, are nowhere."""
    assert place(quote) is None


@pytest.mark.parametrize(("line", "expected"), [(6, 6), (5, 4), (2, 4), (40, 8), (None, 6)])
def test_the_line_is_where_the_quote_stands(line: int | None, expected: int) -> None:
    """A text that stands several times is taken nearest to the named line, or at the change if none is named."""
    head = "start = 0\n" + "".join(f"a{number} = 1\n    x = f(1)\n" for number in range(30))
    lines = head.splitlines(keepends=True)
    lines[6] = "    x = g(1)\n"
    assert place("x = f(1)", line, "".join(lines), head) == (expected, 4, expected, 12)


@pytest.mark.parametrize("kind", THRESHOLDS)
def test_each_class_has_its_threshold(kind: Class) -> None:
    """A claim is believed from its class's confidence on, and not below."""
    found = part(BASE, HEAD, "values.py")
    sure = replace(CLAIM, kind=kind, confidence=THRESHOLDS[kind])
    unsure = replace(sure, confidence=THRESHOLDS[kind] - 0.01)
    (only,) = believed(found, [sure, unsure], ())
    assert (only.rule, only.source, only.confidence) == (f"model/{kind}", "model", THRESHOLDS[kind])


def test_a_finding_has_all_that_findings_have() -> None:
    """What is handed on looks like every other finding, with the file's own line as quote."""
    (only,) = believed(part(), [replace(CLAIM, quote="/ len(items)", line=3)], ())
    assert only == Finding(
        path="shop/cart.py",
        start=Position(5, 49),
        end=Position(5, 61),
        quote="        return sum(item.price for item in items) / len(items)",
        rule="model/correctness",
        severity="error",
        source="model",
        confidence=0.9,
        message="Division by zero",
        consequence="It fails for 0.",
        symbol="Cart.total",
        fingerprint=only.fingerprint,
        before=only.before,
        after=only.after,
    )
    assert [len(only.before), len(only.after)] == [2, 1]


@pytest.mark.parametrize(
    ("source", "kind", "line", "is_news"),
    [
        ("bugs", "correctness", 20, False),
        ("syntax", "style", 20, False),
        ("bugs", "security", 20, True),
        ("secrets", "security", 20, False),
        ("secrets", "correctness", 20, True),
        ("bugs", "correctness", 21, True),
    ],
)
def test_what_is_known_is_no_news(source: Source, kind: Class, line: int, is_news: bool) -> None:
    """A claim about a line that other checks reported is dropped, unless one of the two is about security."""
    candidate = Candidate("r", "error", source, "m", "c", Position(line, 0), Position(line, 4))
    known = finding("values.py", "", "", candidate)
    claims = [replace(CLAIM, kind=kind)]
    assert bool(list(believed(part(BASE, HEAD, "values.py"), claims, [known]))) == is_news
    assert list(believed(part(BASE, HEAD, "values.py"), claims, [replace(known, path="other.py")]))


def test_secrets_are_masked() -> None:
    """A quote that holds a placeholder is found, and the finding shows the line with the secret masked."""
    head = f'TOKEN = "{TOKEN}"\n'
    found = part("", head, "settings.py")
    quote = found.shown[0]
    assert "REDACTED" in quote
    claim = replace(CLAIM, quote=quote, title=f"Do not keep {quote}", kind="correctness")
    (only,) = believed(found, [claim], ())
    assert TOKEN not in only.quote
    assert only.quote.startswith('TOKEN = "ghp_***')
    assert "REDACTED" not in only.message
    assert (only.start, only.end) == (Position(0, 0), Position(0, len(head) - 1))


def made(line: int, confidence: float, kind: str = "correctness", message: str = "") -> Finding:
    candidate = Candidate(
        f"model/{kind}", "error", "model", message or f"m{line}", "c", Position(line, 0), Position(line, 1)
    )
    return replace(finding("a.py", f"q{line}", "", candidate), confidence=confidence)


def test_the_surest_are_shown() -> None:
    """Of many findings the surest are handed on, in the order of the file."""
    found = [made(line, 0.6 + line / 100) for line in range(20)]
    assert [each.start.line for each in best(found, 5)] == [15, 16, 17, 18, 19]


def test_each_matter_once() -> None:
    """One line is one matter within a class, and one message is one matter; the surest finding stands for it."""
    found = [
        made(1, 0.7),
        made(1, 0.9, message="other"),
        made(1, 0.8, "security"),
        made(9, 0.95, message="M1 "),
    ]
    assert [(each.start.line, each.confidence) for each in best(found, 5)] == [(1, 0.9), (9, 0.95)]


@given(st.text(st.sampled_from("value_=20 totalcun/\n+|"), max_size=40), st.integers(-5, 60))
def test_a_place_always_holds_its_quote(quote: str, line: int) -> None:
    """Whatever is quoted: what is found is the text of the file, at most three lines from the change."""
    found = place(quote, line)
    if found is not None:
        first, start, last, end = found
        lines = HEAD.split("\n")
        text = (
            lines[first][start:end]
            if first == last
            else "\n".join((lines[first][start:], *lines[first + 1 : last], lines[last][:end]))
        )
        assert text in quote
        assert first <= 23 and last >= 17


@pytest.mark.parametrize(
    ("comment", "count"),
    [("model", 0), ("model/correctness", 0), ("correctness", 0), ("model/style", 1), ("secrets", 1)],
)
def test_a_comment_takes_a_claim_back(comment: str, count: int) -> None:
    """What a comment in the code ignores, a model does not bring up either."""
    line = f"value_20 = total / count  # linnet: ignore[{comment}]"
    head = HEAD.replace("value_20 = total / count", line)
    claim = replace(CLAIM, quote=line)
    assert len(list(believed(part(BASE, head, "values.py"), [claim], ()))) == count
