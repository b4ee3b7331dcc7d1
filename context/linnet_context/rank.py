"""Which names the next lines are likely to need: a linear model of what places, imports and definitions say."""

from __future__ import annotations

import builtins
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from .index.definitions import DefinitionTable, stem_of
from .index.index import Index
from .index.names import AnyArray, Bools, Floats, Ints, Vocabulary, family_of
from .index.places import Place, View, block_count, continuations, vote, windows
from .index.segment import END, FILE, KIND, LINE, NAME, PARENT
from .languages import is_test_path
from .outline import Import
from .text import Document
from .weights import NAMES, Weights

MAX_CANDIDATES = 300
MAX_DEFINITIONS = 12
"""A name defined more often is a common word: no single definition of it says much."""

_FARTHEST = 9.0
_FIELD_KIND = 3
_CLASS = 1
_NEAR_LINES = 12


@dataclass(frozen=True, slots=True)
class Evidence:
    """Places that look like the cursor's, and the files the document imports."""

    windows: tuple[Place, ...]
    continuations: tuple[Place, ...]
    imported: frozenset[str]
    recent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name the next lines may need, and the definition to show: `line` (0-based) of `path`."""

    name: str
    score: float
    path: str
    line: int
    end_line: int
    why: str


def evidence(index: Index, document: Document, view: View, recent: Sequence[str]) -> Evidence:
    """Look for the places that speak about the cursor. `recent` are paths, the last used first."""
    resolver = index.resolver()
    imported = frozenset(
        path
        for found in view.own.outline.imports
        for path in resolver.files(found, document.path, document.language)
        if path != document.path
    )
    folder = posixpath.dirname(document.path)
    lately = frozenset(recent[:5])

    def weight(path: str) -> float:
        near = 1.25 if path == document.path else 1.15 if posixpath.dirname(path) == folder else 1.0
        return near * (1.15 if path in lately else 1.0) * (1.15 if path in imported else 1.0)

    return Evidence(tuple(windows(view, weight)), tuple(continuations(view)), imported, tuple(recent))


def upcoming(
    index: Index, document: Document, view: View, found: Evidence
) -> tuple[list[Candidate], Mapping[str, float]]:
    """Names that are not on screen and may come next, best first, and the scores (probabilities) of the best."""
    table = _table(index, document, view, found)
    votes = _votes(view, found, NAMES)
    scores = 1 / (1 + np.exp(-_odds(document, view, table, votes, NAMES)))
    return _candidates(view, table, scores, votes)


def odds(index: Index, document: Document, view: View, found: Evidence, weights: Weights) -> Floats:
    """By number of a name, the log-odds that it comes next; minus infinity where it is not to be proposed."""
    votes = _votes(view, found, weights)
    return _odds(document, view, _table(index, document, view, found), votes, weights)


def _odds(document: Document, view: View, table: _Definitions, votes: Floats, weights: Weights) -> Floats:
    odds = weights.bias + votes + table.best(weights) + _hints(view, weights) + weights.rare * view.idf
    odds += weights.often_defined * np.log(np.maximum(table.counts(), 1))
    odds[_known(view, document) | ~table.few()] = -np.inf
    return odds


def mentioned(
    index: Index, document: Document, view: View, found: Evidence
) -> tuple[list[Candidate], Mapping[str, float]]:
    """Names on screen whose definition is not: what one must know to read the text, the rare and near ones first."""
    table = _table(index, document, view, found)
    near = _nearness(view)
    scores = near * view.idf / max(float(view.idf.max(initial=0.0)), 1.0)
    scores /= np.sqrt(np.maximum(table.counts(), 1))
    scores[table.on_screen()] = 0
    return _candidates(view, table, scores, np.zeros_like(scores))


def _table(index: Index, document: Document, view: View, found: Evidence) -> _Definitions:
    return _Definitions(index.definition_table(document.language), document.path, view, found)


def _candidates(
    view: View, table: _Definitions, scores: Floats, votes: Floats
) -> tuple[list[Candidate], Mapping[str, float]]:
    scores[~table.few()] = 0
    names = view.corpus.vocabulary.names
    best = _best(scores, view.corpus.vocabulary)
    shown = table.shown(best)
    reasons = _Reasons(view, votes)
    candidates = [
        Candidate(names[number], float(scores[number]), *shown[number], reasons.of(number))
        for number in best
        if number in shown
    ]
    return candidates, {one.name: one.score for one in candidates}


def _votes(view: View, found: Evidence, weights: Weights) -> Floats:
    size = len(view.idf)
    alike = found.windows[:40]
    votes = weights.window * vote(alike, [place.score for place in alike], size)
    lines = found.continuations
    greatest = lines[0].score if lines else 1.0
    shares = [place.score / greatest / (5 + rank) for rank, place in enumerate(lines)]
    return votes + weights.continuation * vote(lines, shares, size)


def _hints(view: View, weights: Weights) -> Floats:
    """What the own file says of a name: imported (and not used yet), used nearby, of words that stand nearby."""
    segment = view.own.segment
    counts = np.bincount(segment.names, minlength=len(view.idf))
    imported = np.zeros(len(view.idf), np.bool_)
    imported[view.corpus.vocabulary.known(map(_imported_name, view.own.outline.imports))] = True
    lines = np.repeat(np.arange(len(segment.line_rows) - 1), np.diff(segment.line_rows))
    distance = np.full(len(view.idf), _FARTHEST)
    np.minimum.at(distance, segment.names, np.log1p(np.abs(lines - view.at)))
    return np.asarray(
        weights.imported * imported
        + weights.imported_unused * (imported & (counts <= 1))
        + weights.close * (_FARTHEST - distance)
        + weights.shared_parts * _shared_parts(view)
    )


def _shared_parts(view: View) -> Floats:
    """By name, the share of its word parts (rare ones count more) that stand on the lines near the cursor."""
    parts = view.corpus.vocabulary.parts()
    uses = np.repeat(view.uses, np.diff(parts.name_rows))
    spread = np.bincount(parts.by_name, weights=uses, minlength=parts.count)
    rarity = np.minimum(np.log1p(block_count(view) / (spread + 0.5)), 8)
    here = np.zeros(parts.count)
    here[parts.of(view.names_on(max(0, view.at - 8), view.at + 3))[0]] = 1
    owner = np.repeat(np.arange(len(view.uses)), np.diff(parts.name_rows))
    shared = np.bincount(owner, weights=(here * rarity)[parts.by_name], minlength=len(view.uses))
    return np.asarray(
        shared / np.maximum(np.bincount(owner, weights=rarity[parts.by_name], minlength=len(view.uses)), 1e-6)
    )


def _imported_name(found: Import) -> str:
    return found.alias or found.name or found.module.replace("/", ".").rpartition(".")[2]


def _known(view: View, document: Document) -> Bools:
    """Names that stand on the lines the asker has, and those of the language itself."""
    known = np.zeros(len(view.idf), np.bool_)
    known[view.names_on(view.low, view.high)] = True
    if family_of(document.language) == "python":
        known[view.corpus.vocabulary.known(_builtins())] = True
    return known


@cache
def _builtins() -> frozenset[str]:
    return frozenset(dir(builtins))


def _best(scores: Floats, vocabulary: Vocabulary) -> list[int]:
    """Numbers of the best names; ties by name, because numbers depend on the order in which files were read."""
    positive = np.flatnonzero(scores > 0)
    if len(positive) > 2 * MAX_CANDIDATES:
        limit = np.partition(scores[positive], -2 * MAX_CANDIDATES)[-2 * MAX_CANDIDATES]
        positive = positive[scores[positive] >= limit]
    names = vocabulary.names
    wanted = [number for number in positive.tolist() if is_proposable(names[number])]
    rounded = np.round(scores, 6)
    return sorted(wanted, key=lambda number: (-rounded[number], names[number]))[:MAX_CANDIDATES]


def is_proposable(name: str) -> bool:
    """Whether a name is long enough to tell something, and none that the language calls by itself."""
    return len(name) > 2 and not (name.startswith("__") and name.endswith("__"))


class _Reasons:
    """Says in a few words what spoke for a name."""

    def __init__(self, view: View, votes: Floats) -> None:
        self._votes = votes
        self._imported = set(
            view.corpus.vocabulary.known(map(_imported_name, view.own.outline.imports)).tolist()
        )
        self._here = set(view.own.segment.keys.tolist())

    def of(self, number: int) -> str:
        signs = (
            (self._votes[number] > 0, "used in places like this"),
            (number in self._imported, "imported here"),
            (number in self._here, "used in this file"),
        )
        return ", ".join(text for holds, text in signs if holds) or "defined near by"


class _Definitions:
    """All definitions but those of the saved version of the own file, and a score for each."""

    def __init__(self, table: DefinitionTable, path: str, view: View, found: Evidence) -> None:
        self._table = table
        self._path = path
        self._view = view
        own = view.own.segment.definitions
        self._own_rows = own
        alive = table.rows[:, FILE] != table.numbers.get(path, -1)
        self._rows = np.concatenate([table.rows, own])
        self._files = np.append(table.rows[:, FILE], np.full(len(own), len(table.paths), np.int32))
        self._living = np.append(alive, np.ones(len(own), np.bool_))
        self._counts = np.bincount(self._rows[self._living, NAME], minlength=len(view.idf))
        self._imported = np.zeros(len(table.paths), np.bool_)
        self._imported[table.files(found.imported)] = True

    def on_screen(self) -> AnyArray:
        """Names that are defined on the lines the asker has."""
        lines = self._own_rows[:, LINE]
        return np.asarray(self._own_rows[(lines >= self._view.low) & (lines < self._view.high), NAME])

    def counts(self) -> AnyArray:
        """By name, the number of its definitions."""
        return self._counts

    def few(self) -> Bools:
        """By name, whether it has definitions, and so few that one of them tells what it is."""
        return (self._counts >= 1) & (self._counts <= MAX_DEFINITIONS)

    def best(self, weights: Weights) -> Floats:
        """By name, the log-odds that its best definition adds; nothing for a name without one."""
        scores = self._judge(weights)
        best = np.full(len(self._view.idf), -np.inf)
        count = len(self._table.rows)
        if count:
            best[self._table.names] = np.maximum.reduceat(scores[:count], self._table.starts)
        np.maximum.at(best, self._own_rows[:, NAME], scores[count:])
        best[best == -np.inf] = 0
        return best

    def shown(self, names: Sequence[int]) -> dict[int, tuple[str, int, int]]:
        """The definition to show for each name: path, line, last line. Own file, imported files, same folder first."""
        wanted = np.zeros(len(self._view.idf), np.bool_)
        wanted[np.array(names, np.int64)] = True
        rows = np.flatnonzero(wanted[self._rows[:, NAME]] & self._living)
        preference = self._preference()[self._files[rows]] + 0.2 * (self._rows[rows, KIND] != _FIELD_KIND)
        paths = (*self._table.paths, self._path)
        ordered = sorted(
            zip(rows.tolist(), preference.tolist(), strict=True),
            key=lambda item: (-item[1], paths[self._files[item[0]]], int(self._rows[item[0], LINE])),
        )
        shown: dict[int, tuple[str, int, int]] = {}
        for row, _ in ordered:
            entry = self._rows[row]
            shown.setdefault(int(entry[NAME]), (paths[self._files[row]], int(entry[LINE]), int(entry[END])))
        return shown

    def _preference(self) -> Floats:
        """By file (the own one last), how much a definition there is preferred for showing."""
        table = self._table
        same_folder = table.folders == table.folder_numbers.get(posixpath.dirname(self._path), -1)
        return np.append(3.0 * self._imported + 1.5 * same_folder - 0.8 * table.tests, 5.5)

    def _judge_files(self, weights: Weights) -> Floats:
        """By file (the own one last), what a definition there gains."""
        stem = stem_of(self._path)
        tested = np.array([one == stem for one in self._table.stems], np.bool_)
        scores = weights.imported_file * self._imported + weights.tested_file * tested
        own = weights.same_file
        if not is_test_path(self._path):  # Only tests need what tests define.
            scores = scores + weights.no_test * ~self._table.tests
            own += weights.no_test
        return np.append(scores, own)

    def _judge(self, weights: Weights) -> Floats:
        view, rows = self._view, self._rows
        near = _nearness(view)
        parents = rows[:, PARENT]
        has_parent = parents >= 0
        parents = np.maximum(parents, 0)
        use = near[rows[:, NAME]] / np.maximum(self._counts, 1)[rows[:, NAME]] * self._living
        active_file = np.bincount(self._files, weights=use, minlength=len(self._table.paths) + 1)
        by_parent = (
            weights.near_parent * near
            + weights.own_class * _own_classes(view)
            + weights.like_parent * _named_alike(view, np.unique(parents[has_parent]), near)
        )
        scores = self._judge_files(weights) + weights.active_file * np.minimum(active_file, 2)
        fields = rows[:, KIND] == _FIELD_KIND
        odds = scores[self._files] + by_parent[parents] * has_parent + weights.field * fields
        return np.where(self._living, odds, -np.inf)


def _nearness(view: View) -> Floats:
    """By name, how near to the cursor it stands on the lines the asker has (1: on its line)."""
    segment = view.own.segment
    near = np.zeros(len(view.idf), np.float64)
    first, last = segment.line_rows[view.low], segment.line_rows[min(view.high, len(segment.line_rows) - 1)]
    names = segment.names[first:last]
    lines = np.searchsorted(segment.line_rows, np.arange(first, last), side="right") - 1
    np.maximum.at(near, names, (1 / (1 + np.abs(lines - view.at) / 6)))
    return near


def _own_classes(view: View) -> Floats:
    """By name, whether it is the class round the cursor (1) or stands in its header (0.6)."""
    classes = np.zeros(len(view.idf), np.float64)
    rows = view.own.segment.definitions
    inside = rows[(rows[:, KIND] == _CLASS) & (rows[:, LINE] <= view.at) & (view.at <= rows[:, END] + 1)]
    if len(inside):
        inner = inside[np.argmax(inside[:, LINE])]
        classes[view.names_on(int(inner[LINE]), int(inner[LINE]) + 1)] = 0.6
        classes[inner[NAME]] = 1
    return classes


def _named_alike(view: View, parents: Ints, near: Floats) -> Floats:
    """By class name, how much a name near the cursor sounds like it: a variable is often named after its class."""
    alike = np.zeros(len(view.idf), np.float64)
    if not len(parents):
        return alike
    vocabulary = view.corpus.vocabulary
    parts = vocabulary.parts()
    local = view.names_on(max(0, view.at - _NEAR_LINES + 1), view.at + 5)
    heard = np.zeros(parts.count, np.float64)
    found, owner = parts.of(local)
    np.maximum.at(heard, found, near[local][owner])
    found, owner = parts.of(parents)
    sums = np.bincount(owner, weights=heard[found], minlength=len(parents))
    alike[parents] = sums / np.maximum(np.bincount(owner, minlength=len(parents)), 1)
    return alike
