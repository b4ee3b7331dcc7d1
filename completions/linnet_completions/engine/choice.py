"""From hypotheses to what is shown: pieces cut where they stay likely, a calibrated confidence, gate before value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log

from .evidence import Evidence, Line
from .lexer import NEWLINE, NUMBER, OTHER, WORD, Vocabulary
from .line import Brackets, brackets
from .network import Scorer
from .search import Hypothesis, Next, Predictor

SHORTEST = 4  # Characters of a piece that does not finish a word.
# A wrong piece costs as much as so many characters gain: the knob between length and precision. Where a line begins
# nothing is known of it, so a shorter piece is worth more there.
_COST = 15.0
_COST_AT_START = 60.0
# So likely right a piece must be at the start of a line to be as useful as one elsewhere that is as likely wrong: nobody
# is in the middle of typing there, and reads what stands there anyway.
_EVEN_AT_START = 0.43
_HYPOTHESES = 12  # Of these, the best, pieces are cut,
_MOST = 40  # and of these, the likeliest, the confidence is asked.


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a line stands: its finished tokens, the word being typed, the text so far and whether a blank ends it."""

    line: Line
    part: str
    text: str
    blank: bool

    @property
    def starts(self) -> bool:
        """Whether nothing of the line is written yet."""
        return len(self.line) == 1 and not self.part


@dataclass(frozen=True, slots=True)
class Piece:
    """A beginning of a hypothesis, cut between tokens.

    `run` is the product of its tokens' probabilities, `ends` the probability that the line ends behind it, and
    `features` what its confidence depends on (see `FEATURES`).
    """

    text: str
    tokens: Line
    run: float
    ends: float
    finishes: bool
    features: tuple[float, ...]


FEATURES = (
    # of the piece itself
    "run", "least", "last", "first", "logit", "tokens", "characters", "ends", "next", "next_other", "next_word",
    "next_end", "most_other",
    "least_order", "most_order", "least_buffer_order", "least_pattern_share", "voted", "least_voted",
    # of the cursor
    "margin", "entropy", "other", "part", "part_short", "after_dot", "after_word", "line_start", "line_length", "rank",
    "depth", "order", "buffer_order", "learned_order", "support", "pattern", "pattern_share", "in_string",
    # of what the piece leaves behind
    "opens", "closes", "ends_in_word", "words", "ends_in_string",
)  # fmt: skip


def pieces(predictor: Predictor, cursor: Cursor, hypotheses: Sequence[Hypothesis]) -> list[Piece]:
    """All different pieces, likeliest first."""
    found: dict[str, Piece] = {}
    hypotheses = hypotheses[:_HYPOTHESES]
    predictor.look_ahead(cursor.line + hypothesis.tokens for hypothesis in hypotheses)
    start = _Start(predictor, cursor)
    for rank, hypothesis in enumerate(hypotheses):
        for piece in _cut(predictor, cursor, hypothesis, start, rank):
            known = found.get(piece.text)
            if known is None or known.run < piece.run:
                found[piece.text] = piece
    return sorted(found.values(), key=lambda piece: (-piece.run, piece.text))[:_MOST]


def _cut(
    predictor: Predictor, cursor: Cursor, hypothesis: Hypothesis, start: _Start, rank: int
) -> Iterator[Piece]:
    vocabulary = predictor.vocabulary
    walk = _Run(brackets(vocabulary, cursor.line))
    text = ""
    for index, token in enumerate(hypothesis.tokens):
        before = cursor.line + hypothesis.tokens[:index]
        step = predictor.after(before, "" if index else cursor.part)
        word = vocabulary.words[token]
        if index or not cursor.part:
            glued = index == 0 and cursor.blank
            text += "" if glued or not spaced(vocabulary, step.evidence, before, token) else " "
            text += word
        else:
            text = word[len(cursor.part) :]
        walk.add(hypothesis.probabilities[index], step, token, word)
        if text.strip():
            following = predictor.after(before + (token,))
            tokens = hypothesis.tokens[: index + 1]
            features = (
                *walk.features(text, following, vocabulary),
                *start.features(rank),
                *walk.shape(start.depth),
            )
            finishes = bool(cursor.part) and len(vocabulary.words[tokens[0]]) > len(cursor.part)
            yield Piece(text, tokens, walk.run, following.probability(NEWLINE), finishes, features)


def spaced(vocabulary: Vocabulary, evidence: Evidence, line: Line, token: int) -> bool:
    """Whether a blank stands before a token; always between words, however they were separated elsewhere."""
    kinds = vocabulary.kinds
    glue = len(line) > 1 and kinds[line[-1]] != OTHER and kinds[token] != OTHER
    return glue or bool(evidence.spaces.get(token))


class _Start:
    """What all pieces share: the evidence at the cursor, and the shape of the line so far."""

    def __init__(self, predictor: Predictor, cursor: Cursor) -> None:
        first = predictor.after(cursor.line, cursor.part)
        known = first.evidence
        shares = [share for _, share in first.tokens[:8]] or [0.0]
        margin = shares[0] - (shares[1] if len(shares) > 1 else 0.0)
        entropy = -sum(share * log(share + 1e-9) for share in shares)
        last = cursor.text[-1:]
        state = brackets(predictor.vocabulary, cursor.line)
        self.depth = state.depth
        self._cursor = (
            margin, entropy, first.other, min(len(cursor.part), 8) / 4, len(cursor.part) == 1, last in (".", ":"),
            bool(cursor.part) or last.isalnum(), cursor.starts,
            min(len(cursor.text), 80) / 40,
        )  # fmt: skip
        self._evidence = (
            min(self.depth, 4) / 2,
            max(known.buffer_order, known.learned_order) / 6, known.buffer_order / 6, known.learned_order / 6,
            log(1 + known.support) / 3, known.pattern / 6, known.pattern_share, bool(state.quote),
        )  # fmt: skip

    def features(self, rank: int) -> tuple[float, ...]:
        """The numbers of the cursor, for a piece of the hypothesis of this rank."""
        return *self._cursor, min(rank, 10) / 5, *self._evidence


class _Run:
    """What grows along a hypothesis."""

    def __init__(self, state: Brackets) -> None:
        self.run, self.least, self.last, self.first = 1.0, 1.0, 1.0, 0.0
        self.tokens = self.words = 0
        self.is_word = False
        self.voted, self.agreed = 0.0, 1.0
        self.least_order, self.most_order, self.least_buffer, self.least_share = 99, 0, 99, 1.0
        self.most_other = 0.0
        self._state = state

    def add(self, probability: float, step: Next, token: int, word: str) -> None:
        known = step.evidence
        order = max(known.buffer_order, known.learned_order)
        self.run *= probability
        self.least = min(self.least, probability)
        self.last = probability
        self.first = self.first or probability
        self.tokens += 1
        self.is_word = word[0] == "_" or word[0].isalpha()
        self.words += self.is_word
        self.least_order, self.most_order = min(self.least_order, order), max(self.most_order, order)
        self.least_buffer = min(self.least_buffer, known.buffer_order)
        self.least_share = min(self.least_share, known.pattern_share)
        self.voted = known.votes.get(token, 0.0)
        self.agreed = min(self.agreed, self.voted)
        self.most_other = max(self.most_other, step.other)
        self._state.read(word)

    def features(self, text: str, following: Next, vocabulary: Vocabulary) -> tuple[float, ...]:
        """The numbers of the piece up to here."""
        top, share = following.tokens[0] if following.tokens else (NEWLINE, 0.0)
        is_word = vocabulary.kinds[top] in (WORD, NUMBER)
        return (
            self.run, self.least, self.last, self.first, logit(self.run), log(self.tokens), log(len(text)),
            following.probability(NEWLINE), share, following.other, is_word,
            top == NEWLINE, self.most_other,
            min(self.least_order, 12) / 6, self.most_order / 6, min(self.least_buffer, 12) / 6, self.least_share,
            self.voted, self.agreed,
        )  # fmt: skip

    def shape(self, depth: int) -> tuple[float, ...]:
        """Brackets and strings it leaves open, and its words."""
        return (
            max(0, self._state.depth - depth) / 2, self._state.depth < depth, self.is_word, min(self.words, 6) / 3,
            bool(self._state.quote),
        )  # fmt: skip


def logit(probability: float) -> float:
    return log((probability + 1e-4) / (1 - probability + 1e-4))


@dataclass(frozen=True, slots=True)
class Judged:
    """A piece, the probability that it is right as far as it goes, and what it costs when it is not."""

    piece: Piece
    confidence: float
    cost: float = _COST

    @property
    def value(self) -> float:
        """What showing it is worth, in characters."""
        gain = len(self.piece.text.strip()) - 1 + 1.5 * self.piece.ends
        return self.confidence * gain - (1 - self.confidence) * self.cost


def judged(found: Sequence[Piece], confidence: Scorer, cursor: Cursor) -> list[Judged]:
    """The pieces that are worth a glance, with their confidence; `confidence` gives its logit."""
    long = [piece for piece in found if worthwhile(piece)]
    scores = confidence.score([piece.features for piece in long]) if long else []
    if cursor.starts:
        chances = [_at_start(_logistic(score)) for score in scores]
        return [Judged(piece, chance, _COST_AT_START) for piece, chance in zip(long, chances, strict=True)]
    return [Judged(piece, _logistic(score)) for piece, score in zip(long, scores, strict=True)]


def _at_start(chance: float) -> float:
    """The confidence at the start of a line, where `_EVEN_AT_START` counts as 0.5."""
    if chance < _EVEN_AT_START:
        return 0.5 * chance / _EVEN_AT_START
    return 1 - 0.5 * (1 - chance) / (1 - _EVEN_AT_START)


def _logistic(score: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))


def worthwhile(piece: Piece) -> bool:
    return piece.finishes or len(piece.text.strip()) >= SHORTEST


def choose(candidates: Sequence[Judged], gate: float, limit: int) -> list[Judged]:
    """The most valuable piece that passes the gate, then, up to `limit`, the best that begin otherwise.

    Gate first: the greatest value overall often belongs to a long piece that is not sure enough, although a
    shorter beginning of it is. Nothing when no piece passes.
    """
    passing = [one for one in candidates if one.confidence >= gate]
    if not passing:
        return []
    chosen = [max(passing, key=_rank)]
    for one in sorted(candidates, key=_rank, reverse=True):
        if len(chosen) >= limit:
            break
        text = one.piece.text
        if not any(
            text.startswith(other.piece.text) or other.piece.text.startswith(text) for other in chosen
        ):
            chosen.append(one)
    return chosen


def _rank(one: Judged) -> tuple[float, str]:
    return one.value, one.piece.text
