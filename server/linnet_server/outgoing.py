"""What the settings say about what may leave this machine, and where that is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from linnet_completions.models.catalog import PRESETS
from linnet_completions.models.keys import Endpoint, Own

if TYPE_CHECKING:
    from linnet_completions.models.outbound import Policy
    from linnet_server.settings import Settings

LOCAL = "local"


def state_folder() -> Path:
    """Where the audit log (`audit.jsonl`) and the counter of dollars (`spend.json`) are kept."""
    from platformdirs import user_state_path

    return user_state_path("linnet", appauthor=False)


def endpoints(settings: Settings) -> Mapping[str, Endpoint]:
    """Every provider that a preset or the settings describe; an address may be empty."""
    found = {name: Endpoint(preset.base_url, preset.key_variable) for name, preset in PRESETS.items()}
    for name, entry in settings.providers.items():
        known = found.get(name, Endpoint(""))
        found[name] = Endpoint(entry.base_url or known.base_url, entry.key_env or known.key_variable)
    if settings.base_url and settings.provider != LOCAL:
        known = found.get(settings.provider, Endpoint(""))
        found[settings.provider] = replace(known, base_url=settings.base_url)
    return found


def own(settings: Settings) -> Own:
    """Where keys may go. `settings` must be loaded without a workspace and without an editor."""
    return Own(settings.provider, endpoints(settings))


def policy(settings: Settings) -> Policy:
    """What may leave under the settings that hold: to the provider, and to those that routes name."""
    from linnet_completions.models.outbound import Policy
    from linnet_completions.models.spend import Budget

    routes = settings.routes
    named = (*routes.inline, *routes.explain, *routes.edit, *routes.review)
    chosen = {settings.provider, *(route.partition("/")[0] for route in named)} - {LOCAL}
    known = endpoints(settings)
    addresses = {
        name: known[name].base_url for name in sorted(chosen) if name in known and known[name].base_url
    }
    return Policy(settings.offline, addresses, Budget(settings.cost.daily_usd, settings.cost.monthly_usd))
