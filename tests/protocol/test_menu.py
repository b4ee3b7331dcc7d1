"""The completion menu: for clients without ghost text whose user wants it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from linnet_server.client import Client
from linnet_server.lsp.capabilities import initialize_result
from tests.protocol.helpers import CLIENTS, edit, initialize_at, initialize_of, learned, server

pytestmark = pytest.mark.slow

COMPLETION = "textDocument/completion"
WITHOUT_GHOST_TEXT = "emacs-30.2-eglot"
WORD = "greeting_for_everybody"
TEXT = f"def {WORD}(name):\n    return name\n\n\nprint(1, {WORD})\nprint('é', gree)\n"
LINE, COLUMN = 5, 15
EMPTY = {"isIncomplete": True, "items": []}
OFF = {"isIncomplete": False, "items": []}


@contextmanager
def editor(root: Path, name: str, menu: str | None = "true") -> Iterator[tuple[Client, str]]:
    """A server with an open document, as a recorded client would start it; `menu` is the setting."""
    environ = dict(os.environ) if menu is None else {**os.environ, "LINNET_COMPLETION_MENU": menu}
    with server(root, environ=environ) as client:
        client.request("initialize", initialize_at(name, root))
        client.notify("initialized", {})
        uri = client.open(root / "a.py", "python", TEXT)
        learned(client)
        yield client, uri


def menu(client: Client, uri: str, column: int = COLUMN) -> dict[str, Any]:
    """The answer to a request for the menu."""
    place = {"textDocument": {"uri": uri}, "position": {"line": LINE, "character": column}}
    answer: dict[str, Any] = client.request(COMPLETION, {**place, "context": {"triggerKind": 1}})
    return answer


@pytest.mark.parametrize("name", CLIENTS)
def test_it_is_announced_to_clients_without_ghost_text(name: str) -> None:
    """Who shows ghost text is never asked to show the same in a menu."""
    announced = initialize_result(initialize_of(name), "0")["capabilities"]
    assert ("completionProvider" in announced) is name.startswith(("emacs", "helix"))


def test_entries_replace_the_word_at_the_cursor(tmp_path: Path) -> None:
    """An entry is what ghost text would be, with the word that is being typed; it stays while one types on."""
    with editor(tmp_path, WITHOUT_GHOST_TEXT) as (client, uri):
        answer = menu(client, uri)
        (entry,) = answer["items"]
        assert entry["label"] == entry["filterText"] == WORD
        change = entry["textEdit"]
        assert change == {"range": edit(LINE, COLUMN - 4, COLUMN, "")["range"], "newText": WORD}
        client.change(uri, 2, edit(LINE, COLUMN, COLUMN, "ti"))
        (entry,) = menu(client, uri, COLUMN + 2)["items"]
        assert entry["textEdit"]["range"]["end"]["character"] == COLUMN + 2
        client.change(uri, 3, {"range": entry["textEdit"]["range"], "text": entry["textEdit"]["newText"]})
        client.execute(entry["command"]["command"], *entry["command"]["arguments"])
        assert client.execute("linnet.status")["accepted"] == 1


@pytest.mark.parametrize(
    ("name", "setting"),
    [(WITHOUT_GHOST_TEXT, None), (WITHOUT_GHOST_TEXT, "false"), ("nvim-0.12.4", "true")],
)
def test_nobody_gets_it_who_does_not_want_it(name: str, setting: str | None, tmp_path: Path) -> None:
    """It is off unless the user turned it on, and stays off where there is ghost text."""
    with editor(tmp_path, name, setting) as (client, uri):
        assert menu(client, uri) == OFF


def test_places_without_a_suggestion_give_an_empty_list(tmp_path: Path) -> None:
    """An empty menu is no error: in a document that is not open, with ghost text off, where nothing is known."""
    with editor(tmp_path, WITHOUT_GHOST_TEXT) as (client, uri):
        assert menu(client, (tmp_path / "closed.py").as_uri()) == OFF
        assert menu(client, uri, 2) == EMPTY
        client.execute("linnet.toggle", {"enabled": False})
        assert menu(client, uri) == OFF


def test_the_newest_request_counts(tmp_path: Path) -> None:
    """An older request for the same document is settled when a newer one comes."""
    with editor(tmp_path, WITHOUT_GHOST_TEXT) as (client, uri):
        place = {"textDocument": {"uri": uri}, "position": {"line": LINE, "character": COLUMN}}
        asked = [client.prepare(COMPLETION, place) for _ in range(3)]
        client.send(*(message for _, message in asked))
        answers = [client.result(number) for number, _ in asked]
        assert answers[:-1] == [None, None]
        assert answers[-1]["items"]
