"""The use case: from a place in a document to ghost text, readable top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from linnet_completions.checks.insertion import Insertion, fit
from linnet_completions.engine.draft import Draft
from linnet_completions.ghost.gate import refused
from linnet_completions.ghost.item import Item
from linnet_context.text import Document, Position

Inside = Literal["string", "comment"] | None

# A piece this short is only worth showing when it finishes the word that is being typed.
SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: up to `limit` items, the first of at least `confidence`; in `languages` only, if there are any.

    Somebody who asks for more than one wants to choose: the others may be of any confidence.
    """

    limit: int = 1
    confidence: float = 0.5
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """What an answer is made of. `breaks(text, replaced)` tells whether inserting adds a syntax error."""

    draft: Callable[[int, Inside], list[Draft]]
    inside: Callable[[], Inside]
    breaks: Callable[[str, int], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The items, best first, and the steps that led to them: one short sentence each."""

    items: tuple[Item, ...]
    steps: tuple[str, ...]


def complete(document: Document, position: Position, ask: Ask, sources: Sources) -> Outcome:
    """Ghost text for a place of a document."""
    position = document.clamp(position)
    if reason := refused(document, position, ask.languages):
        return Outcome((), (f"gate: {reason}",))
    inside = sources.inside()
    steps = ["gate: open" + (f" (inside a {inside})" if inside else "")]
    # Drafts may fail the checks, so a few more are asked for than will be shown.
    drafts = sources.draft(ask.limit + 2, inside)
    steps.append(f"draft: {len(drafts)} from the embedded engine")
    items: list[Item] = []
    for draft in drafts:
        floor = 0.0 if items else ask.confidence
        item, verdict = _checked(draft, document, position, floor, sources)
        steps.append(f"check: {verdict}")
        if item and all(item.text != other.text for other in items):
            items.append(item)
        if len(items) == ask.limit:
            break
    return Outcome(tuple(items), tuple(steps))


def _checked(
    draft: Draft, document: Document, position: Position, floor: float, sources: Sources
) -> tuple[Item | None, str]:
    label = f"{draft.text!r} at {draft.confidence:.2f}"
    if draft.confidence < floor:
        return None, f"{label}: below the threshold of {floor:.2f}"
    insertion = fit(draft.text, document.after(position))
    if insertion is None:
        return None, f"{label}: does not fit what stands behind the cursor"
    if _too_short(insertion, document.before(position)):
        return None, f"{label}: too short to be worth reading"
    if sources.breaks(insertion.text, insertion.replaced):
        return None, f"{label}: would add a syntax error"
    item = Item(insertion.text, insertion.replaced, "local", draft.confidence, draft.path, draft.line)
    return item, f"{label}: shown"


def _too_short(insertion: Insertion, before: str) -> bool:
    finishes_word = before[-1:].isidentifier() and insertion.text[0].isalnum()
    return len(insertion.text.strip()) < SHORTEST and not finishes_word
