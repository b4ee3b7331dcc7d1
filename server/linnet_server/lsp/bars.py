"""Work that a bar of the client shows, and that the user can cancel there; what is done at once shows none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from linnet_server.lsp.cold import Cold, Progress

Result = TypeVar("Result")
# Seconds after which work is shown. An answer that was given before comes sooner.
PATIENCE = 0.1


class Stopped(Exception):
    """The user cancelled the work at its bar."""


class Report:
    """Tells the bar how far the work is, once there is one."""

    def __init__(self) -> None:
        self.bar: Progress | None = None

    def __call__(self, message: str) -> None:
        if self.bar is not None:
            self.bar.report(message)


async def shown(
    cold: Cold,
    title: str,
    work: Callable[[Report], Coroutine[Any, Any, Result]],
    told: Callable[[Result], str] = lambda result: "",
) -> Result:
    """The result of some work; `told` is what the bar says at its end. Raises `Stopped`.

    Cancelling this cancels the work.
    """
    report, ended = Report(), ""
    task = asyncio.ensure_future(work(report))
    try:
        await asyncio.wait({task}, timeout=PATIENCE)
        if not task.done():
            report.bar = bar = await cold.progress(title, cancellable=True)
            if bar is not None:
                bar.on_cancel(task.cancel)
        result = await task
        ended = told(result)
        return result
    except asyncio.CancelledError:
        if report.bar is not None and report.bar.cancelled:
            ended = "You cancelled it."
            raise Stopped from None
        task.cancel()
        raise
    finally:
        if report.bar is not None:
            report.bar.end(ended)
