"""Explains code by a model: Markdown as it comes, grounded in a fact sheet and in gathered code."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from linnet_completions.explain import prompt
from linnet_completions.explain.unwrap import Unwrap
from linnet_completions.models.asking import Answers, Asking, answered
from linnet_completions.models.protocol import Call, Garbled, ModelError, Text
from linnet_completions.models.thoughts import Thoughts

if TYPE_CHECKING:
    from linnet_completions.explain.facts import FactSheet
    from linnet_completions.explain.prompt import Turn
    from linnet_context.index.index import Index
    from linnet_context.snippet import Context
    from linnet_context.text import Document

CUT = "\n\n*(The answer was cut at its greatest length.)*\n"


def explain(
    sheet: FactSheet,
    context: Context | None,
    question: str | None,
    asking: Asking,
    answers: Answers,
    identity: str,
    history: Sequence[Turn] = (),
    problem: str = "",
) -> AsyncGenerator[str]:
    """The model's explanation of what a sheet describes, or its answer to a question: see `streamed`."""
    return streamed(prompt.call(sheet, context, question, history, problem), asking, answers, identity)


async def streamed(call: Call, asking: Asking, answers: Answers, identity: str) -> AsyncGenerator[str]:
    """What a model says to a call of `prompt.call`, in pieces of Markdown.

    The same call a second time is answered from `answers`. Raises the `ModelError` of a call that failed, behind the
    pieces that came before it. Closing this generator closes the stream upstream.
    """
    cleaner = _Cleaner()
    pieces = answered(call, prompt.PROMPT_VERSION, asking, answers, identity, _is_useful)
    said = cut = False
    try:
        async with aclosing(pieces):
            async for each in pieces:
                if not isinstance(each, Text):
                    cut = each.cut
                elif piece := cleaner.feed(each.text):
                    said = said or bool(piece.strip())
                    yield piece
    except ModelError:
        if rest := cleaner.finish():
            yield rest
        raise
    rest = cleaner.finish()
    if rest:
        yield rest
    if not said and not rest.strip():
        raise Garbled("The model's answer has no text.")
    if cut:
        yield CUT


def gathered(index: Index, document: Document, sheet: FactSheet, budget: int) -> Context:
    """The code that goes with a sheet, within a budget of tokens: its lines from the first on, and what they use."""
    from linnet_context.budget import Mix
    from linnet_context.gather import gather
    from linnet_context.text import Position

    # Little before the lines themselves: decorators and comments. What they leave goes to definitions they name.
    mix = Mix(prefix=0.08, suffix=0.55, frame=0.08, places=0.0, installed=0.1)
    return gather(index, document, Position(sheet.first, 0), "explain", budget, mix=mix)


class _Cleaner:
    """Passes Markdown on, without thinking and without a fence around the whole."""

    def __init__(self) -> None:
        self._thoughts = Thoughts()
        self._unwrap = Unwrap()

    def feed(self, text: str) -> str:
        return self._unwrap.feed(self._thoughts.feed(text))

    def finish(self) -> str:
        return self._unwrap.feed(self._thoughts.finish()) + self._unwrap.finish()


def _is_useful(text: str) -> bool:
    cleaner = _Cleaner()
    return bool((cleaner.feed(text) + cleaner.finish()).strip())
