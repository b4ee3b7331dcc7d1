"""What is sent to an OpenAI-compatible chat endpoint."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from linnet_completions.models.catalog import Profile
from linnet_completions.models.protocol import Call

_PATH = "/chat/completions"
# From no thinking at all to a little: what a model refuses, the next may do.
_EFFORTS = ("none", "minimal", "low")
_OTHER_LENGTH = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


def chat_url(base_url: str) -> str:
    """The address to post to, whether the base URL ends in a slash, in `/v1`, in the full path, or at the host."""
    parts = urlsplit(base_url.strip())
    path = parts.path.rstrip("/") or "/v1"
    path = path if path.endswith(_PATH) else path + _PATH
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def chat_body(call: Call, model: str, profile: Profile, refused: frozenset[str]) -> dict[str, object]:
    """The request for a call; `refused` are the fields that the endpoint is known not to take."""
    length = _OTHER_LENGTH[profile.length] if profile.length in refused else profile.length
    stops = _stops(call, profile, refused)
    effort = _effort(profile, refused)
    body: dict[str, object] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in call.messages],
        length: call.max_tokens,
    }
    if "stream" not in refused:
        body["stream"] = True
    if profile.temperature and "temperature" not in refused:
        body["temperature"] = call.temperature
    if effort:
        body["reasoning_effort"] = effort
    if stops:
        body["stop"] = stops
    if profile.cache_key and call.cache_key and "prompt_cache_key" not in refused:
        body["prompt_cache_key"] = call.cache_key
    if profile.usage and not {"stream", "stream_options"} & refused:
        body["stream_options"] = _stream_options(profile, refused)
    return body


def _stops(call: Call, profile: Profile, refused: frozenset[str]) -> list[str]:
    if "stop" in refused:
        return []
    usable = [stop for stop in dict.fromkeys(call.stop) if stop and (profile.blank_stops or stop.strip())]
    return usable[: min(profile.stops, 1) if "stop:1" in refused else profile.stops]


def _effort(profile: Profile, refused: frozenset[str]) -> str:
    if not profile.reasoning or "reasoning_effort" in refused:
        return ""
    weaker = _EFFORTS[_EFFORTS.index(profile.reasoning) :]
    return next((effort for effort in weaker if f"reasoning_effort:{effort}" not in refused), "")


def _stream_options(profile: Profile, refused: frozenset[str]) -> dict[str, bool]:
    options = {"include_usage": True}
    if profile.padding and "stream_options.include_obfuscation" not in refused:
        options["include_obfuscation"] = False
    return options
