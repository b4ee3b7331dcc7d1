"""Providers and model families as data: where they are, what they accept, when they retire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from linnet_completions.models.templates import template_of

LengthField = Literal["max_tokens", "max_completion_tokens"]


@dataclass(frozen=True, slots=True)
class Preset:
    """A provider that can be named without further settings.

    `key_variable` is the environment variable where its key customarily lies, and `key_header` the header that takes
    it. `local` providers run on this machine and cost nothing. `extras` says whether documented extra fields (usage in
    streams and the like) may be sent before it is known that the endpoint takes them; `cache_key` whether it takes a
    prompt cache key. `fills` are the dialects that fill in the middle, the best first, for the models that
    `fill_models` matches; `talk` is the one for all else. `length` is how the provider calls the answer's limit,
    whatever the model's maker calls it.
    `model` is asked where the settings name none.
    """

    name: str
    base_url: str
    key_variable: str = ""
    local: bool = False
    extras: bool = True
    cache_key: bool = False
    breakpoints: bool = False
    fills: tuple[str, ...] = ()
    fill_models: str = ""
    talk: str = "chat"
    key_header: str = "authorization"
    length: LengthField | None = None
    model: str = ""


_CODESTRAL = r"codestral|mistral-code"
PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "openai",
            "https://api.openai.com/v1",
            "OPENAI_API_KEY",
            cache_key=True,
            breakpoints=True,
            fills=("completions",),
            fill_models=r"gpt-3\.5-turbo-instruct",
        ),
        Preset("xroute", "https://api.xroute.ai/openai/v1", "XROUTE_API_KEY", extras=False),
        Preset(
            "openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", model="openai/gpt-4.1-mini"
        ),
        Preset(
            "mistral",
            "https://api.mistral.ai/v1",
            "MISTRAL_API_KEY",
            extras=False,
            cache_key=True,
            fills=("mistral-fim",),
            fill_models=_CODESTRAL,
            model="codestral-latest",
        ),
        Preset(
            "codestral",
            "https://codestral.mistral.ai/v1",
            "CODESTRAL_API_KEY",
            extras=False,
            cache_key=True,
            fills=("mistral-fim",),
            fill_models=_CODESTRAL,
            model="codestral-latest",
        ),
        Preset(
            "deepseek",
            "https://api.deepseek.com/v1",
            "DEEPSEEK_API_KEY",
            fills=("deepseek-fim",),
            model="deepseek-flash",
        ),
        Preset(
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "GEMINI_API_KEY",
            model="gemini-2.5-flash-lite",
        ),
        Preset(
            "anthropic",
            "https://api.anthropic.com/v1",
            "ANTHROPIC_API_KEY",
            talk="anthropic",
            key_header="x-api-key",
            model="claude-haiku-5-5",
        ),
        Preset(
            "groq",
            "https://api.groq.com/openai/v1",
            "GROQ_API_KEY",
            length="max_completion_tokens",
            model="openai/gpt-oss-20b",
        ),
        Preset(
            "together",
            "https://api.together.ai/v1",
            "TOGETHER_API_KEY",
            fills=("template",),
            length="max_tokens",
            model="Qwen/Qwen3.5-9B",
        ),
        Preset(
            "azure",
            "",
            "AZURE_OPENAI_API_KEY",
            cache_key=True,
            key_header="api-key",
        ),
        Preset(
            "ollama",
            "http://127.0.0.1:11434/v1",
            local=True,
            fills=("ollama", "ollama-raw"),
            model="qwen2.5-coder",
        ),
        Preset("llamacpp", "http://127.0.0.1:8080/v1", local=True, fills=("infill", "template")),
        Preset("vllm", "http://127.0.0.1:8000/v1", local=True, fills=("template",)),
        Preset("lmstudio", "http://127.0.0.1:1234/v1", local=True, fills=("template",)),
        Preset("custom", ""),
    )
}


@dataclass(frozen=True, slots=True)
class Profile:
    """What a model accepts, as far as is known before the first answer; `capabilities` learns the rest.

    `length` is the field that limits the answer. `reasoning` is the value of `reasoning_effort` that keeps the
    model from thinking, "" where nothing must be sent. `stops` counts the stop strings it takes; `blank_stops`
    says whether one may be white space. `usage` asks for usage in streams, `padding` switches off the padding
    that some providers add to every piece, `cache_key` sends the call's prompt cache key, `breakpoints` marks where
    the prompt's stable part ends. `prediction` says that it takes the likely answer along. `fills` asks it to fill in
    the middle where its provider can, in the tokens of `template` where those must be written here. `more` are further
    fields that keep it from thinking.
    """

    family: str
    length: LengthField = "max_tokens"
    temperature: bool = True
    reasoning: str = ""
    stops: int = 4
    blank_stops: bool = True
    usage: bool = True
    padding: bool = False
    cache_key: bool = False
    breakpoints: bool = False
    prediction: bool = False
    fills: bool = False
    template: str = ""
    more: Mapping[str, object] = field(default_factory=dict[str, object])


def _gpt(family: str, reasoning: str, *, temperature: bool, breakpoints: bool = False) -> Profile:
    """A reasoning model of OpenAI: they refuse `max_tokens`, and stop strings as far as is known."""
    return Profile(
        family,
        "max_completion_tokens",
        temperature=temperature,
        reasoning=reasoning,
        stops=0,
        breakpoints=breakpoints,
    )


_NO_THINKING: Mapping[str, object] = {"thinking": {"type": "disabled"}}
# The first pattern that a model's bare name matches decides.
_FAMILIES: tuple[tuple[str, Profile], ...] = (
    (r"gpt-3\.5-turbo-instruct", Profile("gpt-instruct")),
    (r"gpt-(4|3\.5)|chatgpt-4o", Profile("gpt-4", prediction=True)),
    (r"gpt-5(-mini|-nano|-pro|-codex)?$", _gpt("gpt-5", "minimal", temperature=False)),
    (r"gpt-[\d.]+-sol", _gpt("gpt-sol", "low", temperature=False, breakpoints=True)),
    (r"gpt-5\.[0-5]", _gpt("gpt-5.4", "none", temperature=True)),
    (r"gpt-5\.|gpt-[6-9]", _gpt("gpt-6", "none", temperature=True, breakpoints=True)),
    (r"o\d(-|$)", _gpt("o-series", "low", temperature=False)),
    (r"gpt-oss", Profile("gpt-oss", reasoning="low")),
    (r"claude-(3|haiku-4|sonnet-4|opus-4)", Profile("claude-4", blank_stops=False)),
    (r"claude", Profile("claude", temperature=False, reasoning="none", blank_stops=False)),
    (r"gemini-2\.5-flash", Profile("gemini-2.5", reasoning="none")),
    (r"gemini-2", Profile("gemini-2")),
    (r"gemini-3\.5-flash-lite", Profile("gemini-3.5-lite", temperature=False, reasoning="minimal")),
    (r"gemini", Profile("gemini", temperature=False, reasoning="low")),
    (r"codestral|mistral-code", Profile("codestral")),
    (r"deepseek-(flash|v4)", Profile("deepseek", stops=16)),
    (r"qwen3(?!.*(coder|instruct))|deepseek-r\d|magistral", Profile("thinking", reasoning="none")),
)
UNKNOWN = Profile("unknown")


def bare_name(model: str) -> str:
    """A model's own name: `openai/gpt-4.1-mini:free` and `gpt-4.1-mini-2025-04-14` are `gpt-4.1-mini`."""
    name = model.rsplit("/", 1)[-1].partition(":")[0].lower()
    return re.sub(r"-(\d{4}-\d{2}-\d{2}|latest)$", "", name)


def model_of(provider: str, chosen: str, default: str) -> str:
    """The model to ask: the one that the user chose; where that is nobody's choice, the provider's usual one."""
    preset = PRESETS.get(provider)
    return preset.model if chosen == default and preset and preset.model else chosen


def profile(provider: str, model: str, family: str = "") -> Profile:
    """What a model at a provider accepts, before anything was learned from its answers.

    `family` is a model's name that says more than the model's own does: a deployment may be called anything.
    """
    name = bare_name(family or model)
    found = next((known for pattern, known in _FAMILIES if re.match(pattern, name)), UNKNOWN)
    preset = PRESETS.get(provider, PRESETS["custom"])
    return replace(
        found,
        length=preset.length or found.length,
        usage=preset.extras,
        padding=preset.breakpoints,
        cache_key=preset.cache_key,
        breakpoints=preset.breakpoints and found.breakpoints,
        fills=bool(preset.fills) and re.search(preset.fill_models, name) is not None,
        template=template_of(name),
        more=_off(provider, name),
    )


def _off(provider: str, name: str) -> Mapping[str, object]:
    """The provider's own fields that keep a model from thinking, or its thoughts out of the answer."""
    if provider == "anthropic" and name.startswith("claude-haiku") and not name.startswith("claude-haiku-4"):
        return _NO_THINKING
    if provider == "deepseek":
        return _NO_THINKING
    if provider == "groq" and re.match(r"gpt-oss|qwen", name):
        return {"reasoning_format": "hidden"}
    if provider == "together" and re.match(r"qwen3(?!.*(coder|instruct))", name):
        return {"reasoning": {"enabled": False}}
    return {}


@dataclass(frozen=True, slots=True)
class Retirement:
    """The day from which a provider no longer serves a model, and the one it names instead ("" for none)."""

    day: date
    successor: str = ""


_LUNA = "gpt-6-luna"
_SPRING = date(2027, 1, 14)
# From the type documentation of openai 3.51.0 and the provider's deprecations page, read on 2026-11-20.
RETIREMENTS: dict[tuple[str, str], Retirement] = {
    ("openai", "gpt-3.5-turbo-instruct"): Retirement(date(2026, 9, 28)),
    ("openai", "gpt-4.1"): Retirement(_SPRING, _LUNA),
    ("openai", "gpt-4.1-mini"): Retirement(_SPRING, _LUNA),
    ("openai", "gpt-4.1-nano"): Retirement(date(2026, 10, 23), _LUNA),
    ("openai", "gpt-4o"): Retirement(_SPRING, _LUNA),
    ("openai", "gpt-4o-mini"): Retirement(_SPRING, _LUNA),
    ("openai", "gpt-5"): Retirement(date(2026, 12, 11)),
    ("openai", "gpt-5-mini"): Retirement(date(2026, 12, 11)),
    ("openai", "gpt-5-nano"): Retirement(date(2026, 12, 11)),
    ("openai", "gpt-5.1"): Retirement(date(2027, 4, 1)),
    ("openai", "gpt-5.4-nano"): Retirement(date(2027, 4, 1)),
    ("openai", "o4-mini"): Retirement(date(2026, 10, 23), _LUNA),
    ("azure", "gpt-4.1-mini"): Retirement(date(2027, 4, 14)),
    ("azure", "gpt-6-luna"): Retirement(date(2028, 3, 11)),
    ("anthropic", "claude-sonnet-4-5"): Retirement(date(2026, 11, 30)),
    ("gemini", "gemini-3.1-flash-lite"): Retirement(date(2027, 5, 7)),
    ("deepseek", "deepseek-chat"): Retirement(date(2026, 7, 24), "deepseek-flash"),
    ("together", "meta-llama-3.1-8b-instruct-turbo"): Retirement(date(2026, 3, 6)),
    ("together", "qwen2.5-coder-32b-instruct"): Retirement(date(2025, 11, 13)),
}


# So many days ahead of a model's last day it is spoken of.
_AHEAD = 120


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that serves, and the one message that says why it is not the one asked for ("" where it is)."""

    model: str
    message: str = ""


def serving(provider: str, model: str, today: date) -> Choice:
    """The model itself, or its successor from the day on which the provider retires it."""
    retirement = RETIREMENTS.get((provider, bare_name(model)))
    if retirement is None or today < retirement.day:
        return Choice(model)
    gone = f"{provider} has retired {model} on {retirement.day.isoformat()}"
    if not retirement.successor:
        return Choice(model, f"{gone}; choose another model.")
    return Choice(retirement.successor, f"{gone}; {retirement.successor} serves instead.")


def successor(model: str) -> str:
    """The model that a retired or retiring one is replaced with at any provider; "" where none is known."""
    name = bare_name(model)
    found = next((found.successor for (_, old), found in RETIREMENTS.items() if old == name), "")
    maker, slash, _ = model.rpartition("/")
    return f"{maker}{slash}{found}" if found else ""


def warning(provider: str, model: str, today: date, announced: date | None = None) -> str:
    """A sentence ahead of a model's last day; "" where none is known, or it is far away.

    `announced` is the day that the provider itself names in its list of models.
    """
    known = RETIREMENTS.get((provider, bare_name(model)))
    day = announced or (known.day if known else None)
    if day is None or not 0 < (day - today).days <= _AHEAD:
        return ""
    after = successor(model)
    then = f"; {after} serves from then on" if after and provider == "openai" else ""
    return f"{provider} retires {model} on {day.isoformat()}{then}."
