"""What models cost: a dated table, the user's own prices, the provider's own figures."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from linnet_completions.models.catalog import PRESETS, RETIREMENTS, bare_name
from linnet_completions.models.prices import (
    FREE,
    OLD_AFTER,
    UNCACHED,
    Price,
    age,
    cost,
    entry,
    old_table,
    price,
    table,
    worth_sending,
)
from linnet_completions.models.protocol import Usage

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [
        ("openai", "gpt-4.1-mini", Price(0.40, 0.10, 1.60)),
        ("openai", "gpt-4.1-mini-2025-04-14", Price(0.40, 0.10, 1.60)),
        ("xroute", "openai/gpt-4.1-mini", Price(0.40, 0.10, 1.60)),
        ("openai", "gpt-6-luna", Price(0.10, 0.01, 0.50, 0.125)),
        ("anthropic", "claude-haiku-5-5", Price(0.10, 0.01, 0.50, 0.125)),
        ("custom", "anthropic/claude-haiku-5.5", Price(0.10, 0.01, 0.50, 0.125)),
        ("mistral", "codestral-latest", Price(0.30, 0.03, 0.90)),
        ("codestral", "codestral-2508", Price(0.30, 0.03, 0.90)),
        ("groq", "openai/gpt-oss-20b", Price(0.075, 0.0375, 0.30)),
        ("together", "Qwen/Qwen3.5-9B", Price(0.17, 0.17, 0.25)),
        ("ollama", "gpt-4.1-mini", FREE),
        ("openai", "nobody", None),
        ("custom", "team-coder", None),
    ],
)
def test_a_gateways_model_costs_what_its_maker_asks(
    provider: str, model: str, expected: Price | None
) -> None:
    """A provider's own row goes first, a local server is free, and what nobody knows is unknown."""
    assert price(provider, model, today=DAY) == expected


def test_the_usual_model_of_every_provider_has_a_price() -> None:
    """Nobody is asked by default whose bill cannot be told."""
    for preset in PRESETS.values():
        assert not preset.model or price(preset.name, preset.model, today=DAY) is not None


def test_a_price_that_is_announced_holds_from_its_day() -> None:
    """A table may know tomorrow's price."""
    before, after = (price("gemini", "gemini-3.8-flash", today=day) for day in (DAY, date(2027, 1, 1)))
    assert before == Price(0.75, 0.075, 3.75) and after == Price(1.50, 0.15, 7.50)


def test_the_users_own_prices_go_first() -> None:
    """By provider and model, or by model; two numbers, three, or four."""
    own = {"openai/gpt-4.1-mini": (1.0, 2.0), "team-coder": (1.0, 0.5, 2.0), "luna": (1.0, 0.5, 2.0, 1.25)}
    assert price("openai", "gpt-4.1-mini", own) == Price(1.0, 1.0, 2.0)
    assert price("xroute", "gpt-4.1-mini", own) == Price(0.40, 0.10, 1.60)
    assert price("custom", "team-coder", own) == Price(1.0, 0.5, 2.0)
    assert price("ollama", "luna", own) == Price(1.0, 0.5, 2.0, 1.25)
    assert price("azure", "deployment-7", family="gpt-4.1-mini") == Price(0.40, 0.10, 1.60)


@pytest.mark.parametrize(
    ("usage", "dollars"),
    [
        (Usage(2400, 2176, 30), 0.0003552),
        (Usage(2400, None, 30), 0.001008),
        (Usage(10, 20, 0), 20 * 0.10 / 1e6),
        (Usage(2400, 2176, 30, 0.5), 0.5),
        (Usage(2400, 0, 30, written_tokens=2000), 0.001008),
        (Usage(None, None, 30), None),
    ],
)
def test_the_cost_is_the_providers_or_the_tables(usage: Usage, dollars: float | None) -> None:
    """What the provider says goes first; cached tokens are cheaper; nothing known is None, not zero."""
    found = cost(usage, price("openai", "gpt-4.1-mini"))
    assert found == (None if dollars is None else pytest.approx(dollars))
    assert cost(Usage(2400, None, 30), None) is None


def test_writing_to_the_cache_costs_extra_where_it_does() -> None:
    """2,000 tokens written, 400 fresh: the newest family takes a quarter more for what it keeps."""
    luna = price("openai", "gpt-6-luna")
    assert luna is not None
    written = luna.cost(Usage(2400, 0, 30, written_tokens=2000))
    assert written == pytest.approx((400 * 0.10 + 2000 * 0.125 + 30 * 0.50) / 1e6)


def test_the_table_grows_old() -> None:
    """After three months it is said."""
    read = table().read_on
    assert table().source and age(read) == 0
    assert old_table(read + timedelta(OLD_AFTER)) == ""
    assert "`cost.prices`" in old_table(read + timedelta(OLD_AFTER + 1))


def test_the_table_and_the_retirements_agree() -> None:
    """A last day stands in both, or in neither."""
    known = {(provider, model): found.day for (provider, model), found in RETIREMENTS.items()}
    for path, row in table().rows.items():
        provider, _, model = path.partition("/")
        told = known.get((provider, bare_name(model)))
        assert (told.isoformat() if told else None) == row.get("retired"), path


def test_context_that_no_cache_keeps_is_cut() -> None:
    """Gemini's and the older Claude's caches begin where ghost text never comes; a user's smaller budget stays."""
    haiku, newer = entry("anthropic", "claude-haiku-4-5"), entry("anthropic", "claude-haiku-5-5")
    assert worth_sending(haiku, 1500) == UNCACHED and worth_sending(haiku, 400) == 400
    assert worth_sending(newer, 1500) == worth_sending(None, 1500) == 1500
    assert worth_sending(haiku, 4000) == 4000


def test_a_row_tells_where_caching_begins() -> None:
    """Prompts are sized by it."""
    haiku, mini = entry("anthropic", "claude-haiku-5-5"), entry("openai", "gpt-4.1-mini")
    assert haiku is not None and haiku.cached_from == 512
    assert mini is not None and mini.context == 1047576
