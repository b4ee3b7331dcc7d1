"""Ghost text by a model: one stream for a document at most, kept while the typing agrees with it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linnet_completions.ghost.flight import Flight
from linnet_completions.ghost.frame import Frame, frame_of
from linnet_completions.ghost.item import Item
from linnet_completions.ghost.prompt import PROMPT_VERSION, call
from linnet_completions.ghost.reuse import Shown, typed_through
from linnet_completions.ghost.shape import wants_block
from linnet_completions.models.masks import Masks, cursor_masks, masking
from linnet_completions.models.protocol import ModelError, RateLimited
from linnet_completions.models.redaction import has_placeholder
from linnet_completions.worker.client import Worker, WorkerGone
from linnet_context.problems import Problem
from linnet_context.snippet import Chunk, Context, LeftOut
from linnet_context.text import Document, Position

if TYPE_CHECKING:
    from linnet_server.gate import Gate, Route
    from linnet_server.lsp.documents import Opened
    from linnet_server.settings import Settings

log = logging.getLogger(__name__)

CONTEXT_WAIT = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
NEARBY_LINES = 5


@dataclass(slots=True)
class Trouble:
    """The last failure, until when nothing is asked, and how long the next pause will be (seconds)."""

    sentence: str = ""
    until: float = 0.0
    pause: float = FIRST_PAUSE


class Flights:
    """The models' answers on their way. Used on the event loop's thread only.

    `told(trouble)` is called when a model begins to fail ("what happened") and when it answers again ("").
    """

    def __init__(self, gate: Gate, worker: Worker, told: Callable[[str], None]) -> None:
        self._gate = gate
        self._worker = worker
        self._told = told
        self._flights: dict[str, Flight] = {}
        self._frames: dict[str, tuple[Frame, Masks]] = {}
        self._trouble = Trouble()

    def changed(self, uri: str, document: Document) -> None:
        """The document changed: a stream that the typing contradicts is closed at once."""
        flight = self._flights.get(uri)
        if flight is not None and not flight.agrees(document):
            self.close(uri)

    def close(self, uri: str) -> None:
        """End the stream for a document, if there is one."""
        flight = self._flights.pop(uri, None)
        if flight is not None:
            flight.close()

    def close_all(self) -> None:
        for uri in list(self._flights):
            self.close(uri)

    async def items(
        self, opened: Opened, position: Position, settings: Settings, pause: float
    ) -> tuple[Item, ...]:
        """What the model says for a place; nothing where none is chosen, or it does not answer in time.

        Inside a word the next key is near: waiting `pause` seconds for it saves most of the requests.
        """
        if time.monotonic() < self._trouble.until:
            return ()
        try:
            route = await self._gate.route("inline")
            if route is None:
                return ()
            async with asyncio.timeout(settings.completion.max_wait_ms / 1e3):
                text = await self._text(route, opened, position, settings, pause)
        except (TimeoutError, WorkerGone):
            return ()
        except (ModelError, Problem) as error:
            self._failed(error)
            return ()
        self._answered()
        return await self._judged(opened, position, text, route.target.model) if text else ()

    async def _text(
        self, route: Route, opened: Opened, position: Position, settings: Settings, pause: float
    ) -> str | None:
        flight = self._joined(opened, position)
        if flight is None:
            key = _key(route, opened.document, position, settings)
            known = await route.answers.get(key)
            if known is not None:
                return known
            if pause and opened.document.before(position)[-1:].isidentifier():
                await asyncio.sleep(pause)
            flight = self._joined(opened, position) or await self._take_off(
                route, opened, position, settings, key
            )
        text = await flight.wait()
        return None if text is None else _rest(flight, text, opened.document, position)

    def _joined(self, opened: Opened, position: Position) -> Flight | None:
        """The stream that will answer for this place too, if there is one."""
        flight = self._flights.get(opened.uri)
        if flight is None or not flight.agrees(opened.document, position):
            return None
        if not flight.running and _rest(flight, flight.text(), opened.document, position) is None:
            return None
        return flight

    async def _take_off(
        self, route: Route, opened: Opened, position: Position, settings: Settings, key: str
    ) -> Flight:
        frame, masks = await self._frame(opened, position, settings)
        document, most = opened.document, settings.completion.max_lines
        block = most > 1 and wants_block(document, position)
        question = call(frame, document, position, block=block, max_lines=most)

        def keep(text: str) -> None:
            route.answers.set(key, text)

        self.close(opened.uri)
        hidden = {**masks, **cursor_masks(document, position, masks)}
        stream = masking(route.asking, hidden)(question)
        flight = Flight(document, position, stream, block=block, max_lines=most, finished=keep)
        self._flights[opened.uri] = flight
        return flight

    async def _frame(self, opened: Opened, position: Position, settings: Settings) -> tuple[Frame, Masks]:
        kept = self._frames.get(opened.uri)
        if kept is None or not kept[0].serves(opened.document, position):
            question = {
                **_place(opened, position),
                "task": "inline",
                "budget": settings.context.budget_tokens,
            }
            found = await self._worker.request("context", question, CONTEXT_WAIT)
            # Without the worker's masks nothing may leave: an answer of `None` is no permission.
            if found is None or "refused" in found:
                raise WorkerGone("the document is not known or may not leave")
            frame = frame_of(opened.document, position, context_of(found["context"]))
            kept = self._frames[opened.uri] = frame, found["masks"]
        return kept

    async def _judged(self, opened: Opened, position: Position, text: str, source: str) -> tuple[Item, ...]:
        if has_placeholder(text):
            return ()
        try:
            found = await self._worker.request(
                "judge", {**_place(opened, position), "text": text}, CONTEXT_WAIT
            )
        except (WorkerGone, TimeoutError):
            return ()
        return (Item(found["text"], found["replaced"], source, None),) if found else ()

    def _failed(self, error: ModelError | Problem) -> None:
        """Leave the model alone for a while; say so once in the log and in the status."""
        trouble = self._trouble
        asked_for = error.retry_after if isinstance(error, RateLimited) else None
        trouble.until = time.monotonic() + (trouble.pause if asked_for is None else asked_for)
        trouble.pause = min(2 * trouble.pause, LONGEST_PAUSE)
        sentence = str(error)
        if sentence != trouble.sentence:
            trouble.sentence = sentence
            log.warning("the model does not answer (%s): %s", type(error).__name__, sentence)
            self._told(sentence)

    def _answered(self) -> None:
        if self._trouble.sentence:
            self._told("")
        self._trouble = Trouble()


def _rest(flight: Flight, text: str, document: Document, position: Position) -> str | None:
    """What is left of a flight's text at a place that the typing went on to."""
    shown = Shown(flight.document, flight.position, (Item(text, 0, "", 1.0),))
    rest = typed_through(shown, document, position) if text else None
    return rest.items[0].text if rest else None


def _key(route: Route, document: Document, position: Position, settings: Settings) -> str:
    from linnet_completions.cache.keys import local_key

    start = max(0, position.line - NEARBY_LINES)
    before = [*document.lines[start : position.line], document.before(position)]
    after = [document.after(position), *document.lines[position.line + 1 : position.line + 1 + NEARBY_LINES]]
    shaping = {
        "model": route.identity,
        "prompt": PROMPT_VERSION,
        "max_lines": settings.completion.max_lines,
        "path": document.path,
    }
    return local_key(document.language, before, after, shaping)


def _place(opened: Opened, position: Position) -> dict[str, Any]:
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
