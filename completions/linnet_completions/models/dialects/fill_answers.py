"""What comes from endpoints whose answers are not in OpenAI's shape: llama.cpp's and Ollama's own."""

from __future__ import annotations

from linnet_completions.models.dialects.chat_answer import Piece, counted
from linnet_completions.models.protocol import Usage


def is_infill(value: object) -> bool:
    """Whether a decoded value is a piece of llama.cpp's answer."""
    return isinstance(value, dict) and ("content" in value or "stop" in value)


def infill_piece(value: object) -> Piece:
    """Reads one piece of llama.cpp's answer; the last one says why it ended and what was used."""
    if not isinstance(value, dict):
        return Piece()
    content = value.get("content")
    text = content if isinstance(content, str) else ""
    if value.get("stop") is not True:
        return Piece(text)
    cut = value.get("stop_type") == "limit" or value.get("stopped_limit") is True
    usage = Usage(
        prompt_tokens=counted(value.get("tokens_evaluated")),
        cached_tokens=_cached(value),
        completion_tokens=counted(value.get("tokens_predicted")),
    )
    return Piece(text, "length" if cut else "stop", usage if usage != Usage() else None)


def _cached(value: dict[str, object]) -> int | None:
    """What the prompt brought from the server's cache: all that was not evaluated for this answer."""
    timings = value.get("timings")
    return counted(timings.get("cache_n")) if isinstance(timings, dict) else None


def is_ollama(value: object) -> bool:
    """Whether a decoded value is a piece of Ollama's answer."""
    return isinstance(value, dict) and ("response" in value or "done" in value)


def ollama_piece(value: object) -> Piece:
    """Reads one line of Ollama's answer; the last one says why it ended and what was used."""
    if not isinstance(value, dict):
        return Piece()
    response = value.get("response")
    text = response if isinstance(response, str) else ""
    if value.get("done") is not True:
        return Piece(text)
    reason = value.get("done_reason")
    usage = Usage(
        prompt_tokens=counted(value.get("prompt_eval_count")),
        completion_tokens=counted(value.get("eval_count")),
    )
    finish = reason if isinstance(reason, str) and reason else "stop"
    return Piece(text, finish, usage if usage != Usage() else None)
