"""A little Redis on the loopback interface: enough commands for a team's cache, and ways to misbehave."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import Self


class RedisServer:
    """Runs in threads of its own. `mood` is "well", "slow" (half a second an answer), "silent" or "mad"."""

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}
        self.asked: list[list[bytes]] = []
        self.mood = "well"
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._listening.getsockname()[1]}/0"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and every connection."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def wait_for(self, command: bytes, count: int, within: float = 10.0) -> None:
        """Wait until a command came so often."""
        end = time.monotonic() + within
        while sum(each[0] == command for each in list(self.asked)) < count:
            assert time.monotonic() < end, f"{command!r} did not come"
            time.sleep(0.002)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection.makefile("rb") as lines:
            while head := lines.readline():
                command: list[bytes] = []
                for _ in range(int(head[1:])):
                    size = int(lines.readline()[1:])
                    command.append(lines.read(size + 2)[:-2])
                self.asked.append([command[0].upper(), *command[1:]])
                if self.mood == "slow":
                    time.sleep(0.5)
                if self.mood == "silent":
                    continue
                connection.sendall(b"!?\r\n" if self.mood == "mad" else self._answer(*self.asked[-1]))

    def _answer(self, name: bytes, *words: bytes) -> bytes:
        if name == b"GET":
            value = self.kept.get(words[0])
            return b"$-1\r\n" if value is None else _bulk(value)
        if name == b"SET":
            self.kept[words[0]] = words[1]
        elif name in (b"INCRBY", b"INCRBYFLOAT"):
            total = float(self.kept.get(words[0], b"0")) + float(words[1])
            self.kept[words[0]] = str(int(total) if name == b"INCRBY" else total).encode()
            return b":%d\r\n" % int(total) if name == b"INCRBY" else _bulk(self.kept[words[0]])
        elif name == b"EXPIRE":
            return b":1\r\n"
        elif name == b"PING":
            return b"+PONG\r\n"
        elif name not in (b"SELECT", b"AUTH"):
            return b"-ERR unknown command\r\n"
        return b"+OK\r\n"


def _bulk(value: bytes) -> bytes:
    return b"$%d\r\n%b\r\n" % (len(value), value)
