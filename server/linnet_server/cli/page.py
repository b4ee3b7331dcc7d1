"""Markdown on the terminal while it comes: formatted block by block, the last one drawn anew with each piece."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from linnet_server.cli.answers import print_piece
from linnet_server.cli.common import App, visible

if TYPE_CHECKING:
    from rich.live import Live

_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})", re.MULTILINE)


class Page:
    """Takes pieces of Markdown. On a terminal they are formatted; elsewhere, and `quietly`, they are as they came.

    `text` is all of it.
    """

    def __init__(self, app: App, *, quietly: bool = False) -> None:
        self._app = app
        self._quietly = quietly
        self._pretty = not quietly and sys.stdout.isatty()
        self._pieces: list[str] = []
        self._block = ""
        self._live: Live | None = None

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def add(self, piece: str) -> None:
        """Show more."""
        if not piece:
            return
        self._pieces.append(piece)
        if self._quietly:
            return
        if not self._pretty:
            print_piece(piece)
            return
        self._block += visible(piece)
        done, self._block = _blocks(self._block)
        if done:
            self._settle(done)
        self._draw()

    def end(self) -> None:
        """Nothing more comes."""
        if self._pretty:
            self._settle(self._block)
        elif self._pieces and not self._quietly and not self.text.endswith("\n"):
            print_piece("\n")

    def _draw(self) -> None:
        from rich.live import Live
        from rich.markdown import Markdown

        if self._live is None:
            # What is being drawn is taken away again: whole blocks are printed for good, so that all can be scrolled.
            self._live = Live(console=self._app.console(), transient=True, auto_refresh=False)
            self._live.start()
        self._live.update(Markdown(self._block, hyperlinks=False), refresh=True)

    def _settle(self, text: str) -> None:
        from rich.markdown import Markdown

        if self._live is not None:
            self._live.stop()
            self._live = None
        if text.strip():
            self._app.console().print(Markdown(text, hyperlinks=False), soft_wrap=False)
            self._app.console().print()


def _blocks(text: str) -> tuple[str, str]:
    """The whole blocks that a text begins with, and the block that may go on. A fenced block is one, blank lines or not."""
    at = text.rfind("\n\n")
    while at >= 0:
        if len(_FENCE.findall(text[:at])) % 2 == 0:
            return text[:at], text[at + 2 :]
        at = text.rfind("\n\n", 0, at)
    return "", text
