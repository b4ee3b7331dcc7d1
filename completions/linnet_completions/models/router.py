"""The way to a model through an ordered list of them: the next one answers where the one before does not."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial

from linnet_completions.models.breaker import Breakers
from linnet_completions.models.hedge import race
from linnet_completions.models.outbound import OverBudget, Refusal
from linnet_completions.models.protocol import (
    Call,
    Model,
    ModelError,
    RateLimited,
    Refused,
    Task,
    Text,
    TimedOut,
    Unreachable,
    Usage,
)

# How often a task begins anew when every model failed in a way that passes. Ghost text never does: the next key asks.
RETRIES: Mapping[Task, int] = {"inline": 0, "explain": 2, "edit": 2, "review": 2}
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 8.0
# A server that asks for more patience than that is not waited for.
_PATIENCE = 20.0

Pieces = AsyncGenerator[Text | Usage]
Send = Callable[[Model, Call], Pieces]


class Resting(RateLimited):
    """Every model of the route has failed a moment ago and is left alone for a while; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Step:
    """One model of a route; `identity` names its address, name and dialect, `label` names it for people."""

    model: Model
    identity: str
    label: str


@dataclass(frozen=True, slots=True)
class Manners:
    """How a route is walked.

    `patience` is how many seconds a model has for its first word while another could be asked; `hedge` is after how
    many the next is asked as well, 0 for never.
    """

    patience: float | None = None
    hedge: float = 0.0


class Router:
    """Sends calls along routes. Belongs to one event loop.

    `successor` gives the step that takes the place of a model that is no more, None where there is none. `note` is
    told each failure in one line.
    """

    def __init__(
        self,
        send: Send,
        breakers: Breakers,
        successor: Callable[[Step], Awaitable[Step | None]],
        note: Callable[[str], None],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._send = send
        self._breakers = breakers
        self._successor = successor
        self._note = note
        self._sleep = sleep
        self._chance = chance

    def ready(self, steps: Sequence[Step]) -> list[Step]:
        """The steps that may be asked now, in order."""
        return [step for step in steps if self._breakers.ready(step.identity)]

    async def stream(
        self,
        steps: Sequence[Step],
        call: Call,
        manners: Manners,
        spoke: Callable[[Step], None] = lambda step: None,
    ) -> Pieces:
        """The answer of the first model that gives one; see `Outbound.stream`. `spoke` is told which one that is.

        A usage says which model `served`. Once a model has begun to speak, its failure is
        the route's. Raises `Resting` when all are left alone.
        """
        for turn in range(RETRIES[call.task] + 1):
            spoken = False
            asked = list(steps) if turn else self.ready(steps)
            try:
                if not asked:
                    raise self._resting(steps)
                async with aclosing(self._asked(asked, call, manners, spoke)) as pieces:
                    async for each in pieces:
                        spoken = True
                        yield each
                return
            except ModelError as error:
                if spoken or turn == RETRIES[call.task] or not _passes(error):
                    raise
                wait = self._wait(error, turn)
            await self._sleep(wait)

    def _asked(
        self, steps: Sequence[Step], call: Call, manners: Manners, spoke: Callable[[Step], None]
    ) -> Pieces:
        if manners.hedge and call.task == "inline" and len(steps) > 1:
            return race([partial(self._one, step, call, None, spoke) for step in steps], manners.hedge)
        return self._walk(steps, call, manners.patience, spoke)

    async def _walk(
        self, steps: Sequence[Step], call: Call, patience: float | None, spoke: Callable[[Step], None]
    ) -> Pieces:
        """The answer of the first step that begins one; raises what the last one raised."""
        waiting = list(steps)
        while waiting:
            step, spoken = waiting.pop(0), False
            try:
                left = patience if waiting else None
                async with aclosing(self._one(step, call, left, spoke)) as pieces:
                    async for each in pieces:
                        spoken = True
                        yield each
                return
            except OverBudget:
                if not waiting:  # What costs nothing may be asked even so.
                    raise
            except Refusal:
                raise
            except ModelError as error:
                after = await self._successor(step) if _is_gone(error) else None
                waiting[:0] = [after] if after is not None else []
                if spoken or not waiting:
                    raise

    async def _one(
        self, step: Step, call: Call, patience: float | None, spoke: Callable[[Step], None]
    ) -> Pieces:
        """One model's answer; its breaker learns how it ended, and `note` why it failed."""
        settled, silent = False, True
        self._breakers.begin(step.identity)
        try:
            async with aclosing(_prompt(self._send(step.model, call), step.label, patience)) as pieces:
                async for each in pieces:
                    if silent:
                        silent = False
                        spoke(step)
                    yield replace(each, served=step.identity) if isinstance(each, Usage) else each
            self._breakers.worked(step.identity)
            settled = True
        except Refusal:
            raise
        except ModelError as error:
            self._breakers.failed(step.identity, error)
            settled = True
            self._note(f"{step.label} did not answer ({type(error).__name__}): {error}")
            raise
        finally:
            if not settled:
                self._breakers.left(step.identity)

    def _resting(self, steps: Sequence[Step]) -> Resting:
        """The failure of the model that may be asked first again, and when that will be."""
        found = [rest for step in steps if (rest := self._breakers.resting(step.identity))]
        error, seconds = min(found, key=lambda rest: rest[1])
        return Resting(seconds, message=str(error))

    def _wait(self, error: ModelError, turn: int) -> float:
        asked = error.retry_after if isinstance(error, Refused) else None
        pause = min(_FIRST_WAIT * 2.0**turn, _LONGEST_WAIT)
        return max(asked or 0.0, pause * (0.5 + self._chance()))


async def _prompt(pieces: Pieces, label: str, patience: float | None) -> Pieces:
    """An answer that must begin within `patience` seconds."""
    async with aclosing(pieces):
        try:
            async with asyncio.timeout(patience):
                first = await anext(pieces, None)
        except TimeoutError:
            raise TimedOut(f"{label} did not begin to answer in time.") from None
        if first is not None:
            yield first
        async for each in pieces:
            yield each


def _passes(error: ModelError) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(error, Refusal):
        return False
    if isinstance(error, Refused):
        busy = isinstance(error, RateLimited) or error.status >= 500
        return busy and (error.retry_after or 0.0) <= _PATIENCE
    return isinstance(error, Unreachable | TimedOut)


def _is_gone(error: ModelError) -> bool:
    """Whether the provider says that it does not have the model."""
    return isinstance(error, Refused) and (error.status == 404 or error.code == "model_not_found")
