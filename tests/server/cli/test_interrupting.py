"""Ctrl-C ends work between two of its steps."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from linnet_server.cli.interrupting import heard


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal to send to oneself.")
def test_an_interrupt_ends_the_work_after_its_step() -> None:
    """A second one ends it at once; afterwards the handler is the old one."""
    before, steps = signal.getsignal(signal.SIGINT), list[int]()
    with heard(steps.append) as told:
        assert told is not None
        told(1)
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            told(2)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert steps == [1, 2]
    assert signal.getsignal(signal.SIGINT) is before


def test_without_anybody_who_listens_to_the_steps() -> None:
    """The work goes on all the same."""
    nobody: Callable[[int], None] | None = None
    with heard(nobody) as told:
        assert told is not None
        told(1)
