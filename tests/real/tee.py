"""Stands between an editor and a language server and writes down what both say: FILE PROGRAM [ARGUMENT ...]."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import IO


def message(source: IO[bytes]) -> tuple[bytes, bytes] | None:
    """The next message as header and body; None at the end."""
    header = b""
    while (line := source.readline()).strip():
        header += line
    size = next((part.split(b":")[1] for part in header.lower().splitlines() if b"length" in part), b"0")
    return (header + line, source.read(int(size))) if line else None


def main(file: str, *command: str) -> int:
    """Run until both sides have ended; returns the server's exit code."""
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None and server.stdout is not None
    lock = threading.Lock()

    def hand_on(who: str, source: IO[bytes], sink: IO[bytes]) -> None:
        while (found := message(source)) is not None:
            # Written down before it is handed on: an answer never stands before its question.
            with lock, open(file, "ab") as record:
                record.write(json.dumps({who: json.loads(found[1])}).encode() + b"\n")
            try:
                sink.write(b"".join(found))
                sink.flush()
            except OSError:
                break
        sink.close()

    there = threading.Thread(target=hand_on, args=("client", sys.stdin.buffer, server.stdin), daemon=True)
    back = threading.Thread(target=hand_on, args=("server", server.stdout, sys.stdout.buffer), daemon=True)
    there.start()
    back.start()
    code = server.wait()
    back.join()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
