"""From a proposed text to what may be inserted: it fits, adds no syntax error, and says nothing that is not so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from linnet_completions.checks.grounding import Ungrounded
from linnet_completions.checks.insertion import Insertion, fit

# Pieces of a line that are tried when all of it cannot stand; each costs a run of the parser.
MOST_PIECES = 8
# A piece this short says nothing.
SHORTEST = 4
# Words that something must follow.
_WAITING = re.compile(
    r"(?:^|\W)(?:and|as|await|else|from|if|import|in|is|lambda|new|not|of|or|return|throw|yield)\Z"
)
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What may be inserted (None: nothing), and what was wrong with the rest of the text ("": nothing)."""

    insertion: Insertion | None
    reason: str = ""


def judged(
    text: str,
    after: str,
    breaks: Callable[[str, int], bool],
    wrong: Callable[[str, int], Ungrounded | None],
) -> Judgement:
    """The longest piece of a text that may stand before `after` on the cursor's line.

    `breaks(text, replaced)` tells whether inserting adds a syntax error, `wrong(text, replaced)` which of its names
    is known not to exist.
    """
    whole = fit(text, after)
    if whole is not None and not breaks(whole.text, whole.replaced):
        return _grounded(whole, after, breaks, wrong)
    reason = "does not fit what stands behind the cursor" if whole is None else "would add a syntax error"
    # What stands behind the cursor belongs to the end of the text, so a piece of it is fitted anew.
    for piece in pieces(text):
        found = fit(piece, after)
        if found is not None and not breaks(found.text, found.replaced):
            shorter = _grounded(found, after, breaks, wrong)
            return Judgement(shorter.insertion, shorter.reason or reason)
    return Judgement(None, reason)


def _grounded(
    found: Insertion,
    after: str,
    breaks: Callable[[str, int], bool],
    wrong: Callable[[str, int], Ungrounded | None],
) -> Judgement:
    bad = wrong(found.text, found.replaced)
    if bad is None:
        return Judgement(found)
    cut = found.text[: bad.start].rstrip()
    for piece in (cut, *pieces(cut)) if _says_something(cut) else pieces(cut):
        shorter = fit(piece, after)
        if shorter is not None and not breaks(shorter.text, shorter.replaced):
            return Judgement(shorter, bad.reason)
    return Judgement(None, bad.reason)


def pieces(text: str) -> Iterator[str]:
    """Shorter and shorter beginnings of a text that say something: whole lines, then the first line by its tokens."""
    lines = text.rstrip().split("\n")
    for count in range(len(lines) - 1, 0, -1)[:MOST_PIECES]:
        yield "\n".join(lines[:count])
    ends = [found.end() for found in _TOKEN.finditer(lines[0])]
    for end in ends[-2 : -2 - MOST_PIECES : -1]:
        piece = lines[0][:end].rstrip()
        if _says_something(piece):
            yield piece


def _says_something(piece: str) -> bool:
    """Whether a part of a line is worth showing: a call or a member of something, not a name and an operator alone."""
    if "\n" in piece or len(piece.strip()) < SHORTEST:
        return False
    if piece[-1] in "=+-*/%<>&|!,:;." or _WAITING.search(piece):
        return False
    return any(sign in piece for sign in "(.[")
