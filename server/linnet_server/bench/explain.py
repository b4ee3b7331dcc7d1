"""How soon the words of a model reach the editor, and how long an explanation takes that was given before."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from linnet_server.bench.startup import Spread
from linnet_server.client import Client

SERVE = (sys.executable, "-I", "-m", "linnet_server", "serve")
WORDS = ("The ", "function ", "reads ", "what ", "it ", "is ", "given. ") * 12
PAUSE = 0.01
MUST_FIRST, MUST_AGAIN = 50.0, 20.0
"""Milliseconds within which the first words must come, and an explanation that was given before."""


@dataclass(frozen=True, slots=True)
class Report:
    """Milliseconds: from the model's first token to the editor's first words, and of explanations given before."""

    first: Spread
    again: Spread


class _Model(ThreadingHTTPServer):
    """A model server on this machine that says the same words, and notes when its first left."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.first = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A token leaves at once, as model servers have it, and does not wait until what went before is acknowledged.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        assert isinstance(self.server, _Model)
        for number, word in enumerate(WORDS):
            if not number:
                self.server.first = time.perf_counter()
            self._event({"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]})
            time.sleep(PAUSE)
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self._chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, value: object) -> None:
        self._chunk(f"data: {json.dumps(value)}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


def measure(root: Path, environ: Mapping[str, str], rounds: int, tell: Callable[[str], None]) -> Report:
    """Explain functions of a workspace in `root` (which is written to) through the real server, each of them twice."""
    path = root / "work.py"
    path.write_text(_text(rounds), encoding="utf-8")
    words: dict[str, float] = {}

    def observer(message: dict[str, Any]) -> None:
        params = message.get("params") or {}
        if message.get("method") == "$/progress" and "markdown" in params.get("value", {}):
            words.setdefault(params["token"], time.perf_counter())

    first, again = list[float](), list[float]()
    with _running() as model:
        chosen = {"LINNET_PROVIDER": "custom", "LINNET_BASE_URL": model.url, "LINNET_API_KEY": "none"}
        with Client(SERVE, root, {**environ, **chosen}, observer=observer) as client:
            client.initialize(root)
            uri = client.open(path, "python", path.read_text(encoding="utf-8"))
            client.wait_for("linnet/status", 60, {"state": "ready"})
            # The first of all loads what explanations need.
            client.execute("linnet.explain", _place(uri, 0, "warm"))
            for number in range(1, rounds + 1):
                tell(f"round {number} of {rounds}")
                client.execute("linnet.explain", _place(uri, number, f"t{number}"))
                first.append(words[f"t{number}"] - model.first)
                started = time.perf_counter()
                client.execute("linnet.explain", _place(uri, number, f"again{number}"))
                again.append(time.perf_counter() - started)
    return Report(Spread.of(first), Spread.of(again))


@contextmanager
def _running() -> Iterator[_Model]:
    with _Model() as model:
        thread = threading.Thread(target=model.serve_forever, daemon=True)
        thread.start()
        yield model
        model.shutdown()
        thread.join()


def _text(rounds: int) -> str:
    """A module of functions that call each other."""
    parts = [
        f'def step_{number}(value):\n    """Step {number}."""\n    return step_{number - 1}(value) + {number}\n'
        for number in range(1, rounds + 1)
    ]
    return "\n\n".join(["def step_0(value):\n    return value\n", *parts])


def _place(uri: str, number: int, token: str) -> dict[str, Any]:
    line = 0 if not number else 5 * number
    place = {"line": line, "character": 4}
    return {"uri": uri, "range": {"start": place, "end": place}, "partialResultToken": token}


def as_plain(report: Report) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "first_words_after_first_token_ms": {
            "p50": report.first.p50,
            "p95": report.first.p95,
            "must": MUST_FIRST,
        },
        "again_ms": {"p50": report.again.p50, "p95": report.again.p95, "must": MUST_AGAIN},
    }
