"""What comes from an OpenAI-compatible chat endpoint, however loosely it follows the original."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from linnet_completions.models.protocol import Usage

_HIGH_SURROGATES = ("\ud800", "\udbff")
_MANY = 1 << 40
_COUNTS = ("prompt_tokens", "cached_tokens", "completion_tokens", "cost_usd", "written_tokens")


@dataclass(frozen=True, slots=True)
class Piece:
    """What one chunk says, or a whole answer: its text, why the answer ended ("" while it goes on), the usage."""

    text: str = ""
    finish: str = ""
    usage: Usage | None = None


def is_chunk(value: object) -> bool:
    """Whether a decoded value is a chunk or an answer at all."""
    return isinstance(value, dict) and ("choices" in value or "usage" in value)


def piece_of(chunk: object) -> Piece:
    """Reads a decoded chunk. Never raises: what is missing or of the wrong type counts as absent."""
    if not isinstance(chunk, dict):
        return Piece()
    choice = _first(chunk.get("choices"))
    finish = choice.get("finish_reason")
    return Piece(_text(choice), finish if isinstance(finish, str) else "", usage_of(chunk.get("usage")))


def _first(choices: object) -> dict[str, object]:
    """The first choice; other choices are other answers."""
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict) and choice.get("index") in (0, None):
            return choice
    return {}


def _text(choice: dict[str, object]) -> str:
    """The text of a choice. Only `content`: reasoning comes under other names and is no part of the answer."""
    for name in ("delta", "message"):
        part = choice.get(name)
        if isinstance(part, dict):
            return _content(part.get("content"))
    return _content(choice.get("text"))


def _content(content: object) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = (part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text")
    return "".join(text for text in texts if isinstance(text, str))


def usage_of(value: object) -> Usage | None:
    """The usage in an answer; None where it holds no count."""
    if not isinstance(value, dict):
        return None
    details = value.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    usage = Usage(
        prompt_tokens=counted(value.get("prompt_tokens")),
        cached_tokens=counted(cached if cached is not None else value.get("prompt_cache_hit_tokens")),
        completion_tokens=counted(value.get("completion_tokens")),
        cost_usd=_dollars(value.get("cost")),
        written_tokens=counted(details.get("cache_write_tokens")) if isinstance(details, dict) else None,
    )
    return usage if usage != Usage() else None


def merged(before: Usage | None, now: Usage | None) -> Usage | None:
    """What is known of the usage so far: later counts replace earlier ones, and none takes one away."""
    if before is None or now is None:
        return now or before
    told = {name: value for name in _COUNTS if (value := getattr(now, name)) is not None}
    return replace(before, **told)


def of_prompt(usage: Usage | None) -> Usage | None:
    """What a usage says of the prompt alone, which holds however the answer ends; None where it says nothing."""
    if usage is None or usage.prompt_tokens is None:
        return None
    return replace(usage, completion_tokens=None, cost_usd=None)


def with_cut(usage: Usage | None, finish: str) -> Usage | None:
    """The usage to hand out at the end, with a note when the answer was cut at its length."""
    return replace(usage or Usage(), cut=True) if finish == "length" else usage


def counted(value: object) -> int | None:
    """A count as providers send it; None for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MANY else None


def _dollars(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None


class Surrogates:
    """Joins characters that a server cut in two: JSON may end one piece with half a surrogate pair."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        """The whole characters so far; a half that has no other half becomes U+FFFD."""
        text = self._half + text
        self._half = ""
        if text and _HIGH_SURROGATES[0] <= text[-1] <= _HIGH_SURROGATES[1]:
            text, self._half = text[:-1], text[-1]
        return _whole(text)

    def finish(self) -> str:
        """U+FFFD for a half that was left."""
        rest, self._half = self._half, ""
        return _whole(rest)


def _whole(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
