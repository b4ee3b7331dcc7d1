"""Numbers that tell candidates for the next token apart without naming any word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from .evidence import Evidence, Line, Place
from .lexer import NEWLINE, NUMBER, OTHER, WORD, Vocabulary
from .line import CLOSERS, OPENERS, QUOTES, brackets

_SUBWORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MEMBER = (".", "?.", "::", "->")
_NEAR = 40  # Tokens.
_NOWHERE: list[int] = []
_FARTHEST = 3000
_HEAD = 60  # Tokens below the cursor that count as right below.

OF_CANDIDATE = (
    "mix", "buffer", "learned", "voted", "buffer_order", "learned_order", "mix_rank", "buffer_rank",
    "learned_rank", "share", "common", "occurrences", "distance", "files", "on_line", "near", "right_below",
    "matches", "mismatch", "same", "subwords", "left", "finished", "something_else",
    "word", "line_end", "closer", "opener", "punctuation", "number", "length",
)  # fmt: skip
OF_PLACE = (
    "longest_buffer", "longest_learned", "pattern", "pattern_share", "top_mix", "top_buffer", "top_learned",
    "after_break", "after_member", "after_opener", "after_comma", "after_assignment", "after_closer", "after_quote",
    "after_word", "after_other", "depth", "in_string", "support", "line_start", "part", "candidates", "position",
    "line_end_share",
)  # fmt: skip
NAMES = OF_CANDIDATE + OF_PLACE


@dataclass(frozen=True, slots=True)
class Trait:
    """What a token is by itself: numbers for the model, and the parts of a compound word."""

    numbers: tuple[float, ...]
    parts: frozenset[str]


class Traits(dict[int, Trait]):
    """Token -> its traits, worked out when first asked."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def __missing__(self, token: int) -> Trait:
        word, kind = self._vocabulary.words[token], self._vocabulary.kinds[token]
        numbers = (
            float(kind == WORD), float(token == NEWLINE), float(word in CLOSERS), float(word in OPENERS),
            float(kind == OTHER and token != NEWLINE), float(kind == NUMBER), min(len(word), 20) / 20,
        )  # fmt: skip
        parts = frozenset(part.lower() for part in _SUBWORD.findall(word) if len(part) > 1)
        trait = self[token] = Trait(numbers, parts if kind == WORD else frozenset())
        return trait


class Describer:
    """Describes the candidates for one position of a line."""

    def __init__(self, place: Place, vocabulary: Vocabulary, traits: Traits, line: Line, part: str) -> None:
        self._place = place
        self._vocabulary = vocabulary
        self._traits = traits
        self._line = line
        self._part = part
        self._brackets = brackets(vocabulary, line)
        self._on_line = set(line[1:])
        self._parts = frozenset[str]().union(*(traits[token].parts for token in line[1:]))

    def rows(
        self, known: Evidence, fitting: dict[int, float], candidates: Sequence[int]
    ) -> list[tuple[float, ...]]:
        """One row for each candidate, and a last one for anything else. `fitting`: the shares of those that begin
        as typed."""
        place = self._of_place(known, len(candidates))
        ranks = [_ranks(shares) for shares in (fitting, known.buffer, known.learned)]
        total = sum(fitting.values()) + 1e-9 if self._part else 1.0
        rows = [
            self._of_candidate(token, known, fitting.get(token, 0.0) / total, ranks) + place
            for token in candidates
        ]
        return [*rows, (*_SOMETHING_ELSE, *place)]

    def _of_candidate(
        self, token: int, known: Evidence, share: float, ranks: Sequence[dict[int, int]]
    ) -> tuple[float, ...]:
        trait, word = self._traits[token], self._vocabulary.words[token]
        closer, wanted = word in CLOSERS, self._brackets.wanted
        overlap = len(trait.parts & self._parts) / len(trait.parts) if trait.parts else 0.0
        return (
            log(known.mix.get(token, 0.0) + 1e-5),
            log(known.buffer.get(token, 0.0) + 1e-5),
            log(known.learned.get(token, 0.0) + 1e-5),
            log(known.votes.get(token, 0.0) + 1e-4),
            known.buffer_orders.get(token, 0) / 12,
            known.learned_orders.get(token, 0) / 12,
            *(1 / (1 + rank.get(token, 40)) for rank in ranks),
            log(share + 1e-4),
            float(self._place.buffer.abstraction[token] == token),
            *self._recency(token),
            float(closer and word == wanted),
            float(closer and word != wanted),
            float(token == self._line[-1]),
            overlap,
            (len(word) - len(self._part)) / 10 if self._part else 0.0,
            float(word == self._part),
            0.0,
            *trait.numbers,
        )

    def _recency(self, token: int) -> tuple[float, float, float, float, float, float]:
        """Occurrences, distance, files, on the line, near above, right below."""
        above, below, recent = self._place.buffer.above, self._place.buffer.below, self._place.recent.stack
        here, there = above.positions.get(token, _NOWHERE), below.positions.get(token, _NOWHERE)
        elsewhere = recent.positions.get(token, _NOWHERE)
        distance = _FARTHEST
        for stack, places in ((above, here), (below, there), (recent, elsewhere)):
            if places:
                distance = len(stack.tokens) - places[-1]
                break
        return (
            log(1 + len(here) + len(there) + len(elsewhere)) / 5,
            log(1 + distance) / 8,
            log(1 + self._vocabulary.files[token]) / 6,
            float(token in self._on_line),
            float(bool(here) and distance < _NEAR),
            float(bool(there) and len(below.tokens) - there[-1] < _HEAD),
        )

    def _of_place(self, known: Evidence, candidates: int) -> tuple[float, ...]:
        return (
            known.buffer_order / 12,
            known.learned_order / 12,
            known.pattern / 12,
            known.pattern_share,
            max(known.mix.values(), default=0.0),
            max(known.buffer.values(), default=0.0),
            max(known.learned.values(), default=0.0),
            *_after(self._vocabulary, self._line[-1]),
            min(self._brackets.depth, 5) / 5,
            float(bool(self._brackets.quote)),
            log(1 + min(known.support, 50.0)) / 4,
            float(len(self._line) == 1),
            len(self._part) / 10,
            candidates / 20,
            min(len(self._line), 24) / 24,
            known.mix.get(NEWLINE, 0.0),
        )


_SOMETHING_ELSE: tuple[float, ...] = (
    -11.5,
    -11.5,
    -11.5,
    -9.2,
    *[0.0] * 5,
    -9.2,
    0.0,
    0.0,
    1.0,
    *[0.0] * 10,
    1.0,
    *[0.0] * 7,
)


def _ranks(shares: dict[int, float]) -> dict[int, int]:
    ordered = sorted([(-share, token) for token, share in shares.items()])[:25]
    return {token: rank for rank, (_, token) in enumerate(ordered)}


def _after(vocabulary: Vocabulary, last: int) -> list[float]:
    """What kind of token stands before."""
    word = vocabulary.words[last]
    tests = (
        word[0] == "\n",
        word in _MEMBER,
        word in OPENERS,
        word == ",",
        word in ("=", ":="),
        word in CLOSERS,
        word in QUOTES,
        vocabulary.kinds[last] == WORD,
        True,
    )
    found = [0.0] * len(tests)
    found[tests.index(True)] = 1.0
    return found
