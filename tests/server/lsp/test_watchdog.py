"""The watchdog tells when the loop stands still, and only then."""

from __future__ import annotations

import asyncio
import time

from linnet_server.lsp.watchdog import TICK, TOLERATED, Stall, Watchdog


def stalls(blocked: float, *, busy: bool) -> list[Stall]:
    """What is told when something blocks the loop for so many seconds, asleep or at work."""
    found: list[Stall] = []

    async def run() -> None:
        Watchdog(asyncio.get_running_loop(), found.append).start()
        await asyncio.sleep(2 * TICK)
        end = time.process_time() + blocked
        if busy:
            while time.process_time() < end:
                pass
        else:
            time.sleep(blocked)  # noqa: ASYNC251 - blocking the loop is what is tested.
        await asyncio.sleep(2 * TICK)

    asyncio.run(run())
    return found


def test_a_blocked_loop_is_told() -> None:
    """The stall is at least as long as what blocked the loop but for one tick, and tells whether we were at work."""
    asleep = max(stalls(5 * TOLERATED, busy=False), key=lambda stall: stall.seconds)
    working = max(stalls(5 * TOLERATED, busy=True), key=lambda stall: stall.seconds)
    assert asleep.seconds > 4 * TOLERATED and working.seconds > 4 * TOLERATED
    assert asleep.cpu_seconds < working.cpu_seconds
