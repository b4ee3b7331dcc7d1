"""The frozen parts of the prompts for open documents: gathered once for all who wait, brought up to date at line ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from linnet_completions.ghost.frame import Frame, Step, frame_of, step
from linnet_completions.models.masks import Masks
from linnet_completions.worker.client import Worker, WorkerGone
from linnet_context.snippet import Chunk, Context, LeftOut
from linnet_context.text import Position

if TYPE_CHECKING:
    from linnet_server.lsp.documents import Opened

# Seconds that no request waits as long for: what is gathered late serves the next one.
LONGEST_GATHERING = 5.0
# Seconds for gathering; what is ready then is used, and the end of the line brings the rest.
GATHERING_WAIT = 0.015


class Frames:
    """What prompts show of each open document, and what must not leave of it. Used on the event loop's thread only."""

    def __init__(self, worker: Worker, budget: Callable[[], int]) -> None:
        """`budget()` is how many tokens the model that will be asked is shown."""
        self._worker = worker
        self._budget = budget
        self._kept: dict[str, tuple[Frame, Masks]] = {}
        self._asked: dict[str, float] = {}
        self._framing: dict[str, asyncio.Task[None]] = {}

    def forget(self, uri: str) -> None:
        """A document that is no longer open."""
        self._kept.pop(uri, None)
        self._asked.pop(uri, None)

    def masks(self, uri: str) -> Masks:
        """What stands for the secrets of a document in its prompts."""
        return self._kept[uri][1] if uri in self._kept else {}

    async def of(self, opened: Opened, position: Position) -> tuple[Frame, Masks]:
        """What the prompt shows. It is kept while one types on a line; at its end and after a pause more is added.

        Who waits for it may leave: it is gathered once for all that come.
        """
        now = time.monotonic()
        kept, idle = self._kept.get(opened.uri), now - self._asked.get(opened.uri, now)
        self._asked[opened.uri] = now
        todo = step(kept[0] if kept else None, opened.document, position, idle)
        if kept is not None and todo == "keep":
            return kept
        for _ in range(2):
            task = self._framing.get(opened.uri)
            if task is None:
                work = self._gather(opened, position, todo)
                task = self._framing[opened.uri] = asyncio.get_running_loop().create_task(work)
                task.add_done_callback(_look)
            await asyncio.shield(task)
            kept = self._kept.get(opened.uri)
            if kept is not None and kept[0].serves(opened.document, position):
                return kept
        raise WorkerGone("the document changes faster than it is read")

    async def _gather(self, opened: Opened, position: Position, todo: Step) -> None:
        try:
            found = await self._context(opened, position)
            context, masks = context_of(found["context"]), found["masks"]
            kept = self._kept.get(opened.uri)
            if kept is not None and todo == "add":
                kept = kept[0].with_more(position, context), {**kept[1], **masks}
            else:
                kept = frame_of(opened.document, position, context), masks
            self._kept[opened.uri] = kept
        finally:
            self._framing.pop(opened.uri, None)

    async def _context(self, opened: Opened, position: Position) -> Any:
        question = {
            **place_of(opened, position),
            "task": "inline",
            "budget": self._budget(),
            "within": GATHERING_WAIT,
        }
        found = await self._worker.request("context", question, LONGEST_GATHERING)
        # Without the worker's masks nothing may leave: an answer of `None` is no permission.
        if found is None or "refused" in found:
            raise WorkerGone("the document is not known or may not leave")
        return found


def _look(task: asyncio.Task[None]) -> None:
    """Look at how a task ended, so that a failure nobody waits for is no complaint of the loop's."""
    if not task.cancelled():
        task.exception()


def place_of(opened: Opened, position: Position) -> dict[str, Any]:
    """A place as the worker is told it."""
    return {
        "root": opened.root,
        "path": opened.document.path,
        "line": position.line,
        "column": position.column,
    }


def context_of(plain: Any) -> Context | None:
    """A context from the worker's JSON."""
    if plain is None:
        return None
    return Context(
        prefix=Chunk(**plain["prefix"]),
        suffix=Chunk(**plain["suffix"]),
        chunks=tuple(Chunk(**chunk) for chunk in plain["chunks"]),
        left_out=tuple(LeftOut(**each) for each in plain["left_out"]),
        tokens=plain["tokens"],
        complete=plain["complete"],
    )
