"""The one gate through which anything leaves: checked, without secrets, logged, counted and paid for."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar, cast

from linnet_completions.cache.redis import Team
from linnet_completions.models.audit import Audit, Sent
from linnet_completions.models.keys import origin_of
from linnet_completions.models.protocol import (
    Call,
    Extra,
    Fill,
    Model,
    ModelError,
    Refused,
    Text,
    Unreachable,
    Usage,
)
from linnet_completions.models.redaction import Redactor
from linnet_completions.models.spend import Budget, Spend

_T = TypeVar("_T")
# Dollars of a call at a provider's model; None where its price is not known.
Cost = Callable[[str, str, Usage], float | None]
# What the frame of a message costs in tokens, besides its text.
_FRAME_TOKENS = 4


class Refusal(ModelError):
    """Nothing was sent: the gate is closed for this call."""


class Offline(Refusal):
    """The user forbids any connection."""


class NotChosen(Refusal):
    """The user did not choose this provider, or not at this address."""


class OverBudget(Refusal):
    """The call might cost more than what is left for today or this month."""


class Crowded(OverBudget):
    """The team makes no more calls in this minute."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What may leave now: `chosen` are the providers that the user chose, each with its base URL."""

    offline: bool
    chosen: Mapping[str, str]
    budget: Budget


@dataclass(slots=True)
class _Flight:
    """One call on its way."""

    model: Model
    call: Call
    prompt_tokens: int
    redacted: Mapping[str, int]
    estimate: float | None
    when: str
    started: float
    first: float | None = None
    pieces: list[str] = field(default_factory=list[str])
    usage: Usage | None = None
    status: str = "closed"
    ended: float = 0.0
    cost: float = 0.0
    # Whether the provider began to work, so that the call is to be paid.
    answered: bool = True


class Outbound:
    """Sends calls to models. Belongs to one event loop; files are touched on one thread of its own, never on the loop.

    `policy` is asked anew for each call, so that a change of settings holds at once.
    """

    def __init__(
        self,
        policy: Callable[[], Policy],
        *,
        count: Callable[[str], int],
        cost: Cost,
        spend: Spend,
        audit: Audit | None = None,
        redactor: Redactor | None = None,
        team: Team | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._policy = policy
        self._count = count
        self._cost = cost
        self._spend = spend
        self._audit = audit
        self._redactor = redactor or Redactor()
        self._team = team
        self._clock = clock
        self._now = now
        self._reserved = 0.0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="linnet-outbound")

    async def stream(self, model: Model, call: Call) -> AsyncGenerator[Text | Usage]:
        """The answer to a call: pieces of text, then one `Usage`, counted here where the provider does not say.

        An async generator. Closing it, or cancelling its reader, closes the stream upstream. Raises `ModelError`s.
        """
        policy = self._policy()
        _check(policy, model)
        flight = await self._on_thread(lambda: self._prepare(model, call))
        reserved, self._reserved = self._reserved, self._reserved + (flight.estimate or 0.0)
        try:
            await self._admit(flight, reserved, policy.budget)
            async with aclosing(self._fly(flight)) as pieces:
                async for each in pieces:
                    yield each
        finally:
            self._reserved -= flight.estimate or 0.0

    def redacted(self, call: Call) -> tuple[Call, Mapping[str, int]]:
        """A call as it would be sent, and how many secrets of each kind were taken out of it. Sends nothing."""
        spoken: Counter[str] = Counter()
        filled: Counter[str] = Counter()
        messages = tuple(replace(each, content=self._safe(each.content, spoken)) for each in call.messages)
        fill = call.fill and self._safe_fill(call.fill, filled)
        stop = tuple(self._safe(each, spoken) for each in call.stop)
        prediction = self._safe(call.prediction, filled)
        safe = replace(call, messages=messages, stop=stop, fill=fill, prediction=prediction)
        return safe, dict(spoken | filled)  # Both show the same code, so the larger count of each is right.

    def _safe(self, text: str, kinds: Counter[str]) -> str:
        done = self._redactor.redact(text)
        kinds.update(done.kinds)
        return done.text

    def _safe_fill(self, fill: Fill, kinds: Counter[str]) -> Fill:
        """A secret that the cursor stands in is seen whole only where both sides of it are looked at together."""
        around = self._redactor.redact(fill.prefix + fill.suffix)
        kinds.update(around.kinds)
        at = around.offset(len(fill.prefix))
        extras = tuple(
            Extra(self._safe(each.path, kinds), self._safe(each.text, kinds)) for each in fill.extras
        )
        stop = tuple(self._safe(each, kinds) for each in fill.stop)
        return Fill(self._safe(fill.path, kinds), around.text[:at], around.text[at:], extras, stop)

    def allows(self, model: Model) -> bool:
        """Whether anything may be sent to a model now, the budget left aside."""
        try:
            _check(self._policy(), model)
        except Refusal:
            return False
        return True

    async def warm(self) -> None:
        """Load what the first call needs, so that it does not wait for that."""
        await self._on_thread(lambda: self._count(self._redactor.redact("0123456789abcdef").text))

    async def aclose(self) -> None:
        """Write what is still to be written."""
        await asyncio.get_running_loop().run_in_executor(None, self._thread.shutdown)

    def _prepare(self, model: Model, call: Call) -> _Flight:
        safe, redacted = self.redacted(call)
        tokens = sum(self._count(text) + _FRAME_TOKENS for text in _texts(safe, fills=model.fills(call)))
        estimate = self._cost(model.provider, model.name, Usage(tokens, 0, call.max_tokens, None))
        when = self._now().isoformat(timespec="milliseconds")
        return _Flight(model, safe, tokens, redacted, estimate, when, self._clock())

    async def _admit(self, flight: _Flight, reserved: float, budget: Budget) -> None:
        """Calls on their way count as spent, at what they may cost at most."""
        ahead = flight.estimate + reserved if flight.estimate else flight.estimate
        if not await self._on_thread(lambda: self._spend.allowed(ahead, budget)):
            raise OverBudget("The budget for models is spent.")
        if self._team is None or flight.estimate == 0:
            return
        if self._team.over_budget or self._team.crowded:
            self._team.look()
            if self._team.over_budget:
                raise OverBudget("The team's budget for today is spent.")
            raise Crowded("The team has made as many requests in this minute as it may.")
        self._team.asked()

    async def _fly(self, flight: _Flight) -> AsyncGenerator[Text | Usage]:
        landed: Future[Usage]
        try:
            async with aclosing(
                cast("AsyncGenerator[Text | Usage]", flight.model.stream(flight.call))
            ) as upstream:
                async for each in upstream:
                    if isinstance(each, Usage):
                        flight.usage = each
                        continue
                    if flight.first is None:
                        flight.first = self._clock()
                    flight.pieces.append(each.text)
                    yield each
            flight.status = "ok"
        except ModelError as error:
            flight.status = type(error).__name__
            began = bool(flight.pieces) or flight.usage is not None
            flight.answered = began or not isinstance(error, Refused | Unreachable)
            raise
        finally:
            flight.ended = self._clock()
            landed = self._submit(lambda: self._land(flight))
            if self._team is not None:
                self._share(landed, flight, self._team)
        # Shielded: a reader that leaves now must not leave the call unpaid.
        usage: Usage = await asyncio.shield(asyncio.wrap_future(landed))
        yield usage

    def _share(self, landed: Future[Usage], flight: _Flight, team: Team) -> None:
        """Add a call's dollars to the team's once they are known, also when nobody waits for that any more."""
        loop = asyncio.get_running_loop()

        def tell(done: Future[Usage]) -> None:
            with suppress(RuntimeError):  # The loop has ended before.
                loop.call_soon_threadsafe(team.spent, flight.cost)

        landed.add_done_callback(tell)

    async def _on_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.wrap_future(self._submit(work))

    def _submit(self, work: Callable[[], _T]) -> Future[_T]:
        try:
            return self._thread.submit(work)
        except RuntimeError:  # We are ending: what has left is still to be written down.
            done: Future[_T] = Future()
            done.set_result(work())
            return done

    def _land(self, flight: _Flight) -> Usage:
        """What the call used; has it paid and logged, however it ended."""
        usage = flight.usage or Usage()
        whole = usage.prompt_tokens is not None and usage.completion_tokens is not None
        if usage.prompt_tokens is None:
            usage = replace(usage, prompt_tokens=flight.prompt_tokens)
        if usage.completion_tokens is None:
            usage = replace(usage, completion_tokens=self._count("".join(flight.pieces)))
        if usage.cost_usd is None and flight.answered:
            usage = replace(usage, cost_usd=self._cost(flight.model.provider, flight.model.name, usage))
        if usage.cost_usd:
            self._spend.record(usage.cost_usd)
        flight.cost = usage.cost_usd or 0.0
        if self._audit is not None:
            self._audit.write(_sent(flight, usage, "provider" if whole else "here"))
        return usage


def _texts(call: Call, *, fills: bool) -> list[str]:
    """All that the prompt of a call is made of."""
    if call.fill is None or not fills:
        return [message.content for message in call.messages]
    return [*(extra.text for extra in call.fill.extras), call.fill.prefix + call.fill.suffix]


def _sent(flight: _Flight, usage: Usage, counted: str) -> Sent:
    origin = origin_of(flight.model.base_url)
    return Sent(
        when=flight.when,
        task=flight.call.task,
        provider=flight.model.provider,
        host=origin[1] if origin else "",
        model=flight.model.name,
        status=flight.status,
        counted=counted,
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached_tokens,
        completion_tokens=usage.completion_tokens,
        cost_usd=usage.cost_usd,
        first_ms=None if flight.first is None else round((flight.first - flight.started) * 1000),
        total_ms=round((flight.ended - flight.started) * 1000),
        redacted=flight.redacted,
        messages=flight.call.messages,
        fill=flight.call.fill,
    )


def _check(policy: Policy, model: Model) -> None:
    if policy.offline:
        raise Offline("Linnet is offline by your settings.")
    if model.provider not in policy.chosen:
        raise NotChosen(f"You did not choose {model.provider}.")
    origin = origin_of(model.base_url)
    if origin is None or origin != origin_of(policy.chosen[model.provider]):
        raise NotChosen(f"This is not the address that you chose for {model.provider}.")
