"""Token budgets: what a line costs, and as many whole lines as fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from . import tokens


@dataclass(frozen=True, slots=True)
class Mix:
    """How a budget is shared out. Shares are parts of the whole budget; what one part leaves goes to the next.

    `prefix` and `suffix`: the text round the cursor. `frame`: headers of enclosing scopes and imports out of sight.
    `places`: the part of the rest that goes to lines of look-alike places; definitions get what remains.
    `installed`: signatures of installed packages.
    """

    prefix: float
    suffix: float
    frame: float
    places: float
    installed: float = 0.0


# By task, mixes with the least budget that each is for. "outside" is an asker who has the text round the cursor already.
_MIXES = {
    "inline": (
        (0, Mix(prefix=0.40, suffix=0.12, frame=0.08, places=0.30, installed=0.1)),
        (3_000, Mix(prefix=0.40, suffix=0.12, frame=0.08, places=0.40, installed=0.1)),
    ),
    "explain": ((0, Mix(prefix=0.30, suffix=0.30, frame=0.08, places=0.0, installed=0.1)),),
    "review": ((0, Mix(prefix=0.25, suffix=0.25, frame=0.08, places=0.15, installed=0.05)),),
    "outside": (
        (0, Mix(prefix=0.0, suffix=0.0, frame=0.0, places=0.30, installed=0.1)),
        (1_500, Mix(prefix=0.0, suffix=0.0, frame=0.0, places=0.40, installed=0.1)),
    ),
}


def mix_of(task: str, budget: int) -> Mix:
    """How a task ("inline", "explain", "review" or "outside") shares out a budget of tokens."""
    return [mix for least, mix in _MIXES[task] if least <= budget][-1]


@lru_cache(maxsize=20_000)
def _exact(line: str) -> int:
    return tokens.count(line + "\n")


def line_tokens(line: str) -> int:
    """o200k tokens of a line (without its ending) and a line feed; an estimate until the vocabulary is loaded.

    Lines counted one by one cost at least what they cost together, so sums of this never understate a text.
    """
    return _exact(line) if tokens.ready() else tokens.estimate(line + "\n")


def text_tokens(lines: Iterable[str]) -> int:
    return sum(map(_exact if tokens.ready() else line_tokens, lines))


def last_lines(lines: Sequence[str], budget: int) -> tuple[int, int]:
    """How many of the last lines fit into `budget` tokens, and what they cost."""
    return first_lines(lines[::-1], budget)


def first_lines(lines: Sequence[str], budget: int) -> tuple[int, int]:
    """How many of the first lines fit into `budget` tokens, and what they cost."""
    spent = 0
    for count, line in enumerate(lines):
        cost = line_tokens(line)
        if spent + cost > budget:
            return count, spent
        spent += cost
    return len(lines), spent


def last_part(line: str, budget: int) -> str:
    """An end of a line that costs at most `budget` tokens, halved until it fits."""
    while line and line_tokens(line) > budget:
        line = line[len(line) - len(line) // 2 :]
    return line


def first_part(line: str, budget: int) -> str:
    """A start of a line that costs at most `budget` tokens, halved until it fits."""
    while line and line_tokens(line) > budget:
        line = line[: len(line) // 2]
    return line
