"""Notices when the event loop stands still: a key pressed then is answered that much later."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

TICK = 0.005
TOLERATED = 0.020


@dataclass(frozen=True, slots=True)
class Stall:
    """A pause of the loop in seconds, and the processor time that this process used meanwhile.

    Where the latter is much less, it was the machine that had no time, not we who took it.
    """

    seconds: float
    cpu_seconds: float


class Watchdog:
    """Ticks on a loop and tells of each tick that comes late."""

    def __init__(self, loop: asyncio.AbstractEventLoop, told: Callable[[Stall], None]) -> None:
        self._loop = loop
        self._told = told
        self._due = self._cpu = 0.0

    def start(self) -> None:
        """Watch from now on, for as long as the loop runs."""
        self._due, self._cpu = self._loop.time() + TICK, time.process_time()
        self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        late, cpu = self._loop.time() - self._due, time.process_time()
        if late > TOLERATED:
            self._told(Stall(late, cpu - self._cpu))
        self.start()
