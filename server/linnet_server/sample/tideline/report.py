"""Summaries of a day for people."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tideline.models import Reading
from tideline.store import ReadingStore


def day_bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time.min)
    return start, start + timedelta(days=1)


def daily_range(store: ReadingStore, code: str, day: date) -> float | None:
    """Metres between low and high water of a day; None without readings."""
    start, end = day_bounds(day)
    levels = [reading.level for reading in store.between(code, start, end)]
    return max(levels) - min(levels) if levels else None


def daily_mean(store: ReadingStore, code: str, day: date) -> float | None:
    """Mean level of a day; None without readings."""
    start, end = day_bounds(day)
    levels = [reading.level for reading in store.between(code, start, end)]
    return sum(levels) / len(levels) if levels else None


def format_reading(reading: Reading) -> str:
    mark = " !" if reading.is_high else ""
    return f"{reading.station.name:<20} {reading.level:6.2f} m{mark}"
