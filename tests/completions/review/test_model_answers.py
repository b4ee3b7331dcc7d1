"""Findings are read out of whatever a model answers, however the stream cuts it."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet_completions.review.answers import LONGEST_ANSWER, Claim, Scanner, claim_of, claims_in

FULL: dict[str, object] = {
    "quote": "return total / count",
    "line": 12,
    "severity": "error",
    "class": "correctness",
    "title": "Division by zero",
    "consequence": "An empty list raises ZeroDivisionError.",
    "confidence": 0.8,
}
CLAIM = Claim(
    "return total / count",
    11,
    "error",
    "correctness",
    "Division by zero",
    "An empty list raises ZeroDivisionError.",
    0.8,
)
ONE = json.dumps(FULL)
TWO = json.dumps({**FULL, "quote": 'if x == "}{" or \'"\' in y:\n    {', "line": 3})


def quotes(answer: str) -> list[str]:
    return [claim.quote for claim in claims_in(answer)]


BOTH = [json.loads(each)["quote"] for each in (ONE, TWO)]


@pytest.mark.parametrize(
    "answer",
    [
        f"{ONE}\n{TWO}\n",
        f"[{ONE}, {TWO}]",
        json.dumps([json.loads(ONE), json.loads(TWO)], indent=2),
        json.dumps({"findings": [json.loads(ONE), json.loads(TWO)], "verdict": "ok"}, indent=1),
        f"```json\n{ONE}\n{TWO}\n```",
        f"Here are the findings:\n\n1. {ONE}\n2. {TWO}\nThat's all.",
        f"The braces {{ and }} are fine.\n{ONE}\n{TWO}",
        f"An open brace {{ first.\n{ONE}\n{TWO}",
        f'An open brace {{ and an "open quote first.\n{ONE}\n{TWO}',
        f"It's \"quoted\n{ONE}\n{TWO}",
        f"{ONE},\n{TWO},\n",
        f'{ONE}\n{{"quote": "broken "inside" of it", "line": }}\n{TWO}',
        f'{ONE}\n{TWO}\n{{"quote": "cut in the mid',
        f'{{"quote": "thought aloud", "title": "no"}} {ONE}</think>\n{ONE}\n{TWO}',
        f"{ONE}\r\n{TWO}",
        f"\ufeff{ONE}\n{TWO}",
        "".join(f'{{"result": {each}}}' for each in (ONE, TWO)),
    ],
)
def test_both_findings_are_found(answer: str) -> None:
    """JSON lines, arrays, objects, fences, prose, broken neighbours: the findings are there, in order, once."""
    assert quotes(answer) == BOTH


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "No problems found.",
        "[]",
        "{}",
        '{"findings": []}',
        "{" * 5000,
        '{"a":' * 5000,
        "}}}",
        '"',
        "\\",
        "[[[[",
        "{'quote': 'x'}",
    ],
)
def test_garbage_has_no_finding(answer: str) -> None:
    """Whatever else comes has no finding, and raises nothing."""
    assert claims_in(answer) == []


@pytest.mark.parametrize(
    "answer", ["[]", " [ ]\n", "{}", '{"findings": []}', "```json\n[]\n```", "hm</think>\n[]"]
)
def test_nothing_to_report(answer: str) -> None:
    """The answers that say that nothing is wrong are told from garbage."""
    scanner = Scanner()
    scanner.feed(answer)
    scanner.finish()
    assert scanner.is_empty


@pytest.mark.parametrize("answer", ["", "fine", "[1]", ONE, f"[] {ONE}", '{"findings": [{}]}', "[]</think>"])
def test_anything_else_is_not_nothing(answer: str) -> None:
    """An answer with something else in it does not say that nothing is wrong."""
    scanner = Scanner()
    scanner.feed(answer)
    assert not scanner.is_empty


def test_a_finding_is_there_as_soon_as_its_brace_is_closed() -> None:
    """Nobody waits for the end of the array or of the object around."""
    scanner = Scanner()
    scanner.feed('{"findings": [' + ONE[:-1])
    assert scanner.claims == []
    scanner.feed("}")
    assert scanner.claims == [CLAIM]


def test_a_quote_in_prose_hides_no_finding() -> None:
    """A stray quotation mark before a finding does not keep it from being read at once."""
    scanner = Scanner()
    scanner.feed(f'It is 5" long:\n{ONE}')
    assert scanner.claims == [CLAIM]


def test_code_about_thinking() -> None:
    """A finding that quotes the mark of a thought's end is a finding, and so is one before it."""
    other = json.dumps({**FULL, "quote": "end = text.find('</think>')"})
    assert quotes(f"{ONE}\n{other}") == [FULL["quote"], "end = text.find('</think>')"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"line": "12"}, {"line": 11}),
        ({"line": "12-14"}, {"line": 11}),
        ({"line": 0}, {"line": None}),
        ({"line": True}, {"line": None}),
        ({"line": 1e9}, {"line": None}),
        ({"severity": "CRITICAL"}, {"severity": "error"}),
        ({"severity": None}, {"severity": "warning"}),
        ({"class": "Security"}, {"kind": "security"}),
        ({"class": "bug"}, {"kind": "correctness"}),
        ({"class": ["x"]}, {"kind": "style"}),
        ({"confidence": "0.7"}, {"confidence": 0.7}),
        ({"confidence": "70%"}, {"confidence": 0.7}),
        ({"confidence": 70}, {"confidence": 0.7}),
        ({"confidence": "high"}, {"confidence": 0.9}),
        ({"title": "a\nb\x1b[2J\u202e"}, {"title": "a b [2J"}),
        ({"title": "x" * 999}, {"title": "x" * 139 + "…"}),
    ],
)
def test_forms_of_values(change: dict[str, object], expected: dict[str, object]) -> None:
    """Values in other forms are put in ours; what cannot be seen is taken out of words."""
    claim = claim_of({**FULL, **change})
    assert {name: getattr(claim, name) for name in expected} == expected


@pytest.mark.parametrize(
    "change",
    [
        {"quote": ""},
        {"quote": None},
        {"quote": " \n"},
        {"quote": "x" * 9999},
        {"title": ""},
        {"title": 3},
        {"consequence": "\x00"},
        {"consequence": None},
        {"confidence": None},
        {"confidence": True},
        {"confidence": "sure"},
        {"confidence": -1},
        {"confidence": 101},
        {"confidence": float("nan")},
        {"confidence": float("inf")},
    ],
)
def test_half_a_finding_is_none(change: dict[str, object]) -> None:
    """Without quote, title, consequence and confidence there is no finding."""
    assert claim_of({**FULL, **change}) is None


def test_an_answer_without_end_is_read_up_to_a_length() -> None:
    """What comes behind the longest answer is not looked at."""
    scanner = Scanner()
    for _ in range(30):
        scanner.feed("x" * 10_000)
    assert scanner.is_full
    scanner.feed(ONE)
    assert scanner.claims == []
    assert len(scanner._text) <= LONGEST_ANSWER + 1


WORDS = st.text(st.sampled_from('{}[]",:\\ \nabcé'), max_size=12)
FINDINGS = st.builds(
    lambda quote, title: {**FULL, "quote": f"q{quote}", "title": f"t{title}", "consequence": f"c{title}"},
    WORDS,
    WORDS,
)


def cut(answer: str, seed: int) -> list[str]:
    chance = random.Random(seed)
    borders = sorted(chance.randrange(len(answer) + 1) for _ in range(chance.randrange(12)))
    return [answer[start:end] for start, end in zip([0, *borders], [*borders, len(answer)], strict=True)]


@settings(max_examples=200)
@given(
    st.lists(FINDINGS, max_size=5),
    st.sampled_from(["lines", "array", "object", "fence"]),
    st.integers(),
    st.booleans(),
)
def test_any_findings_in_any_pieces(
    findings: list[dict[str, object]], form: str, seed: int, indented: bool
) -> None:
    """Findings with any code in their quotes come back exactly, wherever the stream is cut."""
    whole = {"array": findings, "fence": findings, "object": {"findings": findings}}
    lines = "\n".join(map(json.dumps, findings))
    answer = (
        lines
        if form == "lines"
        else json.dumps(whole[form], indent=2 if indented else None, ensure_ascii=False)
    )
    answer = f"```json\n{answer}\n```\n" if form == "fence" else answer
    scanner = Scanner()
    for piece in cut(answer, seed):
        scanner.feed(piece)
    assert [claim.quote for claim in scanner.claims] == [each["quote"] for each in findings]
    scanner.finish()
    assert [claim.quote for claim in scanner.claims] == [each["quote"] for each in findings]


@settings(max_examples=200)
@given(
    st.lists(st.one_of(WORDS, st.just(ONE), st.just("</think>"), st.just("{")), max_size=10), st.integers()
)
def test_garbage_in_any_pieces(words: list[str], seed: int) -> None:
    """Garbage raises nothing, makes nothing up, and reads the same wherever the stream is cut."""
    answer = "".join(words)
    scanner = Scanner()
    for piece in cut(answer, seed):
        scanner.feed(piece)
    scanner.finish()
    assert scanner.claims == claims_in(answer)
    assert all(claim == CLAIM for claim in scanner.claims)


@given(st.text(max_size=200))
def test_any_text(answer: str) -> None:
    """No text raises."""
    assert claims_in(answer) == []
