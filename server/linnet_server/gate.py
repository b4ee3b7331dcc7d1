"""From the settings to a model that may be asked: routes, keys, the egress gate, answers on disk."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from linnet_completions.cache.answers import AsyncAnswers, Told
from linnet_completions.cache.redis import Limits, Team
from linnet_completions.cache.store import Store
from linnet_completions.ghost.tally import Tally
from linnet_completions.models import catalog, prices
from linnet_completions.models.asking import Asking
from linnet_completions.models.audit import Audit
from linnet_completions.models.breaker import Breakers
from linnet_completions.models.capabilities import Capabilities
from linnet_completions.models.keys import NoKey, key_for
from linnet_completions.models.outbound import Crowded, Outbound, OverBudget
from linnet_completions.models.protocol import Call, Model, ModelError, Task, Text, Usage
from linnet_completions.models.redaction import Redactor
from linnet_completions.models.router import Manners, Router, Step
from linnet_completions.models.spend import Spend
from linnet_context import tokens
from linnet_context.problems import Problem
from linnet_server.assemble import cache_folder
from linnet_server.keychain import TEAM_SECRET, system_keychain, team_secret
from linnet_server.outgoing import own, policy, state_folder
from linnet_server.remembered import Remembered
from linnet_server.targets import Target, target, targets

if TYPE_CHECKING:
    from linnet_completions.models.http import Http
    from linnet_completions.models.network import Network
    from linnet_completions.models.offered import Offered
    from linnet_server.settings import Settings
    from linnet_server.settings.declaration import Provider

log = logging.getLogger(__name__)

# A connection that was idle for longer may be closed, so that the next request would pay for another handshake.
IDLE = 60.0
_FIRST_PLACEHOLDER = 90_001
# The first word of ghost text by the first model may take this share of the time, while another could be asked.
_SHARE = 0.5


@dataclass(slots=True)
class Route:
    """The way to models that may be asked: how, what they answered before, and names for people and for the cache.

    `target` and `identity` are those of the model that is asked first, and once one answers, of that one.
    """

    target: Target
    asking: Asking
    answers: Told
    identity: str

    @property
    def label(self) -> str:
        return self.target.label


class Gate:
    """All that one process needs to ask models. Belongs to one event loop; opens nothing before the first question.

    `now` gives the settings that hold now; `mine` are those of the user's own file and environment alone, which
    decide where keys go. `note` is told what a user should know, `failed` each failure of a model in one line.
    """

    def __init__(
        self,
        now: Callable[[], Settings],
        mine: Settings,
        environ: Mapping[str, str],
        note: Callable[[str], None] = log.warning,
        failed: Callable[[str], None] = log.warning,
    ) -> None:
        self._now = now
        self._mine = own(mine)
        self._environ = environ
        self._tell = note
        self._told: set[str] = set()
        self._built_for: Settings | None = None
        self._capabilities = Capabilities(Remembered(capabilities_file(now())))
        self._clients: dict[Network, Http] = {}
        self._steps: dict[Target, Step] = {}
        self._targets: dict[str, Target] = {}
        self._used = -IDLE
        self._warming: asyncio.Task[None] | None = None
        self._over_budget: date | None = None
        settings = now()
        store = Store(cache_folder(settings) / "answers", size_mb=settings.cache.size_mb, note=note)
        self._team = self._shared(settings)
        self.answers = AsyncAnswers(store, team=self._team)
        self.spend = Spend(state_folder() / "spend.json")
        self._tally = Tally(state_folder() / "stats.json")
        audit = state_folder() / "audit.jsonl"
        self._outbound = Outbound(
            lambda: policy(now()),
            count=tokens.estimate,
            cost=lambda provider, model, usage: prices.cost(usage, price_of(now(), provider, model)),
            spend=self.spend,
            audit=Audit(audit, content=settings.audit.content) if settings.audit.enabled else None,
            # What the worker found is numbered from 1 on; a placeholder must not stand for two secrets.
            redactor=Redactor(first=_FIRST_PLACEHOLDER),
            team=self._team,
        )
        self._breakers = Breakers()
        self._router = Router(self._send, self._breakers, self._successor, failed)

    @property
    def stopped(self) -> bool:
        """Whether today's limit is reached and the user wants nothing to answer then."""
        return self._now().cost.on_cap == "stop" and self._over_budget == date.today()

    async def route(self, task: Task) -> Route | None:
        """The way to the models for a task; None where none is chosen, or the user is offline. Problem as `targets`."""
        settings = self._now()
        self._renew(settings)
        wanted = () if settings.offline else targets(settings, task)
        steps = [await self._step(each, settings) for each in wanted]
        if not steps:
            return None
        first = next(iter(self._router.ready(steps)), steps[0])
        manners = Manners(_SHARE * settings.completion.max_wait_ms / 1e3, settings.routes.hedge_ms / 1e3)

        def spoke(step: Step) -> None:
            route.target, route.identity = self._targets[step.identity], step.identity

        asking = self._asking(steps, manners if task == "inline" else Manners(), spoke)
        answers = Told(self.answers, lambda: self._kept(route.label, task))
        route = Route(self._targets[first.identity], asking, answers, first.identity)
        return route

    @property
    def capabilities(self) -> Capabilities:
        """What endpoints were found not to accept."""
        return self._capabilities

    async def ask(self, wanted: Target, call: Call) -> str:
        """One model's answer, whatever the routes say. Raises `ModelError`s."""
        step = await self._step(wanted, self._now())
        async with aclosing(self._send(step.model, call)) as pieces:
            return "".join([each.text async for each in pieces if isinstance(each, Text)])

    async def offered(self, wanted: Target) -> tuple[Offered, ...]:
        """The models that a target's endpoint says it has; none where it does not say, or may not be asked."""
        from linnet_completions.models.dialects.model import RemoteModel

        model = (await self._step(wanted, self._now())).model
        if not isinstance(model, RemoteModel) or not self._outbound.allows(model):
            return ()
        try:
            return await model.offered()
        except ModelError:
            return ()

    def budget(self) -> int:
        """Most tokens of context for ghost text by the model that is asked first."""
        settings = self._now()
        wanted = target(settings, "inline")
        own = settings.providers.get(wanted.provider) if wanted else None
        family = own.family or "" if own else ""
        known = prices.entry(wanted.provider, wanted.model, family=family) if wanted else None
        return prices.worth_sending(known, settings.context.budget_tokens)

    def typed(self) -> None:
        """The user types. After a pause, a connection to the first model is opened ahead of the first request."""
        if time.monotonic() - self._used < IDLE or (self._warming and not self._warming.done()):
            return
        self._used = time.monotonic()
        self._warming = asyncio.get_running_loop().create_task(self._connect())

    async def warm(self) -> None:
        """Have everything ready for ghost text before the first key; opens no connection. Never raises."""
        try:
            route = await self.route("inline")
            await self._outbound.warm()
            if route and (old := prices.old_table(date.today())):
                self._note(old)
            for client in self._clients.values() if route else ():
                await client.prepare()
        except Problem as problem:
            self._note(str(problem))

    async def aclose(self) -> None:
        """Close every connection and file."""
        if self._warming is not None:
            self._warming.cancel()
        for client in self._clients.values():
            await client.aclose()
        await self._outbound.aclose()
        await asyncio.to_thread(self._tally.save)
        await self.answers.aclose()
        if self._team is not None:
            await self._team.aclose()

    async def _connect(self) -> None:
        settings = self._now()
        try:
            wanted = None if settings.offline else target(settings, "inline")
            if wanted is None:
                return
            step = await self._step(wanted, settings)
            if self._outbound.allows(step.model):
                await self._clients[network_of(settings.providers.get(wanted.provider))].warm(wanted.base_url)
        except Problem as problem:
            self._note(str(problem))

    def _kept(self, label: str, task: Task) -> None:
        """Count an answer from the cache; other processes count in the same file."""
        self._tally.kept(label, task)
        asyncio.get_running_loop().run_in_executor(None, self._tally.save)

    def _note(self, text: str) -> None:
        """Tell something once, however often it is found."""
        if text not in self._told:
            self._told.add(text)
            self._tell(text)

    def _asking(self, steps: Sequence[Step], manners: Manners, spoke: Callable[[Step], None]) -> Asking:
        async def asking(call: Call) -> AsyncGenerator[Text | Usage]:
            self._used = time.monotonic()
            try:
                async with aclosing(self._router.stream(steps, call, manners, spoke)) as pieces:
                    async for each in pieces:
                        yield each
            except Crowded:
                raise
            except OverBudget:
                self._over_budget = date.today()
                raise

        return asking

    def _shared(self, settings: Settings) -> Team | None:
        """The team's server, if the settings name one that can be used."""
        if not settings.cache.url or settings.offline:
            return None
        secret = team_secret(self._environ)
        if not secret:
            self._note(
                f"There is no team secret, so `cache.url` is not used; set {TEAM_SECRET} or `linnet auth set team`."
            )
            return None
        limits = Limits(settings.cost.team_daily_usd, settings.cost.team_per_minute)
        try:
            return Team(settings.cache.url, secret, limits, self._note)
        except Problem as problem:
            self._note(f"{problem.what} {problem.remedy}")
            return None

    def _send(self, model: Model, call: Call) -> AsyncGenerator[Text | Usage]:
        return self._outbound.stream(model, call)

    def _renew(self, settings: Settings) -> None:
        """New settings may bring another key or address: what failed before may work now."""
        if settings is not self._built_for:
            self._built_for = settings
            self._steps.clear()
            self._breakers.reset()
            self._over_budget = None

    async def _step(self, wanted: Target, settings: Settings) -> Step:
        wanted = self._succeeded(wanted)
        if wanted not in self._steps:
            if wanted.message:
                self._note(wanted.message)
            self._steps[wanted] = await asyncio.to_thread(self._built, wanted, settings)
        # What the first request loads is not held against the model.
        await self._clients[network_of(settings.providers.get(wanted.provider))].prepare()
        step = self._steps[wanted]
        self._targets[step.identity] = wanted
        return step

    async def _successor(self, step: Step) -> Step | None:
        """The step for the model that a provider names instead of one that it has no more; remembered."""
        gone = self._targets[step.identity]
        after = catalog.successor(gone.model)
        if not after:
            return None
        self._capabilities.learn(gone.base_url, gone.model, {_GONE})
        return await self._step(gone, self._now())

    def _succeeded(self, wanted: Target) -> Target:
        if _GONE not in self._capabilities.refused(wanted.base_url, wanted.model):
            return wanted
        after = catalog.successor(wanted.model)
        message = f"{wanted.provider} does not have {wanted.model} any more; {after} serves instead."
        return Target(wanted.provider, after, wanted.base_url, message) if after else wanted

    def _built(self, wanted: Target, settings: Settings) -> Step:
        """The model of a target, with the key that may go to it. Reads the keyring, so not on the event loop."""
        from linnet_completions.models.dialects.endpoint import Endpoint
        from linnet_completions.models.dialects.known import dialects
        from linnet_completions.models.dialects.model import RemoteModel
        from linnet_completions.models.http import Http

        entry = settings.providers.get(wanted.provider)
        network = network_of(entry)
        client = self._clients.setdefault(network, Http(network))
        key = key_for(
            wanted.provider,
            wanted.base_url,
            chosen=settings.provider,
            own=self._mine,
            environ=self._environ,
            keyring=lambda provider: system_keychain().get(provider),
        )
        preset = catalog.PRESETS.get(wanted.provider, catalog.PRESETS["custom"])
        if isinstance(key, NoKey) and not preset.local:
            self._note(key.reason)
        headers = entry.headers if entry else {}
        value = "" if isinstance(key, NoKey) else key.value
        endpoint = Endpoint(wanted.provider, wanted.base_url, value, headers, preset.key_header)
        family, dialect = (entry.family or "", entry.dialect or "") if entry else ("", "")
        profile = catalog.profile(wanted.provider, wanted.model, family)
        ways = dialects(wanted.provider, profile, dialect)
        model = RemoteModel(endpoint, wanted.model, client, self._capabilities, profile, ways)
        identity = f"{wanted.base_url.rstrip('/')} {wanted.model} {ways[0].name}"
        return Step(model, identity, wanted.label)


# How a model that is no more stands among what an endpoint refuses.
_GONE = "model"


def capabilities_file(settings: Settings) -> Path:
    """Where it is kept what endpoints were found not to accept."""
    return cache_folder(settings) / "capabilities.json"


def price_of(settings: Settings, provider: str, model: str) -> prices.Price | None:
    """What a model costs under the settings that hold; None where nobody knows."""
    entry = settings.providers.get(provider)
    family = entry.family or "" if entry else ""
    return prices.price(provider, model, settings.cost.prices, family=family)


def network_of(entry: Provider | None) -> Network:
    """How the endpoint of a provider is reached."""
    from linnet_completions.models.network import Network

    def path(text: str | None) -> Path | None:
        return Path(text).expanduser() if text else None

    if entry is None:
        return Network()
    return Network(path(entry.ca), entry.proxy, path(entry.client_cert), path(entry.client_key))


@asynccontextmanager
async def answering(
    settings: Settings, mine: Settings, environ: Mapping[str, str], task: Task
) -> AsyncIterator[Route | None]:
    """The way to the model for one task of the command line; None where none is chosen."""
    if settings.offline or target(settings, task) is None:
        yield None
        return
    # The command itself tells how it ended.
    gate = Gate(lambda: settings, mine, environ, failed=log.info)
    try:
        yield await gate.route(task)
    finally:
        await gate.aclose()
