"""Which key may go where: a key belongs to one provider, and goes to that provider's host alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

LINNET_API_KEY = "LINNET_API_KEY"
Source = Literal["LINNET_API_KEY", "keyring", "environment"]
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A provider as the user's own file, the environment or a preset has it.

    `key_variable` is the environment variable where its key lies, "" for none.
    """

    base_url: str
    key_variable: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """What the user chose, the workspace and the editor left out.

    `provider` is the setting of that name, which `LINNET_API_KEY` belongs to; `endpoints` are all providers that the
    user or a preset describes.
    """

    provider: str
    endpoints: Mapping[str, Endpoint]


@dataclass(frozen=True, slots=True)
class Key:
    """A key to be sent, and where it was found. Its value is not shown when the object is."""

    value: str = field(repr=False)
    source: Source


@dataclass(frozen=True, slots=True)
class NoKey:
    """Why no key goes there; one sentence."""

    reason: str


def key_for(
    provider: str,
    base_url: str,
    *,
    chosen: str,
    own: Own,
    environ: Mapping[str, str],
    keyring: Callable[[str], str | None],
) -> Key | NoKey:
    """The key for a request to `provider` at `base_url`.

    `chosen` is the `provider` setting that holds now (an editor may have set it). `provider` must be one that the user
    chose, as `provider` or in a route; that is checked before anything is sent, not here. The address is compared with
    the user's own by scheme, host and port, so neither a workspace, an editor nor a redirect can draw a key elsewhere.
    """
    endpoint = own.endpoints.get(provider)
    if endpoint is None or not endpoint.base_url:
        return NoKey(f"No address of {provider} stands in your own settings, so no key is sent.")
    origin = origin_of(base_url)
    if origin is None or origin != origin_of(endpoint.base_url):
        return NoKey(f"This is not the address of {provider} in your own settings, so no key is sent.")
    if not is_confidential(base_url):
        return NoKey(f"{provider} is not reached by https, so no key is sent.")
    return _found(provider, endpoint, chosen, own, environ, keyring)


def _found(
    provider: str,
    endpoint: Endpoint,
    chosen: str,
    own: Own,
    environ: Mapping[str, str],
    keyring: Callable[[str], str | None],
) -> Key | NoKey:
    # The general key was set for the provider that the user had in mind: never for another one that an editor names.
    if provider == chosen and own.provider in (provider, "local"):
        value = _clean(environ.get(LINNET_API_KEY))
        if value:
            return Key(value, "LINNET_API_KEY")
    value = _clean(keyring(provider))
    if value:
        return Key(value, "keyring")
    value = _clean(environ.get(endpoint.key_variable)) if endpoint.key_variable else ""
    if value:
        return Key(value, "environment")
    where = f"`linnet auth set {provider}`" + (
        f" or {endpoint.key_variable}" if endpoint.key_variable else ""
    )
    return NoKey(f"There is no key for {provider}; set one with {where}.")


def _clean(value: str | None) -> str:
    """A key without the space around it; "" for one that could not stand in a header."""
    value = (value or "").strip()
    return value if value.isascii() and value.isprintable() else ""


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an address; None for what is no http address."""
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        return None
    if scheme not in _PORTS or not host or "\\" in url:
        return None
    return scheme, host, _PORTS[scheme] if port is None else port


def is_confidential(url: str) -> bool:
    """Whether nobody on the way can read what is sent: https, or a host of this machine or its own network."""
    origin = origin_of(url)
    if origin is None:
        return False
    scheme, host, _ = origin
    if scheme == "https" or host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host  # The name of a machine or a container in the same network.
    return address.is_loopback or address.is_private
