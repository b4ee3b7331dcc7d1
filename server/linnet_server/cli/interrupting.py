"""Ctrl-C that is not lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

Step = TypeVar("Step")


@contextmanager
def heard(report: Callable[[Step], None] | None) -> Iterator[Callable[[Step], None] | None]:
    """`report`, called after each step of some work, which raises KeyboardInterrupt at the first step after Ctrl-C.

    In the middle of a step a library in C that calls us back would lose the exception or make another one of it. Whoever
    presses Ctrl-C again does not want to wait, and gets it at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield report
        return
    pressed = False

    def press(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    def told(step: Step) -> None:
        if report is not None:
            report(step)
        if pressed:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, press)
    try:
        yield told
    finally:
        signal.signal(signal.SIGINT, before)
