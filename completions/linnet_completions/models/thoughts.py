"""Takes the thinking out of a model's answer while it streams."""

from __future__ import annotations

_OPENING = ("<think>", "<thinking>", "<reasoning>")


class Thoughts:
    """Drops blocks like `<think>...</think>` at the start of an answer, and blanks before its first word.

    Further behind such words are part of what the answer speaks of. A block that never ends has no answer behind it.
    """

    def __init__(self) -> None:
        self._held = ""
        self._closing = ""
        self._begun = False

    def feed(self, text: str) -> str:
        """What of the answer has become certain."""
        if self._begun:
            return text
        self._held += text
        while self._advance():
            pass
        return self._release() if self._begun else ""

    def finish(self) -> str:
        """What was held back and turned out to be no thinking."""
        if self._closing:
            self._held = ""
        return self._release()

    def _advance(self) -> bool:
        """Whether a mark was passed, so that what follows is to be looked at again."""
        if self._closing:
            end = self._held.lower().find(self._closing)
            if end < 0:
                self._held = self._held[-len(self._closing) :]
                return False
            self._held = self._held[end + len(self._closing) :]
            self._closing = ""
            return True
        self._held = self._held.lstrip()
        start = self._held[:16].lower()
        opening = next((each for each in _OPENING if start.startswith(each)), None)
        if opening is not None:
            self._closing = f"</{opening[1:]}"
            self._held = self._held[len(opening) :]
            return True
        self._begun = bool(start) and not any(each.startswith(start) for each in _OPENING)
        return False

    def _release(self) -> str:
        held, self._held = self._held, ""
        return held
