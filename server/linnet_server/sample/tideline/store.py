"""Keeps stations and their readings in memory."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from tideline.models import Reading, Station, UnknownStation


class ReadingStore:
    """Readings by station, oldest first."""

    def __init__(self) -> None:
        self._stations: dict[str, Station] = {}
        self._readings: defaultdict[str, list[Reading]] = defaultdict(list)

    def register(self, station: Station) -> None:
        self._stations[station.code] = station

    def station(self, code: str) -> Station:
        try:
            return self._stations[code]
        except KeyError:
            raise UnknownStation(code) from None

    def add(self, reading: Reading) -> None:
        """Keep a reading; its station must be registered."""
        self.station(reading.station.code)
        readings = self._readings[reading.station.code]
        readings.append(reading)
        readings.sort(key=lambda each: each.taken_at)

    def latest(self, code: str) -> Reading | None:
        readings = self._readings[self.station(code).code]
        return readings[-1] if readings else None

    def between(self, code: str, start: datetime, end: datetime) -> list[Reading]:
        readings = self._readings[self.station(code).code]
        return [reading for reading in readings if start <= reading.taken_at < end]

    def highest(self, code: str) -> Reading | None:
        readings = self._readings[self.station(code).code]
        return max(readings, key=lambda each: each.level, default=None)
