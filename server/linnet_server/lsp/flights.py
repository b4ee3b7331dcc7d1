"""Ghost text by a model: one stream for a document at most, kept while the typing agrees with it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from linnet_completions.ghost.flight import Flight
from linnet_completions.ghost.item import Item
from linnet_completions.ghost.policy import ASKED, NEVER, Decision, Misses, Pace
from linnet_completions.ghost.prompt import PROMPT_VERSION, call
from linnet_completions.ghost.recent import Recent
from linnet_completions.ghost.reuse import Shown, between, followed, typed_through
from linnet_completions.ghost.shape import wants_block
from linnet_completions.ghost.trim import piece
from linnet_completions.models.asking import Asking
from linnet_completions.models.masks import cursor_masks, masking, restored
from linnet_completions.models.protocol import Call, ModelError, Text, Usage
from linnet_completions.models.redaction import has_placeholder
from linnet_completions.worker.client import Worker, WorkerGone
from linnet_context.problems import Problem
from linnet_context.text import Document, Position
from linnet_server.lsp.frames import Frames, place_of

if TYPE_CHECKING:
    from linnet_server.gate import Gate, Route
    from linnet_server.lsp.documents import Opened
    from linnet_server.settings import Settings
    from linnet_server.targets import Target

log = logging.getLogger(__name__)

# How long the worker may take to look at a text (seconds).
JUDGING_WAIT = 1.0
NEARBY_LINES = 5
# How much the further answers may vary for who wants to choose (the model's temperature).
VARIETY = 0.8


@dataclass(slots=True)
class Start:
    """A question that is being prepared for a place `since` a time; while it is `pausing`, the next key ends it."""

    document: Document
    position: Position
    since: float
    pausing: bool = True
    task: asyncio.Task[Flight | None] | None = None

    def serves(self, document: Document) -> bool:
        """Whether its answer will do for a document: nothing but typing has happened since."""
        return not self.pausing and followed(self.document, document, self.position) is not None


class Flights:
    """The models' answers on their way, and those that came. Used on the event loop's thread only.

    `told(trouble)` is called when a model begins to fail ("what happened") and when it answers again ("").
    `settings()` are those that hold now, `current(uri)` is the document as it is now.
    `say(uri, step)` is told what happens, for who asks why.
    """

    def __init__(
        self,
        gate: Gate,
        worker: Worker,
        told: Callable[[str], None],
        settings: Callable[[], Settings],
        current: Callable[[str], Opened | None],
        say: Callable[[str, str], None] = lambda uri, step: None,
    ) -> None:
        self._gate = gate
        self._worker = worker
        self._told = told
        self._settings = settings
        self._current = current
        self._say = say
        self._flights: dict[str, Flight] = {}
        self._answers: dict[str, Recent] = {}
        self._frames = Frames(worker, gate.budget)
        self._starts: dict[str, Start] = {}
        self._misses: dict[str, Misses] = {}
        self._paces: dict[str, Pace] = {}
        self._trouble = ""
        self._answering: Target | None = None

    @property
    def answering(self) -> Target | None:
        """The model that answered last; None before one does, and when none does any more."""
        return self._answering

    def changed(self, uri: str, document: Document) -> None:
        """The document changed: a stream that the typing contradicts is closed at once."""
        self._pace(uri).key()
        start = self._starts.get(uri)
        if start is not None and not start.serves(document):
            self._cancel(uri)
        self._gate.typed()
        flight = self._flights.get(uri)
        if flight is not None and not flight.agrees(document):
            if flight.text:
                self._missed(uri, followed(flight.document, document, flight.position) or flight.position)
            self._end(uri)

    def close(self, uri: str) -> None:
        """Forget a document: its stream, if there is one, and what was said about it."""
        self._cancel(uri)
        self._end(uri)
        self._frames.forget(uri)
        for known in (self._answers, self._misses, self._paces):
            known.pop(uri, None)

    def forget(self) -> None:
        """Other settings hold: what was said, and is on its way, is no answer any more."""
        self._answering = None
        for uri in {*self._flights, *self._starts, *self._answers}:
            self.close(uri)

    async def known(self, opened: Opened, position: Position) -> tuple[Item, ...] | None:
        """What a model has said for a place already; nothing if that is no use, None when it said nothing yet."""
        flight = self._flights.get(opened.uri)
        text = flight.known(opened.document, position) if flight is not None else None
        if flight is not None and text:
            return await self._judged(opened, position, text, flight)
        kept = self._answers.get(opened.uri)
        found = kept.find(opened.document, position) if text is None and kept is not None else None
        if found is None:
            return None if text is None else ()
        answer = found.items[0]
        text = piece(answer.text, block=False, over=True)
        return await self._judged(opened, position, text, None, answer.source) if text else ()

    def flying(self, opened: Opened, position: Position) -> bool:
        """Whether a stream is on its way that will answer for a place."""
        flight = self._joined(opened, position)
        return flight is not None and flight.running

    async def items(
        self, opened: Opened, position: Position, decision: Decision, within: float
    ) -> tuple[Item, ...]:
        """What the model says for a place in time (seconds); nothing where none is chosen, or it is not asked."""
        try:
            async with asyncio.timeout(within):
                # Who waits may leave, and the question is asked all the same.
                start = self._started(opened, position, decision)
                await asyncio.wait({start})
                flight = None if start.cancelled() else start.result()
                text = None if flight is None else await flight.suggestion(opened.document, position)
        except (TimeoutError, WorkerGone):
            self._say(opened.uri, f"model: no answer within {within:.1f} s")
            return ()
        except (ModelError, Problem) as error:
            self._say(opened.uri, f"model: {error}")
            return ()
        if flight is None:
            return ()
        if not text:
            self._say(opened.uri, "model: it has nothing to insert here, or something else was typed")
        return await self._judged(opened, position, text, flight) if text else ()

    async def others(self, opened: Opened, position: Position, count: int, within: float) -> tuple[Item, ...]:
        """What the model says for a place when it is asked again, `count` times at once, and may vary its answers."""
        document, settings = opened.document, self._settings()
        streams: list[Flight] = []
        try:
            # Each has a route of its own: they need not be answered by the same model.
            routes = [await self._gate.route("inline") for _ in range(count)]
            async with asyncio.timeout(within):
                for route in routes:
                    if route is None:
                        return ()
                    asking, question, block = await self._question(route, opened, position, settings)
                    varied, most = replace(question, temperature=VARIETY), settings.completion.max_lines
                    streams.append(
                        Flight(
                            document,
                            position,
                            asking(varied),
                            block=block,
                            max_lines=most,
                            answerer=partial(_model_of, route),
                        )
                    )
                texts = [await each.suggestion(document, position) for each in streams]
            judged = [
                await self._judged(opened, position, text, each)
                for text, each in zip(texts, streams, strict=True)
                if text
            ]
            return tuple(item for items in judged for item in items)
        except (TimeoutError, WorkerGone, ModelError, Problem):
            return ()  # There is an answer already; more of them would only have been nice.
        finally:
            for each in streams:
                each.close()

    def ask_later(self, opened: Opened, position: Position, decision: Decision) -> None:
        """Have a model asked for a place while something else is on the screen; the next requests will find the answer."""
        if decision.pause is not None:
            self._started(opened, position, decision)

    def _started(self, opened: Opened, position: Position, decision: Decision) -> asyncio.Task[Flight | None]:
        """The question for a place on its way: the one that is being prepared if it will do, else a new one."""
        start = self._starts.get(opened.uri)
        if start is not None and start.task is not None and start.serves(opened.document):
            return start.task
        self._cancel(opened.uri)
        start = self._starts[opened.uri] = Start(opened.document, position, time.monotonic())
        task = asyncio.get_running_loop().create_task(self._start(start, opened, decision))
        start.task = task
        return task

    async def _start(self, start: Start, opened: Opened, decision: Decision) -> Flight | None:
        try:
            flight = await self._flight(start, opened, decision)
            if flight is not None:
                flight.landed(self._landed)
            return flight
        except WorkerGone:
            return None
        except (ModelError, Problem) as error:
            self._say(opened.uri, f"model: {error}")
            self._failed(error)
            return None
        finally:
            if self._starts.get(opened.uri) is start:
                del self._starts[opened.uri]

    def _landed(self, error: BaseException | None) -> None:
        """A stream has come to its end, or failed."""
        if isinstance(error, ModelError | Problem):
            self._failed(error)
        elif error is None:
            self._answered()

    def misses(self, uri: str) -> Misses:
        """How often the model was wrong on the line that it was last wrong on."""
        return self._misses.get(uri, NEVER)

    def _pace(self, uri: str) -> Pace:
        return self._paces.setdefault(uri, Pace())

    def _missed(self, uri: str, position: Position) -> None:
        self._misses[uri] = self.misses(uri).another(position)

    def _cancel(self, uri: str) -> None:
        start = self._starts.pop(uri, None)
        if start is not None and start.task is not None:
            start.task.cancel()

    def _end(self, uri: str) -> None:
        flight = self._flights.pop(uri, None)
        if flight is not None:
            flight.leave()

    async def _flight(self, start: Start, opened: Opened, decision: Decision) -> Flight | None:
        """The stream that answers for a place: the one on its way if it will, else a new one, if one is to be asked for."""
        position = start.position
        route = await self._gate.route("inline")
        if route is None:
            return None
        flight = self._joined(opened, position)
        if flight is not None or decision.pause is None:
            return flight
        settings = self._settings()
        known = await route.answers.get(_key(route, opened.document, position, settings))
        self._say(opened.uri, f"cache: {'nothing' if known is None else 'an answer'} is kept for this place")
        if known is not None:
            return self._replayed(start, opened, settings, known, route)
        await asyncio.sleep(decision.pause)
        start.pausing = False
        flight = self._joined(opened, position)
        may = decision == ASKED or self._pace(opened.uri).take()
        if flight is None and not may:
            self._say(opened.uri, "model: not asked: too many calls for so few keys")
        if flight is None and may:
            self._say(opened.uri, f"model: {route.target.provider} {route.target.model} was asked")
            asking, question, _ = await self._question(route, opened, position, settings)
            flight = self._launch(start, opened, settings, asking(question), route)
        return flight

    def _joined(self, opened: Opened, position: Position) -> Flight | None:
        """The stream that will answer for this place too, if there is one."""
        flight = self._flights.get(opened.uri)
        if flight is None or flight.rest(opened.document, position) is None:
            return None
        return flight

    async def _question(
        self, route: Route, opened: Opened, position: Position, settings: Settings
    ) -> tuple[Asking, Call, bool]:
        """How to ask for the text at a place, without its secrets, and whether a block is wanted."""
        frame, masks = await self._frames.of(opened, position)
        document, most = opened.document, settings.completion.max_lines
        block = most > 1 and wants_block(document, position)
        question = call(frame, document, position, block=block, max_lines=most)
        hidden = {**masks, **cursor_masks(document, position, masks)}
        return masking(route.asking, hidden), question, block

    def _replayed(self, start: Start, opened: Opened, settings: Settings, text: str, route: Route) -> Flight:
        """A stream that says what the model said here before."""

        async def again() -> AsyncIterator[Text | Usage]:
            yield Text(f"<fill>{text}</fill>")

        return self._launch(start, opened, settings, again(), route, kept=True)

    def _launch(
        self,
        start: Start,
        opened: Opened,
        settings: Settings,
        stream: AsyncIterator[Text | Usage],
        route: Route,
        *,
        kept: bool = False,
    ) -> Flight:
        document, position, most = opened.document, start.position, settings.completion.max_lines

        def keep(text: str) -> None:
            self._answering = route.target
            if not kept:
                # By now the route knows who answered, and an answer belongs to the model that gave it.
                route.answers.set(_key(route, document, position, settings), text)
            answers = self._answers.setdefault(opened.uri, Recent())
            answers.keep(Shown(document, position, (Item(text, 0, route.target.model, None),)))

        self._end(opened.uri)
        block = most > 1 and wants_block(document, position)

        async def ended(text: str) -> int | None:
            now = self._current(opened.uri)
            if now is None or now.document is not document:
                return None  # The worker has the newer text, in which the place is another.
            question = {**place_of(opened, position), "text": text}
            with contextlib.suppress(WorkerGone, TimeoutError):
                found: int | None = await self._worker.request("ended", question, JUDGING_WAIT)
                return found
            return None

        flight = Flight(
            document,
            position,
            stream,
            block=block,
            max_lines=most,
            finished=keep,
            answerer=partial(_model_of, route),
            given_up=partial(_given_up, route, start.since, settings.completion.max_wait_ms / 1e3),
            ended=ended,
        )
        self._flights[opened.uri] = flight
        return flight

    async def _judged(
        self, opened: Opened, position: Position, text: str, flight: Flight | None, source: str = ""
    ) -> tuple[Item, ...]:
        """The text as an item for a place, if it may stand there in the document as it is now."""
        now = self._current(opened.uri)
        text = restored(text, self._frames.masks(opened.uri))
        if has_placeholder(text) or now is None:
            return ()
        # The typing may have gone on: what is left must be right where the cursor is.
        place = followed(opened.document, now.document, position)
        asked = Shown(opened.document, position, (Item(text, 0, "", None),))
        made = typed_through(asked, now.document, place) if place is not None else None
        if made is None:
            return ()
        question = {**place_of(now, made.position), "text": made.items[0].text}
        try:
            found = await self._worker.request("judge", question, JUDGING_WAIT)
        except (WorkerGone, TimeoutError):
            return ()
        if found["reason"]:
            self._say(opened.uri, f"check: {'cut' if found['text'] else 'dropped'}: {found['reason']}")
            log.info("a model's text was %s: %s", "cut" if found["text"] else "dropped", found["reason"])
        if not found["text"]:
            if flight is not None and not flight.refused:
                flight.refused = True
                self._missed(opened.uri, position)
            return ()
        source = flight.source if flight is not None else source
        # The item is for the place that was asked for, where the editor had closed fewer brackets.
        closed = len(now.document.after(made.position)) - len(opened.document.after(position))
        typed = between(now.document, position, made.position)
        return (Item(typed + found["text"], max(0, found["replaced"] - closed), source, None),)

    def _failed(self, error: ModelError | Problem) -> None:
        """Say so once in the status; the log has its line, and the route leaves the model alone for a while."""
        if str(error) != self._trouble:
            self._trouble = str(error)
            self._answering = None
            self._told(self._trouble)

    def _answered(self) -> None:
        """All is well; the status also tells what that cost."""
        self._trouble = ""
        self._told("")


def _model_of(route: Route) -> str:
    """The model that answers, once one does."""
    return route.target.model


def _given_up(route: Route, since: float, patience: float) -> None:
    """A stream that stalls, or goes on and on, is left by the next key, before any deadline ends it and says so."""
    seconds = time.monotonic() - since
    if seconds >= patience:
        why = f"it began to, and had no whole line after {seconds:.1f} seconds."
        log.warning("%s did not answer (TimedOut): %s", route.label, why)


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
