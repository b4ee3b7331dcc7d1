"""From the settings to a model that may be asked: routes, keys, the egress gate, answers on disk."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from linnet_completions.cache.answers import AsyncAnswers
from linnet_completions.cache.store import Store
from linnet_completions.models import catalog
from linnet_completions.models.asking import Asking
from linnet_completions.models.audit import Audit
from linnet_completions.models.capabilities import Capabilities
from linnet_completions.models.keys import NoKey, key_for
from linnet_completions.models.outbound import Outbound
from linnet_completions.models.prices import cost, price
from linnet_completions.models.protocol import Call, Model, Task, Text, Usage
from linnet_completions.models.spend import Spend
from linnet_context import tokens
from linnet_context.files import private_folder, write_private
from linnet_context.problems import Problem
from linnet_server.assemble import cache_folder
from linnet_server.keychain import system_keychain
from linnet_server.outgoing import LOCAL, endpoints, own, policy, state_folder
from linnet_server.settings.declaration import DEFAULTS

if TYPE_CHECKING:
    from linnet_completions.models.http import Http
    from linnet_server.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """A model that a task is to be asked of; `message` says why it is not the one in the settings, if it is not."""

    provider: str
    model: str
    base_url: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A model that may be asked: how, what it answered before, and its name for people and for the cache."""

    target: Target
    asking: Asking
    answers: AsyncAnswers
    identity: str

    @property
    def label(self) -> str:
        return f"{self.target.provider} {self.target.model}"


def target(settings: Settings, task: Task) -> Target | None:
    """The first model that the user chose for a task; None where the embedded engine comes first.

    A Problem names a provider that has no address.
    """
    chosen: tuple[str, ...] = getattr(settings.routes, task)
    first = chosen[0] if chosen else settings.provider
    provider, _, model = first.partition("/")
    if provider == LOCAL:
        return None
    known = endpoints(settings).get(provider)
    base_url = known.base_url if known else ""
    if not base_url:
        remedy = f"Set `base_url`, or `providers.{provider}.base_url`, in your own settings."
        raise Problem(f"The provider {provider} has no address.", remedy)
    model = model or catalog.model_of(provider, settings.model, str(DEFAULTS["model"]))
    served = catalog.serving(provider, model, date.today())
    return Target(provider, served.model, base_url, served.message)


class Gate:
    """All that one process needs to ask models. Belongs to one event loop; opens nothing before the first question.

    `now` gives the settings that hold now; `mine` are those of the user's own file and environment alone, which
    decide where keys go.
    """

    def __init__(self, now: Callable[[], Settings], mine: Settings, environ: Mapping[str, str]) -> None:
        self._now = now
        self._mine = own(mine)
        self._environ = environ
        self._capabilities = Capabilities(Remembered(cache_folder(now()) / "capabilities.json"))
        self._clients: dict[tuple[str | None, str | None], Http] = {}
        self._models: dict[Target, Model] = {}
        settings = now()
        store = Store(cache_folder(settings) / "answers", size_mb=settings.cache.size_mb, note=log.warning)
        self.answers = AsyncAnswers(store)
        self.spend = Spend(state_folder() / "spend.json")
        audit = state_folder() / "audit.jsonl"
        self._outbound = Outbound(
            lambda: policy(now()),
            count=tokens.estimate,
            cost=lambda provider, model, usage: cost(usage, price(provider, model)),
            spend=self.spend,
            audit=Audit(audit, content=settings.audit.content) if settings.audit.enabled else None,
        )

    async def route(self, task: Task) -> Route | None:
        """The way to the model for a task; None where none is chosen, or the user is offline. Problem as `target`."""
        settings = self._now()
        wanted = None if settings.offline else target(settings, task)
        if wanted is None:
            return None
        if wanted not in self._models:
            self._models[wanted] = await asyncio.to_thread(self._model, wanted, settings)
        model = self._models[wanted]

        def asking(call: Call) -> AsyncGenerator[Text | Usage]:
            return self._outbound.stream(model, call)

        identity = f"{wanted.base_url.rstrip('/')} {wanted.model} chat"
        return Route(wanted, asking, self.answers, identity)

    async def warm(self) -> None:
        """Have everything ready for ghost text before the first key; opens no connection. Never raises."""
        try:
            route = await self.route("inline")
            await self._outbound.warm()
            for client in self._clients.values() if route else ():
                await client.prepare()
        except Problem as problem:
            log.warning("%s", problem)

    def _model(self, wanted: Target, settings: Settings) -> Model:
        from linnet_completions.models.dialects.endpoint import Endpoint
        from linnet_completions.models.dialects.known import dialects
        from linnet_completions.models.dialects.model import RemoteModel
        from linnet_completions.models.http import Http

        if wanted.message:
            log.warning("%s", wanted.message)
        entry = settings.providers.get(wanted.provider)
        ca, proxy = (entry.ca, entry.proxy) if entry else (None, None)
        if (ca, proxy) not in self._clients:
            self._clients[ca, proxy] = Http(Path(ca).expanduser() if ca else None, proxy)
        key = key_for(
            wanted.provider,
            wanted.base_url,
            chosen=settings.provider,
            own=self._mine,
            environ=self._environ,
            keyring=lambda provider: system_keychain().get(provider),
        )
        preset = catalog.PRESETS.get(wanted.provider)
        if isinstance(key, NoKey) and not (preset and preset.local):
            log.warning("%s", key.reason)
        headers = entry.headers if entry else {}
        value = "" if isinstance(key, NoKey) else key.value
        key_header = preset.key_header if preset else "authorization"
        endpoint = Endpoint(wanted.provider, wanted.base_url, value, headers, key_header)
        family, dialect = (entry.family or "", entry.dialect or "") if entry else ("", "")
        profile = catalog.profile(wanted.provider, wanted.model, family)
        ways = dialects(wanted.provider, profile, dialect)
        client = self._clients[ca, proxy]
        return RemoteModel(endpoint, wanted.model, client, self._capabilities, profile, ways)

    async def aclose(self) -> None:
        """Close every connection and file."""
        for client in self._clients.values():
            await client.aclose()
        await self._outbound.aclose()
        await self.answers.aclose()


class Remembered:
    """Strings by key in one small private file: what endpoints were found not to accept. Never raises."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] | None = None

    def get(self, key: str) -> str | None:
        return self._loaded().get(key)

    def set(self, key: str, value: str) -> None:
        self._loaded()[key] = value
        with contextlib.suppress(OSError):
            private_folder(self._path.parent)
            write_private(self._path, json.dumps(self._known).encode())

    def _loaded(self) -> dict[str, str]:
        if self._known is None:
            try:
                found = json.loads(self._path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                found = {}
            pairs = found.items() if isinstance(found, dict) else ()
            self._known = {key: value for key, value in pairs if isinstance(value, str)}
        return self._known


@asynccontextmanager
async def answering(
    settings: Settings, mine: Settings, environ: Mapping[str, str], task: Task
) -> AsyncIterator[Route | None]:
    """The way to the model for one task of the command line; None where none is chosen."""
    if settings.offline or target(settings, task) is None:
        yield None
        return
    gate = Gate(lambda: settings, mine, environ)
    try:
        yield await gate.route(task)
    finally:
        await gate.aclose()
