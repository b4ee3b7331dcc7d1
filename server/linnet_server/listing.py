"""The models that the settings choose, with all that is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from linnet_completions.models import catalog, prices
from linnet_completions.models.capabilities import Capabilities
from linnet_completions.models.dialects.known import dialects
from linnet_completions.models.protocol import Task
from linnet_server.targets import TASKS, Target, targets

if TYPE_CHECKING:
    from linnet_server.settings import Settings


@dataclass(frozen=True, slots=True)
class Listed:
    """One model: the tasks that it serves, the dialects that it is asked in, best first, and what it refused.

    `price` is None where nobody knows it; `context` counts tokens; `warning` speaks of a last day, "" for none.
    """

    target: Target
    tasks: tuple[Task, ...]
    dialects: tuple[str, ...]
    refused: tuple[str, ...]
    price: prices.Price | None
    context: int | None
    warning: str


def listed(settings: Settings, capabilities: Capabilities, today: date) -> tuple[Listed, ...]:
    """The models of all tasks in the order of the routes. Raises Problem as `targets`."""
    serving: dict[Target, list[Task]] = {}
    for task in TASKS:
        for each in targets(settings, task, today):
            serving.setdefault(each, []).append(task)
    return tuple(
        _listed(each, tuple(tasks), settings, capabilities, today) for each, tasks in serving.items()
    )


def _listed(
    target: Target, tasks: tuple[Task, ...], settings: Settings, capabilities: Capabilities, today: date
) -> Listed:
    own = settings.providers.get(target.provider)
    family, wanted = (own.family or "", own.dialect or "") if own else ("", "")
    profile = catalog.profile(target.provider, target.model, family)
    refused = capabilities.refused(target.base_url, target.model)
    ways = [way for way in dialects(target.provider, profile, wanted) if f"dialect:{way.name}" not in refused]
    known = prices.entry(target.provider, target.model, today, family)
    return Listed(
        target,
        tasks,
        tuple(way.name for way in ways),
        tuple(sorted(refused)),
        prices.price(target.provider, target.model, settings.cost.prices, today, family),
        known.context if known else None,
        target.message or catalog.warning(target.provider, target.model, today),
    )
