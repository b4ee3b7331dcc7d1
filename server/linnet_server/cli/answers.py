"""What the commands share that ask a model: whether one may be asked, how to reach it, how its words are printed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from linnet_server.cli.common import App, visible

if TYPE_CHECKING:
    from linnet_completions.models.asking import Route
    from linnet_completions.models.protocol import Task
    from linnet_server.settings import Settings

    # Opens the way to the model that serves a task; None when the user chose none.
    Opener = Callable[[], AbstractAsyncContextManager[Route | None]]


def is_chosen(settings: Settings, task: Task) -> bool:
    """Whether the user's settings name a model for a task. Cheap: without one nothing of the network is loaded."""
    routes: tuple[str, ...] = getattr(settings.routes, task)
    return any(route != "local" for route in routes or (settings.provider,))


def opener(app: App, settings: Settings, task: Task) -> Opener:
    """The way to the model that serves a task. Where keys go is decided by the user's own settings alone."""

    def opened() -> AbstractAsyncContextManager[Route | None]:
        from linnet_server import gate
        from linnet_server.settings import load, user_file

        mine = load(user=app.config or user_file(), workspace=None, environ=app.environ).settings
        return gate.answering(settings, mine, app.environ, task)

    return opened


def print_piece(text: str) -> None:
    """Write a part of a line (or of several) to stdout at once, with what could steer a terminal made visible."""
    stream = sys.stdout
    if stream.isatty():
        text = visible(text)
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
