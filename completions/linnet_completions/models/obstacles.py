"""What stands between us and a provider, told in one sentence."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from linnet_completions.models.protocol import Cause, Unreachable

# OpenSSL's numbers for certificates that have expired, and for names that they are not for.
_EXPIRED, _OTHER_NAMES = {9, 10}, {62, 63, 64}


def unreachable(host: str, error: Exception) -> Unreachable:
    """The failure for an error of the network, without the error's own words: those may hold anything."""
    cause = _cause(error)
    sentences: dict[Cause, str] = {
        "name": f"There is no host called {host}.",
        "closed": f"Nothing answers at {host}: it cannot be reached at this port.",
        "certificate": f"The certificate of {host} is not trusted; `ca` can name one that is.",
        "expired": f"The certificate of {host} is not valid at this time.",
        "host name": f"The certificate of {host} is for another name.",
        "no TLS": f"{host} does not speak TLS at this port.",
        "proxy": f"The proxy refused to connect to {host}.",
        "": f"{host} broke off the connection.",
    }
    import httpx2

    if not cause and isinstance(error, httpx2.ConnectError):
        return Unreachable(f"{host} cannot be reached.")
    return Unreachable(sentences[cause], cause)


def _cause(error: Exception) -> Cause:
    import httpx2

    if isinstance(error, httpx2.ProxyError):
        return "proxy"
    for each in _chain(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            if each.verify_code in _EXPIRED:
                return "expired"
            return "host name" if each.verify_code in _OTHER_NAMES else "certificate"
        if isinstance(each, ssl.SSLError):
            return "no TLS"
        if isinstance(each, socket.gaierror):
            return "name"
        if isinstance(each, ConnectionRefusedError):
            return "closed"
    return ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from, the members of groups among them."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for member in error.exceptions:
                yield from _chain(member)
        error = error.__cause__ or error.__context__
