"""A stream lives as long as the typing agrees with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from linnet_completions.ghost.flight import Flight
from linnet_completions.models.protocol import Text, Unreachable, Usage
from linnet_context.text import Document, Position
from tests.fixture import fixture


class Stream:
    """Pieces that come when the test says so; remembers how it ended."""

    def __init__(self) -> None:
        self.pieces: asyncio.Queue[Text | Exception | None] = asyncio.Queue()
        self.closed = False

    async def run(self) -> AsyncIterator[Text | Usage]:
        try:
            while (piece := await self.pieces.get()) is not None:
                if isinstance(piece, Exception):
                    raise piece
                yield piece
        finally:
            self.closed = True


def flying(test: Callable[[Flight, Stream], Awaitable[None]], text: str = "x = <cursor>\n") -> None:
    found = fixture(text)

    async def run() -> None:
        stream = Stream()
        document = Document.of("a.py", "python", found.text)
        flight = Flight(document, found.cursor, stream.run(), block=False, max_lines=12)
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(10):
                await test(flight, stream)
        finally:
            flight.close()

    asyncio.run(run())


async def said(flight: Flight, document: Document | None = None, column: int = 0) -> str | None:
    place = Position(flight.position.line, flight.position.column + column)
    return await flight.suggestion(document or flight.document, place)


def typed(flight: Flight, text: str) -> Document:
    return flight.document.edited(flight.position, flight.position, text, 2)[0]


def test_typing_that_agrees_keeps_the_stream() -> None:
    """What is typed before and while the answer comes does not end it."""

    async def test(flight: Flight, stream: Stream) -> None:
        assert flight.agrees(typed(flight, "he"))
        stream.pieces.put_nowait(Text("<fill>hello(na"))
        await asyncio.sleep(0)
        assert flight.agrees(typed(flight, "hello"))
        stream.pieces.put_nowait(Text("me)\n"))
        assert await said(flight) == "hello(name)"

    flying(test)


@pytest.mark.parametrize("before", [True, False], ids=["typed first", "answered first"])
def test_typing_that_contradicts_ends_the_stream(before: bool) -> None:
    """Whether the answer or the typing came first: what does not agree is closed at once."""

    async def test(flight: Flight, stream: Stream) -> None:
        if before:
            assert flight.agrees(typed(flight, "bye"))  # Nothing has come yet, so nothing contradicts.
        stream.pieces.put_nowait(Text("<fill>hello"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if not before:
            assert not flight.agrees(typed(flight, "bye"))
            flight.close()
        assert await said(flight) is None
        assert stream.closed

    flying(test)


def test_an_edit_elsewhere_is_a_contradiction() -> None:
    """The answer was made for another text."""

    async def test(flight: Flight, stream: Stream) -> None:
        assert not flight.agrees(flight.document.edited(Position(0, 0), Position(0, 0), "y", 2)[0])

    flying(test)


def test_who_waits_may_leave_without_ending_the_stream() -> None:
    """A cancelled request takes nothing from the next one."""

    async def test(flight: Flight, stream: Stream) -> None:
        waiting = asyncio.create_task(said(flight))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.sleep(0)
        assert flight.running and not stream.closed
        stream.pieces.put_nowait(Text("hello\n"))
        assert await said(flight) == "hello"

    flying(test)


def test_a_failure_reaches_who_waits() -> None:
    """A model's error is told to the request, and an unheard one troubles nobody."""

    async def test(flight: Flight, stream: Stream) -> None:
        stream.pieces.put_nowait(Unreachable("gone"))
        with pytest.raises(Unreachable):
            await said(flight)

    flying(test)


def test_a_line_is_there_before_the_answer_is_over() -> None:
    """What comes behind the line is kept: when the line was typed, the next one is known without a request."""

    async def test(flight: Flight, stream: Stream) -> None:
        stream.pieces.put_nowait(Text("<fill>hello(1)\ny = 2"))
        assert await said(flight) == "hello(1)"
        assert flight.running
        now = typed(flight, "hello(1)")
        assert flight.agrees(now)
        assert flight.known(now, Position(0, 12)) is None
        stream.pieces.put_nowait(None)
        assert await said(flight, now, len("hello(1)")) == "\ny = 2"
        below = typed(flight, "hello(1)\n")
        assert flight.agrees(below)
        assert flight.known(below, Position(1, 0)) == "y = 2"

    flying(test)


def test_the_stream_is_closed_when_enough_has_come() -> None:
    """Tokens that nobody will see are not paid for."""

    async def test(flight: Flight, stream: Stream) -> None:
        stream.pieces.put_nowait(Text("<fill>hello(1)\na\nb\nc\nd\n"))
        assert await said(flight) == "hello(1)"
        await asyncio.sleep(0)
        assert stream.closed

    flying(test)


def test_a_closed_bracket_of_the_editors_contradicts_nothing() -> None:
    """Editors close brackets by themselves: what was typed is still the beginning of the answer."""

    async def test(flight: Flight, stream: Stream) -> None:
        stream.pieces.put_nowait(Text("<fill>hello(1)\n"))
        now = typed(flight, "hello()")
        assert flight.agrees(now)
        assert await said(flight, now, len("hello(")) == "1)"

    flying(test)


def test_an_answer_that_says_nothing_holds_for_its_place_alone() -> None:
    """Where the model has nothing to add it is not asked again; one key further on it may be."""

    async def test(flight: Flight, stream: Stream) -> None:
        stream.pieces.put_nowait(Text("<fill></fill>"))
        stream.pieces.put_nowait(None)
        assert await said(flight) == ""
        assert flight.known(typed(flight, "a"), Position(0, 5)) is None

    flying(test)


def test_a_block_is_shown_when_it_is_over_and_the_stream_closed() -> None:
    """What came behind the block is the next suggestion."""

    async def run() -> None:
        found = fixture("def f():\n    <cursor>\n")
        document, stream = Document.of("a.py", "python", found.text), Stream()
        asked: list[str] = []

        async def over(text: str) -> int | None:
            asked.append(text)
            end = text.find("\n\ndef g")
            return None if end < 0 else end

        flight = Flight(document, found.cursor, stream.run(), block=True, max_lines=12, ended=over)
        for text in ("<fill>a = 1\n", "    return", " a\n", "\n", "def g():\n", "    pass\n"):
            stream.pieces.put_nowait(Text(text))
        assert await said(flight) == "a = 1\n    return a"
        await asyncio.sleep(0)
        assert stream.closed
        assert len(asked) == 4  # Once for each line.
        now = typed(flight, "a = 1\n    return a")
        assert flight.known(now, Position(2, 12)) == "\n\ndef g():"

    asyncio.run(run())


@pytest.mark.parametrize(("said", "times"), [("", 0), ("hel", 1), ("hello\n", 0)])
def test_a_stream_left_in_the_middle_of_its_first_line_was_given_up(said: str, times: int) -> None:
    """One that has not begun is waited for, and one that had something to show was of use."""
    given_up: list[None] = []

    async def run() -> None:
        stream, document = Stream(), Document.of("a.py", "python", "x = \n")
        place = Position(0, 4)
        flight = Flight(
            document,
            place,
            stream.run(),
            block=False,
            max_lines=12,
            given_up=lambda: given_up.append(None),
        )
        asked = asyncio.create_task(flight.suggestion(document, place))
        if said:
            stream.pieces.put_nowait(Text(said))
        for _ in range(5):
            await asyncio.sleep(0)
        asked.cancel()
        flight.leave()
        flight.close()

    asyncio.run(run())
    assert len(given_up) == times
