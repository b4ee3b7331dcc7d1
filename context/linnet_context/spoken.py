"""Names that are written already while what they mean is out of sight: on the cursor's line, or not yet imported."""

from __future__ import annotations

import re

import numpy as np

from .evidence import Scene
from .imports import imported_name
from .index.names import AnyArray, Floats, Ints
from .index.segment import FIELD, METHOD, NAME
from .text import Position

MOST = 6
_HERE, _UNDEFINED = 0.9, 0.7
_FEW = 3
_LOOKED_FOR, _LONGEST_LINE = 200, 400
_CALLED = re.compile(r"([^\W\d]\w*)\s*\(")
_BESIDE_IMPORT = 2


def spoken(scene: Scene, position: Position) -> tuple[Ints, Floats]:
    """Their numbers and scores: what is being called right now, and, where imports are written, what lacks one."""
    before = scene.document.before(position)[-_LONGEST_LINE:]
    called = scene.view.corpus.vocabulary.known(_CALLED.findall(before))
    unseen = _unseen(scene, np.intersect1d(called, _code_of(scene, position.line)))
    found = dict.fromkeys(unseen.tolist(), _HERE)
    if _among_imports(scene, position.line):
        for name in _undefined(scene).tolist():
            found.setdefault(name, _UNDEFINED)
    names = sorted(found, key=lambda name: (-found[name], -round(float(scene.view.idf[name]), 6), name))[
        :MOST
    ]
    return np.array(names, np.int32), np.array([found[name] for name in names])


def _code_of(scene: Scene, line: int) -> AnyArray:
    """The names on a line that stand in no string or comment."""
    segment = scene.view.own.segment
    row = slice(int(segment.line_rows[line]), int(segment.line_rows[line + 1]))
    return segment.names[row][segment.code[row]]


def _unseen(scene: Scene, names: AnyArray) -> AnyArray:
    """Those of the names whose few definitions are not on screen."""
    few = names[(scene.living.counts[names] >= 1) & (scene.living.counts[names] <= _FEW)]
    return np.setdiff1d(few, scene.living.on_screen())


def _among_imports(scene: Scene, line: int) -> bool:
    """Whether the line stands beside an import."""
    return any(abs(one.line - line) <= _BESIDE_IMPORT for one in scene.view.own.outline.imports)


def _undefined(scene: Scene) -> AnyArray:
    """Names that the text refers to and neither defines nor imports, while few other places define them."""
    vocabulary, own = scene.view.corpus.vocabulary, scene.view.own
    bound = np.append(vocabulary.known(map(imported_name, own.outline.imports)), scene.living.own[:, NAME])
    used = np.setdiff1d(own.segment.names[own.segment.code], bound)
    rows = scene.living.of(used[(scene.living.counts[used] > 0) & (scene.living.counts[used] <= _FEW)])
    # Members are reached through a value, which needs no import.
    free = np.unique(rows.names[~np.isin(rows.kinds, (METHOD, FIELD))])
    # A local variable may have the name of a function elsewhere, but it is seldom called.
    names = "|".join(re.escape(vocabulary.names[number]) for number in free.tolist()[:_LOOKED_FOR])
    called = re.compile(rf"(?<![\w.$])({names})(?![\w$])(\s*\()?") if names else None
    spoken_of = (
        one for line in own.lines for one in (called.findall(line[:_LONGEST_LINE]) if called else ())
    )
    found = {name for name, call in spoken_of if call or name[:1].isupper()}
    return vocabulary.known(found)
