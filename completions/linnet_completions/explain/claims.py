"""What an explanation says of places and names is looked up while it comes: places are linked, what is not there is marked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

NO_PLACE = " *(no such place)*"
NO_NAME = " *(not found)*"

_PLACE = r"(?:[\w.@-]+/)*[\w@-][\w.@-]*\.[A-Za-z]\w{0,9}:\d+(?:[-–]\d+)?"
_CLAIM = re.compile(
    r"(?P<image>!?)\[(?P<text>[^\]\n]*)\]\((?P<target>[^)\n]*)\)|"
    rf"(?P<span>`[^`\n]+`)|(?P<place>(?<![\w/.:-]){_PLACE}(?![\w/]))"
)
_WHOLE_PLACE = re.compile(_PLACE)
_NAME = re.compile(r"(?P<name>[^\W\d]\w*(?:(?:\.|::|->|#)[^\W\d]\w*)*)(?:\(.*\))?")
_PARTS = re.compile(r"\.|::|->|#")
_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})")
_MAY_BE_FENCE = re.compile(r"[ \t]*(?:`{1,3}|~{1,3})?\Z")


@dataclass(frozen=True, slots=True)
class Ground:
    """What claims are held against.

    `lines` tells how many lines a file of the workspace has (None: there is no such file), `known` whether a name
    stands anywhere in its code, `link` makes the address of a line (counted from 1), or is None where nothing is linked.
    """

    lines: Callable[[str], int | None]
    known: Callable[[str], bool]
    link: Callable[[str, int], str] | None = None


class Checker:
    """Passes Markdown on as it comes, with claims checked; code blocks stay as they are.

    Held back is the word that is not whole yet, and never more than one line.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._held = ""
        self._in_line = self._in_block = False

    def feed(self, text: str) -> str:
        """What has become certain."""
        *lines, self._held = (self._held + text).split("\n")
        done = [self._line(line) + "\n" for line in lines]
        cut = self._certain()
        if cut:
            done.append(self._part(self._held[:cut]))
            self._held = self._held[cut:]
        return "".join(done)

    def finish(self) -> str:
        """What was held back."""
        held, self._held = self._held, ""
        return self._line(held)

    def _certain(self) -> int:
        """How much of the line that is coming consists of whole words; nothing of what may become a fence."""
        if self._in_block or (not self._in_line and _MAY_BE_FENCE.match(self._held)):
            return 0
        cut = self._held.rfind(" ") + 1
        open_span = self._held[:cut].count("`") % 2 or "[" in self._held[:cut].rpartition("]")[2]
        return 0 if open_span else cut

    def _part(self, text: str) -> str:
        self._in_line = True
        return checked(text, self._ground)

    def _line(self, line: str) -> str:
        starts, self._in_line = not self._in_line, False
        if starts and _FENCE.match(line):
            self._in_block = not self._in_block
            return line
        return line if self._in_block else checked(line, self._ground)


def checked(text: str, ground: Ground) -> str:
    """Some words of Markdown with their claims checked."""
    return _CLAIM.sub(lambda found: _told(found, ground), text)


def whole(text: str, ground: Ground) -> str:
    """A whole answer with its claims checked."""
    checker = Checker(ground)
    return checker.feed(text) + checker.finish()


def _told(found: re.Match[str], ground: Ground) -> str:
    if found["place"]:
        return _place(found["place"], found["place"], ground)
    if found["span"] is None:
        return _linked(found, ground)
    inner = found["span"].strip("`").strip()
    if _WHOLE_PLACE.fullmatch(inner):
        return _place(inner, found["span"], ground)
    name = _NAME.fullmatch(inner)
    if name and not all(ground.known(part) for part in _PARTS.split(name["name"])):
        return found["span"] + NO_NAME
    return found[0]


def _linked(found: re.Match[str], ground: Ground) -> str:
    """A model's own link: to a place of the workspace it is made anew, any other loses its address.

    An editor loads images and opens addresses, and both may carry code away.
    """
    target = found["target"].strip()
    path, _, line = target.removeprefix("./").partition("#L")
    place = f"{path}:{line}" if line.isdigit() else found["text"].strip("`")
    if not found["image"] and _WHOLE_PLACE.fullmatch(place):
        return _place(place, found["text"], ground)
    return found["text"]


def _place(place: str, shown: str, ground: Ground) -> str:
    path, _, numbers = place.rpartition(":")
    first, _, last = numbers.replace("–", "-").partition("-")
    count = ground.lines(path)
    if count is None or not 1 <= int(first) <= int(last or first) <= count:
        return shown + NO_PLACE
    return f"[{shown}]({ground.link(path, int(first))})" if ground.link else shown
