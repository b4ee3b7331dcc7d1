"""What an endpoint has refused: learned from its answers, remembered for a while."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Protocol

_LIFETIME = 30 * 24 * 3600.0


class Memory(Protocol):
    """Where short texts are kept under short names. Both calls are quick: they run on the event loop."""

    def get(self, key: str) -> str | None: ...

    def set(self, key: str, value: str) -> None: ...


class Forgetful:
    """A memory that ends with the process."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self._texts.get(key)

    def set(self, key: str, value: str) -> None:
        self._texts[key] = value


class Capabilities:
    """The fields of a request that a model at a base URL does not take.

    A field is named as in the request; `stop:1` says that it takes a single stop string and
    `reasoning_effort:none` that it does not take this value. What was learned is forgotten after 30 days, since
    endpoints learn too. `clock` gives seconds since 1970.
    """

    def __init__(self, memory: Memory | None = None, clock: Callable[[], float] = time.time) -> None:
        self._memory = memory or Forgetful()
        self._clock = clock

    def refused(self, base_url: str, model: str) -> frozenset[str]:
        """What the model refused so far."""
        text = self._memory.get(_key(base_url, model))
        if text is None:
            return frozenset()
        try:
            kept = json.loads(text)
            learned, fields = float(kept["learned"]), frozenset(map(str, kept["refused"]))
        except (ValueError, TypeError, KeyError):
            return frozenset()
        return fields if self._clock() - learned < _LIFETIME else frozenset()

    def learn(self, base_url: str, model: str, refused: Iterable[str]) -> None:
        """Remember that the model refused these fields too."""
        fields = sorted(self.refused(base_url, model).union(refused))
        kept = {"learned": self._clock(), "refused": fields}
        self._memory.set(_key(base_url, model), json.dumps(kept))


def _key(base_url: str, model: str) -> str:
    return f"capabilities {base_url} {model}"
