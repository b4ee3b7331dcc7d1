"""The likeliest ways to go on with a line: a beam search over tokens."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import exp, log
from typing import NamedTuple

from .evidence import Evidence, Line, Place, evidence
from .features import Describer, Traits
from .lexer import NEWLINE, UNKNOWN, Vocabulary
from .network import Scorer

_BEAM = 4
_BRANCHES = 5
_LONGEST = 24  # Tokens.
_LEAST = 0.01  # A next token less likely than this is not followed,
_LEAST_RUN = log(0.05)  # nor a line that became less likely than this.
_KEPT = 4  # Hypotheses that just fell out of the beam and may still give a short piece.
_REMEMBERED = 4000

_CANDIDATES = 14
_EXTRA = 3  # Candidates that one source alone may add.
_BEGINNINGS = 6  # Words tried for a typed beginning.
_ENOUGH = 8  # With so many candidates from the evidence, no further words are looked for.


@dataclass(frozen=True, slots=True)
class Next:
    """The next token: candidates with their probabilities, best first, the probability that it is none of them, and
    the evidence."""

    tokens: list[tuple[int, float]]
    other: float
    evidence: Evidence

    def probability(self, token: int) -> float:
        return next((value for other, value in self.tokens if other == token), 0.0)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to go on: tokens, the probability of each after those before, and whether the line ends there.

    In the middle of a word the first token is the whole word.
    """

    tokens: Line
    probabilities: tuple[float, ...]
    run: float
    ended: bool


class Position(NamedTuple):
    """The tokens of a line so far, and the typed beginning of the next one ("": none)."""

    line: Line
    part: str


class Predictor:
    """Answers for one place, remembered: the same line so far is asked again with every keystroke and hypothesis."""

    def __init__(self, place: Place, vocabulary: Vocabulary, traits: Traits, mixer: Scorer) -> None:
        self.place = place
        self.vocabulary = vocabulary
        self._traits = traits
        self._mixer = mixer  # The softmax over the rows of one position gives their probabilities.
        self._evidence: dict[Line, Evidence] = {}
        self._next: dict[Position, Next] = {}

    def after(self, line: Line, part: str = "") -> Next:
        """What follows `line`; with `part`, among the words that begin so (`part` itself included)."""
        position = Position(line, part)
        if position not in self._next:
            self.prepare([position])
        return self._next[position]

    def look_ahead(self, lines: Iterable[Line]) -> None:
        """Work out what follows several lines at once."""
        self.prepare([Position(line, "") for line in lines])

    def prepare(self, positions: Iterable[Position]) -> None:
        """Work out several positions at once, which costs little more than one."""
        if len(self._next) > _REMEMBERED:
            self._next.clear()
            self._evidence.clear()
        todo = [position for position in positions if position not in self._next]
        described = [self.described(position) for position in todo]
        rows = [row for _, some in described for row in some]
        scores = self._mixer.score(rows) if rows else []
        start = 0
        for position, (candidates, some) in zip(todo, described, strict=True):
            *shares, other = _softmax(scores[start : start + len(some)])
            ranked = sorted(zip(candidates, shares, strict=True), key=lambda item: (-item[1], item[0]))
            self._next[position] = Next(ranked, other, self._seen(position.line))
            start += len(some)

    def described(self, position: Position) -> tuple[list[int], list[tuple[float, ...]]]:
        """The candidates for a position, and the rows of features of each and of anything else."""
        line, part = position
        known = self._seen(line)
        fitting = known.mix
        if part:
            words = self.vocabulary.words
            fitting = {token: share for token, share in known.mix.items() if words[token].startswith(part)}
        candidates = self._candidates(known, fitting, part)
        describer = Describer(self.place, self.vocabulary, self._traits, line, part)
        return candidates, describer.rows(known, fitting, candidates)

    def _candidates(self, known: Evidence, fitting: dict[int, float], part: str) -> list[int]:
        found = dict.fromkeys(_best(fitting, _CANDIDATES))
        for shares in (known.buffer, known.votes):
            found.update(
                dict.fromkeys(_best({token: shares[token] for token in shares if token in fitting}, _EXTRA))
            )
        if part:
            if len(found) < _ENOUGH:
                found.update(dict.fromkeys(_best(self._others(part, found), _ENOUGH)))
            typed = self.vocabulary.ids.get(part, UNKNOWN)
            if typed != UNKNOWN:
                found[typed] = None
        return list(found)

    def _others(self, part: str, known: Container[int]) -> dict[int, float]:
        """Weights of words that begin so and were not seen in this context, first of all the document's own."""
        beginning = [token for token in self.vocabulary.starting(part) if token not in known]
        found: dict[int, float] = {}
        for stack, _ in reversed(self.place.stacks):
            top, positions = len(stack.tokens), stack.positions
            for token in beginning:
                if token in positions and (places := positions[token]):
                    weight = 2.0 * len(places) + 3.0 * exp((places[-1] - top) / 300)
                    found[token] = found.get(token, 0.0) + weight
        if len(found) < _ENOUGH and len(part) > 1:
            files = self.vocabulary.files
            for token in nlargest(
                _ENOUGH, (token for token in beginning if files[token]), key=files.__getitem__
            ):
                found.setdefault(token, 0.2 * min(files[token], 5))
        return found

    def _seen(self, line: Line) -> Evidence:
        found = self._evidence.get(line)
        if found is None:
            found = self._evidence[line] = evidence(self.place, line)
        return found


def search(predictor: Predictor, line: Line, part: str) -> list[Hypothesis]:
    """Hypotheses for what follows `line` (whose last, unfinished word `part` is not in it), best first."""
    beam = [(0.0, Hypothesis((), (), 1.0, False))]
    if part:
        beam = _extended(predictor, line, part, beam[0])[:_BEGINNINGS]
    ended: list[tuple[float, Hypothesis]] = []
    dropped: list[tuple[float, Hypothesis]] = []
    best = -1e9
    for _ in range(_LONGEST):
        predictor.look_ahead(line + hypothesis.tokens for _, hypothesis in beam)
        longer = []
        for item in beam:
            steps = _extended(predictor, line + item[1].tokens, "", item)
            ended += [step for step in steps if step[1].ended]
            going = [step for step in steps if not step[1].ended]
            longer += going
            if not going:
                dropped.append(item)
        best = max([best, *(score for score, _ in ended)])
        longer.sort(key=lambda item: -item[0])
        dropped += longer[_BEAM : _BEAM + _KEPT]
        beam = longer[:_BEAM]
        if not beam or beam[0][0] < best:
            break
    everything = [item for item in (*ended, *dropped, *beam) if item[1].tokens]
    everything.sort(key=lambda item: -item[0])
    return [hypothesis for _, hypothesis in everything]


def _extended(
    predictor: Predictor, line: Line, part: str, item: tuple[float, Hypothesis]
) -> list[tuple[float, Hypothesis]]:
    """A hypothesis with each of the likely next tokens."""
    score, before = item
    result = []
    for token, probability in predictor.after(line, part).tokens[: _BEGINNINGS if part else _BRANCHES]:
        run = score + log(max(probability, 1e-9))
        if probability < _LEAST or run < _LEAST_RUN or token == UNKNOWN:
            continue
        ends = token == NEWLINE
        tokens = before.tokens if ends else (*before.tokens, token)
        probabilities = (*before.probabilities, probability)
        result.append((run, Hypothesis(tokens, probabilities, exp(run), ends)))
    return result


def _best(shares: dict[int, float], count: int) -> list[int]:
    return [token for _, token in sorted([(-share, token) for token, share in shares.items()])[:count]]


def _softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    powers = [exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
