"""A model server on the loopback interface that answers by script, well or badly, and records what it was asked."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

Framing = Literal["chunked", "length", "close"]
SSE = (("Content-Type", "text/event-stream"),)
JSON = (("Content-Type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing for a while, in seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Stall:
    """Nothing any more, until the client goes."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """The connection is closed, whatever was promised."""


Step = bytes | Pause | Stall | HangUp


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: what happens before the head, the head, then the steps in order.

    The framing "length" promises the length of all bytes in the steps, "close" ends with the connection.
    """

    steps: tuple[Step, ...]
    status: int = 200
    headers: tuple[tuple[str, str], ...] = SSE
    framing: Framing = "chunked"
    before: Pause | Stall | HangUp | None = None


@dataclass(slots=True)
class Asked:
    """A request, and what became of it. Times are `time.monotonic` seconds."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)
    left: float | None = None
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def json(self) -> dict[str, Any]:
        """The body, decoded."""
        value: dict[str, Any] = json.loads(self.body)
        return value

    def abandoned(self, within: float = 10.0) -> bool:
        """Whether the client went before the answer was complete; waits until one or the other happened."""
        assert self.over.wait(within), "the answer is still going on"
        return self.left is not None


Script = Callable[[Asked], Reply]


class ModelServer:
    """Runs in a thread of its own, so that tests of any kind can use it: `with ModelServer(chat("Hello")) as server`.

    It is given one reply for all requests, several for one after the other (the last one stays), or a function.
    `script` may be changed at any time. With `tls` it speaks HTTPS.
    """

    def __init__(self, script: Script | Reply | Sequence[Reply], tls: ssl.SSLContext | None = None) -> None:
        self.script = script if callable(script) else in_turn(script)
        self.asked: list[Asked] = []
        self.greeted: list[Asked] = []
        self.connections = 0
        self._tls = tls
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """The base URL, as a user would set it."""
        return f"https://localhost:{self._port}/v1" if self._tls else f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def drop_connections(self) -> None:
        """Close every connection, as servers do with those that were idle for long."""

        async def drop() -> None:
            for writer in list(self._open):
                writer.close()

        asyncio.run_coroutine_threadsafe(drop(), self._loop).result(10)

    def wait_for(self, count: int, within: float = 10.0) -> list[Asked]:
        """The requests so far, once there are at least this many."""
        end = time.monotonic() + within
        while len(self.asked) < count:
            assert time.monotonic() < end, f"{len(self.asked)} requests came instead of {count}"
            time.sleep(0.002)
        return list(self.asked)

    def wait_for_greeting(self, within: float = 10.0) -> None:
        """Wait until a connection was opened ahead of a request."""
        end = time.monotonic() + within
        while not self.greeted:
            assert time.monotonic() < end, "nobody has opened a connection"
            time.sleep(0.002)

    async def _start(self) -> None:
        def protocol() -> asyncio.StreamReaderProtocol:
            return asyncio.StreamReaderProtocol(_Reader(), self._serve)

        server = await self._loop.create_server(protocol, "127.0.0.1", 0, backlog=1024, ssl=self._tls)
        self._server = server
        self._port = server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        # asyncio loses the sockets of connections that are being accepted when their server is closed: that comes last.
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for writer in list(self._open):
                writer.transport.abort()
            await asyncio.wait(others, timeout=0.01)
        self._server.close()
        await asyncio.sleep(0)  # Aborted transports close their sockets in the loop's next turn.

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(reader, _Reader)
        self.connections += 1
        self._open.add(writer)
        try:
            while (asked := await _request(reader)) is not None:
                # A connection that is opened ahead of the first request says no more than this.
                greeting = asked.method == "HEAD"
                (self.greeted if greeting else self.asked).append(asked)
                try:
                    reply = Reply((), framing="length") if greeting else self.script(asked)
                    whole = await _answer(reply, reader, writer)
                except ConnectionError:
                    whole = False
                if reader.gone.is_set() and not whole:
                    asked.left = time.monotonic()
                asked.over.set()
                if not whole:
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()


class _Reader(asyncio.StreamReader):
    """Says at once when the client has gone, though nothing is being read."""

    def __init__(self) -> None:
        super().__init__(limit=1 << 24)
        self.gone = asyncio.Event()

    def feed_eof(self) -> None:
        self.gone.set()
        super().feed_eof()

    def set_exception(self, exc: type[BaseException] | BaseException) -> None:
        self.gone.set()
        super().set_exception(exc)  # type: ignore[arg-type]


async def _request(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, body)


async def _answer(reply: Reply, reader: _Reader, writer: asyncio.StreamWriter) -> bool:
    """Whether the client got all of it and may ask again on this connection."""
    head = [f"HTTP/1.1 {reply.status} Scripted", *(f"{name}: {value}" for name, value in reply.headers)]
    if reply.framing == "chunked":
        head.append("Transfer-Encoding: chunked")
    elif reply.framing == "length":
        head.append(f"Content-Length: {sum(len(step) for step in reply.steps if isinstance(step, bytes))}")
    else:
        head.append("Connection: close")
    start: list[Step] = [] if reply.before is None else [reply.before]
    for step in (*start, "\r\n".join((*head, "", "")), *reply.steps):
        if reader.gone.is_set() or isinstance(step, HangUp):
            return False
        if isinstance(step, str):
            writer.write(step.encode("latin-1"))
        elif isinstance(step, bytes):
            writer.write(b"%x\r\n%b\r\n" % (len(step), step) if reply.framing == "chunked" else step)
            await writer.drain()
        elif not await _waited(reader, step.seconds if isinstance(step, Pause) else None):
            return False
    if reply.framing == "chunked":
        writer.write(b"0\r\n\r\n")
    await writer.drain()
    if reply.framing == "close":
        writer.close()
    return reply.framing != "close"


async def _waited(reader: _Reader, seconds: float | None) -> bool:
    """Whether the client was still there when the time was over."""
    try:
        async with asyncio.timeout(seconds):
            await reader.gone.wait()
    except TimeoutError:
        return True
    return False


def in_turn(replies: Reply | Sequence[Reply]) -> Script:
    """A script of one reply, or of several of which the last one stays."""
    waiting = [replies] if isinstance(replies, Reply) else list(replies)

    def script(asked: Asked) -> Reply:
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return script


def event(value: object, newline: str = "\n") -> bytes:
    """A server-sent event with a JSON value."""
    text = value if isinstance(value, str) else json.dumps(value)
    return f"data: {text}{newline}{newline}".encode()


def delta(text: str | None, finish: str | None = None, **more: object) -> dict[str, object]:
    """A chunk of a stream as OpenAI sends it."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice], **more}


USAGE = {
    "prompt_tokens": 120,
    "completion_tokens": 7,
    "total_tokens": 127,
    "prompt_tokens_details": {"cached_tokens": 64},
}


def chat(*texts: str, pause: float = 0.0, first: float = 0.0, usage: dict[str, Any] | None = None) -> Reply:
    """A good stream, `first` seconds late, with `pause` seconds between its texts, and with usage if given."""
    steps: list[Step] = [Pause(first)] if first else []
    steps.append(
        event({**delta(""), "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
    )
    for text in texts:
        steps += [Pause(pause)] if pause else []
        steps.append(event(delta(text)))
    steps.append(event(delta(None, "stop")))
    if usage is not None:
        steps.append(event({"choices": [], "usage": usage}))
    steps.append(event("[DONE]"))
    return Reply(tuple(steps))


def endless(text: str, pause: float = 0.01, count: int = 10_000) -> Reply:
    """A stream that goes on for longer than any test, unless the client goes."""
    return Reply(tuple(step for _ in range(count) for step in (event(delta(text)), Pause(pause))))


def stalled(*texts: str) -> Reply:
    """A stream that stops in the middle without ending."""
    return Reply((*(event(delta(text)) for text in texts), Stall()))


def silent() -> Reply:
    """An answer of which not even the head comes in time."""
    return Reply((), before=Stall())


def whole(text: str, usage: dict[str, Any] | None = USAGE) -> Reply:
    """An answer that is no stream, though a stream was asked for."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    body = {"object": "chat.completion", "choices": [choice], "usage": usage}
    return Reply((json.dumps(body).encode(),), headers=JSON, framing="length")


def refusing(status: int, body: object, **headers: str) -> Reply:
    """An error with a JSON body (or a text), and headers written with underscores."""
    text = body if isinstance(body, str) else json.dumps(body)
    extra = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply((text.encode(),), status=status, headers=(*JSON, *extra), framing="length")


def redirecting(status: int, location: str) -> Reply:
    """An answer that sends the client elsewhere."""
    return Reply((), status=status, headers=(("Location", location),), framing="length")


def _streamed(*events: bytes) -> Reply:
    return Reply(events)


def _pieces(stream: bytes, size: int) -> Reply:
    """A stream cut into pieces of a size, wherever that falls."""
    cut = (stream[at : at + size] for at in range(0, len(stream), size))
    return Reply(tuple(step for piece in cut for step in (piece, Pause(0.001))))


_HELLO, _WORLD, _END = event(delta("Hello, ")), event(delta("wörld 🐦")), event("[DONE]")
_STOP = event(delta(None, "stop"))
_EMPTY = event({"choices": [], "usage": USAGE})
_BARE = {"choices": [{"delta": {"content": "Hello, "}}]}
_SPLIT_PAIR = b'data: {"choices":[{"delta":{"content":"w\\u00f6rld \\ud83d"}}]}\n\n'
_OTHER_HALF = b'data: {"choices":[{"delta":{"content":"\\udc26"}}]}\n\n'
# Streams as real servers send them. All of them say this:
QUIRKY_TEXT = "Hello, wörld 🐦"
QUIRKS: dict[str, Reply] = {
    "no [DONE]": _streamed(_HELLO, _WORLD, _STOP),
    "no finish_reason": _streamed(event(_BARE), _WORLD, _END),
    "neither": Reply((_HELLO, _WORLD), framing="close"),
    "no last empty line": _streamed(_HELLO, _WORLD.rstrip()),
    "[DONE] without its empty line": _streamed(_HELLO, _WORLD, b"data: [DONE]"),
    "null content first": _streamed(event(delta(None)), _HELLO, _WORLD, _STOP, _END),
    "no delta": _streamed(event({"choices": [{"index": 0}]}), _HELLO, _WORLD, _STOP, _END),
    "empty deltas": _streamed(event(delta("")), _HELLO, event({"choices": [{"delta": {}}]}), _WORLD, _END),
    "empty choices first and last": _streamed(event({"choices": []}), _HELLO, _WORLD, _STOP, _EMPTY, _END),
    "null choices": _streamed(event({"choices": None}), _HELLO, _WORLD, _STOP, _END),
    "usage in each chunk": _streamed(
        event(delta("Hello, ", usage={"prompt_tokens": 120, "completion_tokens": 1})),
        event(delta("wörld 🐦", "stop", usage=USAGE)),
        _END,
    ),
    "null usage in each chunk": _streamed(
        event(delta("Hello, ", usage=None)), event(delta("wörld 🐦", usage=None)), _STOP, _EMPTY, _END
    ),
    "comments": _streamed(
        b": OPENROUTER PROCESSING\n\n", _HELLO, b": ping\n\n", _WORLD, b":\n\n", _STOP, _END
    ),
    "blank lines before": _streamed(b"\n\n\n", _HELLO, _WORLD, _STOP, _END),
    "byte order mark": _streamed(b"\xef\xbb\xbf" + _HELLO, _WORLD, _STOP, _END),
    "CR LF": _streamed(*(step.replace(b"\n", b"\r\n") for step in (_HELLO, _WORLD, _STOP, _END))),
    "CR": _streamed(*(step.replace(b"\n", b"\r") for step in (_HELLO, _WORLD, _STOP, _END))),
    "named events": _streamed(*(b"event: chunk\nid: 1\n" + step for step in (_HELLO, _WORLD, _STOP, _END))),
    "reasoning first": _streamed(
        event({"choices": [{"delta": {"reasoning_content": "Well ...", "content": None}}]}),
        event({"choices": [{"delta": {"reasoning": "So ...", "content": ""}}]}),
        *(_HELLO, _WORLD, _STOP, _END),
    ),
    "another choice too": _streamed(
        _HELLO, event({"choices": [{"index": 1, "delta": {"content": "Bye"}}]}), _WORLD, _STOP, _END
    ),
    "content in parts": _streamed(
        _HELLO,
        event(delta("x") | {"choices": [{"delta": {"content": [{"type": "text", "text": "wörld 🐦"}]}}]}),
        _END,
    ),
    "legacy text": _streamed(
        event({"choices": [{"text": "Hello, "}]}), event({"choices": [{"text": "wörld 🐦"}]})
    ),
    "message instead of delta": _streamed(event({"choices": [{"message": {"content": QUIRKY_TEXT}}]}), _END),
    "surrogates apart": _streamed(_HELLO, _SPLIT_PAIR, _OTHER_HALF, _STOP, _END),
    "one byte at a time": _pieces(_HELLO + _WORLD + _STOP + _END, 1),
    "cut inside characters": _pieces(
        (_HELLO + event(json.dumps(delta("wörld 🐦"), ensure_ascii=False)) + _END), 7
    ),
    "all at once": _streamed(_HELLO + _WORLD + _STOP + _END),
    "nothing after the end": Reply((_HELLO, _WORLD, _STOP, Stall())),
    "hang-up after the end": Reply((_HELLO, _WORLD, _STOP, HangUp())),
    "text after [DONE]": _streamed(_HELLO, _WORLD, _STOP, _END, event(delta("ignored")), b"\xff\xff"),
    "no stream": whole(QUIRKY_TEXT),
    "no stream, as a stream": Reply(whole(QUIRKY_TEXT).steps, headers=SSE),
    "a stream, as JSON": Reply((_HELLO, _WORLD, _STOP, _END), headers=JSON),
    "no content type": Reply((_HELLO, _WORLD, _STOP, _END), headers=()),
    "unknown fields": _streamed(
        event(delta("Hello, ", system_fingerprint=7, obfuscation="zz")), _WORLD, _END
    ),
    "wrong types": _streamed(
        event([]),
        event(7),
        event({"choices": [7, None]}),
        event({"choices": {"a": 1}, "usage": 3}),
        _HELLO,
        _WORLD,
        _END,
    ),
}
