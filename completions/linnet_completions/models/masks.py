"""Secrets found in whole texts, taken out of the windows that are cut from them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace

from linnet_completions.models.asking import Asking
from linnet_completions.models.protocol import Call, Extra, Fill, Text, Usage
from linnet_completions.models.redaction import PLACEHOLDER, Redactor, has_placeholder
from linnet_context.text import Document, Position

# Fewer characters of a secret tell nothing, and stand in every text.
_TELLING = 4
# The end of a text that may be the beginning of a placeholder.
_BEGUN = re.compile(r"(?:R|RE|RED|REDA|REDAC|REDACT|REDACTE|REDACTED|REDACTED_[0-9]*(?:_X*)?)\Z")
# Lines of a file (without their indentation) that hold a secret or a part of one, and what to send instead.
Masks = Mapping[str, str]


def masks_of(texts: Iterable[str], redactor: Redactor) -> dict[str, str]:
    """The masks of whole texts.

    A window may show the middle of a key and neither its start nor its end, so looking at the window is not enough.
    """
    masks: dict[str, str] = {}
    for text in texts:
        redacted = redactor.redact(text)
        if redacted.found:  # Placeholders hold no line break, so line stays line.
            pairs = zip(text.split("\n"), redacted.text.split("\n"), strict=True)
            masks |= {line.strip(): safe.strip() for line, safe in pairs if line != safe}
    return masks


def masked(call: Call, masks: Masks) -> Call:
    """A call whose texts hold what the masks say instead of the lines that they stand for."""
    messages = (replace(message, content=covered(message.content, masks)) for message in call.messages)
    fill = call.fill and _masked_fill(call.fill, masks)
    prediction = covered(call.prediction, masks)
    return replace(call, messages=tuple(messages), fill=fill, prediction=prediction)


def _masked_fill(fill: Fill, masks: Masks) -> Fill:
    extras = tuple(Extra(each.path, covered(each.text, masks)) for each in fill.extras)
    before, start = _split_last(fill.prefix)
    end, after = _split_first(fill.suffix)
    start, end = cut_line(start, end, masks)
    return replace(
        fill, prefix=covered(before, masks) + start, suffix=end + covered(after, masks), extras=extras
    )


def _split_last(text: str) -> tuple[str, str]:
    at = text.rfind("\n") + 1
    return text[:at], text[at:]


def _split_first(text: str) -> tuple[str, str]:
    line, found, rest = text.partition("\n")
    return line, found + rest


def cut_line(start: str, end: str, masks: Masks) -> tuple[str, str]:
    """The two parts of the cursor's line as they may leave: a part of a secret is still one.

    What the line and its mask have in common at both ends stays on its side of the cursor.
    """
    line = start + end
    safe = covered(line, masks)
    if safe == line:
        return start, end
    head = _common(line, safe)
    if len(start) <= head:
        return start, safe[len(start) :]
    tail = min(_common(line[::-1], safe[::-1]), len(safe) - head)
    at = len(safe) - min(len(end), tail)
    return safe[:at], safe[at:]


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their start."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def covered(text: str, masks: Masks) -> str:
    """A text that holds what the masks say instead of the lines that they stand for."""
    for line, safe in masks.items():
        text = text.replace(line, safe)
    return text


def cursor_masks(document: Document, position: Position, masks: Masks) -> dict[str, str]:
    """Masks for the cursor's line in two parts, as prompts show it; none where no secret is cut by the cursor."""
    sides = document.before(position), document.after(position)
    pairs = zip(sides, cut_line(*sides, masks), strict=True)
    stripped = ((side.strip(), safe.strip()) for side, safe in pairs if side != safe)
    return {side: safe for side, safe in stripped if len(side) >= _TELLING}


def restored(text: str, masks: Masks) -> str:
    """An answer with what the placeholders of the masks stand for; for the user's own screen, never to be kept or sent."""
    if not has_placeholder(text):
        return text
    restorer = Restorer(masks)
    return restorer.feed(text) + restorer.finish()


class Restorer:
    """Does the same for an answer that comes in pieces, which may cut a placeholder in two."""

    def __init__(self, masks: Masks) -> None:
        self._known = _originals(masks)
        self._held = ""

    def feed(self, text: str) -> str:
        """What may be shown by now; the beginning of a placeholder waits for its end."""
        text = self._held + text
        begun = _BEGUN.search(text)
        self._held = text[begun.start() :] if begun else ""
        return self._restored(text[: begun.start()] if begun else text)

    def finish(self) -> str:
        """What was still waiting."""
        rest, self._held = self._held, ""
        return self._restored(rest)

    def _restored(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda found: self._known.get(found[0], found[0]), text)


def _originals(masks: Masks) -> dict[str, str]:
    """What each placeholder stands for, as far as its line tells; one that may stand for two things for none."""
    known: dict[str, set[str]] = {}
    for line, safe in masks.items():
        pieces = map(re.escape, PLACEHOLDER.split(safe))
        whole = re.fullmatch("(.+?)".join(pieces), line)
        for name, value in zip(PLACEHOLDER.findall(safe), whole.groups() if whole else (), strict=False):
            known.setdefault(name, set()).add(value)
    return {name: values.pop() for name, values in known.items() if len(values) == 1}


def masking(asking: Asking, masks: Masks) -> Asking:
    """A way of asking that masks each call first."""

    def ask(call: Call) -> AsyncIterator[Text | Usage]:
        return asking(masked(call, masks))

    return ask if masks else asking
