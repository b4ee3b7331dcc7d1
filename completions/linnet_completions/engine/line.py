"""What the tokens of a line say about where it stands: open brackets and strings."""

from __future__ import annotations

from dataclasses import dataclass

from .evidence import Line
from .lexer import Vocabulary

_PAIRS = {"(": ")", "[": "]", "{": "}"}
OPENERS = frozenset(_PAIRS)
CLOSERS = frozenset(_PAIRS.values())
QUOTES = frozenset("\"'`")


@dataclass(slots=True)
class Brackets:
    """The closers of the brackets that are open, the quote of an open string (or ""), and how deep it ever closed."""

    open: list[str]
    quote: str = ""
    closed: int = 0

    @property
    def depth(self) -> int:
        return len(self.open)

    @property
    def wanted(self) -> str:
        """The bracket that would close the innermost one, or ""."""
        return self.open[-1] if self.open else ""

    def read(self, word: str) -> None:
        """Take in the next token. A bracket that closes nothing counts in `closed`."""
        if self.quote:
            self.quote = "" if word == self.quote else self.quote
        elif word in QUOTES:
            self.quote = word
        elif word in OPENERS:
            self.open.append(_PAIRS[word])
        elif word in CLOSERS:
            if self.open:
                self.open.pop()
            else:
                self.closed += 1


def brackets(vocabulary: Vocabulary, line: Line) -> Brackets:
    state = Brackets([])
    for token in line:
        state.read(vocabulary.words[token])
    return state
