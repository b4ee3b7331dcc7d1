"""Many changes and requests at once: each request is settled exactly once, the newest is answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from linnet_server.client import Client, ClientError
from tests.protocol.helpers import learned, question, server

pytestmark = pytest.mark.slow

WORD = "greeting_for_everybody"
TEXT = f"def {WORD}(name):\n    return name\n\n\ndef main():\n    return {WORD}\n\n\nvalue = "
LINE, COLUMN = 8, 8
COUNT = 20


def change(uri: str, version: int, column: int, text: str) -> dict[str, Any]:
    place = {"line": LINE, "character": column}
    params = {
        "textDocument": {"uri": uri, "version": version},
        "contentChanges": [{"range": {"start": place, "end": place}, "text": text}],
    }
    return {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params}


def ask(client: Client, uri: str, column: int) -> tuple[int, dict[str, Any]]:
    """A request that is not sent yet."""
    return client.prepare("textDocument/inlineCompletion", question(uri, LINE, column))


@pytest.mark.parametrize("tcp", [False, True], ids=["stdio", "tcp"])
def test_a_burst_is_settled_once_each(tcp: bool, tmp_path: Path) -> None:
    """Twenty changes with a request each in one write: the newest is answered, older ones are `null`."""
    with server(tmp_path, tcp=tcp) as client:
        client.initialize(tmp_path)
        uri = client.open(tmp_path / "a.py", "python", TEXT)
        learned(client)
        messages, numbers = [], []
        for number in range(COUNT):
            # A letter that no name starts with, and at last the start of one that exists.
            messages.append(change(uri, 2 + number, COLUMN, WORD[:6] if number == COUNT - 1 else ""))
            asked, message = ask(client, uri, COLUMN + (6 if number == COUNT - 1 else 0))
            messages.append(message)
            numbers.append(asked)
        client.send(*messages)
        answers = [client.result(number) for number in numbers]
        assert answers[:-1] == [None] * (COUNT - 1)
        (item,) = answers[-1]["items"]
        assert item["insertText"].startswith(WORD[6:])
        assert item["range"]["start"] == {"line": LINE, "character": COLUMN + 6}


@pytest.mark.parametrize("tcp", [False, True], ids=["stdio", "tcp"])
def test_cancelled_requests_are_told_so(tcp: bool, tmp_path: Path) -> None:
    """A request that the client takes back in the same write gets -32800 and nothing else."""
    with server(tmp_path, tcp=tcp) as client:
        client.initialize(tmp_path)
        uri = client.open(tmp_path / "a.py", "python", TEXT)
        learned(client)
        messages, numbers = [], []
        for _ in range(COUNT):
            asked, message = ask(client, uri, COLUMN)
            cancel = {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": asked}}
            messages += [message, cancel]
            numbers.append(asked)
        client.send(*messages)
        for number in numbers:
            with pytest.raises(ClientError, match="-32800"):
                client.result(number)


def test_requests_for_two_documents_do_not_supersede_each_other(tmp_path: Path) -> None:
    """Only a newer request for the same document takes an older one's place."""
    with server(tmp_path) as client:
        client.initialize(tmp_path)
        uris = [client.open(tmp_path / name, "python", TEXT + WORD[:6]) for name in ("a.py", "b.py")]
        learned(client)
        asked = [ask(client, uri, COLUMN + 6) for uri in uris]
        client.send(*(message for _, message in asked))
        for number, _ in asked:
            assert client.result(number)["items"]
