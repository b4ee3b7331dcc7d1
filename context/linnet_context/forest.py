"""Boosted decision trees as numbers: evaluated for many rows at once, read from a file that holds nothing else."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from zipfile import BadZipFile

import numpy as np

from .index.names import AnyArray, Floats

LEAVES = 16
"""Most leaves of a tree: as many as bits in a mask."""

_ALL = np.uint16(0xFFFF)


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """Trees side by side. Leaves are numbered from left to right.

    A row goes right at a split when its `column` is greater than the `threshold`; then it cannot reach the leaves on
    the left, whose bits `mask` lacks. What a row reaches is the first leaf that no split took away.
    """

    columns: AnyArray  # splits x trees, the column that a split looks at
    thresholds: AnyArray  # splits x trees; infinite where a tree has no such split
    masks: AnyArray  # splits x trees, uint16
    leaves: AnyArray  # LEAVES x trees, the log-odds that each adds

    def odds(self, table: Floats) -> Floats:
        """The log-odds of each row of a table of signs."""
        columns = np.ascontiguousarray(table.T, np.float32)
        left = np.full((self.leaves.shape[1], len(table)), _ALL)
        for number, thresholds, masks in zip(self.columns, self.thresholds, self.masks, strict=True):
            left &= ~((columns[number] > thresholds[:, None]) * ~masks[:, None])
        reached = _FIRST_BIT[left]
        trees = np.arange(self.leaves.shape[1])[:, None]
        return np.asarray(self.leaves[reached, trees].sum(0, dtype=np.float64))

    def dumped(self) -> bytes:
        file = io.BytesIO()
        np.savez_compressed(
            file, columns=self.columns, thresholds=self.thresholds, masks=self.masks, leaves=self.leaves
        )
        return file.getvalue()


def loaded(data: bytes) -> Forest:
    """The forest that was dumped. ValueError, KeyError or BadZipFile when it is none."""
    with np.load(io.BytesIO(data), allow_pickle=False) as content:
        return Forest(content["columns"], content["thresholds"], content["masks"], content["leaves"])


@cache
def shipped(what: str) -> Forest | None:
    """The trees that rank "names" or "lines" (made by tools/train_names.py); None when an installation lacks them."""
    try:
        return loaded((files("linnet_context") / f"{what}.npz").read_bytes())
    except (OSError, ValueError, KeyError, BadZipFile):
        return None


@dataclass(frozen=True, slots=True)
class Rankers:
    """The trees that rank names and lines. Where there are none, hand-made sums do: `Rankers(None, None)`."""

    names: Forest | None
    lines: Forest | None


@cache
def shipped_rankers() -> Rankers:
    return Rankers(shipped("names"), shipped("lines"))


def _first_bits() -> AnyArray:
    bits = np.zeros(1 << LEAVES, np.uint8)
    for bit in range(LEAVES - 1, -1, -1):
        bits[1 << bit :: 2 << bit] = bit
    return bits


_FIRST_BIT = _first_bits()
