"""An answer is asked for once: kept when it is whole, given again without a request."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from linnet_completions.models.asking import Answers, Asking, answered, key_of
from linnet_completions.models.protocol import Call, Message, ModelError, Text, Unreachable, Usage
from tests.completions.scripted import Kept, Scripted

CALL = Call("explain", (Message("system", "Explain."), Message("user", "what?")), max_tokens=9)


def said(asking: Asking, answers: Answers, call: Call = CALL, version: int = 1, identity: str = "a") -> str:
    """All that a call is answered, the usage as a mark."""

    async def run() -> str:
        stream = answered(call, version, asking, answers, identity)
        return "".join([each.text if isinstance(each, Text) else f"|{each.cut}" async for each in stream])

    return asyncio.run(run())


def test_a_second_time_without_a_request() -> None:
    """What was answered whole is given again, and nobody is asked."""
    model, kept = Scripted("It ", "adds.", Usage(3, 0, 2, None)), Kept()
    assert said(model, kept) == "It adds.|False"
    assert said(model, kept) == "It adds."
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"call": replace(CALL, max_tokens=10)},
        {"call": replace(CALL, messages=CALL.messages[:1])},
        {"call": replace(CALL, temperature=0.5)},
        {"call": replace(CALL, task="review")},
        {"call": replace(CALL, stop=("\n",))},
        {"version": 2},
        {"identity": "b"},
    ],
)
def test_what_makes_another_question(change: dict[str, Any]) -> None:
    """Another prompt, parameter, prompt version or model is asked anew."""
    model, kept = Scripted("yes"), Kept()
    said(model, kept)
    said(model, kept, **change)
    assert len(model.asked) == 2


def test_the_hint_for_the_provider_is_no_part_of_the_question() -> None:
    """The provider's own cache hint does not change an answer."""
    assert key_of(CALL, 1, "a") == key_of(replace(CALL, cache_key="x"), 1, "a")


def test_a_broken_stream_is_not_kept() -> None:
    """An answer that broke off is handed on, followed by its error, and asked for again the next time."""
    model, kept = Scripted("half", Unreachable("gone")), Kept()
    for _ in range(2):
        with pytest.raises(ModelError, match="gone"):
            said(model, kept)
    assert (len(model.asked), kept) == (2, {})


def test_an_empty_answer_is_not_kept() -> None:
    """An answer without text is worth another question."""
    kept = Kept()
    said(Scripted(" \n", Usage()), kept)
    assert kept == {}


def test_a_cut_answer_says_so_again() -> None:
    """That an answer was cut at its length is remembered with it."""
    model, kept = Scripted("so and", Usage(cut=True)), Kept()
    assert said(model, kept) == said(model, kept) == "so and|True"


def test_closing_closes_the_stream_upstream() -> None:
    """A reader that goes early closes the stream of the model, and nothing is kept."""
    model, kept = Scripted("one", "two", "three"), Kept()

    async def run() -> None:
        async with aclosing(answered(CALL, 1, model, kept, "a")) as stream:
            await anext(stream)

    asyncio.run(run())
    assert (model.closed, kept) == (1, {})


@pytest.mark.parametrize("value", ["", "{", "[]", "null", '"text"', '{"text": 1}', '{"cut": true}'])
def test_what_others_wrote_is_not_an_answer(value: str) -> None:
    """A value of another form is no answer: the model is asked."""
    model = Scripted("fresh")
    assert said(model, Kept({key_of(CALL, 1, "a"): value})) == "fresh"
