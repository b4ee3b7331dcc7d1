"""Requests to endpoints that fill in the middle, each in its provider's own shape."""

from __future__ import annotations

from linnet_completions.models.catalog import Profile
from linnet_completions.models.dialects.dialect import (
    kept,
    length_field,
    sent_stops,
    stops_of,
    stream_options,
)
from linnet_completions.models.protocol import Call, Fill
from linnet_completions.models.templates import TEMPLATES

# Ollama cuts a prompt at its context without a word; one that is large enough for every ghost text is asked for.
_OLLAMA_CONTEXT = 8192
_OLLAMA_KEPT = "30m"


def fill_of(call: Call) -> Fill:
    """The fill of a call that is put as one."""
    if call.fill is None:
        raise ValueError("the call is no fill")
    return call.fill


def with_extras(fill: Fill) -> str:
    """The prefix for endpoints that know of one file: other files stand in front, each under its name."""
    files = "".join(f"# {extra.path}\n{extra.text}\n\n" for extra in fill.extras)
    return f"{files}# {fill.path}\n{fill.prefix}" if files else fill.prefix


def suffix_body(call: Call, model: str, profile: Profile, refused: frozenset[str]) -> dict[str, object]:
    """OpenAI's legacy completions, and DeepSeek's, which take the text behind the cursor as `suffix`."""
    fill = fill_of(call)
    optional = {
        "suffix": fill.suffix,
        "stream": True,
        "temperature": call.temperature if profile.temperature else None,
        "stop": sent_stops(fill.stop, profile, refused),
        "stream_options": stream_options(profile, refused),
    }
    return {
        "model": model,
        "prompt": with_extras(fill),
        length_field(profile, refused): call.max_tokens,
        **kept(optional, refused - {"suffix"}),
    }


def template_body(call: Call, model: str, profile: Profile, refused: frozenset[str]) -> dict[str, object]:
    """Completions of a prompt in the model's own tokens, for servers that put no template around it."""
    template = TEMPLATES[profile.template]
    optional = {
        "stream": True,
        "temperature": call.temperature if profile.temperature else None,
        "stop": sent_stops((*stops_of(call, fills=True), *template.stops), profile, refused),
        "stream_options": stream_options(profile, refused),
    }
    return {
        "model": model,
        "prompt": template.prompt(fill_of(call)),
        length_field(profile, refused): call.max_tokens,
        **kept(optional, refused),
    }


def template_stops(profile: Profile) -> tuple[str, ...]:
    """The tokens of the model's family, should a server let one through as text."""
    return TEMPLATES[profile.template].stops if profile.template else ()


def mistral_body(call: Call, model: str, profile: Profile, refused: frozenset[str]) -> dict[str, object]:
    """Mistral's own endpoint for filling in the middle, whose prompt cache takes a key."""
    fill = fill_of(call)
    optional = {
        "suffix": fill.suffix,
        "stream": True,
        "temperature": call.temperature,
        "stop": sent_stops(fill.stop, profile, refused),
        "prompt_cache_key": call.cache_key if profile.cache_key else None,
    }
    return {
        "model": model,
        "prompt": _mistral_prompt(fill),
        "max_tokens": call.max_tokens,
        **kept(optional, refused - {"suffix"}),
    }


def _mistral_prompt(fill: Fill) -> str:
    """Other files under the marks that the models were taught; the endpoint adds the tokens around it."""
    files = "".join(f"+++++ {extra.path}\n{extra.text}\n\n" for extra in fill.extras)
    return f"{files}+++++ {fill.path}\n{fill.prefix}" if files else fill.prefix


def infill_body(call: Call, model: str, profile: Profile, refused: frozenset[str]) -> dict[str, object]:
    """llama.cpp's `/infill`: the server knows its model's tokens, and other files have a place of their own."""
    fill = fill_of(call)
    extras = [{"filename": extra.path, "text": extra.text} for extra in fill.extras]
    optional: dict[str, object] = {
        "input_extra": extras,
        "stop": sent_stops(fill.stop, profile, refused),
        "model": model,
        "cache_prompt": True,
    }
    return {
        "input_prefix": fill.prefix,
        "input_suffix": fill.suffix,
        "n_predict": call.max_tokens,
        "temperature": call.temperature,
        "stream": True,
        **kept(optional, refused),
    }


def ollama_body(call: Call, model: str, profile: Profile, refused: frozenset[str]) -> dict[str, object]:
    """Ollama's own endpoint, where the model's tokens are put around by the server."""
    fill = fill_of(call)
    # An empty suffix would make it an ordinary question, which the model's chat template surrounds.
    return _ollama(call, model, with_extras(fill), {"suffix": fill.suffix or "\n"}, fill.stop)


def ollama_raw_body(call: Call, model: str, profile: Profile, refused: frozenset[str]) -> dict[str, object]:
    """The same with the tokens written here, for models whose file does not say how they fill in the middle."""
    template = TEMPLATES[profile.template]
    stops = (*stops_of(call, fills=True), *template.stops)
    return _ollama(call, model, template.prompt(fill_of(call)), {"raw": True}, stops)


def _ollama(
    call: Call, model: str, prompt: str, more: dict[str, object], stops: tuple[str, ...]
) -> dict[str, object]:
    options: dict[str, object] = {
        "num_predict": call.max_tokens,
        "num_ctx": _OLLAMA_CONTEXT,
        "temperature": call.temperature,
    }
    if stops:
        options["stop"] = list(stops)
    return {
        "model": model,
        "prompt": prompt,
        **more,
        "stream": True,
        "keep_alive": _OLLAMA_KEPT,
        "options": options,
    }
