"""Which value holds: defaults < user file < workspace file < environment < editor < flags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from linnet_server.settings.declaration import (
    DEFAULTS,
    PROVIDER_RULES,
    PROVIDERS,
    RULES,
    Rule,
    Settings,
    assemble,
    rule_of,
)
from linnet_server.settings.values import Unfit, checked, from_text, shown

ENVIRONMENT = "LINNET_"
# Variables of ours that are no settings: a key is never kept where settings are shown or stored.
_NOT_SETTINGS = ("LINNET_API_KEY", "LINNET_TEAM_SECRET", "LINNET_TEST_")
# What editors keep under the same heading for themselves.
_EDITORS_OWN = {"trace", "path"}
_SECTIONS = {path.rpartition(".")[0] for path in RULES if "." in path}
_PROVIDER_NAME = re.compile(r"[A-Za-z0-9_-]+")
_HUMP = re.compile(r"(?<=[a-z0-9])[A-Z]")


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, where each comes from (by dotted path; defaults are left out), and what was wrong, a sentence each.

    `withheld` holds what the workspace's file asked for and may not set before the user trusts it.
    """

    settings: Settings
    messages: tuple[str, ...]
    sources: Mapping[str, str]
    withheld: Mapping[str, object]


@dataclass(slots=True)
class _Load:
    """What has been gathered so far, one layer after the other."""

    values: dict[str, object] = field(default_factory=dict[str, object])
    sources: dict[str, str] = field(default_factory=dict[str, str])
    messages: list[str] = field(default_factory=list[str])
    withheld: dict[str, object] = field(default_factory=dict[str, object])

    def current(self, path: str) -> object:
        return self.values.get(path, DEFAULTS.get(path))

    def put(self, path: str, value: object, source: str) -> None:
        self.values[path] = value
        self.sources[path] = source

    def check(self, path: str, raw: object, source: str) -> tuple[bool, object]:
        """Whether a value fits its setting, and the value; what is wrong becomes a message."""
        rule = rule_of(path)
        assert rule is not None
        try:
            return True, checked(rule, raw)
        except Unfit as error:
            self.messages.append(f"{source}: `{path}` should be {error}; {shown(self.current(path))} holds.")
            return False, None


def user_file() -> Path:
    """The user's own settings file; it may not exist."""
    from platformdirs import user_config_path

    return user_config_path("linnet", appauthor=False) / "config.toml"


def load(
    *,
    user: Path | None,
    workspace: Path | None,
    environ: Mapping[str, str],
    client: Mapping[str, object] | None = None,
    flags: Mapping[str, object] | None = None,
    trusted: Path | None = None,
    workspace_texts: Mapping[str, str] | None = None,
) -> Loaded:
    """The settings that hold; never raises, whatever stands in the files.

    `user` is the user's settings file, `workspace` the root of a workspace, `client` what an editor sent (nested or
    dotted names, camelCase or not), `flags` dotted names. `trusted` is the file of trust grants; by default the user's. `workspace_texts` by name stand for the
    workspace's files, as a commit has them.
    """
    state = _Load()
    if user is not None:
        from linnet_server.settings.files import read_user_file

        table, message = read_user_file(user)
        state.messages += [message] if message else []
        _apply(state, table, str(user))
    if workspace is not None:
        _apply_workspace(state, workspace, trusted, workspace_texts)
    _apply_environment(state, environ)
    if isinstance(client, Mapping):
        _apply(state, _from_client(client), "editor")
    _apply(state, flags or {}, "command line")
    _check_provider(state)
    return Loaded(assemble(state.values), tuple(state.messages), state.sources, state.withheld)


def _apply(state: _Load, table: Mapping[str, object], source: str) -> None:
    for path, raw in _flat(state, table, source):
        fits, value = state.check(path, raw, source)
        if fits:
            state.put(path, value, source)


def _apply_workspace(state: _Load, root: Path, trusted: Path | None, texts: Mapping[str, str] | None) -> None:
    from linnet_server.settings.files import read_workspace_file
    from linnet_server.settings.trust import is_trusted

    file = read_workspace_file(root, texts)
    state.messages += file.messages
    if not file.table:
        return
    may_all = is_trusted(root, file.digest, trusted)
    for path, raw in _flat(state, file.table, file.name):
        fits, value = state.check(path, raw, file.name)
        rule = rule_of(path)
        if fits and rule is not None:
            narrowed = value if may_all else narrow(rule, state.current(path), value)
            if narrowed is None:
                state.withheld[path] = value
            else:
                state.put(path, narrowed, file.name)
    if state.withheld:
        state.messages.append(_refusal(file.name, state.withheld))


def _refusal(name: str, withheld: Mapping[str, object]) -> str:
    rules = {path: cast(Rule, rule_of(path)).workspace for path in withheld}
    parts = {
        "lower": "may only be lowered",
        "switch on": "may only be switched on",
        "nothing": "are yours to set",
    }
    said = [
        f"{', '.join(f'`{path}`' for path in paths)} {what}"
        for kind, what in parts.items()
        if (paths := [path for path, rule in rules.items() if rule == kind])
    ]
    return f"{name}: in a workspace {' and '.join(said)}; ignored until you run `linnet config trust` there."


def narrow(rule: Rule, current: object, value: object) -> object | None:
    """What the file of an untrusted workspace makes of a setting; None when it may not ask for that."""
    match rule.workspace:
        case "set":
            return value
        case "add":
            return tuple(dict.fromkeys((*cast("tuple[str, ...]", current), *cast("tuple[str, ...]", value))))
        case "lower":
            return value if cast(float, value) <= cast(float, current) else None
        case "switch on":
            return value if value or not current else None
        case "nothing":
            return None


def _apply_environment(state: _Load, environ: Mapping[str, str]) -> None:
    for name in sorted(environ):
        if not name.startswith(ENVIRONMENT) or name.startswith(_NOT_SETTINGS) or not environ[name]:
            continue
        path = path_of_variable(name)
        rule = rule_of(path) if path else None
        if path is None or rule is None:
            near = _near(name, [variable_of(each) for each in RULES])
            state.messages.append(f"environment: unknown setting `{name}`.{near}")
            continue
        source = f"environment ({name})"
        fits, value = state.check(path, from_text(rule, environ[name]), source)
        if fits:
            state.put(path, value, source)


def variable_of(path: str) -> str:
    """The environment variable of a setting."""
    return ENVIRONMENT + path.upper().replace(".", "_")


def path_of_variable(name: str) -> str | None:
    """The setting that an environment variable sets; None for none."""
    for path in RULES:
        if path != "providers" and variable_of(path) == name:
            return path
    provider = name.removeprefix(ENVIRONMENT + "PROVIDERS_")
    for key in PROVIDER_RULES:
        end = "_" + key.upper()
        if provider != name and provider.endswith(end) and len(end) < len(provider):
            return f"providers.{provider.removesuffix(end).lower()}.{key}"
    return None


def _flat(state: _Load, table: Mapping[str, object], source: str) -> Iterator[tuple[str, object]]:
    """The known settings of nested tables by dotted path; what is unknown becomes a message."""
    for key, value in table.items():
        yield from _below(state, str(key), value, source)


def _below(state: _Load, path: str, value: object, source: str) -> Iterator[tuple[str, object]]:
    if rule_of(path):
        yield path, value
    elif not _is_section(path):
        known = [*RULES, *(f"{path.rpartition('.')[0]}.{key}" for key in PROVIDER_RULES)]
        state.messages.append(f"{source}: unknown setting `{path}`.{_near(path, known)}")
    elif isinstance(value, Mapping):
        for key, inner in cast("Mapping[object, object]", value).items():
            yield from _below(state, f"{path}.{key}", inner, source)
    else:
        state.messages.append(f"{source}: `{path}` should be a table.")


def _is_section(path: str) -> bool:
    top, _, name = path.partition(".")
    return (
        path in _SECTIONS or top == "providers" and (not name or _PROVIDER_NAME.fullmatch(name) is not None)
    )


def _near(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1)
    return f" Did you mean `{near[0]}`?" if near else ""


def _from_client(client: Mapping[str, object]) -> dict[str, object]:
    """What an editor sent, in our names; values that are null were not set by the user."""
    inner = client.get("linnet")
    table = cast("Mapping[str, object]", inner) if isinstance(inner, Mapping) else client
    return {key: value for key, value in _snake(table).items() if key not in _EDITORS_OWN}


def _snake(table: Mapping[str, object]) -> dict[str, object]:
    result: dict[str, object] = {}
    for key, value in table.items():
        name = _HUMP.sub(lambda found: "_" + found[0].lower(), str(key))
        if isinstance(value, Mapping) and name not in ("headers", "prices", "providers"):
            result[name] = _snake(cast("Mapping[str, object]", value))
        elif isinstance(value, Mapping) and name == "providers":  # The names of providers are the user's own.
            entries = cast("Mapping[str, object]", value)
            result[name] = {own: _snake_entry(entry) for own, entry in entries.items()}
        elif value is not None:
            result[name] = value
    return result


def _snake_entry(entry: object) -> object:
    return _snake(cast("Mapping[str, object]", entry)) if isinstance(entry, Mapping) else entry


def _check_provider(state: _Load) -> None:
    """A provider that nobody knows must not be taken for one: the embedded engine stays."""
    chosen = state.values.get("provider")
    own = {path.split(".")[1] for path in state.values if path.startswith("providers.")}
    if isinstance(chosen, str) and chosen not in PROVIDERS and chosen not in own:
        source = state.sources.pop("provider")
        del state.values["provider"]
        near = _near(chosen, [*PROVIDERS, *own])
        state.messages.append(f"{source}: there is no provider `{chosen}`, so `local` holds.{near}")
