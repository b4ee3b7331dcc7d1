"""What a team shares through Redis or Valkey: answers, dollars spent, requests made. Never waited for."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from linnet_completions.cache.sealing import Seal
from linnet_context.problems import Problem

_T = TypeVar("_T")
# Seconds that an answer may be looked for, and that anything may take in the background.
LOOK, BACKGROUND = 0.025, 1.0
# After a failure the server is left alone for so long (seconds).
REST = 30.0
_KEPT_SECONDS = 30 * 24 * 3600
_LARGEST = 1_000_000
_MINUTE = 60
# What comes faster than the server takes it is not shared.
_MOST_WAITING = 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """What the whole team may do: dollars in a day, requests in a minute; None for no limit."""

    daily_usd: float | None = None
    per_minute: int | None = None


@dataclass(slots=True)
class _Seen:
    """What the server last said of today and of this minute."""

    day: str = ""
    dollars: float = 0.0
    minute: int = -1
    requests: int = 0


class Team:
    """The team's side of the cache and the budget. Belongs to one event loop; never raises after it was made.

    Looking for an answer takes `LOOK` seconds at most, and after one failure nothing is asked for `REST` seconds. All
    else happens in the background: `over_budget` and `crowded` tell of what was last seen. `connect` makes a client from the address;
    `note` is told once why the server is not used. Raises `Problem` where the secret or a package is missing.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        limits: Limits,
        note: Callable[[str], None] = lambda text: None,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        connect: Callable[[str], Any] | None = None,
    ) -> None:
        if not url.startswith(("redis://", "rediss://", "unix://")):
            raise Problem(
                "`cache.url` is not the address of a Redis server.", "Write redis://HOST:PORT or unix://PATH."
            )
        self._seal = Seal(secret)
        self._url = url
        self._limits = limits
        self._note = note
        self._clock = clock
        self._now = now
        self._connect = connect or _client
        self._building: asyncio.Future[Any] | None = None
        self._rests_until = 0.0
        self._told = False
        self._seen = _Seen()
        self._work: set[asyncio.Task[None]] = set()
        # One after the other, so that a burst does not open a connection for each.
        self._turn = asyncio.Semaphore(1)

    async def get(self, key: str) -> str | None:
        """The answer that somebody in the team has had; None where there is none, or it does not come at once."""
        name = self._seal.name("answer", key)
        sealed = await self._try(lambda client: client.get(name), LOOK)
        return self._seal.unseal(name, sealed) if isinstance(sealed, bytes) else None

    def set(self, key: str, value: str) -> None:
        """Share an answer, soon."""
        if len(value) > _LARGEST:
            return
        name = self._seal.name("answer", key)
        sealed = self._seal.seal(name, value)
        self._later(self._try(lambda client: client.set(name, sealed, ex=_KEPT_SECONDS), BACKGROUND))

    @property
    def over_budget(self) -> bool:
        """Whether the team's dollars for today are spent, as far as is known."""
        most, seen = self._limits.daily_usd, self._seen
        return most is not None and seen.day == self._moment()[0] and seen.dollars >= most

    @property
    def crowded(self) -> bool:
        """Whether the team has made all requests that it may make in this minute, as far as is known."""
        most, seen = self._limits.per_minute, self._seen
        return most is not None and seen.minute == self._moment()[1] and seen.requests >= most

    def asked(self) -> None:
        """A request is made."""
        self._later(self._count(0.0, 1))

    def spent(self, dollars: float) -> None:
        """A call has cost something."""
        if math.isfinite(dollars) and dollars > 0:
            self._later(self._count(dollars, 0))

    def look(self) -> None:
        """Learn soon what the others have spent and asked."""
        self._later(self._count(0.0, 0))

    async def reachable(self, within: float) -> bool:
        """Whether the server answers."""
        return await self._try(lambda client: client.ping(), within) is not None

    async def aclose(self) -> None:
        """Finish what is under way, briefly, and close."""
        if self._work:
            _, late = await asyncio.wait(self._work, timeout=BACKGROUND)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._building is not None and self._building.done() and not self._building.exception():
            await self._building.result().aclose()

    async def _count(self, dollars: float, requests: int) -> None:
        """Add to the day and to the minute, and see where they stand."""
        day, minute = self._moment()
        days, minutes = self._seal.name("dollars", day), self._seal.name("requests", str(minute))

        async def work(client: Any) -> Any:
            async with client.pipeline(transaction=False) as pipe:
                pipe.incrbyfloat(days, dollars).expire(days, 3 * 24 * 3600)
                pipe.incrby(minutes, requests).expire(minutes, 2 * _MINUTE)
                return await pipe.execute()

        told = await self._try(work, BACKGROUND)
        if isinstance(told, list) and len(told) == 4:
            self._seen = _Seen(day, float(told[0]), minute, int(told[2]))

    def _moment(self) -> tuple[str, int]:
        now = self._now()
        return date.fromtimestamp(now).isoformat(), int(now // _MINUTE)

    def _later(self, work: Coroutine[Any, Any, Any]) -> None:
        if len(self._work) >= _MOST_WAITING:
            work.close()
            return

        async def done() -> None:
            async with self._turn:
                await work

        task = asyncio.get_running_loop().create_task(done())
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _try(self, work: Callable[[Any], Awaitable[_T]], within: float) -> _T | None:
        """What the server says in time; None, and a rest for it, otherwise."""
        if self._clock() < self._rests_until:
            return None
        try:
            async with asyncio.timeout(within):
                return await work(await self._ready())
        except TimeoutError:
            # While the library is still being imported, the server is not to blame.
            if self._building is not None and self._building.done():
                self._rest("it does not answer in time")
        except ImportError:
            self._rest("the Python package `redis` is not installed: `pip install linnet[team]`")
        except Exception as error:  # noqa: BLE001 - whatever breaks in the library or the server, answers go on.
            self._rest(type(error).__name__)
        return None

    async def _ready(self) -> Any:
        if self._building is None or self._building.done() and self._building.exception():
            self._building = asyncio.ensure_future(asyncio.to_thread(self._connect, self._url))
        return await asyncio.shield(self._building)

    def _rest(self, why: str) -> None:
        self._rests_until = self._clock() + REST
        if not self._told:
            self._told = True
            self._note(f"The team's cache is not used for now ({why}).")


def _client(url: str) -> Any:
    """A client that neither waits nor tries again by itself; connects with its first question."""
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    # The older protocol is spoken by every server and by the proxies in front of them.
    return Redis.from_url(
        url,
        socket_timeout=BACKGROUND,
        socket_connect_timeout=BACKGROUND,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )
