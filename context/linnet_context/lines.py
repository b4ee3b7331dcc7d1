"""What lines of look-alike places promise: a learned value for each, or a hand-made sum where no trees are installed."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum

import numpy as np

from . import tokens
from .budget import line_tokens
from .evidence import Evidence
from .forest import Forest
from .index.names import IDENTIFIER, Floats
from .index.places import WINDOW, View
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
    cursor = _Cursor(found, view)
    exact = tokens.ready()
    lines: dict[str, list[Line]] = {}
    rows: list[tuple[float, ...]] = []
    for path, places in _likeliest(_places(found)).items():
        texts, facts, kept = read(path), cursor.facts(path), list[Line]()
        for number in sorted(places):
            if not 0 <= number < len(texts) or path == view.path and view.low <= number < view.high:
                continue
            look = _look(texts[number], exact)
            if not look.bare or look.bare in local:
                continue
            kept.append(Line(number, texts[number], look.bare, look.cost))
            chances = [names[word] for word in look.words if word in names]
            above = [_look(text, exact).words for text in texts[max(0, number - 2) : number]]
            rows.append(
                (
                    *places[number],
                    fsum(chances),
                    max(chances, default=0.0),
                    len(look.words),
                    cursor.share_near(look.words),
                    *cursor.alike_above(above),
                    *facts,
                    look.indent - cursor.indent,
                    *look.shape,
                )
            )
        lines[path] = kept
    table = np.zeros((len(rows), len(LINE_SIGNS)))
    if rows:
        table[:, :-1] = rows
        equals = Counter(line.bare for some in lines.values() for line in some)
        table[:, -1] = [equals[line.bare] for some in lines.values() for line in some]
    return lines, np.round(table, 5)


# What speaks for one line: weights of windows and of continuation places, their best ranks, lines behind the best one.
_Spot = list[float]
_W, _C, _WINDOW_RANK, _CONTINUATION_RANK, _BEHIND = range(5)


def _places(found: Evidence) -> dict[str, dict[int, _Spot]]:
    """By file, the lines in or behind look-alike places."""
    spots: dict[str, dict[int, _Spot]] = {}
    for rank, place in enumerate(found.windows[:_WINDOWS]):
        file = spots.setdefault(place.path, {})
        for line in range(place.line, place.line + WINDOW):
            spot = file.get(line)
            if spot is None:  # Ranks come in order: the first is the best.
                spot = file[line] = [0.0, 0.0, rank, _NO_RANK, WINDOW]
            spot[_W] += place.score
    greatest = found.continuations[0].score if found.continuations else 1.0
    for rank, place in enumerate(found.continuations[:_CONTINUATIONS]):
        file = spots.setdefault(place.path, {})
        weight = place.score / greatest / (5 + rank)
        for line in range(place.line - 1, place.line + _AHEAD):
            spot = file.get(line)
            if spot is None:
                spot = file[line] = [0.0, 0.0, _NO_RANK, _NO_RANK, WINDOW]
            spot[_C] += weight * (1.0 if line > place.line else 0.6)
            if rank < spot[_CONTINUATION_RANK]:
                spot[_CONTINUATION_RANK], spot[_BEHIND] = rank, line - place.line
    return spots


def _likeliest(spots: dict[str, dict[int, _Spot]]) -> dict[str, dict[int, _Spot]]:
    """The lines with the greatest weights alone, as looking at each takes time."""
    weights = sorted(_weight(spot) for file in spots.values() for spot in file.values())
    if len(weights) <= _LOOKED_AT:
        return spots
    least = weights[-_LOOKED_AT] - _ALIKE
    return {
        path: {line: spot for line, spot in file.items() if _weight(spot) >= least}
        for path, file in spots.items()
    }


def _weight(spot: _Spot) -> float:
    return _WINDOW_WEIGHT * spot[_W] + _CONTINUATION_WEIGHT * spot[_C]


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

    def __init__(self, found: Evidence, view: View) -> None:
        own = view.own.lines
        names = view.corpus.vocabulary.names
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

    def share_near(self, words: frozenset[str]) -> float:
        return len(words & self._near) / len(words) if words else 0.0

    def alike_above(self, above: Sequence[frozenset[str]]) -> tuple[float, float]:
        """What the two lines above have in common with the two above the cursor, the nearest first."""
        found = [0.0, 0.0]
        for back, (mine, other) in enumerate(zip(self._above, reversed(above), strict=False)):
            both = len(mine & other)
            found[back] = both / (len(mine) + len(other) - both) if both else 0.0
        return found[0], found[1]
