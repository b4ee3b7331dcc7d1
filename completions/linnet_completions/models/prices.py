"""What models cost: a dated table, an estimate wherever the provider itself does not say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from linnet_completions.models.catalog import PRESETS, bare_name
from linnet_completions.models.protocol import Usage

# Prices change; after so many days the table is said to be old.
OLD_AFTER = 90
# Where the provider's cache begins at prompts that ghost text never has, each token is paid for with each request.
UNCACHED = 900
_NAMES = {
    "codestral": "codestral-2508",
    "mistral-code-fim": "codestral-2508",
    "mistral-small": "mistral-small-2603",
    "ministral-3b": "ministral-3b-2512",
    "ministral-8b": "ministral-8b-2512",
    "devstral-small": "devstral-small-latest",
    "devstral-medium": "devstral-medium-latest",
    "deepseek-v4-flash": "deepseek-flash",
}


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens: read afresh, read from the provider's prompt cache, answered.

    `written` is for tokens that are written to the prompt cache, None where writing costs no more than reading.
    """

    input: float
    cached: float
    output: float
    written: float | None = None

    def cost(self, usage: Usage) -> float | None:
        """The dollars of one call; None where the usage holds no counts."""
        if usage.prompt_tokens is None or usage.completion_tokens is None:
            return None
        cached = usage.cached_tokens or 0
        written = (usage.written_tokens or 0) if self.written is not None else 0
        fresh = max(0, usage.prompt_tokens - cached - written)
        dollars = fresh * self.input + cached * self.cached + usage.completion_tokens * self.output
        return (dollars + written * (self.written or 0.0)) / 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What the table says of a model: its price, tokens of context, and from how long a prompt on caching begins."""

    price: Price
    context: int | None = None
    cached_from: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The prices of one day, by `provider/model`, and where they were read."""

    read_on: date
    source: str
    rows: Mapping[str, Mapping[str, Any]]


FREE = Price(0.0, 0.0, 0.0)


@cache
def table() -> Table:
    """The table in the package."""
    text = resources.files("linnet_completions.models").joinpath("prices.json").read_text(encoding="utf-8")
    value = json.loads(text)
    return Table(date.fromisoformat(value["read_on"]), value["source"], value["models"])


def age(today: date) -> int:
    """How many days ago the table was read."""
    return (today - table().read_on).days


def old_table(today: date) -> str:
    """One sentence about a table that is too old to be trusted; "" for one that is not."""
    if age(today) <= OLD_AFTER:
        return ""
    day = table().read_on.isoformat()
    return f"The prices are of {day}, {age(today)} days ago; `cost.prices` can say what holds now."


def entry(provider: str, model: str, today: date | None = None, family: str = "") -> Entry | None:
    """What the table says of a model at a provider on a day; None where it does not know it.

    A provider's own row goes first. Gateways pass their makers' prices on, so else the model's name decides; `family`
    is the model that a name of the user's own stands for.
    """
    row = _row(provider, family or model)
    if row is None:
        return None
    later = row.get("later")
    now = {**row, **later} if later and (today or date.today()) >= date.fromisoformat(later["from"]) else row
    fresh = float(now["input"])
    price = Price(fresh, float(now.get("cached", fresh)), float(now["output"]), now.get("written"))
    return Entry(price, row.get("context"), row.get("cached_from"))


def price(
    provider: str,
    model: str,
    own: Mapping[str, tuple[float, ...]] | None = None,
    today: date | None = None,
    family: str = "",
) -> Price | None:
    """What a model costs at a provider; None where nobody knows.

    `own` are the user's prices by `provider/model` or model: input, cached input, output, cache writes.
    """
    for name in (f"{provider}/{model}", model):
        if own and (numbers := own.get(name)):
            return _own(numbers)
    if provider in PRESETS and PRESETS[provider].local:
        return FREE
    found = entry(provider, model, today, family)
    return found.price if found else None


def worth_sending(entry: Entry | None, tokens: int) -> int:
    """How many of so many tokens of context are worth their price: fewer where no cache will ever keep them."""
    beyond = entry is not None and entry.cached_from is not None and entry.cached_from > 2 * tokens
    return min(tokens, UNCACHED) if beyond else tokens


def cost(usage: Usage, price: Price | None) -> float | None:
    """The dollars of a call: the provider's own figure, else by the table; None where neither is known."""
    if usage.cost_usd is not None:
        return usage.cost_usd
    return price.cost(usage) if price is not None else None


def _own(numbers: tuple[float, ...]) -> Price:
    """Two numbers are input and output; of three the second is for cached input, a fourth is for cache writes."""
    if len(numbers) == 2:
        return Price(numbers[0], numbers[0], numbers[1])
    found = Price(*numbers[:3])
    return replace(found, written=numbers[3]) if len(numbers) > 3 else found


def _row(provider: str, model: str) -> Mapping[str, Any] | None:
    rows = table().rows
    exact = rows.get(f"{provider}/{model}")
    if exact is not None:
        return exact
    return _by_name().get(_name(model))


@cache
def _by_name() -> Mapping[str, Mapping[str, Any]]:
    """The rows by the model's own name; a maker's row goes before a gateway's, and stands before it in the table."""
    found: dict[str, Mapping[str, Any]] = {}
    for path, row in table().rows.items():
        found.setdefault(_name(path), row)
    return found


def _name(model: str) -> str:
    name = bare_name(model)
    name = name.replace(".", "-") if name.startswith("claude") else name
    return _NAMES.get(name, name)
