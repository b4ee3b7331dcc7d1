"""Where a draft comes from: the place whose code supports it best."""

from __future__ import annotations

from .buffer import Stack
from .evidence import Line, Place, context
from .lexer import DEPTH


def origin(place: Place, line: Line, tokens: Line) -> tuple[str, int] | None:
    """Path and line (0-based) of the longest match of `tokens` in their context; None when they occur nowhere."""
    nearest = context(place.buffer, line + tokens, DEPTH)
    best = len(tokens) - 1 if len(tokens) < DEPTH else DEPTH - 1
    found: tuple[str, int] | None = None
    buffer, recent = place.buffer, place.recent
    for stack, _ in reversed(place.stacks):
        length, position = _longest(stack, nearest)
        if length > best:
            own = stack is not recent.stack
            where = (buffer.document.path, buffer.line_of(stack, position)) if own else recent.place(position)
            best, found = length, where
    for learned in place.learned:
        segment = learned.segment
        for length, (low, high) in enumerate(segment.contexts(nearest), 1):
            if length <= best:
                continue
            places = map(segment.exact.order.__getitem__, range(low, high))
            living = (at for at in places if learned.weights[segment.owner(at)])
            first = next(living, None)
            if first is None:
                break
            best, found = length, segment.place(first)
    return found


def _longest(stack: Stack, nearest: list[int]) -> tuple[int, int]:
    """Length and position of the nearest longest match."""
    tokens, step, top = stack.tokens, stack.step, len(stack.tokens)
    best, best_position = 0, 0
    for position in stack.positions.get(nearest[0], ()):
        length, before = 1, position - step
        while length < len(nearest) and before < top and tokens[before] == nearest[length]:
            length += 1
            before -= step
        if length >= best:
            best, best_position = length, position
    return best, best_position
