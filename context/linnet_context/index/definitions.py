"""All definitions of a corpus in one table, with what is known of the files they stand in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..languages import is_test_path
from .corpus import Corpus
from .names import AnyArray, Bools, Ints
from .segment import FILE, NAME, PARENT

_TEST_AFFIX = re.compile(r"^tests?_|_?tests?$|[._-](?:test|spec)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class DefinitionTable:
    """Definitions sorted by name: `rows[NAME..FILE]`, where FILE counts `paths`; and per file its folder and more."""

    rows: Ints
    paths: tuple[str, ...]
    path_ranks: Ints  # the place of each in their order
    numbers: dict[str, int]
    folders: Ints  # number of the folder of each file
    folder_numbers: dict[str, int]
    stems: Ints  # number of the stem of each file
    stem_numbers: dict[str, int]
    tests: Bools
    names: Ints  # the different names, ascending
    starts: AnyArray  # where each name begins in `rows`
    parents: Ints  # the different classes that something is a member of

    def files(self, paths: Iterable[str]) -> list[int]:
        """Numbers of those paths that have definitions here."""
        return [self.numbers[path] for path in paths if path in self.numbers]

    def steps_from(self, path: str) -> Ints:
        """By file, how many steps up and down the folders lead there."""
        here = posixpath.dirname(path)
        by_folder = np.array([_steps(here, folder) for folder in self.folder_numbers] or [0], np.int32)
        return by_folder[self.folders]

    def has(self, name: int, path: str) -> bool:
        """Whether a file defines a name (a number) that is no member of anything."""
        file, at = self.numbers.get(path, -1), int(self.names.searchsorted(name))
        if file < 0 or at == len(self.names) or self.names[at] != name:
            return False
        start = int(self.starts[at])
        end = int(self.starts[at + 1]) if at + 1 < len(self.starts) else self.rows.shape[1]
        files, parents = self.rows[FILE, start:end].tolist(), self.rows[PARENT, start:end].tolist()
        return any(one == file and parent < 0 for one, parent in zip(files, parents, strict=True))

    def rows_of(self, names: AnyArray) -> tuple[AnyArray, AnyArray]:
        """Where each of these names begins in `rows`, and where it ends."""
        if not len(self.names):
            return np.zeros(len(names), np.int64), np.zeros(len(names), np.int64)
        at = np.minimum(np.searchsorted(self.names, names), len(self.names) - 1)
        ends = np.append(self.starts[1:], self.rows.shape[1])
        known = self.names[at] == names
        return self.starts[at] * known, ends[at] * known


@lru_cache(maxsize=20_000)
def _steps(start: str, end: str) -> int:
    ups, downs = start.split("/") if start else [], end.split("/") if end else []
    shared = len(posixpath.commonprefix([ups, downs]))
    return len(ups) + len(downs) - 2 * shared


_is_test = lru_cache(maxsize=100_000)(is_test_path)


@lru_cache(maxsize=100_000)
def stem_of(path: str) -> str:
    """A file's name without ending and without what marks a test: what a source file and its tests share."""
    stem = posixpath.basename(path).partition(".")[0] or posixpath.basename(path)
    return _TEST_AFFIX.sub("", stem).lower()


def definition_table(corpus: Corpus) -> DefinitionTable:
    rows, paths = corpus.definition_table()
    rows = np.ascontiguousarray(rows[np.argsort(rows[:, NAME], kind="stable")].T)
    folder_numbers: dict[str, int] = {}
    folders = [folder_numbers.setdefault(posixpath.dirname(path), len(folder_numbers)) for path in paths]
    stem_numbers: dict[str, int] = {}
    stems = [stem_numbers.setdefault(stem_of(path), len(stem_numbers)) for path in paths]
    names, starts = np.unique(rows[NAME], return_index=True)
    return DefinitionTable(
        rows=rows,
        paths=tuple(paths),
        path_ranks=np.argsort(sorted(range(len(paths)), key=paths.__getitem__)).astype(np.int32),
        numbers={path: number for number, path in enumerate(paths)},
        folders=np.array(folders, np.int32),
        folder_numbers=folder_numbers,
        stems=np.array(stems, np.int32),
        stem_numbers=stem_numbers,
        tests=np.array([_is_test(path) for path in paths], np.bool_),
        names=names,
        starts=starts,
        parents=np.unique(rows[PARENT, rows[PARENT] >= 0]),
    )
