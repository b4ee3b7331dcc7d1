"""How a provider is reached through the network of a company: certificates, both ways, and proxies."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from linnet_context.problems import Problem

_PROXIES = ("http", "https", "socks5", "socks5h")


@dataclass(frozen=True, slots=True)
class Network:
    """How a provider is reached.

    `ca` is a file of certificates to trust besides the system's, `proxy` an address that goes before the
    environment's; `certificate` shows who we are where a server asks, with `certificate_key` where the key has a file
    of its own.
    """

    ca: Path | None = None
    proxy: str | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None


def environment_proxy(url: str) -> str | None:
    """The proxy that the environment or the system names for a URL; never one for this very machine."""
    import urllib.request

    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all") or proxies.get("socks")
    if not proxy:
        return None
    return checked_proxy(proxy if "://" in proxy else f"http://{proxy}")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_proxy(proxy: str) -> str:
    """The address of a proxy; a Problem for what is none."""
    parts = urlsplit(proxy)
    if parts.scheme not in _PROXIES or not parts.hostname:
        remedy = "Write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT."
        raise Problem("The proxy is not an address.", remedy)
    return proxy


def trust(network: Network) -> ssl.SSLContext:
    """The system's certificates and the settings' own, and ours where there is one. Raises `Problem`."""
    import httpcore2

    context = httpcore2.default_ssl_context()
    if network.ca is not None:
        try:
            context.load_verify_locations(network.ca)
        except OSError as error:
            what = f"The certificate file {network.ca} cannot be used."
            raise Problem(what, "Point `ca` at a readable file of PEM certificates.") from error
    if network.certificate is not None:
        try:
            context.load_cert_chain(network.certificate, network.certificate_key, password="")
        except OSError as error:
            what = f"The client certificate {network.certificate} cannot be used."
            remedy = "Point `client_cert` at a PEM file with the certificate, and `client_key` at its key without a password."
            raise Problem(what, remedy) from error
    return context
