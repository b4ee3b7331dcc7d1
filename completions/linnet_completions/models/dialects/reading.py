"""From the bytes of an answer to the values in it: events, lines, or one value."""

from __future__ import annotations

import codecs
import json
from collections.abc import AsyncGenerator

from linnet_completions.models import sse
from linnet_completions.models.http import Answer
from linnet_completions.models.protocol import Garbled, Unreachable
from linnet_completions.models.refusals import complaint_in


async def values(answer: Answer, host: str) -> AsyncGenerator[object, None]:
    """The decoded chunks of a stream, or the one value of an answer that is no stream.

    What it is shows in its first character; the content type of many servers is wrong.
    """
    splitter = sse.Splitter()
    head, sniffed = b"", False
    async for piece in answer.pieces:
        if not sniffed:
            head = (head + piece).lstrip(b"\xef\xbb\xbf \t\r\n")
            if not head:
                continue
            sniffed, piece = True, head
            if head[:1] in b"{[":
                yield await _whole(answer, head, host)
                return
            if head[:1] == b"<":
                raise Garbled(f"{host} answered with a web page; `base_url` is not right.")
        for event in _split(splitter, piece, host):
            if event.data.strip() == "[DONE]":
                return
            yield _decoded(event, host)
    for event in splitter.finish():
        if event.data.strip() == "[DONE]":
            return
        try:
            value = _decoded(event, host)
        except Garbled:
            raise Unreachable(f"{host} broke off in the middle of its answer.") from None
        yield value


async def _whole(answer: Answer, head: bytes, host: str) -> object:
    body = bytearray(head)
    async for piece in answer.pieces:
        body += piece
    return _decoded(sse.Event("message", body.decode("utf-8", "replace")), host)


def _split(splitter: sse.Splitter, piece: bytes, host: str) -> list[sse.Event]:
    try:
        return list(splitter.feed(piece))
    except sse.TooLong:
        raise Garbled(f"{host} sent more than a model sends.") from None


def _decoded(event: sse.Event, host: str) -> object:
    """The JSON of an event; an event called "error" is a complaint whatever it holds."""
    try:
        value: object = json.loads(event.data)
    except (ValueError, RecursionError):
        if event.name != "error":
            raise Garbled(f"{host} sent what cannot be read.") from None
        value = event.data
    if event.name == "error" and complaint_in(value) is None:
        return {"error": value if isinstance(value, dict) else {"message": event.data}}
    return value


async def line_values(answer: Answer, host: str) -> AsyncGenerator[object, None]:
    """The decoded lines of a stream of JSON values, one a line."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    rest = ""
    async for piece in answer.pieces:
        *lines, rest = (rest + decoder.decode(piece)).split("\n")
        for line in lines:
            if line.strip():
                yield _line(line, host)
        if len(rest) > sse.LONGEST_EVENT:
            raise Garbled(f"{host} sent more than a model sends.")
    rest += decoder.decode(b"", final=True)
    if rest.strip():
        try:
            value = _line(rest, host)
        except Garbled:
            if not rest.lstrip().startswith("{"):
                raise
            raise Unreachable(f"{host} broke off in the middle of its answer.") from None
        yield value


def _line(line: str, host: str) -> object:
    text = line.strip().removeprefix("data:").strip()
    if text.startswith("<"):
        raise Garbled(f"{host} answered with a web page; `base_url` is not right.")
    return _decoded(sse.Event("message", text), host)
