"""The embedded engine: what it has learned, the open documents, and drafts for a place in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from linnet_context.text import Document, Position, Splice
from linnet_context.uncommitted import Changed

from .abstraction import Abstraction, abstraction
from .buffer import Buffer
from .choice import Cursor, Judged, choose, judged, pieces
from .draft import Draft
from .edits import Edits, Recent
from .evidence import Learned, Place
from .features import Traits
from .infill import fitting
from .lexer import LONGEST_LINE, Vocabulary, indentation, line_break
from .line import brackets
from .locality import weights
from .network import Scorer, Shipped
from .origin import origin
from .search import Predictor, search
from .thresholds import DEFAULT_CONFIDENCE, QUIET_CONFIDENCE

if TYPE_CHECKING:
    from .library import Library

__all__ = ["DEFAULT_CONFIDENCE", "QUIET_CONFIDENCE", "Engine", "Models"]

# Text is less regular than code, so a draft inside it has to be surer.
_TEXT_SURCHARGE = 0.1
_HIGHEST_GATE = 0.95

_PART = re.compile(r"\w+\Z")
_INSIDE_WORD = re.compile(r"\w\w")


@dataclass(frozen=True, slots=True)
class Models:
    """What was fitted: how evidence is weighed into probabilities, and how likely a piece is right."""

    mixer: Scorer
    confidence: Scorer


class Engine:
    """Completes code from the open document and the workspace alone. Not thread-safe: one thread calls it."""

    def __init__(self, cache: Path | None = None, models: Models | None = None) -> None:
        """`cache`: a folder of our own for the tokens of learned files, so that the next start reads none of them.
        `models`: other models than those that come with the package."""
        self._models = models or Models(Shipped("mixer"), Shipped("confidence"))
        self._vocabulary = Vocabulary()
        self._traits = Traits(self._vocabulary)
        self._cache = cache
        self._library: Library | None = None
        self._plain: Abstraction = abstraction(self._vocabulary, 0)
        self._buffers: dict[str, Buffer] = {}
        self._edits = Edits()
        # Those of the document that was asked for last: they remember much.
        self._predictor: tuple[tuple[str, int, int, int], Predictor] | None = None
        self._recent: tuple[tuple[str, int], Recent] | None = None
        self._weights: dict[str, tuple[int, tuple[Learned, ...]]] = {}

    # Learning

    def build(self, files: Iterable[tuple[str, str]]) -> Iterator[None]:
        """Learn (path, text) pairs, the most important first. Yields at least every 20 ms; drafts asked in between
        use what was learned so far."""
        yield from self._learned().build(files)
        for buffer in self._buffers.values():
            buffer.renamed(self._learned().abstraction)
        self._predictor = self._recent = None

    def learn(self, path: str, text: str | None) -> None:
        """One changed file of the workspace; None: it is gone."""
        self._learned().learn(path, text)

    # Open documents

    def opened(self, document: Document) -> None:
        """From now on the document's own text counts, not what was learned from its file."""
        names = self._library.abstraction if self._library else self._plain
        self._buffers[document.path] = Buffer(document, self._vocabulary, names)
        self._edits.opened(document)
        self._predictor = self._recent = None

    def changed(self, document: Document, splices: Sequence[Splice]) -> None:
        """A new version of an open document; `splices` lead to it from the one before, in order."""
        buffer = self._buffers.get(document.path)
        if buffer is None:
            self.opened(document)
        else:
            buffer.changed(document, splices)
            self._edits.changed(document, splices)

    def closed(self, path: str) -> None:
        self._edits.closed(path)
        self._buffers.pop(path, None)
        self._predictor = self._recent = None
        self._weights.pop(path, None)

    def recall(self, changes: Iterable[Changed]) -> None:
        """Lines that were changed before this session count as well, those of the last file most."""
        self._edits.recall(changes, {path: buffer.document for path, buffer in self._buffers.items()})
        self._predictor = self._recent = None

    def forget_edits(self) -> None:
        """From now on no line counts as changed in this session."""
        self._edits = Edits()
        self._predictor = self._recent = None

    # Drafts

    def draft(
        self,
        path: str,
        position: Position,
        limit: int = 1,
        inside: Literal["string", "comment"] | None = None,
        gate: float = DEFAULT_CONFIDENCE,
    ) -> list[Draft]:
        """Up to `limit` drafts for a place in an open document, best first.

        The first is the most valuable piece with a confidence of at least `gate` (a higher one `inside` strings and
        comments); where there is none, the list is empty. The others are alternatives of any confidence.
        """
        found = self.look(path, position)
        if found is None:
            return []
        predictor, cursor = found
        if inside or brackets(self._vocabulary, cursor.line).quote:
            gate = min(gate + _TEXT_SURCHARGE, _HIGHEST_GATE)
        candidates = self._candidates(predictor, cursor, position)
        return [self._draft(predictor, cursor, one) for one in choose(candidates, gate, limit)]

    def look(self, path: str, position: Position) -> tuple[Predictor, Cursor] | None:
        """What can be known about a place, as far as it is in an open document and on a line that may be code."""
        buffer = self._buffers.get(path)
        if buffer is None:
            return None
        position = buffer.document.clamp(position)
        predictor = self._predictor_at(buffer, position.line)
        cursor = _cursor(buffer, self._vocabulary, position)
        return (predictor, cursor) if cursor else None

    def _candidates(self, predictor: Predictor, cursor: Cursor, position: Position) -> list[Judged]:
        found = pieces(predictor, cursor, search(predictor, cursor.line, cursor.part))
        document = predictor.place.buffer.document
        position = document.clamp(position)
        rest = document.after(position)
        if not rest.strip():
            return judged(found, self._models.confidence, cursor)
        if _INSIDE_WORD.fullmatch(document.before(position)[-1:] + rest[0]):
            return []
        return fitting(predictor, cursor, found, rest)

    def _draft(self, predictor: Predictor, cursor: Cursor, one: Judged) -> Draft:
        path, line = origin(predictor.place, cursor.line, one.piece.tokens) or (None, None)
        return Draft(one.piece.text, one.confidence, path, line)

    def _predictor_at(self, buffer: Buffer, line: int) -> Predictor:
        """The predictor of a line; kept while neither the lines around it, nor other documents, nor what was learned
        changes."""
        buffer.at(line)
        version = self._library.version if self._library else 0
        path = buffer.document.path
        state = (path, buffer.generation, version, self._edits.version(path))
        if self._predictor is None or self._predictor[0] != state:
            recent, learned = self._recent_for(buffer), self._weighted(buffer.document, version)
            place = Place(buffer, recent, learned)
            predictor = Predictor(place, self._vocabulary, self._traits, self._models.mixer)
            self._predictor = (state, predictor)
        return self._predictor[1]

    def _recent_for(self, buffer: Buffer) -> Recent:
        """What was changed in other documents; kept while none of them changes."""
        path, language = buffer.document.path, buffer.document.language
        state = (path, self._edits.version(path))
        if self._recent is None or self._recent[0] != state:
            hunks = self._edits.elsewhere(path, language)
            self._recent = (state, Recent(hunks, self._vocabulary, buffer.abstraction))
        return self._recent[1]

    def _weighted(self, document: Document, version: int) -> tuple[Learned, ...]:
        """What was learned, weighted for a document."""
        if self._library is None:
            return ()
        kept = self._weights.get(document.path)
        if kept is None or kept[0] != version:
            learned = tuple(
                Learned(segment, weights(segment.paths, segment.alive, document.path, document.language))
                for segment in self._library.segments
            )
            kept = self._weights[document.path] = (version, learned)
        return kept[1]

    def _learned(self) -> Library:
        """The library, made at first use: it loads numpy."""
        if self._library is None:
            from .library import Library

            self._library = Library(self._vocabulary, self._cache)
        return self._library


def _cursor(buffer: Buffer, vocabulary: Vocabulary, position: Position) -> Cursor | None:
    """What stands on the line before the cursor; None where the line is too long to be code."""
    text = buffer.document.before(position)
    if len(text) > LONGEST_LINE:
        return None
    width = indentation(text)
    head = line_break(buffer.depth(), len(text) if width < 0 else width)
    part = _PART.search(text)
    typed = part[0] if part and not part[0][0].isdigit() else ""
    codes = vocabulary.codes(text[: len(text) - len(typed)])
    line = (head, *(code >> 1 for code in codes))
    return Cursor(line, typed, text.strip(), not text or text[-1].isspace())
