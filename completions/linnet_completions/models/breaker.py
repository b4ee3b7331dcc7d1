"""Leaves a model alone that has just failed, longer each time, and lets one request try whether it answers again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from linnet_completions.models.protocol import ModelError, Refused
from linnet_completions.models.refusals import OUT_OF_MONEY

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
# A key that is refused, an empty account, an unknown model: nothing changes by itself.
LASTING = 600.0
# Nobody waits longer than that, whatever a server asks for.
_LONGEST_ASKED = 3600.0
_LASTING_STATUS = frozenset({401, 402, 403, 404})
_JITTER = 0.25


@dataclass(slots=True)
class _State:
    """`until` is on the clock, `trying` says that one request finds out whether the model answers again."""

    error: ModelError
    until: float
    pause: float
    trying: bool = False


class Breakers:
    """One breaker for each key, which names a model at an address. Belongs to one event loop.

    `clock` gives seconds, `chance` a number from 0 to 1, so that many editors do not come back at the same moment.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, chance: Callable[[], float] = random.random
    ) -> None:
        self._clock = clock
        self._chance = chance
        self._states: dict[str, _State] = {}

    def ready(self, key: str) -> bool:
        """Whether a request may be sent now."""
        state = self._states.get(key)
        return state is None or (self._clock() >= state.until and not state.trying)

    def begin(self, key: str) -> None:
        """A request is sent; where the last one failed, no other goes before its end is known."""
        if state := self._states.get(key):
            state.trying = True

    def worked(self, key: str) -> None:
        """The model answered."""
        self._states.pop(key, None)

    def left(self, key: str) -> None:
        """The request was given up before anything was known."""
        if state := self._states.get(key):
            state.trying = False

    def failed(self, key: str, error: ModelError) -> None:
        """The model did not answer; it is left alone for as long as it asks for, or longer with each failure."""
        before = self._states.get(key)
        pause = FIRST_PAUSE if before is None else min(2 * before.pause, LONGEST_PAUSE)
        self._states[key] = _State(error, self._clock() + self._wait(error, pause), pause)

    def reset(self) -> None:
        """Forget every failure."""
        self._states.clear()

    def resting(self, key: str) -> tuple[ModelError, float] | None:
        """The failure that the model is left alone for, and for how many more seconds; None when it is not."""
        state = self._states.get(key)
        if state is None or self.ready(key):
            return None
        return state.error, max(0.0, state.until - self._clock())

    def _wait(self, error: ModelError, pause: float) -> float:
        asked = error.retry_after if isinstance(error, Refused) else None
        if isinstance(error, Refused) and (error.status in _LASTING_STATUS or error.code in OUT_OF_MONEY):
            return LASTING
        if asked is not None:
            return min(asked, _LONGEST_ASKED)
        return pause * (1 + _JITTER * (2 * self._chance() - 1))
