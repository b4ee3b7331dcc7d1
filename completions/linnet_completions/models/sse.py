"""Splits the bytes of a server-sent event stream into events."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_EVENT = 1 << 20


class TooLong(Exception):
    """An event is longer than any model server's event."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name ("message" where the stream does not say) and its data, lines joined with line feeds."""

    name: str
    data: str


class Splitter:
    """Reads a stream piece by piece, wherever the pieces were cut.

    Lines may end in CR LF, LF or CR, also cut in the middle; bytes that are no UTF-8 become U+FFFD. Comments and
    unknown fields are skipped. `longest` limits the characters of an event.
    """

    def __init__(self, longest: int = LONGEST_EVENT) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._longest = longest
        self._line: list[str] = []
        self._length = 0
        self._after_cr = False
        self._name = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> Iterator[Event]:
        """The events that a piece of the stream completes. Raises `TooLong`."""
        yield from self._split(self._decoder.decode(piece))

    def finish(self) -> Iterator[Event]:
        """The last event, for streams that end without the empty line that should close it."""
        yield from self._split(self._decoder.decode(b"", final=True) + "\n\n")

    def _split(self, text: str) -> Iterator[Event]:
        if self._after_cr and text:
            # The line ended with the last piece; a line feed here is the second half of its CR LF.
            text = text.removeprefix("\n")
            self._after_cr = False
        if text.endswith("\r"):
            self._after_cr = True
        *lines, rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in lines:
            self._grow(line)
            whole = "".join(self._line)
            self._line.clear()
            event = self._take(whole)
            if event is not None:
                yield event
        self._grow(rest)

    def _grow(self, text: str) -> None:
        if text:
            self._length += len(text)
            if self._length > self._longest:
                raise TooLong
            self._line.append(text)

    def _take(self, line: str) -> Event | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._name = value
        else:
            # A stream of nothing but comments is long, yet holds nothing.
            self._length -= len(line)
        return None

    def _dispatch(self) -> Event | None:
        event = Event(self._name or "message", "\n".join(self._data)) if self._data else None
        self._name = ""
        self._data = []
        self._length = 0
        return event
