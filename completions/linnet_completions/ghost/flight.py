"""A model's answer on its way: owned by the session, awaited by requests, closed when the typing contradicts it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from linnet_completions.checks.insertion import CLOSERS
from linnet_completions.ghost.item import Item
from linnet_completions.ghost.reuse import Shown, between, followed, typed_through
from linnet_completions.ghost.trim import piece, trimmed
from linnet_completions.models.protocol import Text, Usage
from linnet_context.text import Document, Position

# Behind the line that is wanted a stream may go on for so many lines: what comes next is then known for nothing.
LINES_AHEAD = 3
# Lines that came and were cut away, before the stream is closed for that.
MOST_CUT = 3


class Flight:
    """One stream for one place, by the model that `answerer()` names. Used on the event loop's thread only.

    `finished(text)` is called with the text for the flight's place when all of it has come, `given_up()` when the
    stream is left in the middle of its first piece. `refused` is set by who has found that the text cannot stand there. `ended(text)` tells where the block is over that the text continues, if
    it is: there the stream is closed, and what came behind it is the next suggestion.
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
        answerer: Callable[[], str] = lambda: "",
        given_up: Callable[[], None] = lambda: None,
        ended: Callable[[str], Awaitable[int | None]] | None = None,
    ) -> None:
        self._ended = ended
        self._end: int | None = None
        self._answerer = answerer
        self._given_up = given_up
        self._known = False
        self.refused = False
        self.document = document
        self.position = position
        self.block = block
        self._max_lines = max_lines if block else min(max_lines, 1 + LINES_AHEAD)
        self._raw = ""
        self._text = ""
        self._typed = ""
        self._cut = False
        self._asked = 0
        self._left = False
        self._finished = finished
        self._news = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._run(stream))
        self._task.add_done_callback(self._landed)

    @property
    def running(self) -> bool:
        return not self._task.done()

    @property
    def source(self) -> str:
        """The model that answers; until it begins to, the one that is asked first."""
        return self._answerer()

    @property
    def text(self) -> str:
        """The text for the flight's place, as far as it has come."""
        return self._text

    def agrees(self, document: Document) -> bool:
        """Whether nothing but typing led to `document`, and what was typed is what the answer says (so far)."""
        now = followed(self.document, document, self.position)
        if now is None:
            return False
        self._typed = between(document, self.position, now)
        return self._fits()

    def rest(self, document: Document, position: Position) -> str | None:
        """What is left of the text for a place that the typing went on to; None where it went elsewhere."""
        if not self._text:
            now = followed(self.document, document, self.position)
            return "" if now is not None and (self.running or now == self.position) else None
        shown = Shown(self.document, self.position, (Item(self._text, 0, "", None),))
        rest = typed_through(shown, document, position)
        if rest is not None:
            return rest.items[0].text
        # The typing may be ahead of an answer that is still coming.
        return "" if self.running and self.agrees(document) else None

    def known(self, document: Document, position: Position) -> str | None:
        """The suggestion for a place if all of it has come; "" where there is none, None while nobody can know."""
        over = not self.running
        rest = self.rest(document, position)
        if rest is None:
            return "" if over and self._ends_at(document, position) else None
        if self.refused:
            return ""
        left = 0 if self._end is None else self._end - (len(self._text) - len(rest))
        if left > 0:
            return rest[:left].rstrip()
        return piece(rest, block=self.block and self._end is None, over=over)

    async def suggestion(self, document: Document, position: Position) -> str | None:
        """The next line, or the block, for a place, as soon as it is whole; "" where the answer has nothing for it.

        None when the flight was closed, or the typing went elsewhere. ModelError when the model failed.
        Cancelling who waits leaves the stream alone.
        """
        while True:
            over = not self.running
            if over and self._task.cancelled():
                return None
            if over:
                self._task.result()
            found = self.known(document, position)
            if found is not None:
                self._known = True
                return found
            if over or self.rest(document, position) is None:
                return None
            self._news.clear()
            await self._news.wait()

    def landed(self, tell: Callable[[BaseException | None], None]) -> None:
        """Have it told when the stream ends: None for an answer, else the failure; nothing if it was closed."""
        self._task.add_done_callback(lambda task: None if task.cancelled() else tell(task.exception()))

    def leave(self) -> None:
        """Nobody wants the answer any more: end the stream once something has come.

        Until then the model works on a question that is paid, and to hang up on it saves nothing.
        """
        if self._raw:
            if self.running and not self._known:
                self._given_up()
            self.close()
        self._left = True

    def close(self) -> None:
        """End the stream, upstream too."""
        self._task.cancel()

    def _ends_at(self, document: Document, position: Position) -> bool:
        """Whether the model has said that nothing more belongs at a place: all that it said was typed."""
        return not self._cut and self._text == between(document, self.position, position)

    async def _run(self, stream: AsyncIterator[Text | Usage]) -> None:
        try:
            async for each in stream:
                if not isinstance(each, Text):
                    self._cut = each.cut
                    continue
                self._raw += each.text
                self._text = trimmed(self._raw, self.document, self.position, self._max_lines)
                if self._left or not self._fits():
                    raise asyncio.CancelledError
                self._news.set()
                if self._complete() or await self._block_is_over():
                    self._cut = True
                    break
        finally:
            close = getattr(stream, "aclose", None)
            if close is not None:
                with contextlib.suppress(RuntimeError):
                    await close()
        self._text = self._text.rstrip()
        self._finished(self._text)

    def _fits(self) -> bool:
        """Whether what was typed is the beginning of the text, or the other way round; closed brackets may be ahead."""
        if _one_begins_the_other(self._text, self._typed):
            return True
        opened = self._typed.rstrip(CLOSERS)
        return opened != self._typed and self._text.startswith(opened)

    def _complete(self) -> bool:
        """Whether nothing that comes can still be used: all the lines that are wanted are whole."""
        lines = self._text.count("\n")
        # What a rule has cut away only grows: the text has reached the lines below it, or repeats itself.
        return lines >= self._max_lines or self._raw.count("\n") > lines + MOST_CUT

    async def _block_is_over(self) -> bool:
        """Ask for it once for each line that has come."""
        lines = self._text.count("\n")
        if not self.block or self._ended is None or lines == self._asked:
            return False
        self._asked = lines
        self._end = await self._ended(self._text)
        return self._end is not None

    def _landed(self, task: asyncio.Task[None]) -> None:
        """Look at how it ended, so that a failure nobody waits for is no complaint of the loop's."""
        if not task.cancelled():
            task.exception()
        self._news.set()


def _one_begins_the_other(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
