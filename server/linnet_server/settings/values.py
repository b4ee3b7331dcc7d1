"""From what stands in a file, in the environment or in a message to the value of a setting."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import cast

from linnet_server.settings.declaration import Rule

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_WANTED = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "strings": "a list of texts",
    "table": "a table of texts",
    "prices": "a table of lists of two to four numbers",
    "providers": "a table",
}


class Unfit(Exception):
    """A value that its setting cannot take; the text says what it should be."""


def checked(rule: Rule, value: object) -> object:
    """The value as its setting holds it; raises `Unfit`."""
    match rule.kind:
        case "boolean":
            fit = isinstance(value, bool)
        case "integer" | "number":
            return _number(rule, value)
        case "string":
            return _string(rule, value)
        case "strings":
            return _strings(rule, value)
        case "table":
            return _table(rule, value)
        case "prices":
            return _prices(rule, value)
        case _:
            fit = False
    if not fit:
        raise Unfit(_wanted(rule))
    return value


def from_text(rule: Rule, text: str) -> object:
    """What a text of the environment stands for, to be checked like any other value."""
    match rule.kind:
        case "boolean":
            lowered = text.strip().lower()
            return lowered in _TRUE if lowered in _TRUE | _FALSE else text
        case "integer" | "number":
            return _parsed(text, (int, float))
        case "strings":
            items = _parsed(text, (list,))
            return [part.strip() for part in text.split(",") if part.strip()] if items is text else items
        case "table" | "prices":
            return _parsed(text, (dict,))
        case _:
            return text


def _parsed(text: str, kinds: tuple[type, ...]) -> object:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, kinds) else text


def _number(rule: Rule, value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_sound(value):
        raise Unfit(_wanted(rule))
    if rule.kind == "integer" and value != int(value):
        raise Unfit(_wanted(rule))
    if rule.minimum is not None and value < rule.minimum:
        raise Unfit(f"at least {rule.minimum:g}")
    if rule.maximum is not None and rule.maximum < value:
        raise Unfit(f"at most {rule.maximum:g}")
    return int(value) if rule.kind == "integer" else float(value)


def _is_sound(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # An integer beyond what a float can hold.
        return False


def _string(rule: Rule, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise Unfit(_wanted(rule))
    if rule.choices and value not in rule.choices:
        raise Unfit(_wanted(rule))
    return value


def _strings(rule: Rule, value: object) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        raise Unfit(_wanted(rule))
    texts = cast("list[object]", list(items))
    if not all(isinstance(item, str) and item.isprintable() for item in texts):
        raise Unfit(_wanted(rule))
    found = tuple(cast("list[str]", texts))
    return () if rule.all_when_empty and "all" in found else found


def _table(rule: Rule, value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise Unfit(_wanted(rule))
    table = cast("Mapping[object, object]", value)
    entries = {key: text for key, text in table.items() if isinstance(key, str) and isinstance(text, str)}
    if len(entries) != len(table):
        raise Unfit(_wanted(rule))
    return entries


def _prices(rule: Rule, value: object) -> Mapping[str, tuple[float, ...]]:
    if not isinstance(value, Mapping):
        raise Unfit(_wanted(rule))
    found: dict[str, tuple[float, ...]] = {}
    for name, given in cast("Mapping[object, object]", value).items():
        numbers = cast("list[object]", list(given)) if isinstance(given, list | tuple) else []
        if not isinstance(name, str) or not 2 <= len(numbers) <= 4 or not all(map(_is_price, numbers)):
            raise Unfit(_wanted(rule))
        found[name] = tuple(float(cast(float, number)) for number in numbers)
    return found


def _is_price(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and _is_sound(value) and value >= 0


def _wanted(rule: Rule) -> str:
    if rule.choices:
        return "one of " + ", ".join(rule.choices)
    return _WANTED[rule.kind]


def shown(value: object) -> str:
    """A value as it stands in a TOML file; "unset" for none."""
    if value is None:
        return "unset"
    if isinstance(value, tuple):
        value = list(cast("tuple[object, ...]", value))
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value)
        return "{" + ", ".join(f"{_key(key)} = {shown(item)}" for key, item in items.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    """A name as it stands in front of a TOML value."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
