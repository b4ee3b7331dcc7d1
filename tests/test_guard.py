"""The guard that keeps tests off the network does guard."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

ASK = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"


def told(report: Path) -> str:
    """What the guard noted, taken away so that the test it was provoked in may pass."""
    text = report.read_text()
    report.unlink()
    return text


def test_a_connection_is_refused_and_noted(no_network: Path) -> None:
    """A connection to another machine fails and is reported."""
    with pytest.raises(PermissionError), socket.socket() as one:
        one.connect(("192.0.2.1", 80))
    assert "192.0.2.1" in told(no_network)


def test_a_name_is_not_looked_up(no_network: Path) -> None:
    """A name server is never asked."""
    with pytest.raises(PermissionError):
        socket.getaddrinfo("example.invalid", 443)
    assert "example.invalid" in told(no_network)


def test_every_interface_may_not_be_bound(no_network: Path) -> None:
    """Listening for other machines is refused as well."""
    with pytest.raises(PermissionError), socket.socket() as one:
        one.bind(("0.0.0.0", 0))
    assert "0.0.0.0" in told(no_network)


def test_loopback_is_open(no_network: Path) -> None:
    """Two sockets of this machine may talk."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1])) as client,
    ):
        assert client.getpeername() == server.getsockname()
    assert not no_network.exists()


@pytest.mark.slow
@pytest.mark.parametrize("flags", [[], ["-I"]], ids=["plain", "isolated"])
def test_a_child_is_guarded(no_network: Path, flags: list[str]) -> None:
    """A Python process started by a test is guarded too, even when it ignores the environment's own paths."""
    done = subprocess.run([sys.executable, *flags, "-c", ASK], check=False, capture_output=True, text=True)
    assert "tests do not use the network" in done.stderr
    assert "192.0.2.1" in told(no_network)
