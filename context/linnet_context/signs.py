"""Signs that a name comes next, for every name that may; none of them says which words a name consists of."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from .defined import Rows
from .evidence import Scene
from .imports import imported_name
from .index.definitions import stem_of
from .index.names import AnyArray, Bools, Floats, Ints, family_of, spans
from .index.places import View, trail
from .index.segment import BLOCK, CLASS, END, FIELD, FILE, FUNCTION, KIND, LINE, METHOD, NAME, PARENT
from .languages import is_test_path
from .receivers import types_near

SIGNS = (
    # Use in windows that look like the cursor's: all, by names in common, by word parts in common.
    *("window", "windows", "alike", "first_alike", "related", "first_related"),
    # Use in the lines that follow lines like the last ones.
    *("continuation", "continuations", "first_continuation", "continued_code", "soon"),
    # The own file: imports, and use out of sight.
    *("imported", "imported_unused", "used_here", "close", "defined_close"),
    # The best of the name's definitions, sign by sign.
    *("same_file", "same_folder", "imported_file", "tested_file", "recent_file", "folder_steps", "no_test"),
    *("active_file", "near_parent", "active_parent", "own_class", "like_parent"),
    # Whether it is a member of a type that a value near the cursor has, stands in a module that is spoken of there, can
    # be named from here at all, and is defined beside something that stands near the cursor.
    *("typed_parent", "near_module", "reachable", "beside_used"),
    # How many definitions it has, and of which kind.
    *("often_defined", "functions", "classes", "methods", "fields", "variables"),
    *("rare", "uses", "shared_parts", "shared_parts_line", "shared_parts_function", "shared_parts_class"),
    # Whether it is such a type, and how many definitions of near names would give a value of it.
    "near_type",
    "in_test",
)
_WINDOWS = 40
_FARTHEST = 9.0
# Definitions of a name that tell where one is at home; lines after which being beside one counts half.
_FEW = 3
_BESIDE_LINES = 20
_NEAR_LINES = 12
_PART_USES = 300
# Kinds behind these are counted as variables.
_KIND_COLUMNS = (FUNCTION, CLASS, METHOD, FIELD)
_FOLLOWED_NAMES, _FOLLOWED_USES, _FOLLOWED_LINES = 8, 100, 7


@dataclass(frozen=True, slots=True, eq=False)
class Signs:
    """By name (a number, ascending) the signs, a column each; not a number is never among them."""

    names: Ints
    table: Floats

    def column(self, sign: str) -> Floats:
        return self.table[:, SIGNS.index(sign)]


def signs_of(scene: Scene) -> Signs:
    """The names that are not on screen, have few definitions and for which anything speaks at all."""
    used = _Used(scene)
    classes, types = _classes(scene), types_near(scene)
    parts = scene.view.part_uses
    names = _proposed(scene, used, classes, types, parts)
    table = np.empty((len(names), len(SIGNS)), np.float64)
    columns = (
        *used.columns(names),
        *_own_columns(scene, names),
        *_definition_columns(scene, names, classes, types),
        scene.view.idf[names],
        np.log1p(np.maximum(scene.view.uses[names], 0)),
        *_word_columns(scene, names, parts),
        types[names],
        np.full(len(names), float(is_test_path(scene.view.path))),
    )
    for number, column in enumerate(columns):
        table[:, number] = column
    # Sums depend on the order of their terms in the last digits, and that on the order in which files were read.
    return Signs(names, np.round(table, 5, out=table))


# Which names


def _proposed(scene: Scene, used: _Used, classes: Floats, types: Floats, parts: Floats) -> Ints:
    view, living = scene.view, scene.living
    marks = np.zeros(len(view.idf), np.bool_)
    marks[view.own.segment.keys] = True
    marks[living.own[:, NAME]] = True
    used.mark(marks)
    marks[_imported(scene)] = True
    table = living.table
    speaking = (classes >= 0.5) | (scene.near > 0) | (types > 0)
    files = living.by_file(scene.found.imported) | living.same_folder() | _tested(scene)
    parents = table.rows[PARENT]
    marks[table.rows[NAME, files[table.rows[FILE]] | (speaking[parents] & (parents >= 0))]] = True
    marks[_sharing_parts(view, parts)] = True
    marks[_following(view)] = True
    marks[_known(scene)] = False
    marks &= living.few()
    return np.flatnonzero(marks).astype(np.int32)


def _imported(scene: Scene) -> Ints:
    return scene.view.corpus.vocabulary.known(map(imported_name, scene.view.own.outline.imports))


def _sharing_parts(view: View, uses: Floats) -> AnyArray:
    """Names that share a rare word part with the lines near the cursor."""
    parts = view.corpus.vocabulary.parts()
    near = np.unique(parts.of(view.names_on(max(0, view.at - 8), view.at + 3))[0])
    return parts.names_with(near[uses[near] <= _PART_USES])[0]


def _following(view: View) -> AnyArray:
    """Names that stand a few lines behind the rarest of the cursor's last names."""
    last, known = trail(view), view.corpus.vocabulary.names
    rarest = sorted(last, key=lambda name: (-round(last[name] * float(view.idf[name]), 9), known[name]))
    rarest = [name for name in rarest if view.uses[name] <= _FOLLOWED_USES][:_FOLLOWED_NAMES]
    wanted = np.array(rarest, np.int64)
    found = [np.zeros(0, np.int32)]
    for segment, living in zip(view.segments, view.living, strict=True):
        places = segment.places_with(wanted)[0]
        places = places[living[places // BLOCK]]
        ends = np.minimum(places + _FOLLOWED_LINES, len(segment.line_rows) - 1)
        found.append(segment.names[spans(segment.line_rows[places], segment.line_rows[ends])[0]])
    return np.concatenate(found)


def _known(scene: Scene) -> Ints:
    """Names that stand on the lines the asker has, and those of the language itself."""
    view = scene.view
    here = view.names_on(view.low, view.high)
    if family_of(scene.document.language) == "python":
        return np.append(here, view.corpus.vocabulary.known(_builtins()))
    return here


@cache
def _builtins() -> frozenset[str]:
    return frozenset(dir(builtins))


# Places that look like the cursor's


class _Used:
    """The names of the places, each place and name once."""

    def __init__(self, scene: Scene) -> None:
        self._size = len(scene.view.idf)
        self._windows = scene.found.windows[:_WINDOWS]
        self._lines = scene.found.continuations
        self._in_windows = _pairs([place.names for place in self._windows])
        self._in_lines = _pairs([place.names for place in self._lines])
        self._in_code = _pairs([place.code for place in self._lines])
        self._soon = _pairs([place.soon for place in self._lines])

    def mark(self, marks: Bools) -> None:
        marks[self._in_windows[0]] = True
        marks[self._in_lines[0]] = True

    def columns(self, names: Ints) -> list[AnyArray]:
        slots = np.full(self._size, -1, np.int32)
        slots[names] = np.arange(len(names))

        def summed(pairs: tuple[AnyArray, AnyArray], weights: Sequence[float]) -> AnyArray:
            slot = slots[pairs[0]]
            kept = slot >= 0
            return np.bincount(slot[kept], np.array(weights)[pairs[1][kept]], len(names))

        def first(pairs: tuple[AnyArray, AnyArray], ranks: Sequence[int | None]) -> Floats:
            best = np.full(len(names), 50.0)
            slot = slots[pairs[0]]
            kept = slot >= 0
            values = np.array([50 if rank is None else rank for rank in ranks], np.float64)
            np.minimum.at(best, slot[kept], values[pairs[1][kept]])
            return best

        windows, lines = self._windows, self._lines
        columns = [
            summed(self._in_windows, [place.score for place in windows]),
            summed(self._in_windows, [1.0] * len(windows)),
        ]
        for way in (0, 1):
            ranks = [place.ranks[way] for place in windows]
            columns.append(
                summed(self._in_windows, [0.0 if rank is None else 1 / (10 + rank) for rank in ranks])
            )
            columns.append(first(self._in_windows, ranks))
        greatest = lines[0].score if lines else 1.0
        shares = [place.score / greatest / (5 + rank) for rank, place in enumerate(lines)]
        columns.append(summed(self._in_lines, shares))
        columns.append(summed(self._in_lines, [1.0] * len(lines)))
        columns.append(first(self._in_lines, range(len(lines))))
        columns.append(summed(self._in_code, shares))
        columns.append(summed(self._soon, shares))
        return columns


def _pairs(lists: Sequence[Ints]) -> tuple[AnyArray, AnyArray]:
    """Each different name of each list, and the number of its list."""
    if not lists:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    owner = np.repeat(np.arange(len(lists)), [len(names) for names in lists])
    pairs = np.unique(owner << 32 | np.concatenate(lists))
    return pairs & 0xFFFFFFFF, pairs >> 32


# The own file


def _own_columns(scene: Scene, names: Ints) -> list[AnyArray]:
    view = scene.view
    segment, size = view.own.segment, len(view.idf)
    counts = np.bincount(segment.names, minlength=size)[names]
    imported = np.zeros(size, np.bool_)
    imported[_imported(scene)] = True
    lines = np.repeat(np.arange(len(segment.line_rows) - 1), np.diff(segment.line_rows))
    close = _closeness(view, segment.names, lines)
    defined = _closeness(view, scene.living.own[:, NAME], scene.living.own[:, LINE])
    here = imported[names]
    return [here * 1.0, (here & (counts <= 1)) * 1.0, np.minimum(counts, 30), close[names], defined[names]]


def _closeness(view: View, names: AnyArray, lines: AnyArray) -> Floats:
    """By name, how near one of these lines is: none is 0."""
    close = np.zeros(len(view.idf))
    np.maximum.at(close, names, np.maximum(_FARTHEST - np.log1p(np.abs(lines - view.at)), 0.0))
    return close


# Definitions


def _definition_columns(scene: Scene, names: Ints, classes: Floats, types: Floats) -> list[AnyArray]:
    rows = scene.living.of(names)
    if not len(rows.names):
        return [np.zeros(len(names))] * 22
    starts = np.searchsorted(rows.owner, np.arange(len(names)))
    active_files, active_parents = _active(scene)
    member, parents = rows.parents >= 0, np.maximum(rows.parents, 0)
    by_file = np.stack([*_file_columns(scene), np.minimum(active_files, 8), _modules(scene)])
    by_file = by_file.take(rows.files, axis=1)
    best = [
        *by_file[:-1],
        scene.near[parents] * member,
        np.minimum(active_parents[parents], 5) * member,
        _own_classes(scene.view)[parents] * member,
        classes[parents] * member,
        types[parents] * member,
        by_file[-1],
        _reachable(scene, rows),
        _beside_used(scene, rows),
    ]
    columns = [np.maximum.reduceat(column, starts) for column in best]
    counted = np.diff(starts, append=len(rows.owner))
    columns.append(np.log(counted))
    for kind in _KIND_COLUMNS:
        columns.append(np.add.reduceat((rows.kinds == kind).astype(np.int64), starts))
    columns.append(np.add.reduceat((rows.kinds > max(_KIND_COLUMNS)).astype(np.int64), starts))
    return columns


def _file_columns(scene: Scene) -> list[AnyArray]:
    """By file (the own one last): what a definition gains by standing there."""
    living, found = scene.living, scene.found
    own = living.by_file(())
    own[living.own_number] = True
    recent = np.zeros(living.own_number + 1)
    for rank, path in enumerate(found.recent):
        recent[living.table.files([path])] = 1 / (1 + rank)
    no_test = ~np.append(living.table.tests, is_test_path(living.path))
    steps = living.table.steps_from(living.path)
    columns = [own, living.same_folder(), living.by_file(found.imported), _tested(scene), recent]
    return [np.asarray(column, np.float64) for column in (*columns, -np.append(steps, 0), no_test)]


def _modules(scene: Scene) -> Floats:
    """By file (the own one last), how near to the cursor a name stands by which the document knows the file."""
    near = np.zeros(scene.living.own_number + 1)
    ids = scene.view.corpus.vocabulary.ids
    for path, names in scene.found.imported.items():
        known = [ids[name] for name in names if name in ids]
        near[scene.living.table.files([path])] = max(scene.near[known], default=0.0)
    return near


def _reachable(scene: Scene, rows: Rows) -> AnyArray:
    """By definition, whether the language lets the document name it: Go hides small letters from other packages."""
    if scene.document.language != "go":
        return np.ones(len(rows.names))
    known = scene.view.corpus.vocabulary.names
    different, owner = np.unique(rows.names, return_inverse=True)
    exported = np.array([known[name][:1].isupper() for name in different.tolist()], np.bool_)
    return np.asarray(exported[owner] | scene.living.same_folder()[rows.files], np.float64)


def _beside_used(scene: Scene, rows: Rows) -> Floats:
    """By definition, how few lines lie between it and the definition of a name that stands near the cursor."""
    near = scene.near_rows
    telling = scene.living.counts[near.names] <= _FEW
    used = np.unique(_keys(near.files[telling], near.lines[telling]))
    keys = _keys(rows.files, rows.lines)
    if not len(used):
        return np.zeros(len(keys))
    at = np.searchsorted(used, keys)
    above, below = used[np.maximum(at - 1, 0)], used[np.minimum(at, len(used) - 1)]
    steps = np.minimum(np.abs(keys - above), np.abs(below - keys))
    return np.asarray(1 / (1 + steps / _BESIDE_LINES) * (steps < 10 * _BESIDE_LINES))


def _keys(files: AnyArray, lines: AnyArray) -> AnyArray:
    return np.asarray(files.astype(np.int64) << 32 | lines)


def _tested(scene: Scene) -> Bools:
    """By file (the own one last), whether it is the test of the own file or what that tests."""
    table = scene.living.table
    return np.append(table.stems == table.stem_numbers.get(stem_of(scene.view.path), -1), np.False_)


def _active(scene: Scene) -> tuple[AnyArray, AnyArray]:
    """By file and by class, how much of what they define is on screen."""
    rows = scene.near_rows
    use = scene.near[rows.names] / np.maximum(scene.living.counts[rows.names], 1)
    member = rows.parents >= 0
    files = np.bincount(rows.files, weights=use, minlength=scene.living.own_number + 1)
    return files, np.bincount(rows.parents[member], weights=use[member], minlength=len(scene.near))


def _own_classes(view: View) -> Floats:
    """By name, whether it is the class round the cursor (1) or stands in its header (0.6)."""
    classes = np.zeros(len(view.idf), np.float64)
    if (inner := _enclosing(view, (CLASS,))) is not None:
        classes[view.names_on(int(inner[LINE]), int(inner[LINE]) + 1)] = 0.6
        classes[inner[NAME]] = 1
    return classes


def _enclosing(view: View, kinds: Sequence[int]) -> AnyArray | None:
    """The innermost definition of these kinds round the cursor."""
    rows = view.own.segment.definitions
    inside = np.isin(rows[:, KIND], kinds) & (rows[:, LINE] <= view.at) & (view.at <= rows[:, END] + 1)
    found: AnyArray = rows[inside]
    return found[np.argmax(found[:, LINE])] if len(found) else None


def _classes(scene: Scene) -> Floats:
    """By class name, how much a name near the cursor sounds like it: a variable is often named after its class."""
    view, near = scene.view, scene.near
    parents = np.union1d(
        scene.living.table.parents, scene.living.own[scene.living.own[:, PARENT] >= 0, PARENT]
    )
    alike = np.zeros(len(view.idf), np.float64)
    if not len(parents):
        return alike
    parts = view.corpus.vocabulary.parts()
    local = view.names_on(max(0, view.at - _NEAR_LINES + 1), view.at + 5)
    heard = np.zeros(parts.count, np.float64)
    found, owner = parts.of(local)
    np.maximum.at(heard, found, near[local][owner])
    found, owner = parts.of(parents)
    sums = np.bincount(owner, weights=heard[found], minlength=len(parents))
    alike[parents] = sums / np.maximum(np.bincount(owner, minlength=len(parents)), 1)
    return alike


# Words


def _word_columns(scene: Scene, names: Ints, uses: Floats) -> list[AnyArray]:
    """The share of each name's word parts (rare ones count more) that stand near the cursor, or in a header."""
    view = scene.view
    function = _enclosing(view, (FUNCTION, METHOD))
    outer = _enclosing(view, (CLASS,))
    spots = [
        view.names_on(max(0, view.at - 8), view.at + 3),
        view.names_on(max(0, view.at - 2), view.at + 1),
        _header_names(view, function, 4),
        _header_names(view, outer, 1),
    ]
    parts = view.corpus.vocabulary.parts()
    rarity = np.minimum(np.log1p(view.block_count / (uses + 0.5)), 8)
    found, owner = parts.of(names)
    weights = rarity[found]
    whole = np.maximum(np.bincount(owner, weights=weights, minlength=len(names)), 1e-6)
    columns = []
    for spot in spots:
        here = np.zeros(parts.count, np.bool_)
        here[parts.of(spot)[0]] = True
        columns.append(np.bincount(owner, weights=weights * here[found], minlength=len(names)) / whole)
    return columns


def _header_names(view: View, definition: AnyArray | None, lines: int) -> Ints:
    if definition is None:
        return np.zeros(0, np.int32)
    return view.names_on(int(definition[LINE]), int(definition[LINE]) + lines)
