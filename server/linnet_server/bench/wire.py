"""A client on one thread: it adds next to nothing to what is measured."""

from __future__ import annotations

import itertools
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from linnet_server.client import ClientError, framed, read_message
from linnet_server.lsp.convert import uri_of

Message = dict[str, Any]
INLINE_COMPLETION = "textDocument/inlineCompletion"


class Wire:
    """A server process and what it says, read when it is asked for. It ends with its `with` block."""

    def __init__(self, command: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> None:
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=null, cwd=cwd, env=environ)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._sink, self._source = self._process.stdin, self._process.stdout
        self._numbers = itertools.count(1)
        self.said: list[Message] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """End the server at once."""
        self._process.kill()
        self._process.wait()
        self._sink.close()
        self._source.close()

    def initialize(self, root: Path) -> None:
        """Say hello, up to the answer."""
        folder = {"uri": uri_of(root), "name": root.name}
        self.ask(
            "initialize",
            {"processId": None, "rootUri": uri_of(root), "workspaceFolders": [folder], "capabilities": {}},
        )

    def notify(self, method: str, params: Any) -> None:
        self._write(framed({"jsonrpc": "2.0", "method": method, "params": params}))

    def open(self, uri: str, text: str) -> None:
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def ask(self, method: str, params: Any, before: bytes = b"") -> Any:
        """A request's result; `before` goes out in the same write."""
        number = next(self._numbers)
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self._write(before + framed(message))
        while (answer := self._read()).get("id") != number or "method" in answer:
            self.said.append(answer)
        return answer.get("result")

    def typed(self, uri: str, line: int, column: int, text: str) -> tuple[list[Message], float]:
        """The items behind a text that is typed at a place, and how long that took (seconds)."""
        edit = framed(_edit(uri, line, column, column, text))
        start = time.perf_counter()
        items = self.items(uri, line, column + len(text), edit)
        return items, time.perf_counter() - start

    def delete(self, uri: str, line: int, column: int, end: int) -> None:
        """Take a part of a line away."""
        self._write(framed(_edit(uri, line, column, end, "")))

    def items(self, uri: str, line: int, column: int, before: bytes = b"") -> list[Message]:
        """The ghost text at a place."""
        place = {"line": line, "character": column}
        question = {"textDocument": {"uri": uri}, "position": place, "context": {"triggerKind": 2}}
        found: list[Message] = (self.ask(INLINE_COMPLETION, question, before) or {}).get("items", [])
        return found

    def wait_for(self, method: str, **matching: Any) -> None:
        """Read until the server says something with these parameters."""
        while True:
            message = self._read()
            self.said.append(message)
            params = message.get("params") or {}
            if message.get("method") == method and matching.items() <= params.items():
                return

    def _write(self, data: bytes) -> None:
        self._sink.write(data)
        self._sink.flush()

    def _read(self) -> Message:
        message = read_message(self._source)
        if message is None:
            raise ClientError("the server ended")
        return message


def _edit(uri: str, line: int, column: int, end: int, text: str) -> Message:
    span = {"start": {"line": line, "character": column}, "end": {"line": line, "character": end}}
    item = {"uri": uri, "version": 2}
    params = {"textDocument": item, "contentChanges": [{"range": span, "text": text}]}
    return {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params}
