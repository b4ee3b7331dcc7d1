"""A small cache in memory that forgets what was not used for longest."""

from __future__ import annotations

from collections import OrderedDict


class Memory:
    """Strings by key, at most `entries` of them with `characters` in all. Belongs to one thread."""

    def __init__(self, entries: int = 500, characters: int = 4_000_000) -> None:
        self._entries = entries
        self._characters = characters
        self._values: OrderedDict[str, str] = OrderedDict()
        self._total = 0

    def get(self, key: str) -> str | None:
        """The value, which now counts as used; None where there is none."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def set(self, key: str, value: str) -> None:
        """Keep a value; one that is larger than the whole memory is not kept."""
        self.forget(key)
        if len(value) > self._characters:
            return
        self._values[key] = value
        self._total += len(value)
        while len(self._values) > self._entries or self._total > self._characters:
            _, oldest = self._values.popitem(last=False)
            self._total -= len(oldest)

    def forget(self, key: str) -> None:
        """Drop a value if it is there."""
        self._total -= len(self._values.pop(key, ""))

    def clear(self) -> None:
        """Drop everything."""
        self._values.clear()
        self._total = 0

    def __len__(self) -> int:
        return len(self._values)
