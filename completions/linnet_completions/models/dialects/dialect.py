"""What tells one way of asking from another: where to, with what, and how the answer reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from linnet_completions.models.catalog import Profile
from linnet_completions.models.dialects.chat_answer import Piece, is_chunk, piece_of
from linnet_completions.models.protocol import Call

# The request for a call to a model, without the fields that the endpoint is known to refuse.
Body = Callable[[Call, str, Profile, frozenset[str]], dict[str, object]]
_ENDPOINTS = (
    "/chat/completions",
    "/fim/completions",
    "/completions",
    "/messages",
    "/infill",
    "/api/generate",
    "/models",
)
_OTHER_LENGTH = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way of asking.

    `path` follows the base URL, or its part above the version where `above` is set. `fills` tells dialects that put a
    call's `fill`; the others put its messages. `lines` says that the answer is a JSON value a line instead of
    server-sent events. `key_header` is where the key goes if not where the provider wants it, `headers` go with it.
    `ends` are stop strings of the model's family, which end an answer besides the call's own.
    """

    name: str
    path: str
    body: Body
    fills: bool = True
    above: bool = False
    lines: bool = False
    key_header: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    ends: Callable[[Profile], tuple[str, ...]] = lambda profile: ()
    piece: Callable[[object], Piece] = piece_of
    knows: Callable[[object], bool] = is_chunk

    def serves(self, call: Call) -> bool:
        """Whether a call can be put this way."""
        return call.fill is not None or not self.fills

    def url(self, base_url: str) -> str:
        """The address to post to."""
        return address(base_url, self.path, above=self.above)

    def stops(self, call: Call, profile: Profile) -> tuple[str, ...]:
        """Where the answer ends, whatever the provider does about it."""
        return (*stops_of(call, self.fills), *self.ends(profile))


def stops_of(call: Call, fills: bool) -> tuple[str, ...]:
    """The stop strings of a call as it is put."""
    return call.fill.stop if fills and call.fill is not None else call.stop


def address(base_url: str, path: str, *, above: bool = False) -> str:
    """Where to post, whether the base URL ends in a slash, in `/v1`, in the full path of any dialect, or at the host."""
    parts = urlsplit(base_url.strip())
    base = parts.path.rstrip("/")
    base = next((base.removesuffix(end) for end in _ENDPOINTS if base.endswith(end)), base)
    base = base.removesuffix("/v1").removesuffix("/beta") if above else base or "/v1"
    return urlunsplit((parts.scheme, parts.netloc, base + path, parts.query, ""))


def length_field(profile: Profile, refused: frozenset[str]) -> str:
    """The field that limits the answer's length: the one that was refused has another name elsewhere."""
    return _OTHER_LENGTH[profile.length] if profile.length in refused else profile.length


def sent_stops(stops: tuple[str, ...], profile: Profile, refused: frozenset[str]) -> list[str]:
    """The stop strings that a provider is asked to heed; the rest is cut here."""
    if "stop" in refused:
        return []
    usable = [stop for stop in dict.fromkeys(stops) if stop and (profile.blank_stops or stop.strip())]
    return usable[: min(profile.stops, 1) if "stop:1" in refused else profile.stops]


def stream_options(profile: Profile, refused: frozenset[str]) -> dict[str, bool]:
    """What a stream should bring besides text; empty where nothing may be asked for."""
    if not profile.usage or {"stream", "stream_options"} & refused:
        return {}
    options = {"include_usage": True}
    if profile.padding and "stream_options.include_obfuscation" not in refused:
        options["include_obfuscation"] = False
    return options


def kept(optional: Mapping[str, object], refused: frozenset[str]) -> dict[str, object]:
    """The fields that hold something and were not refused."""
    empty: tuple[object, ...] = (None, "", [], {})
    return {
        name: value
        for name, value in optional.items()
        if name not in refused and not any(value is each or value == each for each in empty)
    }
