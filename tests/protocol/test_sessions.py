"""What real clients were recorded to say, said again: all of it is understood, and each request is answered once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from linnet_server.client import Client, ClientError
from tests.protocol.helpers import CLIENTS, RECORDED, Transcript, initialize_at, server

pytestmark = pytest.mark.slow

SESSIONS = sorted(path.stem for path in (RECORDED / "sessions").glob("*.jsonl"))
# What the clients asked the server for that they were recorded with, and Linnet does not announce.
NOT_OURS = {"textDocument/hover"}
CANCELLED, UNKNOWN = "-32800", "-32601"
# All that a client may have to read from Linnet.
SAID = {
    "$/progress",
    "client/registerCapability",
    "linnet/status",
    "textDocument/publishDiagnostics",
    "window/workDoneProgress/create",
    "workspace/diagnostic/refresh",
}


def session_of(name: str, root: Path) -> list[dict[str, Any]]:
    """What a client said behind `initialize`, in a workspace of the test."""
    text = (RECORDED / "sessions" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.replace("$workspace", root.as_uri()).splitlines()]


class Replay:
    """Says a session again, with request numbers of its own."""

    def __init__(self, client: Client, *, waits: bool) -> None:
        self._client = client
        self._waits = waits
        self._numbers: dict[object, int] = {}
        self.asked: dict[int, str] = {}
        self.cancelled: set[int] = set()
        self.outcomes: dict[int, str] = {}

    def say(self, message: Mapping[str, Any], following: Mapping[str, Any] | None) -> None:
        """Say a message; `following` is the next one, which may take this one back."""
        method, params = message["method"], message.get("params")
        if method == "$/cancelRequest":
            params = {"id": self._numbers[message["params"]["id"]]}
            self.cancelled.add(params["id"])
        if "id" not in message:
            self._client.notify(method, params)
            return
        number = self._numbers[message["id"]] = self._client.begin(method, params)
        self.asked[number] = method
        taken_back = following is not None and following["method"] == "$/cancelRequest"
        if self._waits and not taken_back:
            self.take(number)

    def take(self, number: int) -> None:
        """Wait for an answer, unless it was read already."""
        if number in self.outcomes:
            return
        try:
            self._client.result(number)
            self.outcomes[number] = "result"
        except ClientError as error:
            self.outcomes[number] = str(error)


@pytest.mark.parametrize("waits", [True, False], ids=["in turns", "at once"])
@pytest.mark.parametrize("name", SESSIONS)
def test_recorded_sessions(name: str, waits: bool, tmp_path: Path) -> None:
    """Each request gets one answer, and an error only if it was taken back or asks for what is not announced."""
    recorded = next(client for client in CLIENTS if name.startswith(client))
    transcript, messages = Transcript(), session_of(name, tmp_path)
    with server(tmp_path, transcript=transcript) as client:
        client.request("initialize", initialize_at(recorded, tmp_path))
        replay = Replay(client, waits=waits)
        for message, following in zip(messages, [*messages[1:], None], strict=True):
            replay.say(message, following)
        for number in replay.asked:
            replay.take(number)
    for number, outcome in replay.outcomes.items():
        if replay.asked[number] in NOT_OURS:
            assert UNKNOWN in outcome
        elif outcome != "result":
            assert CANCELLED in outcome and number in replay.cancelled
    assert set(transcript.answers()) >= set(replay.asked)
    assert set(transcript.methods()) <= SAID
    assert not [line for line in client.log if "ERROR" in line or "Traceback" in line]


def test_sessions_name_no_machine() -> None:
    """The recordings speak of no folder of the machine that they were made on."""
    for name in SESSIONS:
        text = (RECORDED / "sessions" / f"{name}.jsonl").read_text(encoding="utf-8")
        assert "file://" not in text
