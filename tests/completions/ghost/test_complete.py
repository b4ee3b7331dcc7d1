"""From drafts to what is shown."""

from __future__ import annotations

import pytest

from linnet_completions.engine.draft import Draft
from linnet_completions.ghost.complete import Ask, Inside, Outcome, Sources, complete
from linnet_context.text import Document
from tests.fixture import fixture


def outcome(text: str, drafts: list[Draft], ask: Ask | None = None, broken: str = "") -> Outcome:
    found = fixture(text)

    def draft(limit: int, inside: Inside) -> list[Draft]:
        return drafts[:limit]

    sources = Sources(draft, lambda: None, lambda text, replaced: text == broken)
    return complete(Document.of(found.path, "python", found.text), found.cursor, ask or Ask(), sources)


def test_the_best_draft_that_passes_the_checks_is_shown() -> None:
    """A draft that would break the syntax gives way to the next."""
    drafts = [Draft("broken(", 0.9), Draft("works()", 0.8)]
    assert [item.text for item in outcome("x = <cursor>\n", drafts, broken="broken(").items] == ["works()"]


@pytest.mark.parametrize(
    ("text", "ask", "reason"),
    [
        ("na<cursor>me\n", Ask(), "inside a word"),
        ("x<cursor>\n", Ask(languages=("go",)), "off for python"),
        ("x" * 3000 + "<cursor>\n", Ask(), "characters"),
    ],
)
def test_the_gate_says_why_it_is_closed(text: str, ask: Ask, reason: str) -> None:
    """Where nothing is suggested, the reason is told and no draft is asked for."""
    result = outcome(text, [Draft("anything", 1.0)], ask)
    assert not result.items
    assert reason in result.steps[0]


def test_unsure_and_short_drafts_are_not_shown() -> None:
    """Below the threshold, or too short to be worth reading, is nothing."""
    assert not outcome("x = <cursor>\n", [Draft("whatever", 0.4)]).items
    assert not outcome("x = <cursor>\n", [Draft("ab", 0.9)]).items
    assert outcome("x = na<cursor>\n", [Draft("me", 0.9)]).items  # It finishes the word.


def test_alternatives_are_distinct_and_no_more_than_asked_for() -> None:
    """Cycling never shows the same text twice."""
    drafts = [Draft("first()", 0.9), Draft("first()", 0.8), Draft("second()", 0.7), Draft("third()", 0.6)]
    shown = outcome("x = <cursor>\n", drafts, Ask(limit=2)).items
    assert [item.text for item in shown] == ["first()", "second()"]
