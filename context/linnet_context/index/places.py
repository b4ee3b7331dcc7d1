"""Three ways to find places that look like the cursor's: alike windows, shared word parts, what followed such lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .corpus import Corpus
from .names import AnyArray, Floats, Ints
from .own import Own
from .segment import BLOCK, Segment

WINDOW = 2 * BLOCK
_KEPT = 60
_WINDOWS = 40
# Continuation places: lines back, lines looked at, weight lost from line to line, and what neighbours above count.
_TRAIL_LINES = 7
_TRAIL_REACH = 14
_TRAIL_DECAY = 0.8
_SMOOTH = (1.0, 0.75, 0.6, 0.5, 0.4)
_COMMON_NAME = 4000
_COMMON_PART = 0.2
_OWN_FACTOR = 1.2
_FOLLOWED = 45


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What of an index is searched for one cursor: living files except the saved version of the own one.

    `at` is the cursor's line; the lines `low`..`high - 1` of the own text are known to the asker already.
    """

    corpus: Corpus
    segments: tuple[Segment, ...]
    silent: tuple[frozenset[int], ...]  # files passed over, by segment
    own: Own
    path: str
    at: int
    low: int
    high: int
    uses: Ints
    idf: Floats

    def names_on(self, first: int, last: int) -> Ints:
        """The different names on the own lines ``first..last - 1``."""
        return np.unique(self.own.segment.names_between(first, last))


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Lines of a file that may look like what comes next: `line` in the file, `names` that stand there."""

    path: str
    line: int
    score: float
    names: Ints
    is_own: bool


def view_of(corpus: Corpus, own: Own, path: str, at: int, low: int, high: int) -> View:
    segments = tuple(corpus.segments())
    saved = corpus.place(path)
    silent = tuple(
        frozenset(segment.dead | ({saved[1]} if saved and saved[0] is segment else set()))
        for segment in segments
    )
    uses, files = _counts(corpus, own, saved)
    all_files = len(corpus) + (saved is None)
    idf = np.log(1 + all_files / (files + 0.5))
    return View(corpus, segments, silent, own, path, at, low, high, uses, idf)


def _counts(corpus: Corpus, own: Own, saved: tuple[Segment, int] | None) -> tuple[Ints, Ints]:
    """By name, how often it is used and in how many files, the own file counted as it is now."""
    size = len(corpus.vocabulary)
    uses, files = np.zeros(size, np.int32), np.zeros(size, np.int32)
    uses[: len(corpus.uses)] = corpus.uses[:size]
    files[: len(corpus.files)] = corpus.files[:size]
    if saved is not None:
        names = saved[0].names_of(saved[1])
        np.subtract.at(uses, names, 1)
        files[np.unique(names)] -= 1
    np.add.at(uses, own.segment.names, 1)
    files[own.segment.keys] += 1
    return uses, files


def windows(view: View, weight: Callable[[str], float]) -> list[Place]:
    """Windows that look like the cursor's, best first: the fusion of alike names and shared word parts.

    `weight` tells how much a file counts by its path.
    """
    fused: dict[tuple[int, int], float] = {}
    for ranking in (_alike(view), _related(view)):
        for rank, key in enumerate(ranking[:_WINDOWS]):
            fused[key] = fused.get(key, 0.0) + 1 / (10 + rank)
    found = [_window(view, number, block, score) for (number, block), score in fused.items()]
    scored = [Place(one.path, one.line, one.score * weight(one.path), one.names, one.is_own) for one in found]
    return sorted(scored, key=_order)


def _window(view: View, number: int, block: int, score: float) -> Place:
    segment = _segment(view, number)
    file, line = segment.file_of_line(block * BLOCK)
    names = segment.names_between(block * BLOCK, block * BLOCK + WINDOW)
    return Place(segment.paths[file], line, score, names, number < 0)


def _segment(view: View, number: int) -> Segment:
    return view.own.segment if number < 0 else view.segments[number]


def _alike(view: View) -> list[tuple[int, int]]:
    """Windows by the Jaccard similarity of their names with those of the last lines."""
    wanted = view.names_on(view.at - WINDOW, view.at + 1)

    def score(segment: Segment) -> AnyArray:
        blocks, owner = segment.blocks_with(wanted)
        count = np.bincount(blocks, minlength=segment.block_count)
        both = np.flatnonzero((owner[1:] == owner[:-1]) & (blocks[1:] == blocks[:-1] + 1))
        hits = _pairwise(segment, count) - np.bincount(blocks[both], minlength=segment.block_count)
        return np.asarray(hits / np.maximum(len(wanted) + segment.window_sizes - hits, 1))

    return _best_windows(view, score)


def _related(view: View) -> list[tuple[int, int]]:
    """Windows by BM25 over the word parts of the names near the cursor."""
    weights = _part_weights(view)
    names = np.flatnonzero(weights).astype(np.int32)
    average = max(_total(view, Segment.names_in) / max(block_count(view), 1), 1.0)

    def score(segment: Segment) -> AnyArray:
        blocks, owner = segment.blocks_with(names)
        sums = np.bincount(blocks, weights=weights[names][owner], minlength=segment.block_count)
        return _pairwise(segment, sums * (2.2 / (1 + 1.2 * (0.25 + 0.75 * segment.block_sizes / average))))

    return _best_windows(view, score)


def _part_weights(view: View) -> Floats:
    """By name, the summed weights of its word parts that occur near the cursor."""
    corpus = view.corpus
    parts = corpus.vocabulary.parts()
    weights = np.zeros(len(corpus.vocabulary))
    near = view.own.segment.names_between(max(0, view.at - WINDOW), view.at + 6)
    found, counts = np.unique(parts.of(near)[0], return_counts=True)
    if not len(found):
        return weights
    blocks = max(block_count(view), WINDOW)
    names, owner = parts.names_with(found)
    spread = np.minimum(np.bincount(owner, weights=view.uses[names], minlength=len(found)), blocks)
    value = np.minimum(counts, 3) * np.log(1 + (blocks - spread + 0.5) / (spread + 0.5))
    value[spread >= _COMMON_PART * blocks] = 0
    np.add.at(weights, names, value[owner])
    return weights


def block_count(view: View) -> int:
    """Blocks of the living files and the own one."""
    return _total(view, Segment.blocks_in)


def _total(view: View, count: Callable[[Segment, int | None], int]) -> int:
    """A count over all living files and the own one."""
    total = count(view.own.segment, None)
    for segment, silent in zip(view.segments, view.silent, strict=True):
        total += count(segment, None) - sum(count(segment, file) for file in silent)
    return total


def _pairwise(segment: Segment, values: AnyArray) -> AnyArray:
    """Each block's value and the next one's together. No window starts in the gap between two files."""
    sums = values.copy()
    sums[:-1] += values[1:]
    sums[segment.file_blocks[1:] - 1] = 0
    return sums


def _best_windows(view: View, score: Callable[[Segment], AnyArray]) -> list[tuple[int, int]]:
    found = list[tuple[float, str, int, int, int]]()
    for number, segment in enumerate(view.segments):
        scores = score(segment)
        _silence(segment, scores, view.silent[number], 1)
        found += _named(segment, number, scores)
    own = score(view.own.segment)
    starts = np.arange(len(own)) * BLOCK
    own[(starts + WINDOW > view.low) & (starts < view.high)] = 0
    found += _named(view.own.segment, -1, own)
    return [(number, block) for _, _, _, number, block in sorted(found)[:_KEPT]]


def _named(segment: Segment, number: int, scores: AnyArray) -> Iterable[tuple[float, str, int, int, int]]:
    for block in top(scores, _KEPT).tolist():
        file, line = segment.file_of_line(block * BLOCK)
        yield -round(float(scores[block]), 6), segment.paths[file], line, number, block


def _silence(segment: Segment, scores: AnyArray, files: Iterable[int], scale: int) -> None:
    for file in files:
        scores[segment.file_blocks[file] * scale : segment.file_blocks[file + 1] * scale] = 0


def continuations(view: View) -> list[Place]:
    """Lines that look like the cursor's last ones, best first; `names` are those of the lines that follow them."""
    trail = _trail(view)
    names = np.array(sorted(trail), np.int32)
    weights = np.array([trail[int(name)] for name in names], np.float64) * view.idf[names] ** 1.2
    found = list[tuple[float, str, int, int, int]]()
    rare = view.uses[names] < _COMMON_NAME
    for number, segment in enumerate(view.segments):
        lines, scores = _smoothed(segment, names[rare], weights[rare], view.silent[number])
        found += _lines_named(segment, number, lines, scores)
    lines, scores = _smoothed(view.own.segment, names, weights, ())
    away = (lines < view.low - BLOCK + 2) | (lines >= view.high)
    found += _lines_named(view.own.segment, -1, lines[away], scores[away] * _OWN_FACTOR)
    return [
        _continuation(view, number, line, -score) for score, _, _, number, line in sorted(found)[:_FOLLOWED]
    ]


def _trail(view: View) -> dict[int, float]:
    """Names of the last lines with names, weighed by how many such lines ago they stood."""
    weights: dict[int, float] = {}
    seen = 0
    for line in range(view.at, max(view.at - _TRAIL_REACH, -1), -1):
        names = view.names_on(line, line + 1).tolist()
        for name in names:
            weights.setdefault(name, _TRAIL_DECAY**seen)
        seen += bool(names)
        if seen == _TRAIL_LINES:
            break
    return weights


def _smoothed(
    segment: Segment, names: Ints, weights: Floats, silent: Iterable[int]
) -> tuple[AnyArray, AnyArray]:
    """Lines with some of the names, and their scores with part of those of the lines above."""
    places, owner = segment.places_with(names)
    scores = np.bincount(places, weights=weights[owner], minlength=segment.block_count * BLOCK)
    _silence(segment, scores, silent, BLOCK)
    lines = np.unique(places)
    lines = lines[scores[lines] > 0]
    smooth = np.zeros(len(lines))
    for back, factor in enumerate(_SMOOTH):
        # A gap lies between files, so that what is above a file's first line is empty.
        smooth += factor * np.where(lines >= back, scores[np.maximum(lines - back, 0)], 0)
    return lines, smooth


def _lines_named(
    segment: Segment, number: int, lines: AnyArray, scores: AnyArray
) -> Iterable[tuple[float, str, int, int, int]]:
    for index in top(scores, _KEPT).tolist():
        file, line = segment.file_of_line(int(lines[index]))
        yield -round(float(scores[index]), 6), segment.paths[file], line, number, int(lines[index])


def _continuation(view: View, number: int, line: int, score: float) -> Place:
    segment = _segment(view, number)
    file, own_line = segment.file_of_line(line)
    return Place(segment.paths[file], own_line, score, segment.names_between(line + 1, line + 9), number < 0)


def top(scores: AnyArray, count: int) -> AnyArray:
    """Indices of the greatest positive scores, greatest first; all that tie with the last are taken."""
    positive = np.flatnonzero(scores > 0)
    if len(positive) > count:
        limit = np.partition(scores[positive], len(positive) - count)[len(positive) - count]
        positive = positive[scores[positive] >= limit]
    if len(positive) > 4 * count:  # A tie without end says nothing; the first in order will do.
        positive = positive[np.argsort(-scores[positive], kind="stable")[: 4 * count]]
    return positive[np.argsort(-scores[positive], kind="stable")]


def _order(place: Place) -> tuple[float, str, int]:
    return -round(place.score, 6), place.path, place.line


def vote(places: Sequence[Place], weights: Sequence[float], size: int) -> Floats:
    """By name, the sum of the weights of the places that have it."""
    votes = np.zeros(size)
    for place, weight in zip(places, weights, strict=True):
        votes[place.names] += weight  # A name that stands there twice counts once.
    return votes
