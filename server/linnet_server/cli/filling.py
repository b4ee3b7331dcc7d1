"""The model's part of `linnet complete`: what the language server asks, asked once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from linnet_completions.ghost.flight import Flight
from linnet_completions.ghost.frame import frame_of
from linnet_completions.ghost.item import Item
from linnet_completions.ghost.prompt import PROMPT_VERSION, call
from linnet_completions.ghost.shape import wants_block
from linnet_completions.models.asking import answered
from linnet_completions.models.masks import cursor_masks, masking, restored
from linnet_completions.models.outbound import OverBudget
from linnet_completions.models.protocol import Call, ModelError, Text, Usage
from linnet_completions.models.redaction import has_placeholder
from linnet_context.problems import Problem

if TYPE_CHECKING:
    from linnet_completions.models.asking import Route
    from linnet_completions.worker.workshop import Workshop
    from linnet_context.text import Document, Position
    from linnet_server.cli.answers import Opener
    from linnet_server.settings import Settings


async def filled(
    opened: Opener, settings: Settings, workshop: Workshop, document: Document, position: Position
) -> tuple[Item | None, tuple[str, ...]]:
    """The model's text for a place of an open document, if there is one that fits, and the steps that led to it.

    A Problem when the budget is spent and the user wants no other answer then.
    """
    if reason := workshop.refusal(document.path):
        return None, (f"model: not asked: {reason}",)
    async with opened() as route:
        if route is None:
            return None, ("model: none is chosen",)
        try:
            text, known = await _text(route, settings, workshop, document, position)
        except OverBudget as error:
            if settings.cost.on_cap == "stop":
                remedy = "Raise `cost.daily_usd` or `cost.monthly_usd`, or set `cost.on_cap` to `local`."
                raise Problem(str(error), remedy) from None
            return None, (f"model: {route.label}: {error}",)
        except ModelError as error:
            return None, (f"model: {route.label}: {error}",)
    cache = f"cache: {'an answer' if known else 'nothing'} is kept for this question"
    if not text or has_placeholder(text):
        return None, (cache, f"model: {route.label} has nothing to insert")
    found = workshop.judge(document.path, position, text)
    if found.insertion is None:
        return None, (cache, f"model: {route.label}: {text!r}", f"check: dropped: {found.reason}")
    item = Item(found.insertion.text, found.insertion.replaced, route.label, None)
    check = f"check: {f'cut: {found.reason}' if found.reason else 'nothing is wrong with it'}"
    return item, (cache, f"model: {route.label}: {text!r}", check)


async def _text(
    route: Route, settings: Settings, workshop: Workshop, document: Document, position: Position
) -> tuple[str | None, bool]:
    """What the model says, and whether it was asked before."""
    budget, most = settings.context.budget_tokens, settings.completion.max_lines
    found = workshop.gather(document, position, "inline", budget)
    frame = frame_of(document, position, found.context if found else None)
    block = most > 1 and wants_block(document, position)
    question = call(frame, document, position, block=block, max_lines=most)
    masks = found.masks if found else workshop.masks(document)
    hidden = masking(route.asking, {**masks, **cursor_masks(document, position, masks)})
    known = True

    def asking(call: Call) -> AsyncIterator[Text | Usage]:
        nonlocal known
        known = False
        return hidden(call)

    stream: AsyncIterator[Text | Usage] = answered(
        question, PROMPT_VERSION, asking, route.answers, route.identity
    )
    flight = Flight(document, position, stream, block=block, max_lines=most)
    text = await flight.suggestion(document, position)
    return restored(text, masks) if text else text, known
