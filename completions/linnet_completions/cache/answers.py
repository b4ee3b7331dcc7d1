"""The two tiers together: memory in front, the disk behind it; for an event loop, and for the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from linnet_completions.cache.memory import Memory
from linnet_completions.cache.redis import Team
from linnet_completions.cache.store import Store, StoreInfo


class Answers:
    """Strings (JSON text) by key. Belongs to one thread."""

    def __init__(self, store: Store, memory: Memory | None = None) -> None:
        self._store = store
        self._memory = memory or Memory()

    def get(self, key: str) -> str | None:
        """The value of a key, or None. Never raises."""
        value = self._memory.get(key)
        if value is None:
            value = self._store.get(key)
            if value is not None:
                self._memory.set(key, value)
        return value

    def set(self, key: str, value: str) -> None:
        """Keep a value. Never raises."""
        self._memory.set(key, value)
        self._store.set(key, value)

    def close(self) -> None:
        """Close the store."""
        self._store.close()


@dataclass(frozen=True, slots=True)
class Told:
    """Answers of which `served()` is told each time that one is found."""

    answers: AsyncAnswers
    served: Callable[[], None]

    async def get(self, key: str) -> str | None:
        """The value of a key, or None. Never raises."""
        value = await self.answers.get(key)
        if value is not None:
            self.served()
        return value

    def set(self, key: str, value: str) -> Future[None]:
        """As `AsyncAnswers.set`."""
        return self.answers.set(key, value)


class AsyncAnswers:
    """The same for an event loop: memory answers at once, the disk is touched on one thread of its own.

    The store is not used until it is needed, so that nothing heavy is imported before. A `team` may have answers too:
    what is neither in memory nor on disk is looked for there, for a moment.
    """

    def __init__(self, store: Store, memory: Memory | None = None, team: Team | None = None) -> None:
        self._store = store
        self._memory = memory or Memory()
        self._team = team
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="linnet-cache")

    def peek(self, key: str) -> str | None:
        """The value of a key if it is in memory; for a path that cannot wait."""
        return self._memory.get(key)

    async def get(self, key: str) -> str | None:
        """The value of a key, or None. Never raises."""
        value = self._memory.get(key)
        if value is None:
            value = await asyncio.wrap_future(self._thread.submit(self._store.get, key))
            if value is not None:
                self._memory.set(key, value)
            elif self._team is not None and (value := await self._team.get(key)) is not None:
                self._keep(key, value)
        return value

    def set(self, key: str, value: str) -> Future[None]:
        """Keep a value: in memory at once, on disk and with the team soon. Nobody needs to wait for the result."""
        if self._team is not None:
            self._team.set(key, value)
        return self._keep(key, value)

    def _keep(self, key: str, value: str) -> Future[None]:
        self._memory.set(key, value)
        try:
            return self._thread.submit(self._store.set, key, value)
        except RuntimeError:  # We are ending; the memory ends with us.
            done: Future[None] = Future()
            done.set_result(None)
            return done

    async def info(self) -> StoreInfo:
        """How much is on disk."""
        return await asyncio.wrap_future(self._thread.submit(self._store.info))

    async def aclose(self) -> None:
        """Write what is still to be written, and close."""
        with suppress(RuntimeError):
            await asyncio.wrap_future(self._thread.submit(self._store.close))
        self._thread.shutdown(wait=False)
