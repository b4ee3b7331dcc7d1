"""Which names the next lines are likely to need: learned trees over what places, imports and definitions say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .company import company_of
from .evidence import Evidence, Scene, scene_of
from .forest import Forest, shipped
from .index.index import Index
from .index.names import AnyArray, Bools, Floats, Ints
from .index.places import View
from .signs import SIGNS, Signs, imported_name, signs_of
from .text import Document
from .weights import BIAS, NAMES

MAX_CANDIDATES = 300
CHOSEN = 300
"""Names that the linear model lets through to the trees."""

_WEIGHTS = np.array([NAMES.get(sign, 0.0) for sign in SIGNS])


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name the next lines may need, and the definition to show: `line` (0-based) of `path`."""

    name: str
    score: float
    path: str
    line: int
    end_line: int
    why: str


def upcoming(
    index: Index, document: Document, view: View, found: Evidence, forest: Forest | None = None
) -> tuple[list[Candidate], Mapping[str, float]]:
    """Names that are not on screen and may come next, best first, and the scores (probabilities) of the best.

    `forest` replaces the shipped trees; without any the linear model has the last word.
    """
    scene = scene_of(index, document, view, found)
    signs = signs_of(scene)
    chosen = likeliest(scene, signs)
    names = signs.names[chosen]
    forest = forest or shipped()
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


def mentioned(
    index: Index, document: Document, view: View, found: Evidence
) -> tuple[list[Candidate], Mapping[str, float]]:
    """Names on screen whose definition is not: what one must know to read the text, the rare and near ones first."""
    scene = scene_of(index, document, view, found)
    wanted = (scene.near > 0) & scene.living.few()
    wanted[scene.living.on_screen()] = False
    names = np.flatnonzero(wanted).astype(np.int32)
    scores = scene.near[names] * view.idf[names] / max(float(view.idf.max(initial=0.0)), 1.0)
    return _candidates(scene, names, scores / np.sqrt(scene.living.counts[names]))


def _candidates(scene: Scene, numbers: Ints, scores: Floats) -> tuple[list[Candidate], Mapping[str, float]]:
    names = scene.view.corpus.vocabulary.names
    best = [(int(numbers[row]), float(scores[row])) for row in _best(scene, numbers, scores, MAX_CANDIDATES)]
    shown = scene.living.shown([number for number, _ in best], scene.found.imported)
    reasons = _Reasons(scene)
    candidates = [
        Candidate(names[number], score, *shown[number], reasons.of(number))
        for number, score in best
        if number in shown
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
    texts = {row: names[number] for row, number in zip(rows.tolist(), numbers[rows].tolist(), strict=True)}
    values = dict(zip(rows.tolist(), (-rounded[rows]).tolist(), strict=True))
    wanted = [row for row, text in texts.items() if is_proposable(text)]
    return sorted(wanted, key=lambda row: (values[row], texts[row]))[:count]


def is_proposable(name: str) -> bool:
    """Whether a name is long enough to tell something, and none that the language calls by itself."""
    return len(name) > 2 and not (name.startswith("__") and name.endswith("__"))


class _Reasons:
    """Says in a few words what spoke for a name."""

    def __init__(self, scene: Scene) -> None:
        view, found = scene.view, scene.found
        imported = map(imported_name, view.own.outline.imports)
        places = [place.names for place in (*found.windows, *found.continuations)]
        signs: tuple[tuple[AnyArray, str], ...] = (
            (np.concatenate(places) if places else np.zeros(0, np.int32), "used in places like this"),
            (view.corpus.vocabulary.known(imported), "imported here"),
            (view.own.segment.keys, "used in this file"),
        )
        self._signs = [(_marks(len(view.idf), names), text) for names, text in signs]

    def of(self, number: int) -> str:
        return ", ".join(text for marks, text in self._signs if marks[number]) or "defined near by"


def _marks(size: int, names: AnyArray) -> Bools:
    marks = np.zeros(size, np.bool_)
    marks[names] = True
    return marks
