"""An index with one text in the place of its saved version: what is the same for every cursor in that text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .corpus import Corpus
from .names import AnyArray, Bools, Floats, Ints
from .own import Own
from .segment import FILE, NAME, Segment


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The files that are searched, and counts in which the own text stands for its saved version.

    `living`: by block of each segment, whether it is searched. `uses`, `definitions` (how often it is defined) and `idf`
    are by name, `part_uses` by word part.
    `block_count` counts blocks with lines, `names_in` the different names of each block, summed up. All to be read only.
    """

    segments: tuple[Segment, ...]
    living: tuple[Bools, ...]
    uses: Ints
    definitions: Ints
    idf: Floats
    part_uses: Floats
    block_count: int
    names_in: int


def standing_of(corpus: Corpus, own: Own, path: str) -> Standing:
    """The latest one is kept with the corpus, until a file or the text changes."""
    segments = tuple(corpus.segments())
    key = own, path, corpus.changes, len(corpus.vocabulary), segments
    return corpus.latest(key, lambda: _standing(corpus, own, path, segments))


def _standing(corpus: Corpus, own: Own, path: str, segments: tuple[Segment, ...]) -> Standing:
    saved = corpus.place(path)
    living, blocks, names_in = [], own.segment.blocks_in(0), own.segment.names_in(0)
    for segment in segments:
        silent = segment.dead | ({saved[1]} if saved and saved[0] is segment else set[int]())
        alive = segment.living_blocks(silent)
        living.append(alive)
        # Behind the lines of each file lies a gap of one block.
        blocks += int(np.count_nonzero(alive)) - (len(segment.paths) - len(silent))
        names_in += int(segment.block_sizes[alive].sum())
    names = saved[0].names_of(saved[1]) if saved is not None else np.zeros(0, np.int32)
    uses, idf = _counts(corpus, own, names, len(corpus) + (saved is None))
    return Standing(
        segments,
        tuple(living),
        uses,
        _definitions(corpus, own, saved),
        idf,
        _part_uses(corpus, own, names),
        blocks,
        names_in,
    )


def _counts(corpus: Corpus, own: Own, saved: Ints, all_files: int) -> tuple[Ints, Floats]:
    """By name, how often it is used and how rare it is among the files, the own file counted as it is now."""
    idf = corpus.rarity(all_files)
    uses = corpus.uses[: len(idf)].copy()
    np.add.at(uses, own.segment.names, 1)
    np.subtract.at(uses, saved, 1)
    touched = np.union1d(saved, own.segment.keys)
    gone, here = np.isin(touched, saved), np.isin(touched, own.segment.keys)
    idf[touched] = np.log(1 + all_files / (corpus.files[touched] - gone + here + 0.5))
    return uses, idf


def _definitions(corpus: Corpus, own: Own, saved: tuple[Segment, int] | None) -> Ints:
    counts = corpus.definitions[: len(corpus.vocabulary)].copy()
    np.add.at(counts, own.segment.definitions[:, NAME], 1)
    if saved is not None:
        rows = saved[0].definitions
        np.subtract.at(counts, rows[rows[:, FILE] == saved[1], NAME], 1)
    return counts


def _part_uses(corpus: Corpus, own: Own, saved: Ints) -> Floats:
    """By word part, how often names with it are used."""
    parts = corpus.vocabulary.parts()
    uses: AnyArray = corpus.part_uses()
    np.add.at(uses, parts.of(own.segment.names)[0], 1)
    np.subtract.at(uses, parts.of(saved)[0], 1)
    return uses
