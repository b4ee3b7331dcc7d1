"""The eleven rules that a server follows so that every client accepts it, one after the other."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from linnet_completions.ghost.policy import NEVER, PAUSE_IN_WORD, decide
from linnet_context.text import Document, Position
from linnet_server.client import Client, ClientError
from linnet_server.lsp.capabilities import COMMANDS, initialize_result
from linnet_server.lsp.session import Client as Known
from tests.modelserver import ModelServer, Pause, Reply, chat
from tests.protocol.helpers import (
    CLIENTS,
    Transcript,
    edit,
    initialize_at,
    initialize_of,
    learned,
    question,
    server,
)

pytestmark = pytest.mark.slow

INLINE = "textDocument/inlineCompletion"
VSCODE = "vscode-1.139-lc11"
WORD = "greeting_for_everybody"
TEXT = f"def {WORD}(name):\n    return name\n\n\ndef main():\n    return {WORD}\n\n\nvalue = "
LINE, COLUMN = 8, 8
TYPED = 6  # How much of the word the tests type.


@contextmanager
def editor(
    root: Path,
    client: str | None = None,
    *,
    text: str = TEXT + WORD[:TYPED],
    capabilities: dict[str, Any] | None = None,
    transcript: Transcript | None = None,
    environ: dict[str, str] | None = None,
) -> Iterator[tuple[Client, str]]:
    """A server that knows the workspace, with an open document; `client` is the recorded one that it meets."""
    with server(root, transcript=transcript, environ={**os.environ, **(environ or {})}) as editing:
        if client is None:
            editing.initialize(root, capabilities)
        else:
            editing.request("initialize", initialize_at(client, root))
            editing.notify("initialized", {})
        uri = editing.open(root / "a.py", "python", text)
        learned(editing)
        yield editing, uri


@contextmanager
def stopped_worker(client: Client) -> Iterator[int]:
    """The worker process answers nothing for a while; whoever kills it need not wake it."""
    pid = client.execute("linnet.status")["workerPid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@contextmanager
def slow_model(root: Path, text: str, written: str, wait: float) -> Iterator[tuple[Client, str, ModelServer]]:
    """An editor whose model says `written` after `wait` seconds."""
    whole = chat(f"<fill>{written}</fill>")
    with ModelServer(Reply((Pause(wait), *whole.steps))) as model:
        environ = {"LINNET_PROVIDER": "custom", "LINNET_BASE_URL": model.url, "LINNET_API_KEY": "test-key"}
        environ |= {"LINNET_ENGINE_ENABLED": "false"}  # What is shown is the model's.
        with editor(root, text=text, environ=environ) as (client, uri):
            # Gathering loads what it needs now, when nobody is in a hurry.
            client.execute("linnet.context", {"uri": uri, "position": {"line": 0, "character": 0}})
            yield client, uri, model


def texts(items: list[dict[str, Any]]) -> list[str]:
    return [item["insertText"] for item in items]


# 1. Announce statically, with options.


@pytest.mark.parametrize("name", CLIENTS)
def test_rule_1_announced_statically_with_options(name: str, tmp_path: Path) -> None:
    """Ghost text stands in the answer to `initialize`, as options; nothing is registered later."""
    transcript = Transcript()
    with editor(tmp_path, name, transcript=transcript) as (client, uri):
        client.request(INLINE, question(uri, LINE, 0))
    assert initialize_result(initialize_of(name), "0")["capabilities"]["inlineCompletionProvider"] == {
        "workDoneProgress": False
    }
    assert "client/registerCapability" not in transcript.methods()


# 2. triggerKind 0, 1 and 2.


@pytest.mark.parametrize(
    ("kinds", "alternatives"),
    [
        ([2, 1], [False, True]),
        ([0, 1], [True, False]),  # vscode-languageclient 9 passes on VS Code's own numbers.
        ([0, 1, 0], [True, False, True]),
        ([2], [False]),
        ([None], [False]),
        ([7], [False]),
    ],
)
def test_rule_2_trigger_kinds(kinds: list[int | None], alternatives: list[bool], tmp_path: Path) -> None:
    """Automatic and invoked requests are told apart, whichever way the client counts; invoked ones get a choice."""
    text = "".join(f"value = greet_{name}(value)\n" for name in ("alpha", "beta", "gamma")) * 3
    with editor(tmp_path, VSCODE) as (client, _):
        counts = []
        for number, kind in enumerate(kinds):
            # A document for each request, so that none is answered from what was shown before.
            uri = client.open(tmp_path / f"{number}.py", "python", f"{text}value = gr")
            asked = question(uri, text.count("\n"), len("value = gr"), kind)
            counts.append(len(client.request(INLINE, asked)["items"]))
    assert [count > 1 for count in counts] == alternatives


# 3. Never an error for a failure of ours.


def test_rule_3_no_errors(tmp_path: Path) -> None:
    """Superseded is `null`, cancelled is -32800, and a worker that dies leaves an empty list."""
    with editor(tmp_path) as (client, uri), stopped_worker(client) as pid:
        superseded = client.begin(INLINE, question(uri, LINE, COLUMN + TYPED))
        cancelled = client.begin(INLINE, question(uri, LINE, COLUMN + TYPED))
        assert client.result(superseded) is None
        client.notify("$/cancelRequest", {"id": cancelled})
        with pytest.raises(ClientError, match="-32800"):
            client.result(cancelled)
        orphaned = client.begin(INLINE, question(uri, LINE, COLUMN + TYPED))
        client.execute("linnet.toggle", {"enabled": True})
        os.kill(pid, signal.SIGKILL)
        assert client.result(orphaned) == {"items": []}


def test_rule_3_a_worker_that_does_not_answer(tmp_path: Path) -> None:
    """An answer that does not come in time is an empty list, which takes old ghost text off the screen."""
    with editor(tmp_path) as (client, uri), stopped_worker(client):
        assert client.request(INLINE, question(uri, LINE, COLUMN + TYPED)) == {"items": []}


# 4. Superseded requests are settled by the server, for each document.


def test_rule_4_superseded_requests(tmp_path: Path) -> None:
    """A client that never cancels gets its old requests settled at once; those of other documents go on."""
    with editor(tmp_path, "nvim-0.12.4") as (client, uri):
        other = client.open(tmp_path / "b.py", "python", TEXT + WORD[:TYPED])
        with stopped_worker(client):
            elsewhere = client.begin(INLINE, question(other, LINE, COLUMN + TYPED))
            older = [client.begin(INLINE, question(uri, LINE, COLUMN + TYPED)) for _ in range(5)]
            assert [client.result(number) for number in older[:-1]] == [None] * 4
        assert texts(client.result(older[-1])["items"])
        assert texts(client.result(elsewhere)["items"])


# 5. An explicit range on one line, right when the answer arrives; beside a menu it continues the selected entry.


@pytest.mark.parametrize(
    ("written", "covered"), [("prices)", 1), ("prices", 0), ("max(prices)", 0), ("max(prices))", 1)]
)
def test_rule_5_range_covers_auto_closed_text(written: str, covered: int, tmp_path: Path) -> None:
    """A bracket that the editor closed is part of the range when the text brings it, or there would be one too many."""
    with slow_model(tmp_path, "from shop import ask, prices\n\ntotal = sum()\n", written, 0.0) as (
        client,
        uri,
        _,
    ):
        (item,) = client.inline(uri, 2, 12)
        assert item["insertText"] == written
        start, end = {"line": 2, "character": 12}, {"line": 2, "character": 12 + covered}
        assert item["range"] == {"start": start, "end": end}


def test_rule_5_range_covers_what_the_editor_closes_while_one_types(tmp_path: Path) -> None:
    """Typing the bracket of a ghost text makes the editor close it; the rest of the ghost text covers that."""
    with slow_model(tmp_path, "from shop import ask, prices\n\ntotal = \n", "sum(prices)", 0.0) as (
        client,
        uri,
        _,
    ):
        assert texts(client.inline(uri, 2, 8)) == ["sum(prices)"]
        client.change(uri, 2, edit(2, 8, 8, "sum()"))
        (item,) = client.inline(uri, 2, 12)
        assert item["insertText"] == "prices)"
        assert item["range"] == {"start": {"line": 2, "character": 12}, "end": {"line": 2, "character": 13}}


def test_rule_5_range_is_right_at_reply_time(tmp_path: Path) -> None:
    """What is typed while the answer is on its way is neither repeated nor overwritten."""
    with slow_model(tmp_path, "from shop import ask, prices\n\ntotal = ", "sum(prices)", 0.5) as (
        client,
        uri,
        model,
    ):
        asked = client.begin(INLINE, question(uri, 2, 8))
        model.wait_for(1)
        client.change(uri, 2, edit(2, 8, 8, "s"), edit(2, 9, 9, "u"))
        client.change(uri, 3, edit(2, 10, 10, "m("))
        (item,) = client.result(asked)["items"]
        place = {"line": 2, "character": 12}
        assert item["insertText"] == "prices)"
        assert item["range"] == {"start": place, "end": place}


def test_rule_5_an_answer_for_a_text_that_is_gone_is_empty(tmp_path: Path) -> None:
    """What was typed contradicts the answer, so there is none."""
    with slow_model(tmp_path, "from shop import ask, prices\n\ntotal = ", "sum(prices)", 0.3) as (
        client,
        uri,
        model,
    ):
        asked = client.begin(INLINE, question(uri, 2, 8))
        model.wait_for(1)
        client.change(uri, 2, edit(2, 8, 8, "max"))
        assert client.result(asked) == {"items": []}


@pytest.mark.parametrize(
    ("selected", "end", "shown"),
    [(WORD, TYPED, True), (WORD[: TYPED + 2], TYPED, True), ("greet", TYPED, True), ("green", TYPED, False)],
)
def test_rule_5_selected_completion_info(selected: str, end: int, shown: bool, tmp_path: Path) -> None:
    """Beside an open menu the range is the menu's, and the text starts with the entry that is selected there."""
    span = {
        "start": {"line": LINE, "character": COLUMN},
        "end": {"line": LINE, "character": COLUMN + end},
    }
    info = {"range": span, "text": selected}
    with editor(tmp_path) as (client, uri):
        asked = question(uri, LINE, COLUMN + TYPED, selectedCompletionInfo=info)
        items = client.request(INLINE, asked)["items"]
    assert bool(items) is shown
    for item in items:
        assert item["insertText"].startswith(selected)
        assert item["range"] == span


# 6. No pause of ours where the client made one.


@pytest.mark.parametrize("name", CLIENTS)
def test_rule_6_debounce_by_client(name: str) -> None:
    """Neovim and Helix wait before they ask, so the server does not; the others ask at each key."""
    waits = name.startswith(("nvim", "helix"))
    document, place = Document.of("a.py", "python", "total"), Position(0, 5)
    known = Known.of(initialize_of(name))
    decision = decide(document, place, None, NEVER, waits=known.waits_itself)
    assert decision.pause == (0.0 if waits else PAUSE_IN_WORD)


# 7. What was shown answers while the typing agrees with it.


def test_rule_7_typed_through_without_the_worker(tmp_path: Path) -> None:
    """Keys that follow the ghost text are answered though the worker sleeps."""
    with editor(tmp_path) as (client, uri):
        before = texts(client.inline(uri, LINE, COLUMN + TYPED))
        assert before
        with stopped_worker(client):
            for typed in range(TYPED, TYPED + 5):
                client.change(uri, typed, edit(LINE, COLUMN + typed, COLUMN + typed, WORD[typed]))
                after = texts(client.inline(uri, LINE, COLUMN + typed + 1))
                assert after == [before[0][typed + 1 - TYPED :]]


def test_rule_7_partial_acceptance_of_lines(tmp_path: Path) -> None:
    """Who takes the first line of several, with what the editor indents, is shown the next."""
    written = "prices = ask(shop)\n    return sum(prices)"
    with slow_model(tmp_path, "from shop import ask, prices\n\ndef total(shop):\n    ", written, 0.0) as (
        client,
        uri,
        model,
    ):
        assert texts(client.inline(uri, 3, 4)) == [written]
        client.change(uri, 2, edit(3, 4, 4, "prices = ask(shop)\n    "))
        assert texts(client.inline(uri, 4, 4)) == ["return sum(prices)"]
        assert len(model.asked) == 1


# 8. Encodings, and the document's own line endings.


@pytest.mark.parametrize(("encoding", "width"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
def test_rule_8_encodings(encoding: str, width: int, tmp_path: Path) -> None:
    """Columns are counted as agreed, before and in the edit and in the answer."""
    offered = {"general": {"positionEncodings": [encoding]}}
    text = TEXT.replace("value = ", 'value = "🐦🐦", ')
    column = COLUMN + 2 * width + 4
    with editor(tmp_path, text=text, capabilities=offered) as (client, uri):
        client.change(uri, 2, edit(LINE, column, column, "'🐦' or " + WORD[:TYPED]))
        column += width + 6 + TYPED
        (item,) = client.inline(uri, LINE, column)
        assert item["insertText"] == WORD[TYPED:]
        assert item["range"]["start"] == item["range"]["end"] == {"line": LINE, "character": column}


def test_rule_8_line_endings(tmp_path: Path) -> None:
    """A text for a document with CRLF has CRLF."""
    text = "from shop import ask\r\n\r\ndef total(shop):\r\n    "
    with slow_model(tmp_path, text, "a = ask(shop)\n    b = 2\n    return a", 0.0) as (client, uri, _):
        assert texts(client.inline(uri, 3, 4)) == ["a = ask(shop)\r\n    b = 2\r\n    return a"]
        client.change(uri, 2, edit(3, 4, 4, "a = ask(shop)\r\n"))
        assert texts(client.inline(uri, 4, 0)) == ["    b = 2\r\n    return a"]


# 9. Acceptance is a command of the item; Copilot's notifications are understood.


def test_rule_9_acceptance_is_a_command(tmp_path: Path) -> None:
    """The command of an item is one that was announced, and running it counts."""
    with editor(tmp_path) as (client, uri):
        (item,) = client.inline(uri, LINE, COLUMN + TYPED)
        command = item["command"]
        assert command["command"] in COMMANDS
        assert client.execute(command["command"], *command["arguments"]) is None
        assert client.execute("linnet.status")["accepted"] == 1


def test_rule_9_copilots_notifications(tmp_path: Path) -> None:
    """They are taken without a word, and after a partial acceptance the rest stays on show."""
    with editor(tmp_path) as (client, uri):
        (item,) = client.inline(uri, LINE, COLUMN + TYPED)
        client.notify("textDocument/didShowCompletion", {"item": item})
        client.notify("textDocument/didFocus", {"textDocument": {"uri": uri}})
        client.notify("textDocument/didFocus", {})
        with stopped_worker(client):
            client.notify("textDocument/didPartiallyAcceptCompletion", {"item": item, "acceptedLength": 4})
            place = COLUMN + TYPED
            client.change(uri, 2, edit(LINE, place, place, item["insertText"][:4]))
            assert texts(client.inline(uri, LINE, place + 4)) == [item["insertText"][4:]]
        assert client.execute("linnet.status")["acceptedPartly"] == 1
    assert not client.log


# 10. Nothing depends on fields that clients drop.


def test_rule_10_no_data(tmp_path: Path) -> None:
    """An item is what all clients copy: text, range, command. What we must know again is in the command."""
    with editor(tmp_path) as (client, uri):
        (item,) = client.inline(uri, LINE, COLUMN + TYPED)
    assert set(item) == {"insertText", "range", "command"}


# 11. Status, never a pop-up.


def test_rule_11_failures_are_a_status(tmp_path: Path) -> None:
    """A worker that dies is told by `linnet/status`, and a message to nobody; no dialog asks for attention."""
    transcript = Transcript()
    with editor(tmp_path, VSCODE, transcript=transcript) as (client, uri):
        os.kill(client.execute("linnet.status")["workerPid"], signal.SIGKILL)
        client.wait_for("linnet/status", matching={"state": "starting"})
        learned(client)
        assert texts(client.inline(uri, LINE, COLUMN + TYPED))
    assert not [method for method in transcript.methods() if method.startswith("window/show")]


# What became of a suggestion is counted, and what was turned down is not offered again.


def test_an_acceptance_is_counted_once(tmp_path: Path) -> None:
    """From the change alone, and not twice when the command comes too."""
    with slow_model(tmp_path, "from shop import ask, prices\n\ntotal = ", "sum(prices)", 0.0) as (
        client,
        uri,
        _,
    ):
        (item,) = client.inline(uri, 2, 8)
        client.change(uri, 2, edit(2, 8, 8, item["insertText"]))
        client.execute(item["command"]["command"], *item["command"]["arguments"])
        assert client.execute("linnet.status")["accepted"] == 1


def test_what_was_undone_is_not_offered_again(tmp_path: Path) -> None:
    """A text that was accepted and taken back is not shown a second time at that place."""
    with slow_model(tmp_path, "from shop import ask, prices\n\ntotal = ", "sum(prices)", 0.0) as (
        client,
        uri,
        _,
    ):
        (item,) = client.inline(uri, 2, 8)
        client.change(uri, 2, edit(2, 8, 8, item["insertText"]))
        client.change(uri, 3, edit(2, 8, 8 + len(item["insertText"]), ""))
        assert client.inline(uri, 2, 8) == []


def test_an_accepted_text_brings_its_import_once(tmp_path: Path) -> None:
    """The editor is asked to add the import that the text needs, at its place, and not a second time."""
    (tmp_path / "shop.py").write_text("def cheapest(prices):\n    return min(prices)\n")
    text = "import os\n\nprices = []\ntotal = "
    whole = chat("<fill>cheapest(prices)</fill>")
    with ModelServer(whole) as model:
        environ = {"LINNET_PROVIDER": "custom", "LINNET_BASE_URL": model.url, "LINNET_API_KEY": "test-key",
                   "LINNET_ENGINE_ENABLED": "false"}  # fmt: skip
        able = {"workspace": {"applyEdit": True}}
        with editor(tmp_path, text=text, environ=environ, capabilities=able) as (client, uri):
            (item,) = client.inline(uri, 3, 8)
            client.change(uri, 2, edit(3, 8, 8, item["insertText"]))
            client.execute(item["command"]["command"], *item["command"]["arguments"])
            asked = client.wait_for("workspace/applyEdit")
            (change,) = asked["edit"]["changes"][uri]
            assert change["newText"] == "from shop import cheapest\n"
            assert change["range"]["start"] == {"line": 1, "character": 0}
            client.change(uri, 3, {"range": change["range"], "text": change["newText"]})
            client.execute(item["command"]["command"], *item["command"]["arguments"])
            client.execute("linnet.status")
            with pytest.raises(ClientError):
                client.wait_for("workspace/applyEdit", timeout=0.5)
