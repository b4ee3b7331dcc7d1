"""Three ways to find places that look like the cursor's: alike windows, shared word parts, what followed such lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .corpus import Corpus
from .names import AnyArray, Bools, Floats, Ints
from .own import Own
from .segment import BLOCK, Segment
from .standing import standing_of

WINDOW = 2 * BLOCK
_KEPT = 60
_WINDOWS = 40
# Continuation places: lines back, lines looked at, weight lost from line to line, and what neighbours above count.
_TRAIL_LINES = 7
_TRAIL_REACH = 14
_TRAIL_DECAY = 0.8
_SMOOTH = (1.0, 0.75, 0.6, 0.5, 0.4)
_SMOOTH_BY = np.array([*_SMOOTH, 0.0])
COMMON_NAME = 4000
# A name used that often is in windows of every kind: it costs more to count than it tells.
_COMMON_ALIKE = 1500
# Uses of the names that share word parts with the cursor's, those that weigh most first.
_RELATED_USES = 12_000
_COMMON_PART = 0.2
_OWN_FACTOR = 1.2
_FOLLOWED = 45
_CHUNK = 64
_SOON, _FOLLOWING = 3, 8


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What of an index is searched for one cursor: living files except the saved version of the own one.

    `at` is the cursor's line; the lines `low`..`high - 1` of the own text are known to the asker already.
    """

    corpus: Corpus
    segments: tuple[Segment, ...]
    living: tuple[Bools, ...]  # by segment, its blocks that are searched
    own: Own
    path: str
    at: int
    low: int
    high: int
    uses: Ints
    definitions: Ints  # by name, how often it is defined
    idf: Floats
    part_uses: Floats  # by word part
    block_count: int
    names_in: int  # the different names of each block, summed up

    def names_on(self, first: int, last: int) -> Ints:
        """The different names on the own lines ``first..last - 1``."""
        return np.unique(self.own.segment.names_between(first, last))


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Lines of a file that may look like what comes next: `line` in the file, `names` that stand there.

    `ranks`: of a window, its places in the two rankings it is found by (None: not in that one). `code` are (of what
    follows a line) the names outside strings and comments, `soon` those of them on the first three lines.
    """

    path: str
    line: int
    score: float
    names: Ints
    is_own: bool
    ranks: tuple[int | None, int | None]
    code: Ints
    soon: Ints


def view_of(corpus: Corpus, own: Own, path: str, at: int, low: int, high: int) -> View:
    found = standing_of(corpus, own, path)
    return View(
        corpus,
        found.segments,
        found.living,
        own,
        path,
        at,
        low,
        high,
        found.uses,
        found.definitions,
        found.idf,
        found.part_uses,
        found.block_count,
        found.names_in,
    )


def windows(view: View, weight: Callable[[str], float]) -> list[Place]:
    """Windows that look like the cursor's, best first: the fusion of alike names and shared word parts.

    `weight` tells how much a file counts by its path.
    """
    fused: dict[tuple[int, int], float] = {}
    rankings = [
        {key: rank for rank, key in enumerate(found[:_WINDOWS])} for found in (_alike(view), _related(view))
    ]
    for ranking in rankings:
        for key, rank in ranking.items():
            fused[key] = fused.get(key, 0.0) + 1 / (10 + rank)
    found = []
    for key, path, line, names in _contents(view, list(fused)):
        ranks = (rankings[0].get(key), rankings[1].get(key))
        score = fused[key] * weight(path)
        found.append(Place(path, line, score, names, key[0] < 0, ranks, names, names))
    return sorted(found, key=_order)


def _contents(
    view: View, keys: Sequence[tuple[int, int]]
) -> Iterable[tuple[tuple[int, int], str, int, Ints]]:
    """Path, line and names of windows, given by segment and block."""
    for number in sorted({number for number, _ in keys}):
        segment = _segment(view, number)
        blocks = [block for owner, block in keys if owner == number]
        firsts = np.array(blocks) * BLOCK
        files, lines = segment.files_of(firsts)
        ends = np.minimum(firsts + WINDOW, len(segment.line_rows) - 1)
        rows = zip(segment.line_rows[firsts].tolist(), segment.line_rows[ends].tolist(), strict=True)
        for block, file, line, (start, end) in zip(blocks, files.tolist(), lines.tolist(), rows, strict=True):
            yield (number, block), segment.paths[file], line, segment.names[start:end]


def _segment(view: View, number: int) -> Segment:
    return view.own.segment if number < 0 else view.segments[number]


def _alike(view: View) -> list[tuple[int, int]]:
    """Windows by the Jaccard similarity of their names with those of the last lines."""
    wanted = view.names_on(view.at - WINDOW, view.at + 1)
    telling = wanted[view.uses[wanted] < _COMMON_ALIKE]

    def score(segment: Segment) -> tuple[AnyArray, AnyArray]:
        blocks, owner = segment.blocks_with(telling)
        count = np.bincount(blocks, minlength=segment.block_count)
        both = np.flatnonzero((owner[1:] == owner[:-1]) & (blocks[1:] == blocks[:-1] + 1))
        starts, sums = _pairwise(segment, count)
        hits = sums - np.bincount(blocks[both], minlength=segment.block_count)[starts]
        return starts, hits / np.maximum(len(wanted) + segment.window_sizes[starts] - hits, 1)

    return _best_windows(view, score)


def _related(view: View) -> list[tuple[int, int]]:
    """Windows by BM25 over the word parts of the names near the cursor."""
    weights = _part_weights(view)
    names = _weightiest(view, weights)
    average = max(view.names_in / max(view.block_count, 1), 1.0)

    def score(segment: Segment) -> tuple[AnyArray, AnyArray]:
        blocks, owner = segment.blocks_with(names)
        sums = np.bincount(blocks, weights=weights[names][owner], minlength=segment.block_count).astype(
            np.float64, copy=False
        )
        touched = np.flatnonzero(sums > 0)
        sums[touched] *= 2.2 / (1.3 + 0.9 / average * segment.block_sizes[touched])
        return _pairwise(segment, sums)

    return _best_windows(view, score)


def _weightiest(view: View, weights: Floats) -> Ints:
    """The names with the greatest weights, as many as have _RELATED_USES together; all that weigh the same."""
    names = np.flatnonzero(weights > 0).astype(np.int32)
    values = np.round(weights[names], 6)
    order = np.argsort(-values)
    uses = np.cumsum(view.uses[names[order]])
    cut = int(np.searchsorted(uses, _RELATED_USES))
    return names if cut >= len(names) else names[values >= values[order[cut]]]


def _part_weights(view: View) -> Floats:
    """By name, the summed weights of its word parts that occur near the cursor."""
    corpus = view.corpus
    parts = corpus.vocabulary.parts()
    weights = np.zeros(len(corpus.vocabulary))
    near = view.own.segment.names_between(max(0, view.at - WINDOW), view.at + 6)
    found, counts = np.unique(parts.of(near)[0], return_counts=True)
    if not len(found):
        return weights
    blocks = max(view.block_count, WINDOW)
    names, owner = parts.names_with(found)
    spread = np.minimum(np.bincount(owner, weights=view.uses[names], minlength=len(found)), blocks)
    value = np.minimum(counts, 3) * np.log(1 + (blocks - spread + 0.5) / (spread + 0.5))
    value[spread >= _COMMON_PART * blocks] = 0
    np.add.at(weights, names, value[owner])
    return weights


def _pairwise(segment: Segment, values: AnyArray) -> tuple[AnyArray, AnyArray]:
    """Windows that hold anything, and their two blocks' values together. None starts in the gap between two files."""
    sums = values.copy()
    sums[:-1] += values[1:]
    sums[segment.file_blocks[1:] - 1] = 0
    starts = np.flatnonzero(sums > 0)
    return starts, sums[starts]


def _best_windows(view: View, score: Callable[[Segment], tuple[AnyArray, AnyArray]]) -> list[tuple[int, int]]:
    found = list[tuple[float, str, int, int, int]]()
    for number, segment in enumerate(view.segments):
        blocks, scores = score(segment)
        scores[~view.living[number][blocks]] = 0
        found += _named(segment, number, scores, blocks, BLOCK)
    blocks, scores = score(view.own.segment)
    starts = blocks * BLOCK
    scores[(starts + WINDOW > view.low) & (starts < view.high)] = 0
    found += _named(view.own.segment, -1, scores, blocks, BLOCK)
    return [(number, block) for _, _, _, number, block in sorted(found)[:_KEPT]]


def _named(
    segment: Segment, number: int, scores: AnyArray, places: AnyArray, lines: int = 1
) -> Iterable[tuple[float, str, int, int, int]]:
    """The best of these places (each of so many lines), with what they are ordered by."""
    best = top(scores, _KEPT)
    found = places[best]
    files, starts = segment.files_of(found * lines)
    values = (-np.round(scores[best], 6)).tolist()
    for value, file, start, place in zip(
        values, files.tolist(), starts.tolist(), found.tolist(), strict=True
    ):
        yield value, segment.paths[file], start, number, place


def continuations(view: View) -> list[Place]:
    """Lines that look like the cursor's last ones, best first; `names` are those of the lines that follow them."""
    last = trail(view)
    names = np.array(sorted(last), np.int32)
    weights = np.array([last[int(name)] for name in names], np.float64) * view.idf[names] ** 1.2
    found = list[tuple[float, str, int, int, int]]()
    rare = view.uses[names] < COMMON_NAME
    for number, segment in enumerate(view.segments):
        lines, scores = _smoothed(segment, names[rare], weights[rare], view.living[number])
        found += _named(segment, number, scores, lines)
    lines, scores = _smoothed(view.own.segment, names, weights, None)
    away = (lines < view.low - BLOCK + 2) | (lines >= view.high)
    found += _named(view.own.segment, -1, scores[away] * _OWN_FACTOR, lines[away])
    best = [(number, line, -score) for score, _, _, number, line in sorted(found)[:_FOLLOWED]]
    places: dict[tuple[int, int], Place] = {}
    for number in {number for number, _, _ in best}:
        some = [(line, score) for owner, line, score in best if owner == number]
        places |= {(number, line): place for line, place in _followed(view, number, some)}
    return [places[number, line] for number, line, _ in best]


def trail(view: View) -> dict[int, float]:
    """Names of the last lines with names, weighed by how many such lines ago they stood."""
    weights: dict[int, float] = {}
    seen = 0
    for line in range(view.at, max(view.at - _TRAIL_REACH, -1), -1):
        names = sorted(set(view.own.segment.names_between(line, line + 1).tolist()))
        for name in names:
            weights.setdefault(name, _TRAIL_DECAY**seen)
        seen += bool(names)
        if seen == _TRAIL_LINES:
            break
    return weights


def _smoothed(
    segment: Segment, names: Ints, weights: Floats, living: Bools | None
) -> tuple[AnyArray, AnyArray]:
    """Lines with some of the names, and their scores with part of those of the lines above."""
    places, owner = segment.places_with(names)
    if living is not None:
        kept = living[places // BLOCK]
        places, owner = places[kept], owner[kept]
    order = np.argsort(places, kind="stable")
    places, shares = places[order], weights[owner[order]]
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    if not len(starts):
        return places, shares
    lines, scores = places[starts], np.add.reduceat(shares, starts)
    smooth = scores.copy()
    # A gap lies between files, so that what is above a file's first line is empty.
    for back in range(1, min(len(_SMOOTH), len(lines))):
        steps = lines[back:] - lines[:-back]
        smooth[back:] += _SMOOTH_BY[np.minimum(steps, len(_SMOOTH))] * scores[:-back]
    return lines, smooth


def _followed(view: View, number: int, spots: Sequence[tuple[int, float]]) -> Iterable[tuple[int, Place]]:
    """What follows these lines of one segment, given with their scores."""
    segment = _segment(view, number)
    lines = np.array([line for line, _ in spots])
    files, own_lines = segment.files_of(lines)
    ends = np.minimum(lines[:, None] + (1, 1 + _SOON, 1 + _FOLLOWING), len(segment.line_rows) - 1)
    rows = zip(files.tolist(), own_lines.tolist(), segment.line_rows[ends].tolist(), strict=True)
    for (line, score), (file, own_line, (start, soon, end)) in zip(spots, rows, strict=True):
        names, code = segment.names[start:end], segment.code[start:end]
        yield (
            line,
            Place(
                path=segment.paths[file],
                line=own_line,
                score=score,
                names=names,
                is_own=number < 0,
                ranks=(None, None),
                code=names[code],
                soon=names[: soon - start][code[: soon - start]],
            ),
        )


def top(scores: AnyArray, count: int) -> AnyArray:
    """Indices of the greatest positive scores, greatest first; all that tie with the last are taken."""
    chunks = len(scores) // _CHUNK
    least = 0.0
    if chunks > count:  # As many chunks hold a score as great as this, so what is less is not among the best.
        greatest = scores[: chunks * _CHUNK].reshape(chunks, _CHUNK).max(1)
        least = float(np.partition(greatest, chunks - count)[chunks - count])
    positive = np.flatnonzero(scores >= least) if least > 0 else np.flatnonzero(scores > 0)
    if len(positive) > count:
        limit = np.partition(scores[positive], len(positive) - count)[len(positive) - count]
        positive = positive[scores[positive] >= limit]
    if len(positive) > 4 * count:  # A tie without end says nothing; the first in order will do.
        positive = positive[np.argsort(-scores[positive], kind="stable")[: 4 * count]]
    return positive[np.argsort(-scores[positive], kind="stable")]


def _order(place: Place) -> tuple[float, str, int]:
    return -round(place.score, 6), place.path, place.line
