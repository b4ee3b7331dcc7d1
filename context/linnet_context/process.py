"""Run one program with a time limit and a bound on its output; find programs without trusting the current folder."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

_SLICE = 1 << 16
_ERROR_LIMIT = 1 << 16
# A console window must not flash up on Windows each time a program runs.
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended: its exit code, what it wrote, and whether it was stopped before its end."""

    code: int
    output: bytes
    errors: bytes
    stopped: Literal["", "too slow", "too much output"] = ""


def environment() -> dict[str, str]:
    """A copy of this process's environment, to be handed on to a program; it is never read for settings."""
    return dict(os.environ)


def find_program(name: str, search_path: str) -> Path | None:
    """The program in the first absolute folder of `search_path` that has it.

    Relative folders ("." or an empty entry) are left out: they would find a program in the user's workspace.
    """
    file_name = f"{name}.exe" if os.name == "nt" else name
    for folder in search_path.split(os.pathsep):
        program = Path(folder) / file_name
        if program.is_absolute() and program.is_file() and os.access(program, os.X_OK):
            return program
    return None


def run(
    command: Sequence[str],
    *,
    folder: Path,
    environ: Mapping[str, str],
    seconds: float,
    limit: int,
    stdin: bytes = b"",
) -> Finished:
    """Run `command` in `folder`; at most `limit` bytes of its output are kept and then it is stopped.

    Raises OSError when the program cannot be started.
    """
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        command, cwd=folder, env=environ, stdin=pipe, stdout=pipe, stderr=pipe, creationflags=_NO_WINDOW
    )
    assert process.stdin and process.stdout and process.stderr
    late = threading.Event()
    timer = threading.Timer(seconds, _stop, (process, late))
    errors = bytearray()
    helpers = [
        threading.Thread(target=_feed, args=(process.stdin, stdin), daemon=True),
        threading.Thread(target=_collect, args=(process.stderr, errors, _ERROR_LIMIT), daemon=True),
    ]
    try:
        for thread in (timer, *helpers):
            thread.start()
        output = bytearray()
        much = _collect(process.stdout, output, limit, process)
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        timer.cancel()
        for thread in helpers:
            thread.join()
        process.stdout.close()
        process.stderr.close()
    stopped: Literal["", "too slow", "too much output"] = "too much output" if much else ""
    return Finished(code, bytes(output), bytes(errors), "too slow" if late.is_set() else stopped)


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _feed(stream: IO[bytes], text: bytes) -> None:
    try:
        stream.write(text)
        stream.close()
    except OSError:
        pass  # The program did not want to read it all.


def _collect(
    stream: IO[bytes], kept: bytearray, limit: int, process: subprocess.Popen[bytes] | None = None
) -> bool:
    """Read to the end, keep `limit` bytes; whether there were more (then `process`, if given, is stopped)."""
    more = False
    while part := stream.read(_SLICE):
        more = more or len(kept) + len(part) > limit
        kept += part[: limit - len(kept)]
        if more and process:
            process.kill()
            return True
    return more
