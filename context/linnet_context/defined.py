"""The definitions there are at one cursor: those of the index, and the own file's as it is now."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .index.definitions import DefinitionTable
from .index.names import AnyArray, Bools, Floats, Ints, spans
from .index.places import View
from .index.segment import END, FIELD, FILE, KIND, LINE, NAME, PARENT, TYPE

MAX_DEFINITIONS = 12
"""A name defined more often is a common word: no single definition of it says much."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Definitions of some names: a column each, and for each the index of its name, ascending.

    `files` counts the table's paths, and behind them the own file.
    """

    names: Ints
    kinds: Ints
    lines: Ints
    ends: Ints
    parents: Ints
    types: Ints
    files: Ints
    owner: AnyArray


class Living:
    """All definitions but those of the saved version of the own file."""

    def __init__(self, table: DefinitionTable, view: View) -> None:
        self.table = table
        self.path = view.path
        self.own = view.own.segment.definitions
        self._view = view
        self._saved = table.numbers.get(view.path, -1)
        self.counts = view.definitions
        """By name, the number of its definitions."""

    @property
    def own_number(self) -> int:
        """The number that stands for the own file in `Rows.files`."""
        return len(self.table.paths)

    def few(self) -> Bools:
        """By name, whether it has definitions, and so few that one of them tells what it is."""
        return (self.counts >= 1) & (self.counts <= MAX_DEFINITIONS)

    def on_screen(self) -> AnyArray:
        """Names that are defined on the lines the asker has."""
        lines = self.own[:, LINE]
        return np.asarray(self.own[(lines >= self._view.low) & (lines < self._view.high), NAME])

    def of(self, names: AnyArray) -> Rows:
        """The definitions of these names (ascending)."""
        table = self.table
        found, owner = spans(*table.rows_of(names))
        living = table.rows[FILE, found] != self._saved
        found, owner = found[living], owner[living]
        at = np.searchsorted(names, self.own[:, NAME])
        at[at == len(names)] = 0
        mine = np.flatnonzero(names[at] == self.own[:, NAME]) if len(names) else np.zeros(0, np.int64)
        columns = np.concatenate([table.rows[:, found], self.own[mine].T], axis=1)
        columns[FILE, len(found) :] = self.own_number
        owners = np.append(owner, at[mine])
        order = np.argsort(owners, kind="stable")
        columns = columns[:, order]
        return Rows(
            names=columns[NAME],
            kinds=columns[KIND],
            lines=columns[LINE],
            ends=columns[END],
            parents=columns[PARENT],
            types=columns[TYPE],
            files=columns[FILE],
            owner=owners[order],
        )

    def by_file(self, paths: Iterable[str]) -> Bools:
        """By file (the own one last), whether it is one of these."""
        marks = np.zeros(self.own_number + 1, np.bool_)
        marks[self.table.files(paths)] = True
        return marks

    def same_folder(self) -> Bools:
        """By file (the own one last), whether it lies beside the own one."""
        number = self.table.folder_numbers.get(posixpath.dirname(self.path), -1)
        return np.append(self.table.folders == number, np.True_)

    def shown(self, names: Sequence[int], imported: Iterable[str]) -> dict[int, tuple[str, int, int]]:
        """The definition to show for each name: path, line, last line. Own file, imported files, same folder first."""
        rows = self.of(np.array(sorted(names), np.int64))
        tests = np.append(self.table.tests, np.False_)
        files = 3.0 * self.by_file(imported) + 1.5 * self.same_folder() - 0.8 * tests
        files[self.own_number] = 5.5
        preference: Floats = files[rows.files] + 0.2 * (rows.kinds != FIELD)
        ranks = np.append(self.table.path_ranks, -1)
        order = np.lexsort((rows.lines, ranks[rows.files], -preference, rows.owner))
        best = order[np.flatnonzero(np.diff(rows.owner[order], prepend=-1))]
        paths = (*self.table.paths, self.path)
        columns = (column[best].tolist() for column in (rows.names, rows.files, rows.lines, rows.ends))
        return {name: (paths[file], line, end) for name, file, line, end in zip(*columns, strict=True)}
