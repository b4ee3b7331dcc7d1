"""From what a chat model says to the text that belongs at the cursor: pure functions, one rule each."""

from __future__ import annotations

import re

from linnet_completions.checks.habits import Place, without_habits
from linnet_context.text import Document, Position

_OPENING = "<fill>"
_THINK = re.compile(r"<think>.*?(</think>|\Z)", re.DOTALL)
_FENCE = re.compile(r"\A\s*```[^\n`]*\n")
_MARKERS = ("</fill>", "</before>", "</after>", "<cursor>", "<cursor/>", "</related>", "</file>")
# Below that many characters, a likeness between the answer's start and the line is chance.
_SHORTEST_ECHO = 3


def trimmed(raw: str, document: Document, position: Position, max_lines: int) -> str:
    """The text that belongs at a place, "" for none. `raw` may be the start of an answer that is still coming."""
    text = unwrapped(raw).replace("\r\n", "\n").replace("\r", "\n")
    text = without_echo(text, document, position)
    lines = text.split("\n")
    if len(lines) > max_lines:
        text = "\n".join(lines[:max_lines]) + "\n"
    return without_habits(text, Place.of(document, position))


def piece(text: str, *, block: bool, over: bool) -> str | None:
    """What is to be shown next of a text that is still coming, or `over`; None until that is whole.

    A block is shown as a whole, else a line is: behind a finished line the next one, with the line break before it.
    """
    if block:
        return text.rstrip() if over else None
    end = text.find("\n", len(text) - len(text.lstrip()))
    if end < 0:
        return text.rstrip() if over else None
    return text[:end].rstrip()


def unwrapped(raw: str) -> str:
    """The answer without reasoning, tags, code fences and chatter before the opening tag."""
    text = _THINK.sub("", raw)
    if _OPENING in text:
        text = text.split(_OPENING, 1)[1]
    elif _OPENING.startswith(text.strip()):
        return ""
    for marker in _MARKERS:
        text = text.split(marker, 1)[0]
    text = _without_half_marker(text)
    if _FENCE.match(text):
        text = _FENCE.sub("", text).split("\n```", 1)[0]
    return text.removesuffix("```")


def without_echo(text: str, document: Document, position: Position) -> str:
    """The answer without a repetition of what stands before the cursor on its line."""
    before = document.before(position)
    if not before.strip():
        return _without_indentation(text, before)
    for start in (before, before.lstrip()):
        if len(start.strip()) >= _SHORTEST_ECHO and text.lstrip("\n").startswith(start):
            return text.lstrip("\n")[len(start) :]
    echo = _echoed_end(before, text)
    if echo:
        return text[echo:]
    if before[-1].isspace():  # The blank in front of the cursor stands there already.
        return text.lstrip(" \t")
    return text


def _echoed_end(before: str, text: str) -> int:
    """How much of the answer's start repeats the end of the line, from the start of a word or sign on."""
    for length in range(min(len(before), len(text)), _SHORTEST_ECHO - 1, -1):
        end = before[-length:]
        inside_word = _is_word(end[0]) and length < len(before) and _is_word(before[-length - 1])
        if text.startswith(end) and not inside_word and not end.isspace():
            return length
    return 0


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _without_indentation(text: str, before: str) -> str:
    """On an empty line the cursor may stand behind the indentation: the first line brings only what is missing."""
    text = text.lstrip("\n")
    if before and text.startswith(before):
        return text[len(before) :]
    return text


def _without_half_marker(text: str) -> str:
    """The text without the start of a marker at its end: `max_tokens` may cut one in half."""
    cut = text.rfind("<")
    if cut >= 0 and any(marker.startswith(text[cut:]) for marker in _MARKERS):
        return text[:cut]
    return text
