"""What the audit log tells of costs: calls, tokens and dollars by model and task."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Totals:
    """Sums over calls. `cached_tokens` are part of `prompt_tokens`; `unpriced` calls have no known cost.

    `counted_here` are the calls whose tokens the provider did not say; `first_ms` are the times to the first word.
    """

    calls: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    dollars: float = 0.0
    unpriced: int = 0
    counted_here: int = 0
    first_ms: list[int] = field(default_factory=list[int])

    @property
    def cached_share(self) -> float:
        """The share of the prompts' tokens that came from a provider's cache."""
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else 0.0

    def add(self, other: Totals) -> None:
        """Add other sums to these."""
        for name in Totals.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Ledger:
    """The sums of a time by task, provider and model."""

    rows: dict[tuple[str, str, str], Totals]

    def total(self, task: str | None = None) -> Totals:
        """All rows together, or those of one task."""
        found = Totals()
        for (kind, _, _), row in self.rows.items():
            if task in (None, kind):
                found.add(row)
        return found


def ledger(lines: Iterable[str | bytes], since: datetime) -> Ledger:
    """The sums over the calls since a time with a zone. Lines that are none of ours are passed over."""
    rows: dict[tuple[str, str, str], Totals] = {}
    for entry in _entries(lines):
        when = _when(entry.get("when"))
        if when is None or when < since:
            continue
        key = tuple(str(entry.get(name, "")) for name in ("task", "provider", "model"))
        _count(rows.setdefault((key[0], key[1], key[2]), Totals()), entry)
    return Ledger(rows)


def dollars_per(dollars: float, things: int, number: int = 1) -> float | None:
    """Dollars for so many things of those that were had: 100 suggestions, one accepted character. None without any."""
    return number * dollars / things if things else None


def _entries(lines: Iterable[str | bytes]) -> Iterator[dict[str, object]]:
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def _when(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _count(row: Totals, entry: dict[str, object]) -> None:
    row.calls += 1
    row.failed += entry.get("status") not in ("ok", "closed")
    row.counted_here += entry.get("counted") == "here"
    row.prompt_tokens += _number(entry, "prompt_tokens")
    row.cached_tokens += _number(entry, "cached_tokens")
    row.completion_tokens += _number(entry, "completion_tokens")
    cost, first = entry.get("cost_usd"), entry.get("first_ms")
    if isinstance(cost, int | float):
        row.dollars += cost
    elif entry.get("status") in ("ok", "closed"):
        row.unpriced += 1
    if isinstance(first, int):
        row.first_ms.append(first)


def _number(entry: dict[str, object], name: str) -> int:
    value = entry.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
