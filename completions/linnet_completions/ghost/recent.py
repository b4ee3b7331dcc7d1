"""What was suggested lately in a document, found again by what was typed since."""

from __future__ import annotations

from collections import deque

from linnet_completions.ghost.reuse import Shown, typed_through
from linnet_context.text import Document, Position

MOST = 12


class Recent:
    """The last suggestions for a document, each with the text and the place that it was made for.

    Typing through one, and going back in it, needs no search by content: an old suggestion is right as long as
    nothing but its own text was typed where it stood.
    """

    def __init__(self, most: int = MOST) -> None:
        self._kept: deque[Shown] = deque(maxlen=most)

    def keep(self, shown: Shown) -> None:
        """Remember a suggestion; of equal ones the newest stays."""
        if shown not in self._kept:
            self._kept.append(shown)

    def find(self, document: Document, position: Position, beginning: str = "") -> Shown | None:
        """What is left, for a place, of the newest suggestion that the typing agrees with.

        With a `beginning` its first text must be longer and begin so: what is on the screen may grow, and must not
        become another text.
        """
        for kept in reversed(self._kept):
            rest = typed_through(kept, document, position)
            if rest is None:
                continue
            if not beginning or _longer(rest, beginning):
                return rest
        return None

    def forget(self, text: str) -> None:
        """Do not offer suggestions that begin with a text any more."""
        kept = [one for one in self._kept if not one.items[0].text.startswith(text)]
        self._kept = deque(kept, maxlen=self._kept.maxlen)


def _longer(shown: Shown, beginning: str) -> bool:
    text = shown.items[0].text
    return text.startswith(beginning) and len(text) > len(beginning)
