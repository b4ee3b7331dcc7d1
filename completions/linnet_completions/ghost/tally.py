"""How often ghost text was shown and taken, how fast it came: counts by day, model and language, and no code."""

from __future__ import annotations

import json
import os
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from linnet_completions.ghost.outcome import Event
from linnet_context.files import private_folder, write_private
from linnet_context.locking import locked

_VERSION = 1
_DAYS_KEPT = 400
_LARGEST = 10_000_000
# Upper bounds of the groups that latencies are counted in (milliseconds); the last one has none.
BOUNDS = (5, 10, 20, 35, 50, 75, 100, 150, 200, 250, 300, 400, 500, 700, 1_000, 1_500)

# What counts answers from the cache; there `source` is provider and model, and `language` the task.
KEPT = "from_cache"

Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A count: on a `day` (ISO), of ghost text by `source` in a `language`. `what` is an event, or "latency:BOUND"."""

    day: str
    source: str
    language: str
    what: str
    count: int


class Tally:
    """The counts, in a small private file that all processes of the user add to. Never raises.

    `add`, `latency` and `kept` only remember; `save` writes, and may be called on any thread.
    """

    def __init__(self, path: Path, today: Callable[[], date] = date.today) -> None:
        self._path = path
        self._today = today
        self._lock = threading.Lock()
        # Held for a moment only, so that who counts never waits for a file.
        self._counting = threading.Lock()
        self._unsaved: Counter[Key] = Counter()

    def add(self, event: Event) -> None:
        """Count an event, and its characters."""
        self._count(event.source, event.language, event.what, 1)
        self._count(event.source, event.language, f"{event.what}_characters", event.characters)

    def latency(self, source: str, language: str, milliseconds: float) -> None:
        """Count how long an answer that was shown had taken."""
        group = bisect_left(BOUNDS, milliseconds)
        bound = BOUNDS[group] if group < len(BOUNDS) else "more"
        self._count(source, language, f"latency:{bound}", 1)

    def kept(self, model: str, task: str) -> None:
        """Count an answer that a model gave before, for any task: nobody was asked, and nothing was paid."""
        self._count(model, task, KEPT, 1)

    @property
    def dirty(self) -> bool:
        """Whether there is something to be written."""
        return bool(self._unsaved)

    def save(self) -> None:
        """Add what was counted to the file; what cannot be written now is written later."""
        with self._lock, suppress(OSError):
            if not self._unsaved:
                return
            private_folder(self._path.parent)
            with locked(self._path.with_name(self._path.name + ".lock")) as held:
                if not held:
                    return
                counts = Counter(
                    {(row.day, row.source, row.language, row.what): row.count for row in self._read()}
                )
                with self._counting:
                    taken = self._unsaved.copy()
                counts.update(taken)
                kept = set(sorted({key[0] for key in counts})[-_DAYS_KEPT:])
                rows = [[*key, count] for key, count in sorted(counts.items()) if key[0] in kept]
                write_private(self._path, json.dumps({"version": _VERSION, "rows": rows}).encode())
                with self._counting:  # More may have been counted meanwhile.
                    self._unsaved -= taken

    def rows(self) -> list[Row]:
        """All counts, those that were not written yet too."""
        with self._lock:
            with self._counting:
                unsaved = sorted(self._unsaved.items())
            return [*self._read(), *(Row(*key, count) for key, count in unsaved)]

    def _count(self, source: str, language: str, what: str, count: int) -> None:
        with self._counting:
            self._unsaved[self._today().isoformat(), source, language, what] += count

    def _read(self) -> Iterator[Row]:
        """What the file says; one that cannot be understood says nothing."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
            try:
                value = json.loads(os.read(descriptor, _LARGEST))
            finally:
                os.close(descriptor)
            rows = value["rows"]
            assert isinstance(rows, list)
        except (OSError, ValueError, KeyError, TypeError, AssertionError, RecursionError):
            return
        for row in rows:
            if (
                isinstance(row, list)
                and len(row) == 5
                and [type(each) for each in row] == [str, str, str, str, int]
            ):
                yield Row(*row)


def percentile(groups: dict[str, int], share: float) -> float | None:
    """The bound (milliseconds) that `share` of the latencies do not pass; None without any, infinite past the last."""
    wanted, seen = share * sum(groups.values()), 0
    for bound in (*map(str, BOUNDS), "more"):
        seen += groups.get(bound, 0)
        if seen and seen >= wanted:
            return float("inf") if bound == "more" else float(bound)
    return None
