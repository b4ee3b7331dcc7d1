"""Which models a task is asked of, in order, as the settings say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from linnet_completions.models import catalog
from linnet_completions.models.protocol import Task
from linnet_context.problems import Problem
from linnet_server.outgoing import LOCAL, endpoints
from linnet_server.settings.declaration import DEFAULTS

if TYPE_CHECKING:
    from linnet_server.settings import Settings

TASKS: tuple[Task, ...] = ("inline", "explain", "edit", "review")


@dataclass(frozen=True, slots=True)
class Target:
    """A model that a task is to be asked of; `message` says why it is not the one in the settings, if it is not."""

    provider: str
    model: str
    base_url: str
    message: str = ""

    @property
    def label(self) -> str:
        return f"{self.provider} {self.model}"


def targets(settings: Settings, task: Task, today: date | None = None) -> tuple[Target, ...]:
    """The models that the user chose for a task, up to the embedded engine; none where that comes first.

    A Problem names a provider that has no address.
    """
    chosen: tuple[str, ...] = getattr(settings.routes, task) or (settings.provider,)
    found: list[Target] = []
    for entry in chosen:
        provider, _, model = entry.partition("/")
        if provider == LOCAL:
            break
        found.append(_target(settings, provider, model, today or date.today()))
    return tuple(dict.fromkeys(found))


def target(settings: Settings, task: Task) -> Target | None:
    """The first of the models for a task, if there is one. Problem as `targets`."""
    return next(iter(targets(settings, task)), None)


def _target(settings: Settings, provider: str, model: str, today: date) -> Target:
    known = endpoints(settings).get(provider)
    base_url = known.base_url if known else ""
    if not base_url:
        remedy = f"Set `base_url`, or `providers.{provider}.base_url`, in your own settings."
        raise Problem(f"The provider {provider} has no address.", remedy)
    model = model or catalog.model_of(provider, settings.model, str(DEFAULTS["model"]))
    served = catalog.serving(provider, model, today)
    return Target(provider, served.model, base_url, served.message)
