"""The networks of companies: authorities of their own, certificates for clients, proxies of every kind."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from linnet_completions.models.http import Http
from linnet_completions.models.network import Network
from linnet_completions.models.protocol import ModelError, Unreachable
from linnet_context.problems import Problem
from tests.completions.models.asking import KEY, model, said, with_http
from tests.modelserver import ModelServer, chat


class Certificates:
    """An authority that no system trusts, and files for who knows it."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.ca, self.mine, self.key = folder / "ca.pem", folder / "me.pem", folder / "me.key"
        self.authority.cert_pem.write_to_path(str(self.ca))
        own = self.authority.issue_cert("me@example.com")
        own.cert_chain_pems[0].write_to_path(str(self.mine))
        own.private_key_pem.write_to_path(str(self.key))

    def server(self, name: str = "localhost", *, asks: bool = False) -> ssl.SSLContext:
        """What a server shows; `asks` for a certificate of ours."""
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(name).configure_cert(tls)
        if asks:
            self.authority.configure_trust(tls)
            tls.verify_mode = ssl.CERT_REQUIRED
        return tls


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path)


def ask(url: str, network: Network) -> str:
    """The answer of a model that is reached that way."""
    http = Http(network)
    return with_http(lambda client: said(model(url, client)), http).text


def test_a_server_may_ask_who_we_are(certificates: Certificates) -> None:
    """It is shown the certificate of the settings; without one it does not answer."""
    with ModelServer(chat("ok"), certificates.server(asks=True)) as server:
        shown = Network(certificates.ca, certificate=certificates.mine, certificate_key=certificates.key)
        assert ask(server.url, shown) == "ok"
        with pytest.raises(ModelError):
            ask(server.url, Network(certificates.ca))
        assert len(server.asked) == 1


@pytest.mark.parametrize("what", ["missing", "no certificate", "no key"])
def test_a_certificate_that_cannot_be_used_is_told(
    what: str, certificates: Certificates, tmp_path: Path
) -> None:
    """As a problem of the settings, found before anything is asked."""
    (tmp_path / "empty.pem").write_text("")
    paths = {"missing": tmp_path / "x", "no certificate": tmp_path / "empty.pem", "no key": certificates.mine}
    with pytest.raises(ModelError, match="client certificate"):
        ask("https://localhost:1/v1", Network(certificate=paths[what]))


def test_the_cause_of_an_untrusted_certificate_is_told(certificates: Certificates) -> None:
    """An unknown authority is one thing, a certificate for another name is another."""
    with ModelServer(chat("ok"), certificates.server()) as server, pytest.raises(Unreachable) as raised:
        ask(server.url, Network())
    assert raised.value.cause == "certificate"
    with ModelServer(chat("ok"), certificates.server("other.example")) as server:
        with pytest.raises(Unreachable) as raised:
            ask(server.url, Network(certificates.ca))
        assert raised.value.cause == "host name" and server.asked == []


@contextmanager
def socks(seen: list[bytes]) -> Iterator[str]:
    """A SOCKS 5 proxy that passes on one connection after the other; it notes who is asked for."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                threading.Thread(target=_passed_on, args=(client, seen), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"socks5://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _passed_on(client: socket.socket, seen: list[bytes]) -> None:
    with suppress(OSError), client:
        client.recv(262)
        client.sendall(b"\x05\x00")
        asked = client.recv(262)
        seen.append(asked)
        port = int.from_bytes(asked[-2:], "big")
        with socket.create_connection(("127.0.0.1", port)) as server:
            client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            there = threading.Thread(target=_copy, args=(client, server), daemon=True)
            there.start()
            _copy(server, client)
            there.join(10)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_a_socks_proxy_is_gone_through(certificates: Certificates) -> None:
    """It learns the host's name and nothing of the request."""
    seen: list[bytes] = []
    with ModelServer(chat("ok"), certificates.server()) as server, socks(seen) as proxy:
        assert ask(server.url, Network(certificates.ca, proxy)) == "ok"
    assert b"localhost" in seen[0] and KEY.encode() not in b"".join(seen)


def test_a_proxy_that_is_not_there_is_told() -> None:
    """In one sentence that speaks of the connection."""
    gone = socket.create_server(("127.0.0.1", 0))
    address = gone.getsockname()
    gone.close()
    with pytest.raises(Unreachable):
        ask("http://model.invalid/v1", Network(proxy=f"socks5://127.0.0.1:{address[1]}"))


def test_a_proxy_of_another_kind_is_a_problem_of_the_settings() -> None:
    """Named with the kinds that there are."""
    with pytest.raises(Problem, match="socks5"):
        Http(Network(proxy="socks4://127.0.0.1:1"))
