"""Thinking is taken off the start of an answer, wherever the stream cuts it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.models.thoughts import Thoughts

CASES = {
    "plain": "plain",
    "  \n plain\n": "plain\n",
    "<think>hm</think>answer": "answer",
    '\n<think>\nhm {"a"}\n</think>\n\nanswer <think>': "answer <think>",
    "<THINK>a</Think><reasoning>b</reasoning> c": "c",
    "<think></think>": "",
    "<think>never ends": "",
    "<thinking>a</think>b</thinking>c": "c",
    "<thin": "<thin",
    "<thing>": "<thing>",
    "": "",
    "a <think>b</think>": "a <think>b</think>",
}


def fed(pieces: list[str]) -> str:
    thoughts = Thoughts()
    return "".join(map(thoughts.feed, pieces)) + thoughts.finish()


@pytest.mark.parametrize("answer", CASES)
def test_answers(answer: str) -> None:
    """Blocks at the start go, whatever follows stays; letter by letter it is the same."""
    assert fed([answer]) == CASES[answer]
    assert fed(list(answer)) == CASES[answer]


@given(st.lists(st.sampled_from(["<think>", "</think>", "<", "th", "ink>", " ", "\n", "x", "{"])))
def test_where_the_stream_is_cut_does_not_matter(pieces: list[str]) -> None:
    """Any cut of an answer gives the same."""
    assert fed(pieces) == fed(["".join(pieces)]) == fed(list("".join(pieces)))
