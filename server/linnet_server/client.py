"""A small LSP client: for the demonstration, the benchmarks and the tests."""

from __future__ import annotations

import contextlib
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import orjson

from linnet_server.lsp.convert import uri_of


class ClientError(Exception):
    """The server answered with an error, too late, or not at all."""


class Client:
    """Speaks LSP with a server that it starts. Requests from the server are answered as `replies` says, else `null`.

    `tcp` says that the command listens on a TCP port and tells which on stderr; else stdio is spoken.
    `observer` is shown every message of the server, on the thread that reads them.
    """

    def __init__(
        self,
        command: Sequence[str],
        cwd: Path,
        environ: Mapping[str, str] | None = None,
        *,
        tcp: bool = False,
        observer: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self._observer = observer
        self.replies: dict[str, Any] = {}
        pipe = subprocess.PIPE
        env = None if environ is None else dict(environ)
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=cwd, env=env)
        self._source, self._sink = self._connect() if tcp else (self.process.stdout, self.process.stdin)
        self._numbers = 0
        self._answers: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._notifications: list[tuple[str, Any]] = []
        self._arrived = threading.Condition()
        self.log: list[str] = []
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._listen, self._keep_log)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def initialize(
        self, root: Path, capabilities: Mapping[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """Say hello; returns what the server can do."""
        params = {
            "processId": None,
            "clientInfo": {"name": "linnet client"},
            "rootUri": uri_of(root),
            "workspaceFolders": [{"uri": uri_of(root), "name": root.name}],
            "capabilities": dict(capabilities or {}),
            **more,
        }
        result: dict[str, Any] = self.request("initialize", params)
        self.notify("initialized", {})
        return result

    def open(self, path: Path, language: str, text: str, version: int = 1) -> str:
        """Open a document; returns its URI."""
        uri = uri_of(path)
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def change(self, uri: str, version: int, *changes: Mapping[str, Any]) -> None:
        """Change a document: `{"range", "text"}` or `{"text"}` each."""
        item = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": item, "contentChanges": list(changes)})

    def inline(self, uri: str, line: int, character: int, kind: int = 2) -> list[dict[str, Any]]:
        """The ghost text at a place."""
        position = {"line": line, "character": character}
        params = {"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": kind}}
        result = self.request("textDocument/inlineCompletion", params)
        return [] if result is None else list(result["items"])

    def execute(self, command: str, *arguments: Any, timeout: float = 60.0) -> Any:
        """Run a command of the server."""
        params = {"command": command, "arguments": list(arguments)}
        return self.request("workspace/executeCommand", params, timeout)

    def request(self, method: str, params: Any, timeout: float = 10.0) -> Any:
        """Ask, and wait for the answer; ClientError when it is an error or does not come in time."""
        return self.result(self.begin(method, params), timeout)

    def begin(self, method: str, params: Any) -> int:
        """Ask without waiting; returns the request's number."""
        number, message = self.prepare(method, params)
        self.send(message)
        return number

    def prepare(self, method: str, params: Any) -> tuple[int, dict[str, Any]]:
        """A request that is not sent yet, and its number."""
        self._numbers += 1
        number = self._numbers
        self._answers[number] = queue.SimpleQueue()
        return number, {"jsonrpc": "2.0", "id": number, "method": method, "params": params}

    def result(self, number: int, timeout: float = 10.0) -> Any:
        """The answer to a request that was begun."""
        try:
            message = self._answers[number].get(timeout=timeout)
        except queue.Empty:
            raise ClientError(f"no answer in {timeout} s") from None
        if "error" in message:
            raise ClientError(message["error"])
        return message["result"]

    def notify(self, method: str, params: Any) -> None:
        """Tell the server something."""
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def send(self, *messages: Mapping[str, Any]) -> None:
        """Send messages in one write."""
        self.send_raw(b"".join(map(framed, messages)))

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self._sink is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._sink.write(data)
            self._sink.flush()

    def wait_for(self, method: str, timeout: float = 10.0, matching: Mapping[str, Any] | None = None) -> Any:
        """The parameters of the next notification of a kind (whose parameters hold what `matching` says)."""
        wanted = dict(matching or {})
        end = time.monotonic() + timeout
        with self._arrived:
            while True:
                for entry in self._notifications:
                    if entry[0] == method and all(
                        (entry[1] or {}).get(key) == value for key, value in wanted.items()
                    ):
                        self._notifications.remove(entry)
                        return entry[1]
                if not self._arrived.wait(end - time.monotonic()):
                    raise ClientError(f"no {method} in {timeout} s")

    def close(self, timeout: float = 5.0) -> int:
        """Leave politely, by force where that does not help; returns the server's exit code."""
        if self.process.poll() is None:
            with contextlib.suppress(ClientError):
                self.request("shutdown", None, timeout)
            self.notify("exit", None)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
        code = self.process.wait()
        for thread in self._threads:
            thread.join()
        self._release(self._source, self._sink)
        return code

    def _release(self, *streams: IO[bytes] | None) -> None:
        self.process.wait()
        for stream in {*streams, self.process.stdin, self.process.stdout, self.process.stderr}:
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()

    def _listen(self) -> None:
        with contextlib.suppress(ConnectionResetError):
            self._take_messages()

    def _take_messages(self) -> None:
        assert self._source is not None
        while (message := read_message(self._source)) is not None:
            if self._observer is not None:
                self._observer(message)
            if "method" not in message:
                answers = self._answers.get(message.get("id", -1))
                if answers is not None:
                    answers.put(message)
            elif "id" in message:
                result = self.replies.get(message["method"])
                self.send({"jsonrpc": "2.0", "id": message["id"], "result": result})
            if "method" in message:
                with self._arrived:
                    self._notifications.append((message["method"], message.get("params")))
                    self._arrived.notify_all()

    def _connect(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self.process.stderr is not None
        line = self.process.stderr.readline().decode()
        host, _, port = line.rpartition(" ")[2].strip().rpartition(":")
        if not port.isdigit():
            self._release()
            raise ClientError(f"the server does not listen: {line.strip()}")
        connection = socket.create_connection((host, int(port)), 10)
        connection.settimeout(None)
        with connection:  # The two files keep it open.
            return connection.makefile("rb"), connection.makefile("wb")

    def _keep_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line.decode(errors="replace").rstrip())


def framed(message: Mapping[str, Any]) -> bytes:
    """A message with its header."""
    body = orjson.dumps(message)
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def read_message(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next message of a stream; None at its end."""
    size = 0
    while line := stream.readline():
        if not line.strip():
            body = stream.read(size)
            message: dict[str, Any] = orjson.loads(body)
            return message
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            size = int(value)
    return None
