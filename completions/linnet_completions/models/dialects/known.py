"""All dialects by name, and which of them a model at a provider is asked in."""

from __future__ import annotations

from linnet_completions.models.catalog import PRESETS, Preset, Profile
from linnet_completions.models.dialects import anthropic, chat_request, fill_answers, fills
from linnet_completions.models.dialects.dialect import Dialect

CHAT = Dialect("chat", "/chat/completions", chat_request.chat_body, fills=False)
DIALECTS = {
    dialect.name: dialect
    for dialect in (
        CHAT,
        Dialect(
            "anthropic",
            "/messages",
            anthropic.messages_body,
            fills=False,
            key_header="x-api-key",
            headers={"anthropic-version": anthropic.VERSION},
            piece=anthropic.event_piece,
            knows=anthropic.is_event,
        ),
        Dialect("completions", "/completions", fills.suffix_body),
        Dialect("template", "/completions", fills.template_body, ends=fills.template_stops),
        Dialect("mistral-fim", "/fim/completions", fills.mistral_body),
        Dialect("deepseek-fim", "/beta/completions", fills.suffix_body, above=True),
        Dialect(
            "infill",
            "/infill",
            fills.infill_body,
            above=True,
            piece=fill_answers.infill_piece,
            knows=fill_answers.is_infill,
        ),
        Dialect(
            "ollama",
            "/api/generate",
            fills.ollama_body,
            above=True,
            lines=True,
            piece=fill_answers.ollama_piece,
            knows=fill_answers.is_ollama,
        ),
        Dialect(
            "ollama-raw",
            "/api/generate",
            fills.ollama_raw_body,
            above=True,
            lines=True,
            ends=fills.template_stops,
            piece=fill_answers.ollama_piece,
            knows=fill_answers.is_ollama,
        ),
    )
}
# These write the tokens of the model's family themselves.
_TEMPLATED = frozenset({"template", "ollama-raw"})


def dialects(provider: str, profile: Profile, wanted: str = "") -> tuple[Dialect, ...]:
    """The dialects to try in order; the last one takes any call.

    `wanted` is the one that the user named for this endpoint, which goes before the preset's.
    """
    preset = PRESETS.get(provider, Preset(provider, ""))
    fill = preset.fills if profile.fills else ()
    names = (*((wanted,) if wanted else ()), *fill)
    last = wanted if wanted in DIALECTS and not DIALECTS[wanted].fills else preset.talk
    usable = [name for name in dict.fromkeys(names) if name not in _TEMPLATED or profile.template]
    first = [] if wanted and not DIALECTS[wanted].fills else [DIALECTS[name] for name in usable]
    return (*first, DIALECTS[last])
