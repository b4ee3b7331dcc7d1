"""The settings as a page of the manual, as a JSON schema of `linnet.toml`, and as VS Code's configuration."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from linnet_server.settings.declaration import DEFAULTS, PROVIDER_RULES, PROVIDERS, RULES, Rule
from linnet_server.settings.values import shown

_TYPES: dict[str, dict[str, Any]] = {
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "string": {"type": "string"},
    "strings": {"type": "array", "items": {"type": "string"}},
    "table": {"type": "object", "additionalProperties": {"type": "string"}},
    "prices": {
        "type": "object",
        "additionalProperties": {
            "type": "array",
            "items": {"type": "number", "minimum": 0},
            "minItems": 2,
            "maxItems": 4,
        },
    },
}
_WORKSPACE = {
    "set": "yes",
    "add": "may add",
    "lower": "may lower",
    "switch on": "may switch on",
    "nothing": "no",
}
_INTRODUCTION = """\
# Settings

<!-- Written by `python -m linnet_server.settings --write`; change the declaration, not this page. -->

A value is taken from the last of these places that has one:

1. the default,
2. your own settings file (`linnet config path` prints where it is),
3. the workspace: `linnet.toml`, or `[tool.linnet]` in `pyproject.toml`,
4. the environment: `LINNET_` and the name in capitals, for example `LINNET_COMPLETION_MAX_WAIT_MS`,
5. your editor,
6. the command line.

`linnet config show` prints every setting and where its value comes from.
A setting nobody knows is reported with the nearest name.
A value of the wrong type is reported and left out.

A repository that you have cloned must not be able to send your code or your keys elsewhere, or to spend more.
So the last column says what the file of a workspace may do with a setting.
`linnet config trust` lifts this for one workspace and for the present content of its file.

Keys of providers are no settings.
They are read from `LINNET_API_KEY` or from the customary variable of the provider you chose.

| setting | default | type | workspace | meaning |
| --- | --- | --- | --- | --- |
"""
_PROVIDERS_PAGE = """
## Endpoints of your own

`[providers.NAME]` in your own settings file describes an endpoint; `provider = "NAME"` chooses it.

| setting | type | meaning |
| --- | --- | --- |
"""


def page() -> str:
    """`docs/settings.md`."""
    rows = [_row(path, rule) for path, rule in RULES.items() if rule.kind != "providers"]
    own = [
        f"| `providers.NAME.{path}` | {_type(rule)} | {rule.help} |" for path, rule in PROVIDER_RULES.items()
    ]
    names = ", ".join(f"`{name}`" for name in PROVIDERS)
    settings = "\n".join([*rows, "", f"Providers known by name: {names}.", ""])
    return _INTRODUCTION + settings + _PROVIDERS_PAGE + "\n".join(own) + "\n"


def _row(path: str, rule: Rule) -> str:
    default = shown(DEFAULTS[path]) if DEFAULTS[path] is not None else "unset"
    return f"| `{path}` | `{default}` | {_type(rule)} | {_WORKSPACE[rule.workspace]} | {rule.help} |"


def _type(rule: Rule) -> str:
    if rule.choices:
        return " or ".join(f"`{choice}`" for choice in rule.choices)
    plain = {
        "strings": "list of texts",
        "string": "text",
        "table": "table of texts",
        "prices": "table of lists of numbers",
    }.get(rule.kind, rule.kind)
    if rule.minimum is None:
        return plain
    return (
        f"{plain}, {rule.minimum:g} or more"
        if rule.maximum is None
        else f"{plain}, {rule.minimum:g} to {rule.maximum:.0f}"
    )


def _schema_of(rule: Rule) -> dict[str, Any]:
    """The JSON schema of one value."""
    result: dict[str, Any] = {**_TYPES[rule.kind], "description": rule.help}
    if rule.choices:
        result["enum"] = list(rule.choices)
    for name in ("minimum", "maximum"):
        bound = getattr(rule, name)
        if bound is not None:
            result[name] = int(bound) if bound == int(bound) else bound
    return result


def _default(path: str) -> object:
    default = DEFAULTS[path]
    return list(cast("tuple[object, ...]", default)) if isinstance(default, tuple) else default


def schema() -> dict[str, Any]:
    """`docs/linnet.schema.json`: what may stand in `linnet.toml` and in the user's settings file."""
    root: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of Linnet",
        "type": "object",
        "additionalProperties": False,
        "properties": {},
    }
    for path, rule in RULES.items():
        node = root
        *sections, name = path.split(".")
        for section in sections:
            fresh: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": {}}
            node = node["properties"].setdefault(section, fresh)
        node["properties"][name] = _providers_schema(rule) if rule.kind == "providers" else _leaf(path, rule)
    return root


def _leaf(path: str, rule: Rule) -> dict[str, Any]:
    leaf = _schema_of(rule)
    return leaf if rule.optional else {**leaf, "default": _default(path)}


def _providers_schema(rule: Rule) -> dict[str, Any]:
    entry = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _schema_of(each) for name, each in PROVIDER_RULES.items()},
    }
    return {
        "type": "object",
        "description": rule.help,
        "propertyNames": {"pattern": "^[A-Za-z0-9_-]+$"},
        "additionalProperties": entry,
    }


def vscode() -> dict[str, Any]:
    """VS Code's `contributes.configuration`.

    What a workspace may not set is of `machine` scope there, so that a cloned `.vscode/settings.json` cannot set it
    either. VS Code knows no "may lower", so those are the user's as well.
    """
    properties: dict[str, Any] = {}
    for path, rule in RULES.items():
        shape = _providers_schema(rule) if rule.kind == "providers" else _leaf(path, rule)
        default = {} if rule.kind == "providers" else _default(path)
        if rule.optional:
            shape["type"] = [shape["type"], "null"]
        scope = "resource" if rule.workspace == "set" else "machine"
        properties[f"linnet.{_camel(path)}"] = {**shape, "default": default, "scope": scope}
    return {"title": "Linnet", "properties": properties}


def _camel(path: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), path)


def as_json(value: dict[str, Any]) -> str:
    """A JSON file's text."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def renderings() -> dict[str, str]:
    """Every file made from the declaration, by its path in the repository."""
    return {
        "docs/settings.md": page(),
        "docs/linnet.schema.json": as_json(schema()),
        "editors/vscode/configuration.json": as_json(vscode()),
    }
