"""The types of values near the cursor: of annotated and constructed locals, of fields and results, and their bases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np

from .evidence import Scene
from .index.names import AnyArray, Floats, family_of
from .index.places import View
from .index.segment import CLASS, FUNCTION, KIND, KINDS, LINE, METHOD, NAME, PARENT
from .types import main_type

_MOST_LINES = 200
_LONGEST_LINE = 400
_BASE_SHARE = 0.8
_BASE_STEPS = 2
_LOCAL_SHARE = 0.5
"""What a type counts at least when a local of it is declared, however far away that is."""
_TYPE_KINDS = (CLASS, KINDS.index("type"))

_NAME = r"[^\W\d]\w*"
_DOTTED = rf"{_NAME}(?:(?:\.|::){_NAME})*"
# Each gives a local and what its type is told by: an annotation, or what is called for it.
_BUILT = rf"({_NAME})(?:\s*,\s*{_NAME})*\s*(?::[^=:()]{{0,80}})?:?=\s*(?:await\s+|new\s+|&\s*)?({_DOTTED})\s*[({{<]"
_COLON = rf"({_NAME})\??\s*:\s*(?:&\s*)?(?:'\w+\s+)?(?:mut\s+)?((?:{_DOTTED}\s*[\[<]\s*)*{_DOTTED})"
_ENTERED = rf"({_DOTTED})\([^()]*\)\s+as\s+({_NAME})"
_LEADING = rf"({_DOTTED})(?:<[^<>]*>)?[\s*&]+({_NAME})\s*[=;,)]"
_TRAILING = rf"({_NAME})\s+[*\[\]]*({_DOTTED})\s*[,){{=]"
# By family: a pattern, whether it tells the type first, and what a line must have for it.
_WAYS: dict[str, tuple[tuple[str, bool, str], ...]] = {
    "python": ((_COLON, False, ":"), (_BUILT, False, "="), (_ENTERED, True, " as ")),
    "javascript": ((_COLON, False, ":"), (_BUILT, False, "=")),
    "rust": ((_COLON, False, ":"), (_BUILT, False, "=")),
    "go": ((_TRAILING, False, " "), (_BUILT, False, "=")),
    "java": ((_LEADING, True, " "), (_BUILT, False, "=")),
    "c": ((_LEADING, True, " "), (_BUILT, False, "=")),
}
_PATTERNS = {
    family: tuple((re.compile(pattern), swapped, mark) for pattern, swapped, mark in ways)
    for family, ways in _WAYS.items()
}


def types_near(scene: Scene) -> Floats:
    """By name, how near to the cursor a value of this type is spoken of; bases count a little less."""
    types = np.zeros(len(scene.near))
    _add_told(scene, types)
    _add_locals(scene, types)
    own = _own_class(scene)
    reached = np.union1d(np.flatnonzero(types), own)
    shares = types[reached]
    shares[np.isin(reached, own)] = 1.0
    for _ in range(_BASE_STEPS):
        rows = scene.living.of(reached)
        bases = np.isin(rows.kinds, _TYPE_KINDS) & (rows.types >= 0)
        found, slots = np.unique(rows.types[bases], return_inverse=True)
        told = np.zeros(len(found))
        np.maximum.at(told, slots, _BASE_SHARE * shares[rows.owner[bases]])
        more = told > types[found]
        reached, shares = found[more], told[more]
        types[reached] = shares
    return types


def _add_told(scene: Scene, types: Floats) -> None:
    """Fields and functions that stand near the cursor, by what their definitions say."""
    rows = scene.near_rows
    told = (rows.types >= 0) & ~np.isin(rows.kinds, _TYPE_KINDS)
    shares = scene.near[rows.names] / np.maximum(scene.living.counts[rows.names], 1)
    np.maximum.at(types, rows.types[told], shares[told])


def makers_near(view: View, language: str, near: Floats) -> dict[str, float]:
    """What the types of locals are told by (annotations and what is called for them), and how near these locals are."""
    ids = view.corpus.vocabulary.ids
    makers: dict[str, float] = {}
    for local, maker in _locals(view, language):
        number = ids.get(local, len(near))
        here = float(near[number]) if number < len(near) else 0.0
        makers[maker] = max(makers.get(maker, 0.0), here, _LOCAL_SHARE * (here > 0))
    return makers


def _add_locals(scene: Scene, types: Floats) -> None:
    ids = scene.view.corpus.vocabulary.ids
    found = makers_near(scene.view, scene.document.language, scene.near)
    makers = {ids[name]: near for name, near in found.items() if ids.get(name, len(types)) < len(types)}
    names = np.array(sorted(makers), np.int64)
    rows = scene.living.of(names)
    weights = np.array([makers[name] for name in names.tolist()])[rows.owner]
    own = np.isin(rows.kinds, _TYPE_KINDS)
    given = np.isin(rows.kinds, (FUNCTION, METHOD)) & (rows.types >= 0)
    np.maximum.at(types, rows.names[own], weights[own])
    shares = weights / np.maximum(scene.living.counts[rows.names], 1)
    np.maximum.at(types, rows.types[given], shares[given])


def _locals(view: View, language: str) -> Iterator[tuple[str, str]]:
    """Names that are bound in the function round the cursor, and what tells their types."""
    patterns = _PATTERNS.get(family_of(language), ())
    start = _function_start(view)
    for line in view.own.lines[start : view.at + 1]:
        if len(line) > _LONGEST_LINE:
            continue
        for pattern, swapped, mark in patterns:
            if mark not in line:
                continue
            yield from _bound(pattern.findall(line), swapped)


def _bound(found: Iterable[tuple[str, str]], swapped: bool) -> Iterator[tuple[str, str]]:
    for left, right in found:
        local, told = (right, left) if swapped else (left, right)
        if name := main_type(told):
            yield local, name


def _function_start(view: View) -> int:
    rows, at = view.own.segment.definitions, view.at
    inside = np.isin(rows[:, KIND], (FUNCTION, METHOD)) & (rows[:, LINE] <= at)
    first = int(rows[inside, LINE].max(initial=0))
    return max(first, at - _MOST_LINES)


def _own_class(scene: Scene) -> AnyArray:
    """The class round the cursor, by what the last method or field before it belongs to."""
    rows, at = scene.living.own, scene.view.at
    members = rows[(rows[:, PARENT] >= 0) & (rows[:, LINE] <= at)]
    heads = rows[np.isin(rows[:, KIND], _TYPE_KINDS) & (rows[:, LINE] <= at)]
    last = [table[np.argmax(table[:, LINE])] for table in (members, heads) if len(table)]
    if not last:
        return np.zeros(0, np.int64)
    row = max(last, key=lambda one: int(one[LINE]))
    return np.array([row[PARENT] if row[PARENT] >= 0 else row[NAME]], np.int64)
