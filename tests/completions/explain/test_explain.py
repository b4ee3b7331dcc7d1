"""Explanations as they stream: cleaned, kept, and honest about what went wrong."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from linnet_completions.explain.explain import CUT, explain
from linnet_completions.explain.facts import FactSheet
from linnet_completions.explain.prompt import Turn
from linnet_completions.models.protocol import Garbled, ModelError, TimedOut, Unreachable, Usage
from tests.completions.scripted import Kept, Scripted

SHEET = FactSheet("file", "a.py", "python", 0, 1)


def pieces(model: Scripted, kept: Kept | None = None, question: str | None = None) -> list[str]:
    """What comes, piece by piece; the name of the error at the end, if there was one."""

    async def run() -> list[str]:
        found: list[str] = []
        try:
            async for piece in explain(SHEET, None, question, model, Kept() if kept is None else kept, "m"):
                found.append(piece)
        except ModelError as error:
            found.append(type(error).__name__)
        return found

    return asyncio.run(run())


def test_it_streams() -> None:
    """Pieces are handed on as they come."""
    assert pieces(Scripted("It ", "adds.", Usage())) == ["It ", "adds."]


def test_thinking_and_fences_go() -> None:
    """Neither the model's thinking nor a fence around the whole is shown, however they are cut."""
    model = Scripted("<thi", "nk>Let me", " see</think>\n\n``", "`markdown\nIt ", "adds.\n", "``", "`\n")
    assert "".join(pieces(model)) == "It adds.\n"


def test_the_second_time_nobody_is_asked() -> None:
    """The same explanation is replayed; another question is asked."""
    model, kept = Scripted("```md\nIt adds.\n```"), Kept()
    first = "".join(pieces(model, kept))
    assert "".join(pieces(model, kept)) == first == "It adds.\n"
    assert len(model.asked) == 1
    pieces(model, kept, "Why?")
    assert len(model.asked) == 2


@pytest.mark.parametrize("error", [Unreachable("gone"), TimedOut("late")])
def test_a_broken_stream(error: ModelError) -> None:
    """What came before the end is shown, then comes the error; the next time the model is asked again."""
    model, kept = Scripted("It adds and ``", error), Kept()
    assert "".join(pieces(model, kept)) == f"It adds and ``{type(error).__name__}"
    assert kept == {}
    pieces(model, kept)
    assert len(model.asked) == 2


def test_what_is_held_back_is_shown_before_the_error() -> None:
    """A broken stream loses nothing of what could still have been a fence."""
    assert pieces(Scripted("``", Unreachable("gone"))) == ["``", "Unreachable"]


@pytest.mark.parametrize("events", [[], ["<think>only"], [" \n"], ["```markdown\n```"]])
def test_an_answer_without_text_is_an_error(events: list[str]) -> None:
    """Nothing to show is said to be nothing, and not kept."""
    kept = Kept()
    found = pieces(Scripted(*events), kept)
    assert (found[-1], "".join(found[:-1]).strip(), kept) == (Garbled.__name__, "", {})


def test_a_cut_answer_says_so() -> None:
    """An answer that ended at its greatest length is marked, the replayed one too."""
    model, kept = Scripted("It adds and", Usage(cut=True)), Kept()
    assert pieces(model, kept) == pieces(model, kept) == ["It adds and", CUT]


def test_closing_closes_the_stream() -> None:
    """Whoever stops reading stops the model."""
    model = Scripted("one", "two")

    async def run() -> None:
        async with aclosing(explain(SHEET, None, None, model, Kept(), "m")) as stream:
            await anext(stream)

    asyncio.run(run())
    assert model.closed == 1


def test_earlier_turns_are_part_of_the_question() -> None:
    """The same words after another conversation are another question."""
    model, kept = Scripted("yes"), Kept()

    async def run(history: list[Turn]) -> None:
        async for _ in explain(SHEET, None, "Why?", model, kept, "m", history):
            pass

    for history in ([], [Turn("What?", "That.")], []):
        asyncio.run(run(history))
    assert len(model.asked) == 2
