"""Which models an endpoint says that it has, and until when."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches

from linnet_completions.models.catalog import bare_name


@dataclass(frozen=True, slots=True)
class Offered:
    """A model that an endpoint has, and the day from which it will not; None where it names none."""

    name: str
    last_day: date | None = None


def offered_in(body: bytes) -> tuple[Offered, ...]:
    """The models in an answer of `/v1/models`; none where it cannot be read. Never raises."""
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    rows = value.get("data", value.get("models")) if isinstance(value, dict) else value
    found = (_offered(row) for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    return tuple(each for each in found if each is not None)


def same(offered: tuple[Offered, ...], model: str) -> Offered | None:
    """The entry of a model, whatever prefix or date its name has there."""
    exact = next((each for each in offered if each.name == model), None)
    return exact or next((each for each in offered if bare_name(each.name) == bare_name(model)), None)


def nearest(offered: tuple[Offered, ...], model: str, most: int = 3) -> tuple[str, ...]:
    """The names that a mistyped one may have meant."""
    return tuple(get_close_matches(model, [each.name for each in offered], most))


def _offered(row: dict[str, object]) -> Offered | None:
    name = row.get("id") or row.get("name") or row.get("model")
    return (
        Offered(name.removeprefix("models/"), _day(row.get("shutdown_date")))
        if isinstance(name, str)
        else None
    )


def _day(value: object) -> date | None:
    """A day as text, or as seconds since 1970."""
    try:
        if isinstance(value, str):
            return date.fromisoformat(value[:10])
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
    return None
