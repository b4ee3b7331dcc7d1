"""The command line of Tideline."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path

from tideline.alerts import check_all
from tideline.models import Reading, Station
from tideline.report import format_reading
from tideline.store import ReadingStore


def load(path: Path) -> ReadingStore:
    """Read stations and readings from a JSON file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    store = ReadingStore()
    for entry in data["stations"]:
        store.register(Station(entry["code"], entry["name"], entry["warning_level"], entry["alarm_level"]))
    for entry in data["readings"]:
        station = store.station(entry["code"])
        store.add(Reading(station, datetime.fromisoformat(entry["taken_at"]), entry["level"]))
    return store


def main() -> int:
    parser = argparse.ArgumentParser(prog="tideline")
    parser.add_argument("file", type=Path)
    parser.add_argument("codes", nargs="+")
    options = parser.parse_args()
    alerts = check_all(load(options.file), options.codes)
    for alert in alerts:
        print(f"{alert.severity}: {format_reading(alert.reading)}")
    return 1 if alerts else 0


if __name__ == "__main__":
    sys.exit(main())
