"""The system's keyring, where the keys of providers may lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from linnet_context.problems import Problem

SERVICE = "linnet"
# What the team shares is sealed with a secret that lies where keys do.
TEAM, TEAM_SECRET = "team", "LINNET_TEAM_SECRET"
# Backends below this keep secrets in the open, or nowhere.
_PRIORITY = 1


class Backend(Protocol):
    """What Linnet needs of a keyring."""

    def get_password(self, service: str, username: str, /) -> str | None: ...

    def set_password(self, service: str, username: str, password: str, /) -> None: ...

    def delete_password(self, service: str, username: str, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Keychain:
    """The keyring of this machine; `backend` is None where there is none, and `why` says so."""

    backend: Backend | None
    why: str = ""
    name: str = ""

    def get(self, provider: str) -> str | None:
        """The key of a provider, None without one. Never raises: a keyring may be locked or gone."""
        if self.backend is None:
            return None
        try:
            return self.backend.get_password(SERVICE, provider)
        except Exception:  # noqa: BLE001 - backends raise whatever the service behind them does.
            return None

    def set(self, provider: str, key: str) -> None:
        """Keep a provider's key. A Problem when that cannot be done."""
        self._do("kept", lambda backend: backend.set_password(SERVICE, provider, key))

    def clear(self, provider: str) -> bool:
        """Forget a provider's key; whether there was one. A Problem when that cannot be done."""
        if self.get(provider) is None:
            return False
        self._do("removed", lambda backend: backend.delete_password(SERVICE, provider))
        return True

    def _do(self, what: str, work: Any) -> None:
        if self.backend is None:
            raise Problem(self.why, "Put the key into the environment instead.")
        try:
            work(self.backend)
        except Exception as error:  # noqa: BLE001 - the message could repeat the key, so the type alone is told.
            kind = type(error).__name__
            raise Problem(
                f"The key could not be {what}: the keyring failed ({kind}).", "Unlock it and try again."
            ) from None


def team_secret(environ: Mapping[str, str]) -> str:
    """The secret of the team, "" where there is none."""
    return (environ.get(TEAM_SECRET) or system_keychain().get(TEAM) or "").strip()


def system_keychain() -> Keychain:
    """The keyring of this machine, if its optional package is installed and knows a safe place."""
    try:
        keyring = import_module("keyring")
    except ImportError:
        return Keychain(None, "The Python package `keyring` is not installed.")
    try:
        backend: Any = keyring.get_keyring()
        priority = float(backend.priority)
    except Exception as error:  # noqa: BLE001 - choosing a backend runs the code of all that are installed.
        return Keychain(None, f"The keyring of this machine does not work ({type(error).__name__}).")
    if priority < _PRIORITY:
        return Keychain(None, "This machine has no keyring that keeps secrets.")
    return Keychain(backend, name=type(backend).__module__.rpartition(".")[2])
