"""Anthropic's own Messages endpoint: its OpenAI-compatible one caches nothing and ignores much without a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from linnet_completions.models.catalog import Profile
from linnet_completions.models.dialects.chat_answer import Piece, counted
from linnet_completions.models.dialects.dialect import kept, sent_stops
from linnet_completions.models.protocol import Call, Message, Usage

VERSION = "2023-06-01"
# The provider takes no more marks than that in one request.
_MARKS = 4
_FINISHES = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}


def messages_body(call: Call, model: str, profile: Profile, refused: frozenset[str]) -> dict[str, object]:
    """The request for a call; what stays over many calls is marked for the prompt cache."""
    system = [message for message in call.messages if message.role == "system"]
    spoken = [message for message in call.messages if message.role != "system"]
    marks = 0 if "cache_control" in refused else _MARKS
    optional: dict[str, object] = {
        "system": _blocks(system, marks),
        "stop_sequences": sent_stops(call.stop, profile, refused),
        "temperature": call.temperature if profile.temperature else None,
        **profile.more,
    }
    return {
        "model": model,
        "max_tokens": call.max_tokens,
        "messages": _turns(spoken, marks - sum(message.stable for message in system)),
        "stream": True,
        **kept(optional, refused),
    }


def _turns(messages: Sequence[Message], marks: int) -> list[dict[str, object]]:
    """Messages of one role in a row are one turn of several blocks."""
    groups = [(role, list(group)) for role, group in groupby(messages, lambda message: message.role)]
    return [{"role": role, "content": _blocks(group, marks)} for role, group in groups]


def _blocks(messages: Sequence[Message], marks: int) -> list[dict[str, object]]:
    """Blocks of text; the last of the stable ones is where a cache entry ends. The provider takes no empty block."""
    blocks: list[dict[str, object]] = []
    last = max((at for at, message in enumerate(messages) if message.stable), default=-1)
    for at, message in enumerate(messages):
        if not message.content:
            continue
        block: dict[str, object] = {"type": "text", "text": message.content}
        if at == last and marks > 0:
            block["cache_control"] = {"type": "ephemeral"}
        blocks.append(block)
    return blocks


def is_event(value: object) -> bool:
    """Whether a decoded value is an event of this endpoint, or a whole answer."""
    kind = value.get("type") if isinstance(value, dict) else None
    return isinstance(kind, str) and (kind.startswith(("message", "content_block")))


def event_piece(value: object) -> Piece:
    """Reads one event, or a whole answer. Thinking comes in blocks of its own and is no part of the answer."""
    if not isinstance(value, dict):
        return Piece()
    match value.get("type"):
        case "content_block_start":
            return Piece(_text(value.get("content_block")))
        case "content_block_delta":
            return Piece(_delta(value.get("delta")))
        case "message_start":
            message = value.get("message")
            return Piece(usage=_usage(message.get("usage")) if isinstance(message, dict) else None)
        case "message_delta":
            delta = value.get("delta")
            reason = delta.get("stop_reason") if isinstance(delta, dict) else None
            return Piece("", _finish(reason), _usage(value.get("usage")))
        case "message":
            blocks = value.get("content")
            text = "".join(_text(block) for block in blocks) if isinstance(blocks, list) else ""
            return Piece(text, _finish(value.get("stop_reason")), _usage(value.get("usage")))
        case _:
            return Piece()


def _text(block: object) -> str:
    text = block.get("text") if isinstance(block, dict) and block.get("type") == "text" else ""
    return text if isinstance(text, str) else ""


def _delta(delta: object) -> str:
    text = delta.get("text") if isinstance(delta, dict) and delta.get("type") == "text_delta" else ""
    return text if isinstance(text, str) else ""


def _finish(reason: object) -> str:
    return _FINISHES.get(reason, "stop") if isinstance(reason, str) else ""


def _usage(value: object) -> Usage | None:
    """The counts; the whole prompt is what was read afresh, from the cache and into it, taken together."""
    if not isinstance(value, Mapping):
        return None
    fresh = counted(value.get("input_tokens"))
    read = counted(value.get("cache_read_input_tokens"))
    written = counted(value.get("cache_creation_input_tokens"))
    whole = None if fresh is None else fresh + (read or 0) + (written or 0)
    usage = Usage(whole, read, counted(value.get("output_tokens")), written_tokens=written)
    return usage if usage != Usage() else None
