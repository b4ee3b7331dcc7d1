"""Signs of the likeliest names from all their uses: beside and behind the cursor's names, in files that are near."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

import numpy as np

from .evidence import Scene
from .index.names import AnyArray, Bools, Floats, Ints
from .index.places import trail
from .index.segment import BLOCK, Segment

COMPANY_SIGNS = (
    # Use in windows with one of the cursor's names: the most telling one, all of them, seen from the name's side.
    *("beside", "beside_all", "beside_back"),
    # Use on the lines behind one of them.
    *("behind", "behind_all"),
    # Use in files of the own folder, lately used files, and imported files.
    *("used_in_folder", "used_lately", "used_in_imported"),
    # What the name looks like.
    *("capital", "private", "length", "begins_alike"),
)
_NAMES = 12
# A name used more often is beside everything, and takes long to count.
_OFTEN = 800
_FOLDER, _RECENT, _IMPORTED = 12, 13, 14
_LIVING = np.uint16(1 << 15)
_BEHIND_LINES = 6
_MOST_FILES = 60
_BEGINNING = 4


def company_of(scene: Scene, names: Ints) -> Floats:
    """The signs of these names (ascending), a column each."""
    view = scene.view
    last = trail(view)
    known = view.corpus.vocabulary.names
    values = {name: round(weight * float(view.idf[name]), 9) for name, weight in last.items()}
    telling = sorted(last, key=lambda name: (-values[name], known[name]))
    asked = np.array([name for name in telling if view.uses[name] <= _OFTEN][:_NAMES], np.int32)
    weights = np.array([last[int(name)] for name in asked]) * view.idf[asked]
    beside, behind = np.zeros((len(asked), len(names))), np.zeros((len(asked), len(names)))
    found = np.zeros((4, len(names)))  # uses in the three kinds of files, and anywhere
    totals = np.zeros((2, len(asked)))
    files = _FileSets(scene)
    counted = np.where(view.uses[names] <= _OFTEN, names, -1)
    for segment, living in zip(view.segments, view.living, strict=True):
        _count_beside(segment, living, files.of(segment), asked, counted, beside, found, totals[0])
        _count_behind(segment, living, asked, counted, behind, totals[1])
    shares = beside / (totals[0] + 2)[:, None]
    following = behind / (totals[1] + 2)[:, None]
    none = np.zeros((1, len(names)))
    columns = (
        np.vstack([none, shares * weights[:, None]]).max(0),
        weights @ shares,
        np.vstack([none, beside / (found[3] + 2) * weights[:, None]]).max(0),
        np.vstack([none, following * weights[:, None]]).max(0),
        weights @ following,
        found[0] / max(1, files.siblings),
        np.log1p(found[1]),
        np.log1p(found[2]),
        *_shapes(scene, names),
    )
    table: Floats = np.stack(columns, 1).astype(np.float64)
    return np.round(table, 5)


class _FileSets:
    """Files of the own folder, recent and imported ones, as bits by segment."""

    def __init__(self, scene: Scene) -> None:
        view, table = scene.view, scene.living.table
        number = table.folder_numbers.get(posixpath.dirname(view.path), -1)
        siblings = [table.paths[file] for file in np.flatnonzero(table.folders == number).tolist()]
        siblings = sorted(path for path in siblings if path != view.path)[:_MOST_FILES]
        self.siblings = len(siblings)
        self._places: list[tuple[Segment, int, int]] = []
        sets: Sequence[tuple[int, Iterable[str]]] = (
            (_FOLDER, siblings),
            (_RECENT, scene.found.recent[:8]),
            (_IMPORTED, sorted(scene.found.imported)[:_MOST_FILES]),
        )
        for bit, paths in sets:
            for path in paths:
                if (place := view.corpus.place(path)) is not None:
                    self._places.append((*place, bit))

    def of(self, segment: Segment) -> list[tuple[int, int]]:
        return [(file, bit) for owner, file, bit in self._places if owner is segment]


def _count_beside(
    segment: Segment,
    living: Bools,
    files: Iterable[tuple[int, int]],
    asked: Ints,
    names: Ints,
    beside: Floats,
    found: Floats,
    totals: Floats,
) -> None:
    """Count the blocks with a name that have one of the asked names too, or in the next one."""
    bits = np.zeros(segment.block_count, np.uint16)
    blocks, owner = segment.blocks_with(asked)
    kept = living[blocks]
    totals += np.bincount(owner[kept], minlength=len(asked))
    np.bitwise_or.at(bits, blocks[kept], (1 << owner[kept]).astype(np.uint16))
    near = bits.copy()
    near[1:] |= bits[:-1]
    near[:-1] |= bits[1:]
    for file, bit in files:
        near[segment.file_blocks[file] : segment.file_blocks[file + 1]] |= np.uint16(1 << bit)
    near |= _LIVING
    near[~living] = 0
    blocks, owner = segment.blocks_with(names)
    marks = near[blocks]
    found[3] += np.bincount(owner[marks != 0], minlength=len(names))
    told = np.flatnonzero(marks & ~_LIVING)
    marks, owner = marks[told], owner[told]
    _add_marks(beside, range(len(asked)), marks, owner)
    _add_marks(found, (_FOLDER, _RECENT, _IMPORTED), marks, owner)


def _count_behind(
    segment: Segment, living: Bools, asked: Ints, names: Ints, behind: Floats, totals: Floats
) -> None:
    """Count the lines with a name that stand a few lines behind one of the asked names."""
    bits = np.zeros(segment.block_count * BLOCK + _BEHIND_LINES + 1, np.uint16)
    places, owner = segment.places_with(asked)
    kept = living[places // BLOCK]
    places, owner = places[kept], owner[kept]
    totals += np.bincount(owner, minlength=len(asked))
    marks = (1 << owner).astype(np.uint16)
    for line in range(1, _BEHIND_LINES + 1):
        np.bitwise_or.at(bits, places + line, marks)
    places, owner = segment.places_with(names)
    marks = bits[places]
    told = np.flatnonzero(marks)
    marks, owner = marks[told], owner[told]
    _add_marks(behind, range(len(asked)), marks, owner)


def _add_marks(table: Floats, bits: Sequence[int], marks: AnyArray, owner: AnyArray) -> None:
    """Count by bit, a row each, how many marks of each owner (ascending) have it."""
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    if len(starts):
        set_bits = (marks[None, :] >> np.array(bits, np.uint16)[:, None]) & 1
        table[: len(bits), owner[starts]] += np.add.reduceat(set_bits, starts, axis=1, dtype=np.int32)


def _shapes(scene: Scene, names: Ints) -> Iterable[AnyArray]:
    view = scene.view
    known = view.corpus.vocabulary.names
    texts = [known[name] for name in names.tolist()]
    near = view.names_on(max(0, view.at - 11), view.at + 5).tolist()
    beginnings = {known[name][:_BEGINNING].lower() for name in near}
    yield np.array(
        [text[:1].isupper() + (text[:1].isupper() and text.isupper()) for text in texts], np.float64
    )
    yield np.array([text.startswith(("_", "#")) for text in texts], np.float64)
    yield np.array([len(text) for text in texts], np.float64)
    yield np.array([text[:_BEGINNING].lower() in beginnings for text in texts], np.float64)
