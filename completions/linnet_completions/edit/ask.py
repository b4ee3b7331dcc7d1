"""Asks a model for an edit, and once more when its answer cannot be applied."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

from linnet_completions.edit import prompt
from linnet_completions.edit.blocks import CUT, Refused
from linnet_completions.models.asking import Route, answered
from linnet_completions.models.protocol import Call, Text
from linnet_completions.models.thoughts import Thoughts

Made = TypeVar("Made")
Judge = Callable[[str, bool], Awaitable[Made | Refused]]
"""What becomes of an answer, which may have been cut at its greatest length."""


async def asked(
    call: Call, route: Route, judge: Judge[Made], progress: Callable[[int], None] = lambda lines: None
) -> Made | Refused:
    """What becomes of the model's answer, or of its second. `progress` is told how many lines have come.

    The same call a second time is answered without a request. Raises `ModelError`s.
    """
    text, cut = await _answer(call, route, progress)
    made = await judge(text, cut)
    if not isinstance(made, Refused) or made == CUT:
        return made
    text, cut = await _answer(prompt.again(call, text, made.reason), route, progress)
    return await judge(text, cut)


async def _answer(call: Call, route: Route, progress: Callable[[int], None]) -> tuple[str, bool]:
    """The whole answer without the thinking before it, and whether it was cut."""
    thoughts, pieces, cut = Thoughts(), list[str](), False
    stream = answered(call, prompt.PROMPT_VERSION, route.asking, route.answers, route.identity)
    async with aclosing(stream):
        async for each in stream:
            if isinstance(each, Text):
                pieces.append(thoughts.feed(each.text))
                progress(sum(piece.count("\n") for piece in pieces))
            else:
                cut = each.cut
    return "".join((*pieces, thoughts.finish())), cut
