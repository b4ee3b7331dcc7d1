"""A model server that speaks HTTP/2 over TLS, on the loop of the test."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import trustme

from tests.modelserver import Pause, Reply, Stall

_FRAME = 16_384
HEADERS = [(":status", "200"), ("content-type", "text/event-stream")]


class Http2Server:
    """Answers every request with one reply, and records connections, requests and which streams were reset.

    `reply` may be a function of the request's path.
    """

    def __init__(self, reply: Reply | Callable[[str], Reply]) -> None:
        self.reply = reply
        self.answering = 0
        self.open = 0
        self.connections = 0
        self.requests = 0
        self.completed = 0
        self.reset: list[int] = []
        self.port = 0
        self.serving: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._changed = asyncio.Event()

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/v1"

    def drop_connections(self) -> None:
        """Close every connection without a word."""
        for writer in self.serving:
            writer.transport.abort()

    async def wait_until(self, condition: Any) -> None:
        """Wait until a condition on this server holds."""
        async with asyncio.timeout(10):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.serving[writer] = asyncio.current_task()
        self.open += 1
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        connection = h2.connection.H2Connection(config)
        connection.initiate_connection()
        answers: dict[int, asyncio.Task[None]] = {}
        paths: dict[int, str] = {}
        try:
            while True:
                writer.write(connection.data_to_send())
                data = await reader.read(1 << 16)
                if not data:
                    return
                for event in connection.receive_data(data):
                    stream: int = getattr(event, "stream_id", 0) or 0
                    if isinstance(event, h2.events.RequestReceived):
                        fields = {str(name): str(value) for name, value in event.headers or ()}
                        paths[stream] = fields[":path"]
                    elif isinstance(event, h2.events.DataReceived):
                        connection.acknowledge_received_data(event.flow_controlled_length or 0, stream)
                    elif isinstance(event, h2.events.StreamEnded):
                        self.requests += 1
                        reply = self.reply(paths[stream]) if callable(self.reply) else self.reply
                        answers[stream] = asyncio.create_task(
                            self._answered(connection, writer, stream, reply)
                        )
                    elif isinstance(event, h2.events.StreamReset):
                        self.reset.append(stream)
                        if stream in answers:
                            answers.pop(stream).cancel()
                    self._changed.set()
        except ConnectionError:
            pass
        finally:
            for task in answers.values():
                task.cancel()
            writer.transport.abort()
            self.open -= 1
            self._changed.set()

    async def _answered(
        self, connection: h2.connection.H2Connection, writer: asyncio.StreamWriter, stream: int, reply: Reply
    ) -> None:
        self.answering += 1
        try:
            await self._answer(connection, writer, stream, reply)
        finally:
            self.answering -= 1
            self._changed.set()

    async def _answer(
        self, connection: h2.connection.H2Connection, writer: asyncio.StreamWriter, stream: int, reply: Reply
    ) -> None:
        connection.send_headers(stream, HEADERS)
        for step in reply.steps:
            if isinstance(step, bytes):
                for start in range(0, len(step), _FRAME):
                    await self.wait_until(lambda: connection.local_flow_control_window(stream) >= _FRAME)
                    connection.send_data(stream, step[start : start + _FRAME])
                    writer.write(connection.data_to_send())
                await writer.drain()
            elif isinstance(step, (Pause, Stall)):
                writer.write(connection.data_to_send())
                await asyncio.sleep(step.seconds if isinstance(step, Pause) else 3600)
        connection.end_stream(stream)
        writer.write(connection.data_to_send())
        self.completed += 1
        self._changed.set()


@asynccontextmanager
async def http2_server(
    authority: trustme.CA, reply: Reply | Callable[[str], Reply]
) -> AsyncIterator[Http2Server]:
    """A server that is running; its certificate is from the given authority."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    tls.set_alpn_protocols(["h2"])
    server = Http2Server(reply)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        server.drop_connections()
        await asyncio.gather(*(task for task in server.serving.values() if task is not None))
