"""Secrets found in whole texts, taken out of the windows that are cut from them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace

from linnet_completions.models.asking import Asking
from linnet_completions.models.protocol import Call, Text, Usage
from linnet_completions.models.redaction import Redactor

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
    """A call whose messages hold what the masks say instead of the lines that they stand for."""
    messages = (replace(message, content=covered(message.content, masks)) for message in call.messages)
    return replace(call, messages=tuple(messages))


def covered(text: str, masks: Masks) -> str:
    """A text that holds what the masks say instead of the lines that they stand for."""
    for line, safe in masks.items():
        text = text.replace(line, safe)
    return text


def masking(asking: Asking, masks: Masks) -> Asking:
    """A way of asking that masks each call first."""

    def ask(call: Call) -> AsyncIterator[Text | Usage]:
        return asking(masked(call, masks))

    return ask if masks else asking
