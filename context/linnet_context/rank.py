"""Which names the next lines are likely to need: learned trees over what places, imports and definitions say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from .company import company_of
from .evidence import Scene
from .forest import Forest
from .imports import imported_name
from .index.names import AnyArray, Floats, Ints
from .signs import SIGNS, Signs, signs_of
from .spoken import spoken
from .text import Position
from .weights import BIAS, NAMES

MAX_CANDIDATES = 300
CHOSEN = 300
"""Names that the linear model lets through to the trees."""

_WEIGHTS = np.array([NAMES.get(sign, 0.0) for sign in SIGNS])


class Candidate(NamedTuple):
    """A name the next lines may need, and the definition to show: `line` (0-based) of `path`."""

    name: str
    score: float
    path: str
    line: int
    end_line: int
    why: str


def upcoming(scene: Scene, forest: Forest | None) -> tuple[list[Candidate], Mapping[str, float]]:
    """Names that are not on screen and may come next, best first, and the scores (probabilities) of the best.

    Without a `forest` the linear model has the last word.
    """
    signs = signs_of(scene)
    chosen = likeliest(scene, signs)
    names = signs.names[chosen]
    if forest is None:
        odds = linear(signs)[chosen]
    else:
        odds = forest.odds(np.column_stack([signs.table[chosen], company_of(scene, names)]))
    return _candidates(scene, names, 1 / (1 + np.exp(-odds)))


def likeliest(scene: Scene, signs: Signs, count: int = CHOSEN) -> AnyArray:
    """Rows of the names that the linear model holds for the likeliest, ascending."""
    rows = _best(scene, signs.names, linear(signs) + 100.0, count)
    return np.array(sorted(rows), np.int64)


def linear(signs: Signs) -> Floats:
    """The log-odds by a weighted sum of the signs: to choose what the trees look at, and to measure them by."""
    return np.asarray(signs.table @ _WEIGHTS + BIAS)


def written(scene: Scene, position: Position) -> list[Candidate]:
    """Names that are being written at the cursor, and what they mean."""
    numbers, scores = spoken(scene, position)
    if not len(numbers):
        return []
    return [one._replace(why="written here") for one in _candidates(scene, numbers, scores)[0]]


def mentioned(scene: Scene) -> tuple[list[Candidate], Mapping[str, float]]:
    """Names on screen whose definition is not: what one must know to read the text, the rare and near ones first."""
    wanted = (scene.near > 0) & scene.living.few()
    wanted[scene.living.on_screen()] = False
    names = np.flatnonzero(wanted).astype(np.int32)
    scores = scene.near[names] * scene.view.idf[names] / max(float(scene.view.idf.max(initial=0.0)), 1.0)
    return _candidates(scene, names, scores / np.sqrt(scene.living.counts[names]))


def _candidates(scene: Scene, numbers: Ints, scores: Floats) -> tuple[list[Candidate], Mapping[str, float]]:
    names = scene.view.corpus.vocabulary.names
    best = [(row, float(scores[row])) for row in _best(scene, numbers, scores, MAX_CANDIDATES)]
    shown = scene.living.shown([int(numbers[row]) for row, _ in best], scene.found.imported)
    reasons = _reasons(scene, numbers)
    candidates = [
        Candidate(names[numbers[row]], score, *shown[int(numbers[row])], reasons[row])
        for row, score in best
        if int(numbers[row]) in shown
    ]
    return candidates, {one.name: one.score for one in candidates}


def _best(scene: Scene, numbers: Ints, scores: Floats, count: int) -> list[int]:
    """Rows of the best names; ties by name, because numbers depend on the order in which files were read."""
    rounded = np.round(scores, 6)
    rows = np.flatnonzero(rounded > 0)
    most = count + count // 4  # Some names will not be proposable.
    if len(rows) > most:
        limit = np.partition(rounded[rows], -most)[-most]
        rows = rows[rounded[rows] >= limit]
    names = scene.view.corpus.vocabulary.names
    texts = map(names.__getitem__, numbers[rows].tolist())
    found = zip((-rounded[rows]).tolist(), texts, rows.tolist(), strict=True)
    return [row for _, _, row in sorted(one for one in found if is_proposable(one[1]))[:count]]


def is_proposable(name: str) -> bool:
    """Whether a name is long enough to tell something, and none that the language calls by itself."""
    return len(name) > 2 and not (name.startswith("__") and name.endswith("__"))


def _reasons(scene: Scene, numbers: Ints) -> list[str]:
    """In a few words what spoke for each name."""
    view, found = scene.view, scene.found
    places = [place.names for place in (*found.windows, *found.continuations)]
    signs = (
        np.concatenate(places) if places else np.zeros(0, np.int32),
        view.corpus.vocabulary.known(map(imported_name, view.own.outline.imports)),
        view.own.segment.keys,
    )
    kinds = np.zeros(len(view.idf), np.int8)
    for bit, names in enumerate(signs):
        kinds[names] |= 1 << bit
    return [_REASONS[kind] for kind in kinds[numbers].tolist()]


_SPOKEN = ("used in places like this", "imported here", "used in this file")
_REASONS = tuple(
    ", ".join(text for bit, text in enumerate(_SPOKEN) if kind >> bit & 1) or "defined near by"
    for kind in range(8)
)
