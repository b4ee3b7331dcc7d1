"""What a gathered context is worth for a place, without any model: how much of what came next it shows."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields

from linnet_context.index.names import IDENTIFIER
from linnet_server.bench.holdouts import Case

_TOKEN = re.compile(
    r"[A-Za-z_$][A-Za-z0-9_$]*|\d+(?:\.\d+)?|\"[^\"\n]*\"|'[^'\n]*'|[^\sA-Za-z0-9_$]",
)
_LEAST_LINE = 8
# Lines whose lengths differ more than this part of the longer one are not compared.
_LIKE_LENGTH = 0.6


@dataclass(frozen=True, slots=True)
class Recall:
    """Shares from 0 to 1; None where a place asks for nothing of the kind.

    `id`: needed names that occur in the context. `definition`: needed names with a line that defines them in it.
    `line`: the mean over the lines to come of the greatest similarity to a line of the context. `gram3`: three tokens
    in a row to come that the lines near the cursor lack and the context has.
    """

    id: float | None
    definition: float | None
    line: float | None
    gram3: float | None


def recall(case: Case, text: str) -> Recall:
    """What a context shows of what comes next."""
    words = set(IDENTIFIER.findall(text))
    lines = {_bare(line) for line in text.split("\n") if line.strip()}
    coming = [line.strip() for line in case.truth.split("\n") if len(line.strip()) >= _LEAST_LINE]
    near = _grams("\n".join(case.lines_nearby()))
    grams = [gram for gram in _grams(case.truth) if gram not in near]
    shown = _grams(text)
    return Recall(
        id=_mean([float(name in words) for name in case.names]),
        definition=_mean([float(_is_defined(heads, lines)) for heads in case.names.values()]),
        line=_mean([max((_alike(one, line) for line in lines), default=0.0) for one in coming]),
        gram3=_mean([float(gram in shown) for gram in grams]),
    )


def means(recalls: Sequence[Recall]) -> Mapping[str, float | None]:
    """The mean of each share over the places that ask for it."""
    return {
        field.name: _mean([value for one in recalls if (value := getattr(one, field.name)) is not None])
        for field in fields(Recall)
    }


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _bare(line: str) -> str:
    return line.lstrip(" \t#/").rstrip()


def _is_defined(heads: Sequence[str], lines: Collection[str]) -> bool:
    """Whether one of the defining lines is in a context; one that it goes on with, joined to it, counts."""
    bare = [found for head in heads if len(found := _bare(head)) > 2]
    return any(line.startswith(head) for head in bare for line in lines)


def _grams(text: str) -> set[tuple[str, ...]]:
    found = set[tuple[str, ...]]()
    for line in text.split("\n"):
        tokens = _TOKEN.findall(line)
        found.update(tuple(tokens[at : at + 3]) for at in range(len(tokens) - 2))
    return found


def _alike(one: str, other: str) -> float:
    """1 for equal lines, 0 for lines with nothing in common: Levenshtein's distance, normalised."""
    longest = max(len(one), len(other))
    if abs(len(one) - len(other)) > _LIKE_LENGTH * max(len(one), 1):
        return 0.0
    return 1 - distance(one, other) / longest


def distance(one: str, other: str) -> int:
    """Insertions, deletions and replacements from one text to another (Myers 1999, Hyyrö 2003: bits for a column)."""
    if not one:
        return len(other)
    whole, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    places: dict[str, int] = {}
    for number, letter in enumerate(one):
        places[letter] = places.get(letter, 0) | 1 << number
    more, less, result = whole, 0, len(one)
    for letter in other:
        equal = places.get(letter, 0)
        either = equal | less
        across = (((equal & more) + more) ^ more) | equal
        up = less | ~(across | more)
        down = more & across
        result += bool(up & last) - bool(down & last)
        up = up << 1 | 1
        more = (down << 1 | ~(either | up)) & whole
        less = up & either & whole
    return result
