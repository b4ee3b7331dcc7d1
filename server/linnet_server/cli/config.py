"""`linnet config`: settings and where they come from, the files they stand in, trust, the schema."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import click

from linnet_context.problems import Problem
from linnet_server.cli.common import App, workspace_of
from linnet_server.settings.declaration import RULES, Provider, Settings, rules
from linnet_server.settings.loading import Loaded, user_file
from linnet_server.settings.values import shown


@click.group()
def config() -> None:
    """Show settings and where they come from; trust a workspace.

    Settings come from your own file, the workspace's file, the environment, your editor and the command line;
    docs/settings.md lists them all.
    """


@config.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--all", "every", is_flag=True, help="Print defaults as well.")
@click.pass_obj
def show(app: App, as_json: bool, every: bool) -> None:
    """Print the settings that hold, and their sources."""
    root = workspace_of(Path.cwd())
    loaded = app.load_settings(root)
    entries = [(path, value, loaded.sources.get(path, "default")) for path, value in flat(loaded.settings)]
    if as_json:
        settings = [{"name": path, "value": value, "source": source} for path, value, source in entries]
        app.json({"workspace": str(root), "settings": settings, "messages": list(loaded.messages)})
        return
    kept = [entry for entry in entries if every or entry[2] != "default"]
    for path, value, source in kept:
        app.out(f"{path} = {shown(value)}  # {source}")
    if not every:
        app.note(f"{len(entries) - len(kept)} settings have their default; --all shows them.")
    for message in loaded.messages:
        app.note(message)


def flat(settings: Settings) -> list[tuple[str, object]]:
    """Every setting with its value, `providers` by name; whatever may hold a key is left out."""
    result: list[tuple[str, object]] = []
    for path in RULES:
        value = _at(settings, path)
        if path != "providers":
            result.append((path, _public(path, value)))
            continue
        for name, provider in cast("Mapping[str, Provider]", value).items():
            for key, _, _ in rules(Provider):
                inner = getattr(provider, key)
                if inner:
                    result.append((f"providers.{name}.{key}", _public(key, inner)))
    return result


def _at(settings: object, path: str) -> object:
    for name in path.split("."):
        settings = getattr(settings, name)
    return settings


def _public(path: str, value: object) -> object:
    if isinstance(value, Mapping):
        return dict.fromkeys(cast("Mapping[str, object]", value), "(hidden)")
    if isinstance(value, tuple):
        return list(cast("tuple[object, ...]", value))
    if isinstance(value, str) and path.rpartition(".")[2] in ("base_url", "proxy", "url"):
        return without_credentials(value)
    return value


def without_credentials(url: str) -> str:
    """An address without the user, password and query that may hold a key."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        hidden = "(hidden)@" if "@" in parts.netloc else ""
        query = "(hidden)" if parts.query else ""
        return parts._replace(netloc=hidden + host, query=query, fragment="").geturl()
    except ValueError:
        return "(hidden)"


@config.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def path(app: App, as_json: bool) -> None:
    """Print where settings files and caches are."""
    from linnet_server.assemble import cache_folder
    from linnet_server.settings.files import read_workspace_file

    root = workspace_of(Path.cwd())
    places = {
        "user": app.config or user_file(),
        "workspace": root / read_workspace_file(root).name,
        "cache": cache_folder(app.settings(root)),
    }
    if as_json:
        app.json({name: {"path": str(place), "exists": place.exists()} for name, place in places.items()})
        return
    for name, place in places.items():
        app.out(f"{name:<10}{place}{'' if place.exists() else '  (not there)'}")


@config.command()
@click.option("--revoke", is_flag=True, help="Trust this workspace no longer.")
@click.pass_obj
def trust(app: App, revoke: bool) -> None:
    """Let this workspace's file set what is yours to set.

    Holds for the file as it is now: when it changes, it has to be trusted anew.
    """
    from linnet_server.settings import trust as trusting
    from linnet_server.settings.files import read_workspace_file

    root = workspace_of(Path.cwd())
    if revoke:
        app.out(f"{root} is trusted no longer." if trusting.revoke(root) else f"{root} was not trusted.")
        return
    file = read_workspace_file(root)
    if not file.table:
        why = " ".join(file.messages) or f"{root} has no linnet.toml and no [tool.linnet]."
        raise Problem(why, "Go to the workspace whose settings you want to trust.")
    withheld = app.load_settings(root).withheld
    trusting.grant(root, file.digest)
    app.out(f"{file.name} of {root} is trusted as it is now.")
    _tell_allowed(app, app.load_settings(root), withheld)


def _tell_allowed(app: App, loaded: Loaded, withheld: Mapping[str, object]) -> None:
    for name, value in withheld.items():
        app.out(f"  It now sets {name} = {shown(_public(name, value))}.")
    if not withheld:
        app.out("  It asks for nothing that it could not set before.")
    for message in loaded.messages:
        app.note(message)


@config.command()
@click.pass_obj
def schema(app: App) -> None:
    """Print the JSON schema of linnet.toml."""
    from linnet_server.settings.rendering import as_json
    from linnet_server.settings.rendering import schema as declared

    value: dict[str, Any] = declared()
    app.out(as_json(value).rstrip("\n"))
