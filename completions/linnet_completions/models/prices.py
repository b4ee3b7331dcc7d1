"""What models cost: a dated table, an estimate wherever the provider itself does not say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from linnet_completions.models.catalog import PRESETS, bare_name
from linnet_completions.models.protocol import Usage

READ_ON = date(2026, 11, 20)
SOURCE = "price table of LiteLLM 1.109.1, compared with genai-prices 0.2.3"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens: read afresh, read from the provider's prompt cache, written."""

    input: float
    cached: float
    output: float
    source: str = SOURCE
    read_on: date = READ_ON

    def cost(self, prompt_tokens: int, cached_tokens: int, completion_tokens: int) -> float:
        """The dollars of one call; `prompt_tokens` includes the cached ones."""
        fresh = max(0, prompt_tokens - cached_tokens)
        dollars = fresh * self.input + cached_tokens * self.cached + completion_tokens * self.output
        return dollars / 1_000_000


FREE = Price(0.0, 0.0, 0.0, source="runs on this machine")
# Bare model name: input, cached input, output. Gateways pass their makers' prices on.
_TABLE: dict[str, tuple[float, float, float]] = {
    "gpt-4.1": (2.00, 0.50, 8.00),
    "gpt-4.1-mini": (0.40, 0.10, 1.60),
    "gpt-4.1-nano": (0.10, 0.025, 0.40),
    "gpt-4o": (2.50, 1.25, 10.00),
    "gpt-4o-mini": (0.15, 0.075, 0.60),
    "gpt-5": (1.25, 0.125, 10.00),
    "gpt-5-mini": (0.25, 0.025, 2.00),
    "gpt-5-nano": (0.05, 0.005, 0.40),
    "gpt-5.1": (1.25, 0.125, 10.00),
    "gpt-5.4-mini": (0.75, 0.075, 4.50),
    "gpt-5.4-nano": (0.20, 0.02, 1.25),
    "gpt-5.6-luna": (0.20, 0.02, 1.20),
    "gpt-6-luna": (0.10, 0.01, 0.50),
    "gpt-6.1-terra": (1.00, 0.05, 5.00),
    "gpt-6.1-sol": (2.00, 0.10, 10.00),
    "claude-haiku-4-5": (1.00, 0.10, 5.00),
    "claude-haiku-5-5": (0.10, 0.01, 0.50),
    "claude-sonnet-4-6": (3.00, 0.30, 15.00),
    "claude-sonnet-5-5": (2.00, 0.10, 10.00),
    "gemini-2.5-flash-lite": (0.10, 0.01, 0.40),
    "gemini-2.5-flash": (0.30, 0.03, 2.50),
    "gemini-2.5-pro": (1.25, 0.125, 10.00),
    "gemini-3.1-flash-lite": (0.25, 0.025, 1.50),
    "gemini-3.5-flash-lite": (0.30, 0.03, 2.50),
    "gemini-3.8-flash": (0.75, 0.075, 3.75),
    "codestral-2508": (0.30, 0.03, 0.90),
    "mistral-small-2603": (0.15, 0.015, 0.60),
    "deepseek-flash": (0.30, 0.006, 1.20),
    "qwen-2.5-coder-32b-instruct": (0.66, 0.66, 1.00),
    "qwen3-coder-30b-a3b-instruct": (0.07, 0.07, 0.28),
}


def price(provider: str, model: str) -> Price | None:
    """What a model costs at a provider; None where the table does not know it."""
    if provider in PRESETS and PRESETS[provider].local:
        return FREE
    row = _TABLE.get(bare_name(model).replace("claude-haiku-5.5", "claude-haiku-5-5"))
    return Price(*row) if row else None


def cost(usage: Usage, price: Price | None) -> float | None:
    """The dollars of a call: the provider's own figure, else by the table; None where neither is known."""
    if usage.cost_usd is not None:
        return usage.cost_usd
    if price is None or usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    return price.cost(usage.prompt_tokens, usage.cached_tokens or 0, usage.completion_tokens)
