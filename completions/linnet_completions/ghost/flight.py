"""A model's answer on its way: owned by the session, awaited by requests, closed when the typing contradicts it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from linnet_completions.ghost.reuse import followed
from linnet_completions.ghost.trim import trimmed
from linnet_completions.models.protocol import Text, Usage
from linnet_context.text import Document, Position


class Flight:
    """One stream for one place. Used on the event loop's thread only.

    `finished(text)` is called with the text for the flight's place when it is whole.
    """

    def __init__(
        self,
        document: Document,
        position: Position,
        stream: AsyncIterator[Text | Usage],
        *,
        block: bool,
        max_lines: int,
        finished: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.document = document
        self.position = position
        self._block = block
        self._max_lines = max_lines
        self._raw = ""
        self._typed = ""
        self._finished = finished
        self._task = asyncio.get_running_loop().create_task(self._run(stream))
        self._task.add_done_callback(_look)

    @property
    def running(self) -> bool:
        return not self._task.done()

    def text(self) -> str:
        """The text for the flight's place, as far as it has come."""
        return trimmed(self._raw, self.document, self.position, block=self._block, max_lines=self._max_lines)

    def agrees(self, document: Document, position: Position | None = None) -> bool:
        """Whether nothing but typing led to `document`, and what was typed is what the answer says (so far)."""
        now = followed(self.document, document, self.position)
        if now is None or (position is not None and position != now):
            return False
        self._typed = document.line(now.line)[self.position.column : now.column]
        return self._fits()

    def close(self) -> None:
        """End the stream, upstream too."""
        self._task.cancel()

    async def wait(self) -> str | None:
        """The whole text; None when the flight was closed; ModelError when the model failed.

        Cancelling who waits leaves the stream alone.
        """
        await asyncio.wait({self._task})
        return None if self._task.cancelled() else self._task.result()

    async def _run(self, stream: AsyncIterator[Text | Usage]) -> str:
        try:
            async for piece in stream:
                if isinstance(piece, Text):
                    self._raw += piece.text
                    if not self._fits():
                        raise asyncio.CancelledError
                    if self._complete():
                        break
        finally:
            close = getattr(stream, "aclose", None)
            if close is not None:
                with contextlib.suppress(RuntimeError):
                    await close()
        text = self.text()
        self._finished(text)
        return text

    def _fits(self) -> bool:
        text = self.text()
        return text.startswith(self._typed) or self._typed.startswith(text)

    def _complete(self) -> bool:
        """Whether nothing that comes can still be used: the line, or the block, is whole."""
        if "</fill>" in self._raw:
            return True
        text = self.text()
        if not self._block:
            return bool(text.strip()) and "\n" in self._raw.split("<fill>", 1)[-1].lstrip("\n")
        return text.count("\n") + 1 >= self._max_lines and self._raw.endswith("\n")


def _look(task: asyncio.Task[str]) -> None:
    """Look at how a flight ended, so that a failure nobody waits for is no complaint of the loop's."""
    if not task.cancelled():
        task.exception()
