"""Decides when somebody must be told about the water."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from tideline.models import Reading, Station
from tideline.store import ReadingStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alert:
    """A station whose water is high, and how urgent that is."""

    station: Station
    reading: Reading
    severity: str


def severity_of(reading: Reading) -> str | None:
    """How urgent a reading is: "alarm", "warning", or None for a level that is normal."""
    if reading.level >= reading.station.alarm_level:
        return "alarm"
    if reading.level >= reading.station.warning_level:
        return "warning"
    return None


def check_station(store: ReadingStore, code: str) -> Alert | None:
    """The alert that the latest reading of a station calls for, if any.

    Raises UnknownStation for a code that nobody has registered.
    """
    reading = store.latest(code)
    if reading is None:
        log.info("no reading of %s yet", code)
        return None
    severity = severity_of(reading)
    if severity is None:
        return None
    return Alert(reading.station, reading, severity)


def check_all(store: ReadingStore, codes: list[str]) -> list[Alert]:
    """The alerts of many stations, alarms first."""
    alerts = [alert for code in codes if (alert := check_station(store, code)) is not None]
    return sorted(alerts, key=lambda alert: alert.severity != "alarm")
