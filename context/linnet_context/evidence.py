"""What speaks for names at one cursor: places that look like it, imported files, and the definitions there are."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .defined import Living, Rows
from .imports import imported_name
from .index.index import Index
from .index.names import Floats
from .index.places import Place, View, continuations, windows
from .text import Document


@dataclass(frozen=True, slots=True)
class Evidence:
    """Places that look like the cursor's, and the files the document imports. `recent`: paths, the last used first.

    `imported`: by path, the names under which the document speaks of it or of what it took from it.
    """

    windows: tuple[Place, ...]
    continuations: tuple[Place, ...]
    imported: Mapping[str, frozenset[str]]
    recent: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All that the signs of names are taken from.

    `near`: by name, how near it stands to the cursor; `near_rows`: the definitions of the names that stand near.
    """

    document: Document
    view: View
    found: Evidence
    living: Living
    near: Floats
    near_rows: Rows


def evidence(index: Index, document: Document, view: View, recent: Sequence[str]) -> Evidence:
    """Look for the places that speak about the cursor. `recent` are paths, the last used first."""
    imported = _imported(index, document, view)
    folder = posixpath.dirname(document.path)
    lately = frozenset(recent[:5])

    def weight(path: str) -> float:
        near = 1.25 if path == document.path else 1.15 if posixpath.dirname(path) == folder else 1.0
        return near * (1.15 if path in lately else 1.0) * (1.15 if path in imported else 1.0)

    return Evidence(tuple(windows(view, weight)), tuple(continuations(view)), imported, tuple(recent))


def _imported(index: Index, document: Document, view: View) -> Mapping[str, frozenset[str]]:
    resolver = index.resolver()
    names = defaultdict[str, set[str]](set)
    for found in view.own.outline.imports:
        for path in resolver.files(found, document.path, document.language):
            if path != document.path:
                names[path].add(imported_name(found))
    return {path: frozenset(names[path]) for path in sorted(names)}


def scene_of(index: Index, document: Document, view: View, found: Evidence) -> Scene:
    table = index.definition_table(document.language)
    living, near = Living(table, view), nearness(view)
    return Scene(document, view, found, living, near, living.of(np.flatnonzero(near)))


def nearness(view: View) -> Floats:
    """By name, how near to the cursor it stands on the lines the asker has (1: on its line)."""
    segment = view.own.segment
    near = np.zeros(len(view.idf), np.float64)
    first, last = segment.line_rows[view.low], segment.line_rows[min(view.high, len(segment.line_rows) - 1)]
    names = segment.names[first:last]
    lines = np.searchsorted(segment.line_rows, np.arange(first, last), side="right") - 1
    np.maximum.at(near, names, (1 / (1 + np.abs(lines - view.at) / 6)))
    return near
