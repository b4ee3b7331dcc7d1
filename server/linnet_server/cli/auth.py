"""`linnet auth`: keeps the keys of providers in the system's keyring, and tells which key would be used."""

from __future__ import annotations

import sys
from difflib import get_close_matches

import click

from linnet_completions.models.catalog import PRESETS
from linnet_completions.models.keys import Key, NoKey, Own, key_for
from linnet_context.problems import Problem
from linnet_server.cli.common import App
from linnet_server.keychain import TEAM, TEAM_SECRET, Keychain, system_keychain
from linnet_server.outgoing import own

_LONGEST_KEY = 10_000


@click.group()
def auth() -> None:
    """Keep the keys of providers in the system's keyring.

    A key is only ever sent to its own provider's host, and only when you chose that provider. `team` is the secret that
    seals what a team shares at `cache.url`; it is sent nowhere.
    """


@auth.command("set")
@click.argument("provider")
@click.pass_obj
def set_(app: App, provider: str) -> None:
    """Keep the key of PROVIDER; it is asked for, or read from standard input."""
    mine, ring = _own(app), system_keychain()
    _check(provider, mine)
    if ring.backend is None:
        raise Problem(ring.why, _instead(provider, mine))
    ring.set(provider, _read_key(provider))
    app.out(f"The key for {provider} is kept in the keyring ({ring.name}).")
    found = _used(app, provider, mine, ring)
    if isinstance(found, Key) and found.source != "keyring":
        app.note(f"LINNET_API_KEY is set and comes first for {provider}.")


@auth.command()
@click.argument("provider", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(app: App, provider: str | None, as_json: bool) -> None:
    """Tell where the key of PROVIDER, or of every provider, would come from; no key is shown."""
    mine, ring = _own(app), system_keychain()
    if provider is not None:
        _check(provider, mine)
    rows: list[dict[str, object]] = []
    for name in [provider] if provider else mine.endpoints:
        found = _used(app, name, mine, ring)
        source, reason = (found.source, "") if isinstance(found, Key) else (None, found.reason)
        if source is None and name in PRESETS and PRESETS[name].local:
            reason = "It runs on this machine and needs no key."
        rows.append({"provider": name, "key": source, "reason": reason})
    if as_json:
        app.json({"provider": mine.provider, "keyring": ring.name or None, "providers": rows})
        return
    for row in rows:
        says = f"key from {row['key']}" if row["key"] else str(row["reason"])
        app.out(f"{row['provider']!s:<12}{'* ' if row['provider'] == mine.provider else '  '}{says}")
    if ring.backend is None:
        app.note(ring.why)


@auth.command()
@click.argument("provider")
@click.pass_obj
def clear(app: App, provider: str) -> None:
    """Remove the key of PROVIDER from the keyring."""
    ring = system_keychain()
    if ring.backend is None:
        raise Problem(ring.why, "There is nothing to remove.")
    removed = ring.clear(provider)
    app.out(
        f"The key for {provider} is removed."
        if removed
        else f"There is no key for {provider} in the keyring."
    )


def _own(app: App) -> Own:
    """The user's own settings: no workspace has a say in where keys go."""
    from linnet_server.settings import load, user_file

    return own(load(user=app.config or user_file(), workspace=None, environ=app.environ).settings)


def _used(app: App, provider: str, mine: Own, ring: Keychain) -> Key | NoKey:
    if provider == TEAM:
        own = app.environ.get(TEAM_SECRET, "")
        secret = own or ring.get(TEAM)
        missing = NoKey(
            f"There is no secret of a team; set one with `linnet auth set {TEAM}` or {TEAM_SECRET}."
        )
        return Key(secret, "environment" if own else "keyring") if secret else missing
    url = mine.endpoints[provider].base_url
    return key_for(provider, url, chosen=mine.provider, own=mine, environ=app.environ, keyring=ring.get)


def _check(provider: str, mine: Own) -> None:
    if provider != TEAM and provider not in mine.endpoints:
        near = get_close_matches(provider, mine.endpoints, 1)
        remedy = f"Did you mean `{near[0]}`?" if near else f"Known are {', '.join(mine.endpoints)}."
        raise Problem(f"There is no provider `{provider}`.", remedy)


def _instead(provider: str, mine: Own) -> str:
    variable = TEAM_SECRET if provider == TEAM else mine.endpoints[provider].key_variable or "LINNET_API_KEY"
    return f"Set {variable} in your environment instead, or install it with `pip install linnet[keyring]`."


def _read_key(provider: str) -> str:
    """From the terminal without an echo, else from standard input; never from the command line, which others see."""
    if sys.stdin.isatty():
        text = click.prompt(f"Key for {provider}", hide_input=True, default="", show_default=False, err=True)
    else:
        text = sys.stdin.readline(_LONGEST_KEY)
    key = str(text).strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise Problem("That is no key.", "Paste it in one line, as the provider shows it.")
    return key
