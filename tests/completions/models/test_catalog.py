"""Models and providers as data."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from linnet_completions.models.catalog import (
    PRESETS,
    RETIREMENTS,
    UNKNOWN,
    bare_name,
    model_of,
    profile,
    serving,
    successor,
    warning,
)

LAST_DAY = date(2027, 1, 13)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("gpt-4.1-mini", "gpt-4.1-mini"),
        ("openai/gpt-4.1-mini", "gpt-4.1-mini"),
        ("gpt-4.1-mini-2025-04-14", "gpt-4.1-mini"),
        ("meta/Llama-3:free", "llama-3"),
        ("codestral-latest", "codestral"),
        ("qwen2.5-coder:7b", "qwen2.5-coder"),
        ("", ""),
    ],
)
def test_a_model_has_one_name_everywhere(name: str, bare: str) -> None:
    """Prefixes of gateways, dates and tags do not belong to a model's name."""
    assert bare_name(name) == bare


@pytest.mark.parametrize(
    ("name", "family", "length", "temperature", "reasoning", "stops"),
    [
        ("gpt-4.1-mini", "gpt-4", "max_tokens", True, "", 4),
        ("openai/gpt-4o", "gpt-4", "max_tokens", True, "", 4),
        ("gpt-5", "gpt-5", "max_completion_tokens", False, "minimal", 0),
        ("gpt-5-mini-2025-08-07", "gpt-5", "max_completion_tokens", False, "minimal", 0),
        ("gpt-5.4-nano", "gpt-5.4", "max_completion_tokens", True, "none", 0),
        ("gpt-6-luna", "gpt-6", "max_completion_tokens", True, "none", 0),
        ("gpt-6.1-terra", "gpt-6", "max_completion_tokens", True, "none", 0),
        ("gpt-6.1-sol", "gpt-sol", "max_completion_tokens", False, "low", 0),
        ("o4-mini", "o-series", "max_completion_tokens", False, "low", 0),
        ("anthropic/claude-haiku-4.5", "claude-4", "max_tokens", True, "", 4),
        ("claude-haiku-5-5", "claude", "max_tokens", False, "none", 4),
        ("gemini-2.5-flash-lite", "gemini-2.5", "max_tokens", True, "none", 4),
        ("gemini-3.8-flash", "gemini", "max_tokens", False, "low", 4),
        ("qwen3:4b", "thinking", "max_tokens", True, "none", 4),
        ("qwen3-coder-30b-a3b-instruct", "unknown", "max_tokens", True, "", 4),
        ("ollama-model", "unknown", "max_tokens", True, "", 4),
    ],
)
def test_a_family_knows_its_parameters(
    name: str, family: str, length: str, temperature: bool, reasoning: str, stops: int
) -> None:
    """The first request to a model is one that its family accepts."""
    found = profile("openai", name)
    assert (found.family, found.length, found.temperature) == (family, length, temperature)
    assert (found.reasoning, found.stops) == (reasoning, stops)


def test_only_documented_fields_go_to_a_gateway_that_documents_none() -> None:
    """XRoute gets no extra fields, OpenAI its own, others the usual one."""
    plain, own, other = (profile(name, "gpt-4.1-mini") for name in ("xroute", "openai", "openrouter"))
    assert (plain.usage, plain.padding, plain.cache_key) == (False, False, False)
    assert (own.usage, own.padding, own.cache_key) == (True, True, True)
    assert (other.usage, other.padding, other.cache_key) == (True, False, False)
    assert profile("mine", "my-model") == UNKNOWN


def test_the_default_model_is_followed_by_its_successor() -> None:
    """On the last day gpt-4.1-mini serves; on the next its successor does, and one message says so."""
    before, after = (serving("openai", "gpt-4.1-mini", day) for day in (LAST_DAY, LAST_DAY + timedelta(1)))
    assert (before.model, before.message) == ("gpt-4.1-mini", "")
    assert after.model == "gpt-6-luna"
    assert after.message == "openai has retired gpt-4.1-mini on 2027-01-14; gpt-6-luna serves instead."
    assert serving("openrouter", "openai/gpt-4.1-mini", LAST_DAY + timedelta(99)).message == ""


def test_a_retired_model_without_successor_is_named() -> None:
    """Where the provider names no successor, the model stays and the message asks for another one."""
    choice = serving("openai", "gpt-5-mini", date(2026, 12, 11))
    assert choice.model == "gpt-5-mini"
    assert choice.message.endswith("choose another model.")
    assert successor("gpt-5-mini") == successor("nobody") == ""
    assert successor("gpt-4.1-mini-2025-04-14") == "gpt-6-luna"
    assert successor("openai/gpt-4.1-mini") == "openai/gpt-6-luna", "a gateway's prefix stays"


@pytest.mark.parametrize(
    ("provider", "model", "today", "announced", "says"),
    [
        (
            "openai",
            "gpt-4.1-mini",
            LAST_DAY,
            None,
            "openai retires gpt-4.1-mini on 2027-01-14; gpt-6-luna serves",
        ),
        ("openai", "gpt-4.1-mini", date(2026, 6, 1), None, ""),
        ("openai", "gpt-4.1-mini", date(2027, 2, 1), None, ""),
        ("custom", "my-model", LAST_DAY, date(2027, 2, 1), "custom retires my-model on 2027-02-01."),
        ("custom", "my-model", LAST_DAY, None, ""),
    ],
)
def test_a_last_day_is_spoken_of_ahead(
    provider: str, model: str, today: date, announced: date | None, says: str
) -> None:
    """Some months before it, by our own table or by what the provider's list of models says."""
    found = warning(provider, model, today, announced)
    assert found.startswith(says) and bool(found) == bool(says)


def test_no_successor_is_retired_first() -> None:
    """A successor is a model that is not itself on its way out."""
    successors = {(provider, found.successor) for (provider, _), found in RETIREMENTS.items()}
    assert not RETIREMENTS.keys() & successors


def test_switching_the_provider_is_one_setting() -> None:
    """A model that nobody chose is the provider's usual one; one that was chosen stays."""
    default = "gpt-4.1-mini"
    assert model_of("anthropic", default, default) == "claude-haiku-5-5"
    assert model_of("anthropic", "claude-haiku-4-5", default) == "claude-haiku-4-5"
    assert model_of("openai", default, default) == model_of("mine", default, default) == default
    assert model_of("openrouter", default, default) == "openai/gpt-4.1-mini"


def test_every_preset_is_an_address() -> None:
    """All presets can be asked without a further setting but those of a place of one's own; local ones need no key."""
    for preset in PRESETS.values():
        assert preset.name in ("custom", "azure") or preset.base_url.startswith(
            "http://127.0.0.1" if preset.local else "https://"
        )
        assert bool(preset.key_variable) == (not preset.local and preset.name != "custom")
