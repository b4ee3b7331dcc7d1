"""A client that misbehaves, processes that die, texts from anywhere: every request is answered, and nothing stays behind."""

from __future__ import annotations

import os
import random
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from linnet_server.client import Client, ClientError, framed
from linnet_server.lsp.documents import LARGEST
from tests.protocol.helpers import Transcript, edit, learned, question, server

pytestmark = pytest.mark.slow

INLINE = "textDocument/inlineCompletion"
WORD = "greeting_for_everybody"
TEXT = f"def {WORD}(name):\n    return name\n\n\ndef main():\n    return {WORD}\n\n\nvalue = {WORD[:6]}"
LINE, COLUMN = 8, 14
REQUESTS = 10_000
# How many messages go out in one write.
AT_ONCE = 100
# A worker must be gone that soon after its server (seconds).
SOON = 2.0


def texts(items: list[dict[str, Any]]) -> list[str]:
    return [item["insertText"] for item in items]


@contextmanager
def editor(root: Path, transcript: Transcript | None = None) -> Iterator[tuple[Client, str]]:
    """A server that knows the workspace, with an open document."""
    with server(root, transcript=transcript) as client:
        client.initialize(root)
        uri = client.open(root / "a.py", "python", TEXT)
        learned(client)
        yield client, uri


def ended(client: Client) -> None:
    """The server has ended, and so has its worker, which holds the other end of its stderr."""
    client.process.wait(SOON)
    for thread in client._threads:
        thread.join(SOON)
        assert not thread.is_alive()


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("cut", ["header", "body"])
def test_truncated_messages(cut: str, part: float, tmp_path: Path) -> None:
    """A client that dies in the middle of a message leaves neither a server nor a worker."""
    header, _, body = framed({"jsonrpc": "2.0", "id": 99, "method": INLINE, "params": {}}).partition(b"{")
    with editor(tmp_path) as (client, _):
        if cut == "header":
            client.send_raw(header[: int(part * len(header))])
        else:
            client.send_raw(header + b"{" + body[: int(part * len(body))])
        assert client.process.stdin is not None
        client.process.stdin.close()
        assert client.process.wait(5) == 1
        ended(client)


def test_a_connection_that_is_lost(tmp_path: Path) -> None:
    """Over TCP too a client that is gone leaves neither a server nor a worker."""
    with server(tmp_path, tcp=True) as client:
        client.initialize(tmp_path)
        learned(client)
        assert client._sink is not None
        connection = socket.socket(fileno=os.dup(client._sink.fileno()))
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
        assert client.process.wait(SOON) == 1
        ended(client)


def test_a_killed_server_takes_its_worker_along(tmp_path: Path) -> None:
    """Not even a server that has no time to tidy up leaves its worker behind."""
    with editor(tmp_path) as (client, _):
        client.process.kill()
        ended(client)


def test_answers_go_on_while_the_worker_is_killed(tmp_path: Path) -> None:
    """Typing goes on through five deaths of the worker; each key is answered, in the end with ghost text again."""
    with editor(tmp_path) as (client, uri):
        for death in range(5):
            os.kill(client.execute("linnet.status")["workerPid"], signal.SIGKILL)
            for key in range(3):
                client.change(uri, 2 + 3 * death + key, edit(0, 0, 0, "#"), edit(0, 0, 1, ""))
                assert client.request(INLINE, question(uri, LINE, COLUMN)) is not None
            client.wait_for("linnet/status", matching={"state": "starting"})
            learned(client)
        assert texts(client.inline(uri, LINE, COLUMN)) == [WORD[6:]]


def storm(client: Client, uris: list[str], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Requests of all kinds with changes and cancels among them; some are cancelled twice, late, or do not exist."""
    asked: list[int] = []
    for number in range(REQUESTS):
        uri = chance.choice(uris)
        place = {"textDocument": {"uri": uri}, "position": {"line": LINE, "character": chance.randint(0, 14)}}
        span = {"start": place["position"], "end": place["position"]}
        kinds: list[tuple[str, Any]] = [
            *[(INLINE, {**place, "context": {"triggerKind": chance.choice((0, 1, 2))}})] * 6,
            *[("textDocument/completion", place)] * 2,
            ("textDocument/codeAction", {**place, "range": span, "context": {"diagnostics": []}}),
            ("textDocument/diagnostic", place),
            ("workspace/executeCommand", {"command": "linnet.status"}),
            ("custom/unheardOf", {}),
        ]
        request, message = client.prepare(*chance.choice(kinds))
        asked.append(request)
        yield message
        if chance.random() < 0.3:
            item = {"uri": uri, "version": number}
            params = {"textDocument": item, "contentChanges": [edit(LINE, 0, chance.randint(0, 2), "v ")]}
            yield {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params}
        while chance.random() < 0.3:
            taken = chance.choice((request, chance.choice(asked), -5))
            yield {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": taken}}


def test_ten_thousand_requests_with_random_cancels(tmp_path: Path) -> None:
    """Each is answered exactly once, whatever was cancelled, superseded or unknown."""
    chance, transcript = random.Random(1), Transcript()
    with editor(tmp_path, transcript) as (client, uri):
        uris = [uri, client.open(tmp_path / "b.py", "python", TEXT), (tmp_path / "closed.py").as_uri()]
        messages = list(storm(client, uris, chance))
        for start in range(0, len(messages), AT_ONCE):
            client.send(*messages[start : start + AT_ONCE])
    numbers = {message["id"] for message in messages if "id" in message}
    assert len(numbers) == REQUESTS
    assert {number: count for number, count in transcript.answers().items() if count != 1} == {}
    assert numbers <= set(transcript.answers())
    codes = {message["error"]["code"] for message in transcript.messages if "error" in message}
    assert codes == {-32800, -32601}


def test_numbers_of_requests_may_be_texts(tmp_path: Path) -> None:
    """JSON-RPC allows both, and an answer bears the very same."""
    transcript = Transcript()
    with editor(tmp_path, transcript) as (client, uri):
        for number, method in (("one", INLINE), ("two", "textDocument/diagnostic"), ("1", INLINE)):
            params = question(uri, LINE, COLUMN)
            client.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        client.send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "nobody"}})
        client.execute("linnet.status")
        assert {"one", "two", "1"} <= set(transcript.answers())


def test_workspace_folders_come_and_go(tmp_path: Path) -> None:
    """What a folder teaches is known while it is part of the workspace; its documents stay open without it."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    (second / "names.py").write_text(f"def {WORD}():\n    return 1\n\n\nprint({WORD}())\n" * 3)

    def folders(client: Client, **event: list[Path]) -> None:
        wire = {
            key: [{"uri": path.as_uri(), "name": path.name} for path in paths] for key, paths in event.items()
        }
        client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [], **wire}})

    with server(tmp_path) as client:
        client.initialize(first)
        learned(client)
        uri = client.open(second / "new.py", "python", f"print({WORD[:6]}")
        assert texts(client.inline(uri, 0, 12)) == []
        folders(client, added=[second])
        client.wait_for("linnet/status", timeout=30)
        client.execute("linnet.status")
        assert shown_in_time(client, uri, 0, 12)
        folders(client, added=[second, tmp_path / "nowhere"], removed=[first])
        assert shown_in_time(client, uri, 0, 12)
        folders(client, removed=[second, tmp_path / "nowhere"])
        assert texts(client.inline(uri, 0, 12)) == []
        client.change(uri, 2, {"text": TEXT})
        assert texts(client.inline(uri, LINE, COLUMN)) == [WORD[6:]]


def shown_in_time(client: Client, uri: str, line: int, character: int) -> bool:
    """Whether there is ghost text as soon as the worker has learned the folder."""
    return any(client.inline(uri, line, character, kind=1) for _ in range(200))


@pytest.mark.parametrize(
    "uri",
    [
        "file:///somewhere/else/a.py",
        "untitled:Untitled-1",
        "untitled:/somewhere/new.py",
        "vscode-notebook-cell:/somewhere/book.ipynb#W2sZmlsZQ%3D%3D",
        "git:/somewhere/a.py?%7B%22ref%22%3A%22HEAD%22%7D",
        "jdt://contents/rt.jar/java.lang/A.class?=x",
        "file://host/share/a.py",
        "file:///c%3A/Users/a/b.py",
        "inmemory://model/1",
        "a.py",
        "",
    ],
)
def test_documents_that_are_no_files_of_the_workspace(uri: str, tmp_path: Path) -> None:
    """Wherever a text comes from, there is ghost text in it, made of the open texts alone."""
    with editor(tmp_path) as (client, _):
        item = {"uri": uri, "languageId": "python", "version": 1, "text": TEXT}
        client.notify("textDocument/didOpen", {"textDocument": item})
        client.change(uri, 2, edit(LINE, COLUMN, COLUMN, WORD[6:8]))
        assert texts(client.inline(uri, LINE, COLUMN + 2)) == [WORD[8:]]
        span = edit(0, 4, 6, "")["range"]
        place = {"uri": uri, "range": span, "position": span["start"]}
        for command in ("linnet.explain", "linnet.context", "linnet.review"):
            client.execute(command, place)
        client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        assert client.request(INLINE, question(uri, LINE, COLUMN)) == {"items": []}
        assert not [line for line in client.log if "ERROR" in line]


def test_cells_of_a_notebook_know_each_other(tmp_path: Path) -> None:
    """A name of one cell is completed in the next."""
    with editor(tmp_path) as (client, _):
        uris = [f"vscode-notebook-cell:/somewhere/book.ipynb#W{number}" for number in range(2)]
        cells = ["def transform_the_columns(frame):\n    return frame\n", "transform_the_columns(1)\ntrans"]
        for uri, text in zip(uris, cells, strict=True):
            item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
            client.notify("textDocument/didOpen", {"textDocument": item})
        (shown,) = texts(client.inline(uris[1], 1, 5))
        assert shown.startswith("form_the_columns")


def test_half_a_character_is_no_lost_edit(tmp_path: Path) -> None:
    """JavaScript's strings may hold half a character, which is no proper JSON; the edit counts all the same."""
    with editor(tmp_path) as (client, uri):
        change = framed(
            {
                "jsonrpc": "2.0",
                "method": "textDocument/didChange",
                "params": {
                    "textDocument": {"uri": uri, "version": 2},
                    "contentChanges": [edit(LINE, 0, 0, "HALF")],
                },
            }
        ).partition(b"\r\n\r\n")[2]
        body = change.replace(b"HALF", b"'\\ud83d' or ")
        client.send_raw(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        assert texts(client.inline(uri, LINE, COLUMN + len("'_' or "))) == [WORD[6:]]


def test_a_huge_document_is_left_alone(tmp_path: Path) -> None:
    """20 MB are kept in step and no more: no ghost text, a status that says so, and other documents are as ever."""
    line = "value = [1, 2, 3]  # A line of a huge file.\n"
    text = line * (4 * LARGEST // len(line))
    with editor(tmp_path) as (client, uri):
        huge = client.open(tmp_path / "huge.py", "python", text + TEXT)
        assert told(client, "huge.py")["state"] == "ready"
        last = text.count("\n") + LINE
        client.change(huge, 2, edit(last, COLUMN, COLUMN, WORD[6:8]))
        assert client.inline(huge, last, COLUMN + 2) == []
        assert texts(client.inline(uri, LINE, COLUMN)) == [WORD[6:]]
        with pytest.raises(ClientError, match="-32602"):
            client.request(INLINE, {})
        span = {"start": {"line": 0, "character": 0}, "end": {"line": last - LINE, "character": 0}}
        client.change(huge, 3, {"range": span, "text": ""})
        assert texts(client.inline(huge, LINE, COLUMN + 2)) == [WORD[8:]]
        assert "huge.py" not in client.wait_for("linnet/status")["message"]


def told(client: Client, word: str) -> dict[str, Any]:
    """The next status whose message holds a word."""
    while True:
        status: dict[str, Any] = client.wait_for("linnet/status")
        if word in status["message"]:
            return status
