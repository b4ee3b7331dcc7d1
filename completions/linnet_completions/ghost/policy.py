"""Whether a model is asked for ghost text at a place, and when."""

from __future__ import annotations

from dataclasses import dataclass

from linnet_context.text import Document, Position

# A draft that sure is right nearly always, so a model need not be asked.
NEARLY_CERTAIN = 0.9
# Inside a word the next key is near, and would most likely contradict the answer before it comes (seconds).
PAUSE_IN_WORD = 0.2
# Calls for each key, over some time: what may be saved up, and what each key adds.
MOST_SAVED, PER_KEY = 5.0, 0.2
# After each answer that was wrong on a line, so many more characters are typed before the next question.
PATIENCE = 2
_OPENERS = "([{.,=:<>+-*/%&|!\"'`@ \t"


@dataclass(frozen=True, slots=True)
class Decision:
    """Ask after `pause` seconds without a key; not at all where it is None. `why` is a few words."""

    pause: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Misses:
    """How often a model was wrong on a line, the last time at a column."""

    line: int
    column: int
    count: int

    def another(self, position: Position) -> Misses:
        """One more, at a place."""
        count = self.count + 1 if position.line == self.line else 1
        return Misses(position.line, position.column, count)

    def hold(self, position: Position) -> bool:
        """Whether too little was typed since for another question on the same line."""
        return position.line == self.line and position.column - self.column < PATIENCE * self.count


NEVER = Misses(-1, 0, 0)


# Whoever asks for it gets an answer, whatever was asked before.
ASKED = Decision(0.0, "you asked")


def decide(
    document: Document, position: Position, draft: float | None, misses: Misses, *, waits: bool
) -> Decision:
    """When to ask for a place; `draft` is how sure the draft on the screen is, `waits` says that the client waited."""
    if draft is not None and draft >= NEARLY_CERTAIN:
        return Decision(None, f"the draft is {draft:.0%} sure")
    if misses.hold(position):
        return Decision(None, "the model was wrong here a moment ago")
    if waits:
        return Decision(0.0, "the editor has waited")
    before = document.before(position)
    if not before.strip():
        return Decision(0.0, "a line begins")
    if before[-1] in _OPENERS:
        return Decision(0.0, "a word begins")
    return Decision(PAUSE_IN_WORD, "inside a word")


class Pace:
    """Keeps the calls to a share of the keys, whatever happens; short bursts may go over it."""

    def __init__(self, saved: float = MOST_SAVED, per_key: float = PER_KEY) -> None:
        self._saved = self._most = saved
        self._per_key = per_key

    def key(self) -> None:
        """A key was pressed."""
        self._saved = min(self._most, self._saved + self._per_key)

    def take(self) -> bool:
        """Whether a call fits; it counts as made then."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True
