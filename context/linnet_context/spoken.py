"""Names that are written already while what they mean is out of sight: on the cursor's line, or not yet imported."""

from __future__ import annotations

import re

import numpy as np

from .evidence import Scene
from .imports import imported_name
from .index.names import IDENTIFIER, AnyArray, Floats, Ints
from .index.segment import FIELD, METHOD, NAME
from .text import Position

MOST = 6
_HERE, _UNDEFINED = 0.9, 0.7
_FEW = 3
_LOOKED_FOR, _LONGEST_LINE = 200, 400
_BEHIND_IMPORTS = 2


def spoken(scene: Scene, position: Position) -> tuple[Ints, Floats]:
    """Their numbers and scores: what is being called right now, and, where imports are written, what lacks one."""
    here = IDENTIFIER.findall(scene.document.before(position))
    found = dict.fromkeys(_unseen(scene, scene.view.corpus.vocabulary.known(here)).tolist(), _HERE)
    if _among_imports(scene, position.line):
        for name in _undefined(scene).tolist():
            found.setdefault(name, _UNDEFINED)
    names = sorted(found, key=lambda name: (-found[name], -round(float(scene.view.idf[name]), 6), name))[
        :MOST
    ]
    return np.array(names, np.int32), np.array([found[name] for name in names])


def _unseen(scene: Scene, names: AnyArray) -> AnyArray:
    """Those of the names whose few definitions are not on screen."""
    few = names[scene.living.few()[names]]
    return np.setdiff1d(few, scene.living.on_screen())


def _among_imports(scene: Scene, line: int) -> bool:
    """Whether the line stands between the imports of the text or right behind them."""
    lines = [one.line for one in scene.view.own.outline.imports]
    return bool(lines) and min(lines) - 1 <= line <= max(lines) + _BEHIND_IMPORTS


def _undefined(scene: Scene) -> AnyArray:
    """Names that the text refers to and neither defines nor imports, while few other places define them."""
    vocabulary, own = scene.view.corpus.vocabulary, scene.view.own
    bound = np.append(vocabulary.known(map(imported_name, own.outline.imports)), scene.living.own[:, NAME])
    used = np.setdiff1d(own.segment.names[own.segment.code], bound)
    rows = scene.living.of(used[(scene.living.counts[used] > 0) & (scene.living.counts[used] <= _FEW)])
    # Members are reached through a value, which needs no import.
    free = np.unique(rows.names[~np.isin(rows.kinds, (METHOD, FIELD))])
    names = "|".join(re.escape(vocabulary.names[number]) for number in free.tolist()[:_LOOKED_FOR])
    called = re.compile(rf"(?<![\w.$])({names})\b(?!\s*(?:=[^=]|:))") if names else None
    found = (name for line in own.lines for name in called.findall(line[:_LONGEST_LINE])) if called else ()
    return vocabulary.known(found)
