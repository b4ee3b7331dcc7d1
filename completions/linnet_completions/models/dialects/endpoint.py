"""Where a provider is, and how it lets us in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from linnet_context.problems import Problem


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider is and how it lets us in. The key and the headers are never shown.

    `key_header` is the header that takes the key, which goes behind "Bearer" in the usual one.
    """

    provider: str
    base_url: str
    key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    key_header: str = "authorization"


def checked_host(endpoint: Endpoint) -> str:
    """The host of an endpoint. Raises `Problem` where its base URL is no address."""
    try:
        parts = urlsplit(endpoint.base_url.strip())
        scheme, host, _ = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host = "", None
    if not host or scheme not in ("http", "https"):
        what = f"The base URL of {endpoint.provider} is not an address."
        raise Problem(what, "Set `base_url` to something like https://HOST/v1.")
    return host


def sent_headers(endpoint: Endpoint, key: str, key_header: str, more: Mapping[str, str]) -> dict[str, str]:
    """The headers of every request, those of the settings last. Raises `Problem` for one that cannot be sent."""
    headers = {"accept": "text/event-stream", "content-type": "application/json", **more}
    if key:
        headers[key_header] = f"Bearer {key}" if key_header == "authorization" else key
    for name, value in endpoint.headers.items():
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name) or not value.isascii() or not value.isprintable():
            what = f"A header for {endpoint.provider} cannot be sent."
            raise Problem(what, "Names are letters, digits, - and _; values are plain ASCII.")
        headers[name.lower()] = value
    return headers


def checked_key(endpoint: Endpoint) -> str:
    """The key of an endpoint. Raises `Problem`, without it, where no header could carry it."""
    key = endpoint.key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        what = f"The key of {endpoint.provider} holds characters that no key has."
        raise Problem(what, "Copy it again from the provider's page.")
    return key
