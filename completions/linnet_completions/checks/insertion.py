"""Where a proposed text goes: what stands behind the cursor is covered or kept, and never written twice."""

from __future__ import annotations

from dataclasses import dataclass

CLOSERS = ")]}>\"'`"
_CLOSING = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Insertion:
    """`text` replaces the `replaced` code points behind the cursor on its line; it never starts before the cursor."""

    text: str
    replaced: int


def fit(text: str, after: str) -> Insertion | None:
    """Fit a proposed text to the text behind the cursor on the same line; None when it cannot stand there.

    A suggestion that repeats what stands behind the cursor covers it: an editor closes brackets by itself, and a
    text that brought its own would leave a stray one in the file.
    """
    text = text.rstrip()
    if not text:
        return None
    behind = after.rstrip()
    closed = unopened(text)
    overlap = _overlap(text, behind)
    if closed and not overlap and behind.startswith(closed):
        # The brackets stand among the text's other characters, and all of them behind the cursor.
        return None if _glues(text, behind[len(closed) :]) else Insertion(text, len(closed))
    if behind and not overlap and closed:
        return None
    inserted = text[: len(text) - overlap]
    if not inserted.strip():
        return None
    if _glues(inserted if not overlap else text, behind[overlap:]):
        return None
    return Insertion(text, overlap)


def _overlap(text: str, behind: str) -> int:
    """How many of the first characters of `behind` the text ends with; words only match as a whole."""
    for length in range(min(len(text), len(behind)), 0, -1):
        if not text.endswith(behind[:length]) or _depth(text) > _depth(behind[:length]):
            continue  # The text closes what it opened itself, so what stands behind it closes something else.
        cut = len(text) - length
        if _word(text[cut]) and cut and _word(text[cut - 1]):
            continue
        if length < len(behind) and _word(behind[length - 1]) and _word(behind[length]):
            continue
        return length
    return 0


def _depth(text: str) -> int:
    """How many more brackets a text opens than it closes."""
    return sum((letter in "([{") - (letter in ")]}") for letter in text)


def unopened(text: str) -> str:
    """The brackets that a text closes without having opened them, in order."""
    stack: list[str] = []
    closed = ""
    quote = ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'`":
            quote = character
        elif character in "([{":
            stack.append(character)
        elif character in _CLOSING and (not stack or stack.pop() != _CLOSING[character]):
            closed += character
    return closed


def _glues(text: str, behind: str) -> bool:
    """Whether the text would melt into a word behind it."""
    return bool(behind) and _word(text[-1]) and _word(behind[0])


def _word(character: str) -> bool:
    return character.isalnum() or character == "_"
