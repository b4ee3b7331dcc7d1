from datetime import datetime

import pytest

from tideline.alerts import check_all, check_station, severity_of
from tideline.models import Reading, Station, UnknownStation
from tideline.store import ReadingStore

PIER = Station("PIER", "Old Pier", warning_level=3.2, alarm_level=4.1)
LOCK = Station("LOCK", "Sea Lock", warning_level=2.8, alarm_level=3.6)


def store_with(*readings: Reading) -> ReadingStore:
    store = ReadingStore()
    store.register(PIER)
    store.register(LOCK)
    for reading in readings:
        store.add(reading)
    return store


def test_a_normal_level_is_no_alert():
    store = store_with(Reading(PIER, datetime(2026, 3, 1, 6, 0), 2.9))
    assert check_station(store, "PIER") is None


def test_alarms_come_first():
    store = store_with(
        Reading(PIER, datetime(2026, 3, 1, 6, 0), 3.4),
        Reading(LOCK, datetime(2026, 3, 1, 6, 0), 3.9),
    )
    assert [alert.severity for alert in check_all(store, ["PIER", "LOCK"])] == ["alarm", "warning"]


def test_an_unknown_station_is_an_error():
    with pytest.raises(UnknownStation):
        check_station(store_with(), "REEF")


def test_the_alarm_level_itself_is_an_alarm():
    assert severity_of(Reading(LOCK, datetime(2026, 3, 1, 6, 0), 3.6)) == "alarm"
