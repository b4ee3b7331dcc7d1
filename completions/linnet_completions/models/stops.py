"""Ends an answer at stop strings, for providers that do not."""

from __future__ import annotations


class Cutter:
    """Passes text on until a stop string begins, which may lie across several pieces.

    `stopped` says that one was found: whatever follows is not part of the answer.
    """

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.stopped = False

    def feed(self, piece: str) -> str:
        """The text that is certain now; what may be the beginning of a stop string is held back."""
        if self.stopped:
            return ""
        text = self._held + piece
        found = [(place + len(stop), place) for stop in self._stops if (place := text.find(stop)) >= 0]
        if found:
            # The one that is complete first, as where the answer is cut while it is generated.
            self.stopped, self._held = True, ""
            return text[: min(found)[1]]
        safe = len(text) - max((_beginning(text, stop) for stop in self._stops), default=0)
        self._held = text[safe:]
        return text[:safe]

    def finish(self) -> str:
        """What was held back for a stop string that never came."""
        rest, self._held = self._held, ""
        return rest


def _beginning(text: str, stop: str) -> int:
    """How many characters at the end of the text may begin the stop string."""
    longest = min(len(text), len(stop) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(stop[:size])), 0)
