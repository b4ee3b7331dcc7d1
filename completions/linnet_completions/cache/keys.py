"""The names that answers are kept under."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence


def local_key(
    language: str, before: Sequence[str], after: Sequence[str], settings: Mapping[str, object]
) -> str:
    """For the keystroke path: what stands around the cursor, in any file.

    `before` are the nearby lines up to the cursor, the last one cut there; `after` the rest of that line and those
    that follow. `settings` is what else shapes the answer: model, engine mode, most lines. Values are plain.
    """
    return "l1:" + _digest([language, list(before), list(after), settings])


def exact_key(
    base_url: str,
    model: str,
    dialect: str,
    parameters: Mapping[str, object],
    prompt_version: int,
    prompt: Sequence[tuple[str, str]],
) -> str:
    """For one question to one model. `prompt` are pairs of role and content, as they are sent."""
    address = base_url.rstrip("/")
    return "e1:" + _digest(
        [address, model, dialect, parameters, prompt_version, [list(each) for each in prompt]]
    )


def _digest(value: object) -> str:
    """Equal for equal values only: JSON tells lists from strings, and keys are sorted."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
