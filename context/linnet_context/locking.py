"""A lock between processes, held on a file of ours."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.005


@contextmanager
def locked(path: Path, within: float = 1.0) -> Iterator[bool]:
    """Hold the lock at `path` (0600, made when missing); yields False when it was not free within some seconds.

    The system frees it when its holder ends, however that happens. OSError when the file cannot be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        end = time.monotonic() + within
        held = _try(descriptor)
        while not held and time.monotonic() < end:
            time.sleep(_PAUSE)
            held = _try(descriptor)
        yield held
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
