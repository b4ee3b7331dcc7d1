"""Takes the code fence off an answer that is Markdown inside of one, while it streams."""

from __future__ import annotations

import re
from typing import Literal

_FENCE = re.compile(r"\s*`{3,}\s*(?P<info>[^\s`]*)[^`]*")
_PROSE = re.compile(r"#{2,6} |\*\*|[-*] \S")
_TICKS = "```"
_LONGEST_FIRST_LINE = 80


class Unwrap:
    """Passes an answer on, without the fence of a whole answer in ```` ```markdown ````.

    A bare fence wraps the answer if nothing follows the end of it; until that is known, the answer is held back.
    """

    def __init__(self) -> None:
        self._held = ""
        self._mode: Literal["start", "plain", "wrapped"] = "start"
        # In "wrapped": whether we are in a code block of the answer's own, in the middle of a line, and what may
        # be the end of the wrapping.
        self._in_block = False
        self._in_line = False
        self._end = ""

    def feed(self, text: str) -> str:
        """What of the answer has become certain."""
        return self._advance(text, is_last=False)

    def finish(self) -> str:
        """The rest of the answer."""
        return self._advance("", is_last=True)

    def _advance(self, text: str, *, is_last: bool) -> str:
        self._held += text.replace("\r", "")
        if self._mode == "start":
            self._decide(is_last)
        if self._mode == "plain":
            passed, self._held = self._held, ""
            return passed
        return self._unwrapped(is_last) if self._mode == "wrapped" else ""

    def _decide(self, is_last: bool) -> None:
        self._held = self._held.lstrip()
        if not self._held.startswith(_TICKS):
            if is_last or not _TICKS.startswith(self._held):
                self._mode = "plain"
            return
        first, newline, rest = self._held.partition("\n")
        if not newline:
            if is_last or len(first) > _LONGEST_FIRST_LINE:
                self._mode = "plain"
            return
        language = first.strip("` ").lower()
        wraps = language in ("markdown", "md") if language else _wraps(rest, is_last)
        if wraps is not None:
            self._mode = "wrapped" if wraps else "plain"
            self._held = rest if wraps else self._held

    def _unwrapped(self, is_last: bool) -> str:
        passed: list[str] = []
        *lines, rest = self._held.split("\n")
        for line in lines:
            passed += self._line(line + "\n")
        self._held = rest
        if is_last:
            passed += self._line(rest) if rest else ()
            self._held = ""
        elif rest and (self._in_line or rest.strip(" \t`")):
            passed += self._line(rest)
            self._held, self._in_line = "", True
        return "".join(passed)

    def _line(self, line: str) -> tuple[str, ...]:
        """What of the answer a line (or, at the end of what has come, the part of one) makes certain."""
        found = None if self._in_line else _FENCE.fullmatch(line)
        self._in_line = self._in_line and not line.endswith("\n")
        if found and not found["info"] and not self._in_block:
            before, self._end = self._end, line
            return (before,)
        if self._end and not line.strip():
            self._end += line
            return ()
        before, self._end = self._end, ""
        if before:  # More came, so it was the start of a block.
            self._in_block = True
        if found:
            self._in_block = not self._in_block
        return (before, line)


def _wraps(rest: str, is_last: bool) -> bool | None:
    """Whether a bare fence before `rest` wraps the answer; None as long as nobody can tell."""
    if _PROSE.match(rest.lstrip()):
        return True
    *lines, last = rest.split("\n")
    for number, line in enumerate(lines):
        found = _FENCE.fullmatch(line)
        if found and found["info"]:
            return True
        if found:
            return False if "".join((*lines[number + 1 :], last)).strip() else (True if is_last else None)
    return bool(_FENCE.fullmatch(last)) if is_last else None
