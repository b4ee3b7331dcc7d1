"""Stations and what they measure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Station:
    """A tide gauge. Levels are in metres above the station's own zero."""

    code: str
    name: str
    warning_level: float
    alarm_level: float


@dataclass(frozen=True)
class Reading:
    """One measurement of one station."""

    station: Station
    taken_at: datetime
    level: float

    @property
    def is_high(self) -> bool:
        return self.level >= self.station.warning_level


class UnknownStation(LookupError):
    """A station that nobody has registered."""

    def __init__(self, code: str) -> None:
        super().__init__(f"unknown station {code}")
        self.code = code
