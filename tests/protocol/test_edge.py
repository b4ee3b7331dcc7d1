"""The edge: framing, life cycle, errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from linnet_server.client import ClientError
from linnet_server.lsp.capabilities import COMMANDS
from tests.protocol.helpers import CLIENTS, Transcript, initialize_at, initialize_of, learned, server
from tests.repositories import scratch

pytestmark = pytest.mark.slow

# Those that ask for diagnostics, and can be told to ask again.
PULLING = {"nvim-0.12.4", "vscode-1.139-lc11"}


@pytest.mark.parametrize("name", CLIENTS)
def test_real_clients_get_their_own_encoding_and_inline_completion(name: str, tmp_path: Path) -> None:
    """The recorded `initialize` of each client is answered with what that client needs."""
    params = initialize_of(name)
    with server(tmp_path) as client:
        result = client.request("initialize", params)
    capabilities = result["capabilities"]
    offered = params["capabilities"].get("general", {}).get("positionEncodings", ["utf-16"])
    assert capabilities["positionEncoding"] == offered[0]
    assert capabilities["inlineCompletionProvider"] == {"workDoneProgress": False}
    assert ("diagnosticProvider" in capabilities) is (name in PULLING)


@pytest.mark.parametrize("name", CLIENTS)
def test_review_notes_are_either_pulled_or_pushed(name: str, tmp_path: Path) -> None:
    """Each client has the notes of a review at once, in the one way that it understands, and never in both."""
    scratch(tmp_path).commit({"a.py": "value = 1\n"})
    text = "value = 1\nassert (value, 'never fails')\n"
    transcript = Transcript()
    with server(tmp_path, transcript=transcript) as client:
        client.request("initialize", initialize_at(name, tmp_path))
        client.notify("initialized", {})
        uri = client.open(tmp_path / "a.py", "python", text)
        assert client.execute("linnet.review", {"uri": uri})["findings"] == 1
        if name in PULLING:
            notes = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"]
        else:
            notes = client.wait_for("textDocument/publishDiagnostics", matching={"uri": uri})["diagnostics"]
    assert [note["range"]["start"]["line"] for note in notes] == [1]
    said = transcript.methods()
    assert said.count("workspace/diagnostic/refresh") == (name in PULLING)
    assert said.count("textDocument/publishDiagnostics") == (name not in PULLING)


def test_a_review_lists_the_notes_of_closed_files(tmp_path: Path) -> None:
    """An editor asks for the diagnostics of open documents alone, so the answer names all that was found."""
    root = tmp_path / "project"
    made = scratch(root)
    made.commit({"a.py": "value = 1\n"})
    made.write({"a.py": "value = 1\nassert (value, 'never fails')\n"})
    with server(root) as client:
        client.request("initialize", initialize_at("vscode-1.139-lc11", root))
        client.notify("initialized", {})
        found = client.execute("linnet.reviewWorkspace")
    (note,) = found["notes"]
    assert found["findings"] == 1
    assert (note["uri"], note["line"], note["severity"]) == ((root / "a.py").as_uri(), 1, "error")
    assert note["rule"] == "ruff/F631" and note["message"]


def test_ghost_text_is_switched_off_in_one_language(tmp_path: Path) -> None:
    """Other languages keep theirs, and it comes back."""
    text = "def a_long_name_of_a_function(value):\n    return value\n\n\nresult = a_lo"
    with server(tmp_path) as client:
        client.initialize(tmp_path)
        python = client.open(tmp_path / "a.py", "python", text)
        other = client.open(tmp_path / "a.rb", "ruby", text)
        learned(client)
        switch = {"language": "python"}
        assert client.execute("linnet.toggle", switch) == {"enabled": False}
        assert not client.inline(python, 4, 13)
        assert client.inline(other, 4, 13)
        assert client.execute("linnet.toggle", switch) == {"enabled": True}
        assert client.inline(python, 4, 13)


def test_requests_before_initialize_are_refused(tmp_path: Path) -> None:
    """Nothing but `initialize` is answered first, and the server goes on living."""
    with server(tmp_path) as client:
        with pytest.raises(ClientError, match="-32002"):
            client.request("textDocument/hover", {})
        client.initialize(tmp_path)


def test_a_second_initialize_is_refused(tmp_path: Path) -> None:
    """A client that says hello twice is told so."""
    with server(tmp_path) as client:
        client.initialize(tmp_path)
        with pytest.raises(ClientError, match="-32600"):
            client.request("initialize", {"capabilities": {}})


def test_unknown_methods_are_refused_and_unknown_notifications_ignored(tmp_path: Path) -> None:
    """Whatever a client asks for, it gets an answer."""
    with server(tmp_path) as client:
        client.initialize(tmp_path)
        client.notify("custom/unheardOf", {"a": 1})
        with pytest.raises(ClientError, match="-32601"):
            client.request("custom/unheardOf", {"a": 1})


@pytest.mark.parametrize("params", [None, {}, {"textDocument": 5}, {"textDocument": {"uri": "file:///x"}}])
def test_broken_parameters_are_refused(params: Any, tmp_path: Path) -> None:
    """Parameters that mean nothing give an error, not silence and not a crash."""
    with server(tmp_path) as client:
        client.initialize(tmp_path)
        client.open(tmp_path / "a.py", "python", "a = 1\n")
        if params != {"textDocument": {"uri": "file:///x"}}:
            with pytest.raises(ClientError, match="-32602"):
                client.request("textDocument/inlineCompletion", params)
        client.notify("textDocument/didChange", params)
        assert client.execute("linnet.toggle", {"enabled": False}) == {"enabled": False}


def test_a_body_that_is_no_json_is_reported_and_survived(tmp_path: Path) -> None:
    """A broken message costs only itself."""
    with server(tmp_path) as client:
        client.initialize(tmp_path)
        client.send_raw(b"Content-Length: 5\r\n\r\n{nope")
        client.send_raw(b"Content-Length: 2\r\n\r\n[]")
        assert client.execute("linnet.toggle", {"enabled": True}) == {"enabled": True}


@pytest.mark.parametrize("tcp", [False, True], ids=["stdio", "tcp"])
@pytest.mark.parametrize(
    "garbage", [b"GET / HTTP/1.1\r\n\r\n", b"Content-Length: -1\r\n\r\n", b"\r\n", b"x" * 9000 + b"\r\n"]
)
def test_a_malformed_header_closes_the_connection(garbage: bytes, tcp: bool, tmp_path: Path) -> None:
    """Without framing there is no next message: the server ends at once."""
    with server(tmp_path, tcp=tcp) as client:
        client.initialize(tmp_path)
        client.send_raw(garbage)
        assert client.process.wait(10) == 1


def test_the_server_ends_when_its_client_dies(tmp_path: Path) -> None:
    """No orphan stays behind when an editor crashes."""
    with server(tmp_path) as client:
        client.initialize(tmp_path)
        assert client.process.stdin is not None
        client.process.stdin.close()
        assert client.process.wait(5) == 1


def test_exit_codes_tell_an_orderly_end_from_another(tmp_path: Path) -> None:
    """0 after `shutdown`, 1 without, as LSP says; also before `initialize`."""
    with server(tmp_path) as client:
        client.initialize(tmp_path)
        assert client.close() == 0
    with server(tmp_path) as client:
        client.initialize(tmp_path)
        client.notify("exit", None)
        assert client.process.wait(5) == 1
    with server(tmp_path) as client:
        client.notify("exit", None)
        assert client.process.wait(5) == 1


def test_after_shutdown_requests_are_refused(tmp_path: Path) -> None:
    """A server that is leaving answers, but does nothing any more."""
    with server(tmp_path) as client:
        client.initialize(tmp_path)
        client.request("shutdown", None)
        with pytest.raises(ClientError, match="-32600"):
            client.execute("linnet.status")
        with pytest.raises(ClientError, match="-32600"):
            client.request("shutdown", None)


def test_every_command_that_is_announced_exists(tmp_path: Path) -> None:
    """What `initialize` promises as data is what the server can do."""
    with server(tmp_path) as client:
        announced = client.initialize(tmp_path)["capabilities"]["executeCommandProvider"]["commands"]
        assert announced == list(COMMANDS)
        for command in announced:
            client.execute(command, {"uri": "file:///nowhere.py", "position": {"line": 0, "character": 0}})
        with pytest.raises(ClientError):
            client.execute("linnet.unheardOf")


def test_arguments_that_mean_nothing_are_refused_in_one_sentence(tmp_path: Path) -> None:
    """The answer to a command's broken arguments shows nothing of our source."""
    with server(tmp_path) as client:
        client.initialize(tmp_path)
        uri = client.open(tmp_path / "a.py", "python", "a = 1\n")
        for command in ("linnet.context", "linnet.explain"):
            with pytest.raises(ClientError, match="-32602") as caught:
                client.execute(command, {"uri": uri, "position": 5, "range": 7})
            assert "Traceback" not in str(caught.value) and ".py" not in str(caught.value)
        with pytest.raises(ClientError, match="-32602"):
            client.request("linnet/context", {"uri": uri})


@pytest.mark.parametrize(
    ("address", "what"),
    [("0.0.0.0:0", "loopback"), ("example.org:80", "loopback"), ("127.0.0.1:99999", "HOST:PORT")],
)
def test_only_loopback_addresses_are_listened_on(address: str, what: str, tmp_path: Path) -> None:
    """LSP has no passwords, so nobody else may connect."""
    with pytest.raises(ClientError, match=what), server(tmp_path, arguments=("--tcp", address), tcp=True):
        pass
