"""What may follow a context: the next tokens seen after it, in the open document and in all that was learned.

Everything here is a pure function of a place and the tokens of its line so far, so its answers can be remembered
while somebody types along a line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from .buffer import Buffer, Stack, pattern_of
from .edits import Recent
from .lexer import ANY_NUMBER, ANY_WORD, DEDENT, DEPTH, MOST_WORDS, NEWLINE, START, UNKNOWN

if TYPE_CHECKING:
    from .segment import Segment

Line = tuple[int, ...]  # The tokens of a line so far, its break first.

# A context is believed as a whole when tokens per distinct successor are many; short ones are believed less.
_ESCAPE = (0.0, 4.0, 2.0, 1.2)
_ESCAPE_LONG = 0.6
_SETTLED = 0.003  # Shorter contexts share less than this: not worth looking at.

_BUFFER_WEIGHT = 6.0
_STAYS, _FADES = (
    0.4 * _BUFFER_WEIGHT,
    0.6 * _BUFFER_WEIGHT,
)  # Its parts that do not and that do fade with distance.
_FADE = 400.0  # Tokens.
_BELOW = 200  # A line below the cursor counts as if it were so much further away,
_ELSEWHERE = 200  # and so does one that was changed in another document.

_SAMPLE = 64  # So many occurrences of one context length are read.
_OCCURRENCES = 300  # So many occurrences of one token in a stack are compared, the nearest.

_PATTERN = 5  # Shortest anonymous match that may vote.
_PATTERNS = 100
_VOTERS = 20
_REACH = 30  # How far back a name may stand that is taken up again.


@dataclass(frozen=True, slots=True)
class Learned:
    """A segment, and the weight of each of its files for the place."""

    segment: Segment
    weights: Sequence[float]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of an open document (its buffer is set to it), what was changed in others, and all that was learned."""

    buffer: Buffer
    recent: Recent
    learned: tuple[Learned, ...]

    @property
    def stacks(self) -> tuple[tuple[Stack, int], ...]:
        """The farthest first: what counts like text of the document, and how much further away than it stands."""
        return (self.recent.stack, _ELSEWHERE), (self.buffer.below, _BELOW), (self.buffer.above, 0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What may come next: a probability for each token seen; what is missing to 1 is something else.

    `buffer` sees the document and the session's changes alone, `learned` the rest of the workspace, `mix` both and the anonymous matches.
    `buffer_orders` and `learned_orders` give for each token the longest context it was seen after. `spaces`: whether a blank stands before the token. `buffer_order` and `learned_order`: the longest context
    found in the document and elsewhere, in tokens; `support`: the weight of its occurrences.
    `pattern` is the longest anonymous match, `pattern_share` how much of its votes could be read here, and `votes`
    what they are for.
    """

    mix: dict[int, float]
    buffer: dict[int, float]
    learned: dict[int, float]
    buffer_orders: dict[int, int]
    learned_orders: dict[int, int]
    spaces: dict[int, int]
    votes: dict[int, float]
    buffer_order: int
    learned_order: int
    support: float
    pattern: int
    pattern_share: float


def evidence(place: Place, line: Line) -> Evidence:
    """The evidence for the token after `line`."""
    nearest = context(place.buffer, line, DEPTH + _REACH)
    spaces: dict[int, int] = {}
    own = _own_matches(place, line, nearest)
    walks = [_Walk(learned, nearest) for learned in place.learned]
    mix, buffer, learned = _mixed(own, walks, spaces)
    votes, pattern, share = _votes(place, nearest, spaces)
    buffer_order, learned_order = max(own, default=0), max(learned.orders.values(), default=0)
    if votes:
        belief = _belief(max(buffer_order, learned_order))
        _blend(mix.shares, votes, belief * min(1.0, (pattern - 3) / 5) * share)
    return Evidence(
        mix.shares,
        buffer.shares,
        learned.shares,
        buffer.orders,
        learned.orders,
        spaces,
        votes,
        buffer_order,
        learned_order,
        mix.support,
        pattern,
        share,
    )


def context(buffer: Buffer, line: Line, count: int) -> list[int]:
    """Up to `count` tokens before the cursor, nearest first, not beyond the document's start."""
    above = buffer.above.tokens
    nearest = [*reversed(line), *reversed(above[max(1, len(above) - count) :])]
    return nearest[:count]


def _belief(longest: int) -> float:
    """How much anonymous matches may say where the longest match as written has this length."""
    return 0.5 if longest <= 2 else 0.35 if longest <= 4 else 0.15


def _blend(mix: dict[int, float], votes: dict[int, float], share: float) -> None:
    for token in mix:
        mix[token] *= 1 - share
    for token, vote in votes.items():
        mix[token] = mix.get(token, 0.0) + share * vote


# The document itself

Seen = list[tuple[int, float, int]]  # Next token, weight, blank before it.


def _own_matches(place: Place, line: Line, nearest: Sequence[int]) -> dict[int, Seen]:
    """Occurrences of the context in the document and the session's changes, by the length of the match."""
    found: dict[int, Seen] = {}
    for stack, further in place.stacks:
        _stack_matches(stack, nearest, further, found)
    for position in range(1, len(line) - 1):
        if line[position] == line[-1]:
            length = 1
            while length < position and line[position - length] == line[-1 - length]:
                length += 1
            found.setdefault(length, []).append((line[position + 1], _BUFFER_WEIGHT, 0))
    return found


def _stack_matches(stack: Stack, nearest: Sequence[int], further: int, found: dict[int, Seen]) -> None:
    tokens, spaces, step = stack.tokens, stack.spaces, stack.step
    top = len(tokens)
    longest = min(DEPTH, len(nearest))
    second = nearest[1] if longest > 1 else -1
    base = top + further
    for position in stack.positions.get(nearest[0], ())[-_OCCURRENCES:]:
        after = position + step
        if after == top:
            continue
        token = tokens[after]
        if token in (START, UNKNOWN):
            continue
        length = 1
        before = position - step
        if before < top and tokens[before] == second:
            length = 2
            before -= step
            while length < longest and before < top and tokens[before] == nearest[length]:
                length += 1
                before -= step
        weight = _STAYS + _FADES * exp((position - base) / _FADE)
        match = (NEWLINE if token <= DEDENT else token, weight, spaces[after])
        if length in found:
            found[length].append(match)
        else:
            found[length] = [match]


# What was learned


class _Walk:
    """One segment's intervals for a context, read from the longest to the shortest."""

    __slots__ = ("_done", "_learned", "intervals", "order")

    def __init__(self, learned: Learned, nearest: Sequence[int]) -> None:
        self.intervals = learned.segment.contexts(nearest)
        self.order = len(self.intervals)
        self._learned = learned
        self._done: tuple[int, int] | None = None

    def shell(self, order: int) -> list[tuple[int, int]]:
        """The parts of the interval of this order that no longer one has covered."""
        if order > self.order or self.intervals[order - 1] == self._done:
            return []
        low, high = self.intervals[order - 1]
        inner, self._done = self._done, (low, high)
        return [(low, high)] if inner is None else [(low, inner[0]), (inner[1], high)]

    def read(self, parts: Sequence[tuple[int, int]], stride: int) -> Iterator[tuple[int, float, int]]:
        """What stands behind every `stride`-th occurrence: token, weight, blank before it."""
        segment, weights = self._learned.segment, self._learned.weights
        array, starts, ids, space = segment.exact, segment.starts, segment.ids, segment.space
        tokens, order = array.tokens, array.order
        for low, high in parts:
            for position in order.between(low, high, stride):
                weight = weights[bisect_right(starts, position) - 1]
                if weight:
                    token = tokens[position + 1]
                    if token <= DEDENT:
                        yield NEWLINE, weight * stride, space(position + 1)
                    elif token != START and token != UNKNOWN:
                        yield ids[token], weight * stride, space(position + 1)


class _BackOff:
    """A distribution mixed from contexts of all lengths, the longest first.

    Each length sees the occurrences of its own and of all longer contexts, and leaves to the shorter ones what
    Witten-Bell smoothing says it does not know.
    """

    __slots__ = ("_counts", "_left", "_total", "_unsettled", "orders", "shares", "support")

    def __init__(self) -> None:
        self.shares: dict[int, float] = {}
        self.orders: dict[int, int] = {}
        self.support = 0.0
        self._counts: dict[int, float] = {}
        self._total, self._left, self._unsettled = 0.0, 1.0, False

    def add(self, seen: Iterable[tuple[int, float, int]], order: int, spaces: dict[int, int]) -> None:
        counts, orders = self._counts, self.orders
        for token, weight, space in seen:
            self._total += weight
            self._unsettled = True
            if token in counts:
                counts[token] += weight
            else:
                counts[token] = weight
                orders[token] = order
                if token not in spaces:
                    spaces[token] = space

    def settle(self, order: int) -> bool:
        """Share out what this length knows; returns whether the shorter ones still matter."""
        if self._unsettled:
            self._unsettled = False
            self.support = self.support or self._total
            escape = _ESCAPE[order] if order < len(_ESCAPE) else _ESCAPE_LONG
            known = self._total / (self._total + escape * len(self._counts))
            share, shares = self._left * known / self._total, self.shares
            for token, count in self._counts.items():
                shares[token] = shares.get(token, 0.0) + share * count
            self._left *= 1 - known
        return self._left >= _SETTLED


def _mixed(
    own: dict[int, Seen], walks: Sequence[_Walk], spaces: dict[int, int]
) -> tuple[_BackOff, _BackOff, _BackOff]:
    """The distributions of everything, of the document alone, and of what was learned."""
    mix, buffer, learned = _BackOff(), _BackOff(), _BackOff()
    for order in range(max([*own, *(walk.order for walk in walks)], default=0), 0, -1):
        here = own.get(order, ())
        buffer.add(here, order, spaces)
        shells = [(walk, walk.shell(order)) for walk in walks]
        size = sum(high - low for _, parts in shells for low, high in parts)
        stride = max(1, -(-size // _SAMPLE))
        elsewhere = [seen for walk, parts in shells if parts for seen in walk.read(parts, stride)]
        learned.add(elsewhere, order, spaces)
        mix.add(here, order, spaces)
        mix.add(elsewhere, order, spaces)
        buffer.settle(order)
        learned.settle(order)
        if not mix.settle(order):
            break
    return mix, buffer, learned


# Anonymous matches


def _votes(
    place: Place, nearest: Sequence[int], spaces: dict[int, int]
) -> tuple[dict[int, float], int, float]:
    """What anonymous matches say: token -> share, the longest match, and the share of votes that could be read.

    A vote for a name is a vote for the name that stands at the same distance here.
    """
    abstraction = place.buffer.abstraction
    names = [abstraction[token] for token in nearest[:DEPTH]]
    votes: dict[int, float] = {}
    unread, longest = 0.0, 0
    for weight, length, token, space in (
        *_pattern_votes(place, nearest, names),
        *_learned_votes(place.learned, nearest),
    ):
        longest = max(longest, length)
        if token is None:
            unread += weight
            continue
        votes[token] = votes.get(token, 0.0) + weight
        if token not in spaces:
            spaces[token] = space
    total = sum(votes.values())
    if not total:
        return {}, longest, 0.0
    return {token: vote / (total + 1) for token, vote in votes.items()}, longest, total / (total + unread)


Vote = tuple[
    float, int, int | None, int
]  # Weight, length of the match, token (None: unreadable), blank before it.


def _pattern_votes(place: Place, nearest: Sequence[int], names: Sequence[int]) -> Iterator[Vote]:
    """The votes of the document itself and of the session's changes."""
    if len(names) < 3:
        return
    matches = []
    pattern = pattern_of(names[0], names[1], names[2])
    for stack, _ in reversed(place.stacks):
        abstract, step, top = stack.abstract, stack.step, len(stack.abstract)
        for position in stack.patterns.get(pattern, ())[-_PATTERNS:]:
            if position + step == top:
                continue
            length, before = 3, position - 3 * step
            while length < len(names) and before < top and abstract[before] == names[length]:
                length += 1
                before -= step
            if length >= _PATTERN:
                matches.append((length, position - top, stack))
    matches.sort(key=lambda match: match[:2], reverse=True)
    for length, back, stack in matches[:_VOTERS]:
        if length < matches[0][0] - 2:
            break
        position = len(stack.tokens) + back
        token = _taken_up(place.buffer.abstraction, stack.tokens, position, stack.step, nearest)
        yield 3.0 * (length - 3), length, token, stack.spaces[position + stack.step]


def _learned_votes(learned: Sequence[Learned], nearest: Sequence[int]) -> Iterator[Vote]:
    """The votes of what was learned: of each segment's longest match."""
    for part in learned:
        segment = part.segment
        abstraction = segment.abstraction
        intervals = segment.patterns(nearest)
        length = longest = len(intervals)
        while (
            length > _PATTERN
            and intervals[length - 1][1] - intervals[length - 1][0] < 8
            and length > longest - 2
        ):
            length -= 1
        if length < _PATTERN:
            continue
        low, high = intervals[length - 1]
        tokens, order = segment.exact.tokens, segment.renamed.order
        for position in order.between(low, high, max(1, -(-(high - low) // 24))):
            weight = part.weights[segment.owner(position)]
            if weight:
                token = _taken_up(abstraction, tokens, position, 1, nearest, segment.ids)
                yield weight * (length - 3) / 2, longest, token, segment.space(position + 1)


def _taken_up(
    abstraction: dict[int, int],
    tokens: Sequence[int],
    position: int,
    step: int,
    nearest: Sequence[int],
    ids: Sequence[int] = range(MOST_WORDS),
) -> int | None:
    """The token after `position`, or for a name the one that stands here where that name stands there.

    `ids`: of the numbers that `tokens` holds.
    """
    following = tokens[position + step]
    if following <= DEDENT:
        return NEWLINE
    if following in (START, UNKNOWN):
        return None
    if abstraction[ids[following]] not in (ANY_WORD, ANY_NUMBER):
        return ids[following]
    for back, here in enumerate(nearest[:_REACH]):
        there = position - back * step
        if not 0 <= there < len(tokens) or tokens[there] == START:
            return None
        if tokens[there] == following:
            return here
    return None
