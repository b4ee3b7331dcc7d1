"""What lines of look-alike places promise: a learned value for each, or a hand-made sum where no trees are installed."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import fsum

import numpy as np

from . import tokens
from .budget import line_tokens
from .evidence import Evidence
from .forest import Forest
from .index.names import IDENTIFIER, AnyArray, Floats
from .index.places import WINDOW, Place, View
from .languages import is_test_path

LINE_SIGNS = (
    # Weights of the places that a line lies in, the best rank of those, and how far behind the best one it stands.
    *("windows", "continuations", "window_rank", "continuation_rank", "behind"),
    # The chances of its names: summed up, the best one; how many names it has, and which part stands near the cursor.
    *("promise", "best_promise", "names", "near_names"),
    # The part of the names in common with what stands above the cursor, for the line above and for the next one.
    *("alike_above", "alike_two_above"),
    *("own_file", "same_folder", "imported_file", "recent_file", "same_testing"),
    # Its shape: how much deeper than the cursor it is, its length, and what it does.
    *("deeper", "length", "opens", "calls", "assigns"),
    # Lines like this in the places.
    "equals",
)
_WINDOWS, _CONTINUATIONS = 30, 40
_AHEAD = 9
_LOOKED_AT = 400
_ALIKE = 1e-9  # Sums in another order differ by less.
_WINDOW_WEIGHT, _CONTINUATION_WEIGHT = 1.0, 2.5
# By hand: a line gains with the chances of its names, up to a limit, as one likely name is enough to want it.
_NAME_WEIGHT, _NAME_LIMIT = 15.0, 0.5
_LONGEST = 960
_NO_RANK = 50
_NEAR = 12
_WORTHLESS = re.compile(r"\s*(?:#|//|\*|/\*|\"\"\"|'''|import\b|from\b|using\b|\}?\)?\]?[,;]?\s*$)")
_OPENS = re.compile(r"[:{(\[]\s*$")
_CALLS = re.compile(r"[\w\])]\(")
_ASSIGNS = re.compile(r"[^=!<>]=(?![=>])")

Read = Callable[[str], Sequence[str]]


@dataclass(slots=True, eq=False)
class Line:
    """A line that may be worth sending: its number in the file, what it costs in tokens and what it promises."""

    number: int
    text: str
    bare: str
    cost: int
    value: float = 0.0
    used: bool = False


def bare(line: str) -> str:
    """A line without its indentation and what marks a comment: equal lines are sent once."""
    return line.lstrip(" \t#/").rstrip()


def valued_lines(
    found: Evidence, names: Mapping[str, float], view: View, read: Read, forest: Forest | None
) -> dict[str, list[Line]]:
    """By file, the lines in and behind look-alike places, with what each promises.

    `names`: the chances of names to come next. `read` gives the lines of a file, none when it cannot be used.
    """
    lines, table = lines_of(found, names, view, read)
    values = np.maximum(forest.odds(table), 0.0) if forest is not None else by_hand(table)
    for line, value in zip((one for some in lines.values() for one in some), values.tolist(), strict=True):
        line.value = value
    return lines


def by_hand(table: Floats) -> Floats:
    """The value of each line as a product of the places it lies in and its names."""
    windows, continuations, promise = (
        table[:, LINE_SIGNS.index(sign)] for sign in ("windows", "continuations", "promise")
    )
    places = _WINDOW_WEIGHT * windows + _CONTINUATION_WEIGHT * continuations
    return np.asarray(places * (1 + _NAME_WEIGHT * np.minimum(_NAME_LIMIT, promise)))


def lines_of(
    found: Evidence, names: Mapping[str, float], view: View, read: Read
) -> tuple[dict[str, list[Line]], Floats]:
    """By file, the lines worth a look, and for all of them in this order the signs, a column each."""
    local = {bare(line) for line in view.own.lines[view.low : view.high]}
    cursor, spots = _Cursor(found, view, names), _spots(found)
    exact = tokens.ready()
    lines: dict[str, list[Line]] = {}
    chosen, files, told = list[int](), list[tuple[float, ...]](), list[tuple[float, ...]]()
    for path, first, numbers in spots.by_file():
        texts, facts, kept = read(path), cursor.facts(path), list[Line]()
        for row, number in enumerate(numbers, first):
            if not 0 <= number < len(texts) or path == view.path and view.low <= number < view.high:
                continue
            look = _look(texts[number], exact)
            if not look.bare or look.bare in local:
                continue
            kept.append(Line(number, texts[number], look.bare, look.cost))
            above = [_look(text, exact).words for text in texts[max(0, number - 2) : number]]
            chosen.append(row)
            told.append((*cursor.told(look.words), *cursor.alike_above(above)))
            files.append((*facts, look.indent - cursor.indent, *look.shape))
        lines[path] = kept
    table = np.zeros((len(chosen), len(LINE_SIGNS)))
    if chosen:
        equals = Counter(line.bare for some in lines.values() for line in some)
        same = np.array([equals[line.bare] for some in lines.values() for line in some])
        table[:] = np.column_stack([spots.table[chosen], told, files, same])
    return lines, np.round(table, 5)


@dataclass(frozen=True, slots=True, eq=False)
class _Spots:
    """Lines in or behind look-alike places, by file and number.

    `table`: weights of windows and of continuation places, their best ranks, lines behind the best one; a column each.
    """

    paths: list[str]
    files: AnyArray
    numbers: AnyArray
    table: Floats

    def by_file(self) -> Iterator[tuple[str, int, list[int]]]:
        """Path, first row and line numbers of each file."""
        starts = np.searchsorted(self.files, np.arange(len(self.paths) + 1)).tolist()
        for path, (first, last) in zip(self.paths, pairwise(starts), strict=True):
            if first < last:
                yield path, first, self.numbers[first:last].tolist()


def _spots(found: Evidence) -> _Spots:
    """The lines with the greatest weights alone, as looking at each takes time."""
    windows, following = found.windows[:_WINDOWS], found.continuations[:_CONTINUATIONS]
    paths = sorted({place.path for place in (*windows, *following)})
    numbers = {path: number for number, path in enumerate(paths)}
    in_windows, ranks = _lines_at(windows, numbers, range(WINDOW))
    behind, following_ranks = _lines_at(following, numbers, range(-1, _AHEAD))
    keys, slots = np.unique(np.concatenate([in_windows, behind]), return_inverse=True)
    table = np.empty((len(keys), 5))
    table[:, 2:] = _NO_RANK, _NO_RANK, WINDOW
    scores = np.array([place.score for place in windows])
    slots, others = slots[: len(in_windows)], slots[len(in_windows) :]
    # Both sums go by rank, and so always have their terms in the same order.
    table[:, 0] = np.bincount(slots, weights=scores[ranks], minlength=len(keys))
    table[slots[::-1], 2] = ranks[::-1]  # The best rank is written last.
    greatest = following[0].score if following else 1.0
    shares = np.array([place.score / greatest / (5 + rank) for rank, place in enumerate(following)])
    steps = np.tile(np.arange(-1, _AHEAD), len(following))
    weights = shares[following_ranks] * np.where(steps > 0, 1.0, 0.6)
    table[:, 1] = np.bincount(others, weights=weights, minlength=len(keys))
    table[others[::-1], 3] = following_ranks[::-1]
    table[others[::-1], 4] = steps[::-1]
    values = _WINDOW_WEIGHT * table[:, 0] + _CONTINUATION_WEIGHT * table[:, 1]
    if len(keys) > _LOOKED_AT:
        kept = values >= np.partition(values, -_LOOKED_AT)[-_LOOKED_AT] - _ALIKE
        keys, table = keys[kept], table[kept]
    return _Spots(paths, keys >> 32, (keys & 0xFFFFFFFF) - 1, table)


def _lines_at(places: Sequence[Place], files: Mapping[str, int], steps: range) -> tuple[AnyArray, AnyArray]:
    """The lines these steps behind each place, as numbers that sort by file, and the rank of the place."""
    starts = np.array([files[place.path] << 32 | place.line + 1 for place in places], np.int64)
    ranks = np.repeat(np.arange(len(places)), len(steps))
    return (starts[:, None] + np.array(steps)).ravel(), ranks


@dataclass(frozen=True, slots=True)
class _Look:
    """A text on its own; `bare` is empty when it says too little to be sent."""

    bare: str
    words: frozenset[str]
    cost: int
    indent: int
    shape: tuple[float, ...]


_NO_LOOK = _Look("", frozenset(), 0, 0, ())


@lru_cache(maxsize=20_000)
def _look(text: str, exact: bool) -> _Look:
    """`exact` tells whether tokens are counted or estimated now."""
    if len(text) > _LONGEST:
        return _NO_LOOK
    kept = bare(text)
    words = frozenset(IDENTIFIER.findall(text))
    if len(kept) < 3 or _WORTHLESS.match(text):
        return _Look("", words, 0, 0, ())
    shape = (
        float(len(kept)),
        float(_OPENS.search(text) is not None),
        float(_CALLS.search(text) is not None),
        float(_ASSIGNS.search(text) is not None),
    )
    return _Look(kept, words, line_tokens(text.rstrip()), _indent(text), shape)


def _indent(text: str) -> int:
    """Columns before the text; a tab counts four."""
    blank = text[: len(text) - len(text.lstrip())]
    return len(blank) + 3 * blank.count("\t")


class _Cursor:
    """The cursor's side of the signs."""

    def __init__(self, found: Evidence, view: View, chances: Mapping[str, float]) -> None:
        own = view.own.lines
        names = view.corpus.vocabulary.names
        self._chances, self._likely = chances, frozenset(chances)
        self._found, self._path = found, view.path
        self._is_test = is_test_path(view.path)
        self._near = {names[name] for name in view.names_on(max(0, view.at - _NEAR), view.at + 5).tolist()}
        above = [line for line in own[max(0, view.at - _NEAR) : view.at] if line.strip()][-2:]
        self._above = [frozenset(IDENTIFIER.findall(line)) for line in reversed(above)]
        here = own[view.at] if view.at < len(own) else ""
        self.indent = _indent(here + "." if here.strip() == "" else here)

    def facts(self, path: str) -> tuple[float, ...]:
        found = self._found
        return (
            float(path == self._path),
            float(posixpath.dirname(path) == posixpath.dirname(self._path)),
            float(path in found.imported),
            float(path in found.recent[:8]),
            float(is_test_path(path) == self._is_test),
        )

    def told(self, words: frozenset[str]) -> tuple[float, float, int, float]:
        """The chances of a line's names, summed up and the best; how many they are, and which part stands near."""
        chances = [self._chances[word] for word in words & self._likely]
        near = len(words & self._near) / len(words) if words else 0.0
        return fsum(chances), max(chances, default=0.0), len(words), near

    def alike_above(self, above: Sequence[frozenset[str]]) -> tuple[float, float]:
        """What the two lines above have in common with the two above the cursor, the nearest first."""
        found = [0.0, 0.0]
        for back, (mine, other) in enumerate(zip(self._above, reversed(above), strict=False)):
            if not mine.isdisjoint(other):
                both = len(mine & other)
                found[back] = both / (len(mine) + len(other) - both)
        return found[0], found[1]
