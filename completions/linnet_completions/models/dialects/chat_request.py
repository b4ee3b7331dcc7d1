"""What is sent to an OpenAI-compatible chat endpoint."""

from __future__ import annotations

from linnet_completions.models.catalog import Profile
from linnet_completions.models.dialects.dialect import kept, length_field, sent_stops, stream_options
from linnet_completions.models.protocol import Call, Message

# From no thinking at all to a little: what a model refuses, the next may do.
_EFFORTS = ("none", "minimal", "low")
_EXPLICIT = {"mode": "explicit"}


def chat_body(call: Call, model: str, profile: Profile, refused: frozenset[str]) -> dict[str, object]:
    """The request for a call; `refused` are the fields that the endpoint is known not to take."""
    unmarkable = {"prompt_cache_options", "prompt_cache_breakpoint"} & refused
    marked = profile.breakpoints and not unmarkable and any(each.stable for each in call.messages)
    predicted = profile.prediction and bool(call.prediction) and "prediction" not in refused
    # A prediction is refused together with the newer name of the field.
    length = "max_tokens" if predicted and "max_tokens" not in refused else length_field(profile, refused)
    optional: dict[str, object] = {
        "stream": True,
        "temperature": call.temperature if profile.temperature else None,
        "reasoning_effort": _effort(profile, refused),
        "stop": sent_stops(call.stop, profile, refused),
        "prompt_cache_key": call.cache_key if profile.cache_key else "",
        "prompt_cache_options": _EXPLICIT if marked else None,
        "prediction": {"type": "content", "content": call.prediction} if predicted else None,
        "stream_options": stream_options(profile, refused),
        **profile.more,
    }
    return {
        "model": model,
        "messages": _marked(call.messages) if marked else [_plain(each) for each in call.messages],
        length: call.max_tokens,
        **kept(optional, refused),
    }


def _plain(message: Message) -> dict[str, object]:
    return {"role": message.role, "content": message.content}


def _marked(messages: tuple[Message, ...]) -> list[dict[str, object]]:
    """The messages with a breakpoint behind the last that stays: without one, each new prompt would be paid as a write."""
    last = max((at for at, message in enumerate(messages) if message.stable), default=-1)
    return [_with_mark(each) if at == last else _plain(each) for at, each in enumerate(messages)]


def _with_mark(message: Message) -> dict[str, object]:
    part = {"type": "text", "text": message.content, "prompt_cache_breakpoint": _EXPLICIT}
    return {"role": message.role, "content": [part]}


def _effort(profile: Profile, refused: frozenset[str]) -> str:
    if not profile.reasoning or "reasoning_effort" in refused:
        return ""
    weaker = _EFFORTS[_EFFORTS.index(profile.reasoning) :]
    return next((effort for effort in weaker if f"reasoning_effort:{effort}" not in refused), "")
