"""Refuses the network: run in the tests' process and, through a .pth file, in every Python process they start.

This file is executed by its path, so it uses the standard library alone and leaves no names behind but its own.
"""

from __future__ import annotations

import os
import sys
from typing import Any

REPORT = "LINNET_TEST_GUARD_REPORT"
_LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_ADDRESSED = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}


def is_local(host: object) -> bool:
    """Whether a host given to a socket function stays on this machine without asking a name server."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    return name in ("", "localhost", "::1") or name.startswith("127.")


def is_outside(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether an audit event of the interpreter is a look-up or a connection that leaves this machine."""
    if event in _LOOKUPS:
        return not is_local(arguments[0])
    if event in _ADDRESSED:
        address = arguments[1]
        # A tuple is an internet address; local sockets have a path. An empty host binds every interface.
        return isinstance(address, tuple) and (address[0] == "" or not is_local(address[0]))
    return False


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook: note what was tried where no `except` can hide it, and refuse it."""
    if event.startswith("socket.") and is_outside(event, arguments):
        report = os.environ.get(REPORT)
        if report:
            with open(report, "a", encoding="utf-8") as file:
                file.write(f"{event} {arguments[-1] if event in _ADDRESSED else arguments[0]!r}\n")
        raise PermissionError(f"tests do not use the network: {event}")


sys.addaudithook(watch)
