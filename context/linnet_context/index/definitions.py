"""All definitions of a corpus in one table, with what is known of the files they stand in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..languages import is_test_path
from .corpus import Corpus
from .names import AnyArray, Bools, Ints
from .segment import NAME

_TEST_AFFIX = re.compile(r"^tests?_|_?tests?$|[._-](?:test|spec)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class DefinitionTable:
    """Rows sorted by name (columns of a segment's table; FILE counts `paths`), and per file its folder and more."""

    rows: Ints
    paths: tuple[str, ...]
    numbers: dict[str, int]
    folders: Ints  # number of the folder of each file
    folder_numbers: dict[str, int]
    stems: tuple[str, ...]
    tests: Bools
    names: Ints  # the different names, ascending
    starts: AnyArray  # the first row of each name

    def files(self, paths: Iterable[str]) -> list[int]:
        """Numbers of those paths that have definitions here."""
        return [self.numbers[path] for path in paths if path in self.numbers]


def stem_of(path: str) -> str:
    """A file's name without ending and without what marks a test: what a source file and its tests share."""
    stem = posixpath.basename(path).partition(".")[0] or posixpath.basename(path)
    return _TEST_AFFIX.sub("", stem).lower()


def definition_table(corpus: Corpus) -> DefinitionTable:
    rows, paths = corpus.definition_table()
    rows = rows[np.argsort(rows[:, NAME], kind="stable")]
    folder_numbers: dict[str, int] = {}
    folders = [folder_numbers.setdefault(posixpath.dirname(path), len(folder_numbers)) for path in paths]
    names, starts = np.unique(rows[:, NAME], return_index=True)
    return DefinitionTable(
        rows=rows,
        paths=tuple(paths),
        numbers={path: number for number, path in enumerate(paths)},
        folders=np.array(folders, np.int32),
        folder_numbers=folder_numbers,
        stems=tuple(map(stem_of, paths)),
        tests=np.array([is_test_path(path) for path in paths], np.bool_),
        names=names,
        starts=starts,
    )
