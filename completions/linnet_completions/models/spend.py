"""What models have cost today and this month, counted over all processes of the user."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import cast

from linnet_context.files import private_folder, write_private
from linnet_context.locking import locked

_VERSION = 1
_MONTHS_KEPT = 13
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Budget:
    """The most US dollars that may be spent in a day and in a month."""

    day: float
    month: float


@dataclass(frozen=True, slots=True)
class Spent:
    """US dollars spent today and this month."""

    day: float
    month: float


class Spend:
    """The counter, in a small private file. What cannot be written is remembered and written later.

    May be used from several threads and processes; never raises.
    """

    def __init__(self, path: Path, today: Callable[[], date] = date.today) -> None:
        self._path = path
        self._today = today
        self._lock = threading.Lock()
        self._unsaved: dict[str, float] = {}
        self._seen = (today(), 0.0)

    @property
    def seen_today(self) -> float:
        """Dollars of today, as they were when they were last looked up or added to. Touches no file."""
        day, dollars = self._seen
        return dollars if day == self._today() else 0.0

    def spent(self) -> Spent:
        """What was spent so far."""
        with self._lock:
            found = self._sum(self._read())
        self._seen = self._today(), found.day
        return found

    def allowed(self, estimate: float | None, budget: Budget) -> bool:
        """Whether a call that may cost `estimate` dollars fits the budget; None stands for an unknown price.

        Calls that cost nothing always fit. A call of unknown price fits while anything is left.
        """
        if estimate == 0:
            return True
        spent = self.spent()
        rooms = (budget.day - spent.day, budget.month - spent.month)
        if estimate is None:
            return min(rooms) > 0
        return min(rooms) >= estimate

    def record(self, cost: float) -> None:
        """Add the dollars of one call."""
        if not (isfinite(cost) and cost > 0):
            return
        self._seen = self._today(), self.seen_today + cost
        day = self._today().isoformat()
        with self._lock:
            self._unsaved[day] = self._unsaved.get(day, 0.0) + cost
            with suppress(OSError):
                self._save()

    def _save(self) -> None:
        private_folder(self._path.parent)
        with locked(self._path.with_name(self._path.name + ".lock")) as held:
            if not held:
                return
            days = self._read()
            for day, cost in self._unsaved.items():
                days[day] = round(days.get(day, 0.0) + cost, 9)
            kept = sorted({day[:7] for day in days})[-_MONTHS_KEPT:]
            days = {day: days[day] for day in sorted(days) if day[:7] in kept}
            write_private(self._path, json.dumps({"version": _VERSION, "days": days}).encode())
            self._unsaved.clear()

    def _sum(self, days: Mapping[str, float]) -> Spent:
        today = self._today().isoformat()
        both = [(day, cost) for each in (days, self._unsaved) for day, cost in each.items()]
        return Spent(
            day=sum(cost for day, cost in both if day == today),
            month=sum(cost for day, cost in both if day[:7] == today[:7]),
        )

    def _read(self) -> dict[str, float]:
        """Dollars by day; a file that cannot be understood counts as empty."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
            try:
                value: object = json.loads(os.read(descriptor, _LARGEST))
            finally:
                os.close(descriptor)
        except (OSError, ValueError):
            return {}
        days = cast("Mapping[str, object]", value).get("days") if isinstance(value, dict) else None
        if not isinstance(days, dict):
            return {}
        entries = cast("dict[str, object]", days).items()
        return {day: float(cost) for day, cost in entries if isinstance(cost, int | float) and cost >= 0}
