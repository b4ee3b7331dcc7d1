"""What would be sent for a place in an open document: without secrets, and nothing of files that may not leave."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from linnet_server.client import Client
from tests.completions.secrets.planting import Maker
from tests.modelserver import ModelServer, chat
from tests.protocol.helpers import SERVE, learned

pytestmark = pytest.mark.slow

SECRET = Maker(11).password()


def asked(client: Client, uri: str, line: int, character: int) -> Any:
    place = {"uri": uri, "position": {"line": line, "character": character}}
    return client.result(client.begin("linnet/context", place))


def test_the_context_has_no_secrets_and_counts_them(tmp_path: Path) -> None:
    """Placeholders stand for the secrets of the open text, and nothing else of them is told."""
    with Client(SERVE, tmp_path, dict(os.environ)) as client:
        client.initialize(tmp_path)
        uri = client.open(tmp_path / "a.py", "python", f'password = "{SECRET}"\ntotal = ')
        learned(client)
        found = asked(client, uri, 1, 8)
        assert set(found) == {"context", "redacted", "why"}
        assert found["redacted"] == 1
        assert found["context"]["prefix"]["text"] == 'password = "REDACTED_1"\ntotal = '
        assert SECRET not in str(found)


def test_nothing_leaves_of_a_file_that_may_not(tmp_path: Path) -> None:
    """The reason is told, and no model is asked about the file, while it is asked about another."""
    with ModelServer(chat("<fill>x_value</fill>")) as model:
        chosen = {"LINNET_PROVIDER": "custom", "LINNET_BASE_URL": model.url, "LINNET_API_KEY": "test-key"}
        with Client(SERVE, tmp_path, {**os.environ, **chosen}) as client:
            client.initialize(tmp_path)
            secret = client.open(tmp_path / ".env", "shellscript", "NAME=somebody\nOTHER=")
            uri = client.open(tmp_path / "a.py", "python", "name = 'somebody'\nother = ")
            learned(client)
            assert asked(client, secret, 1, 6) == {"refused": "secret file", "why": []}
            client.inline(secret, 1, 6)
            assert model.asked == []
            client.inline(uri, 1, 8)
            assert len(model.asked) == 1


def test_why_there_is_a_ghost_text(tmp_path: Path) -> None:
    """The steps of the last one on the line are told: gate, draft, question, cache, model, check."""
    with ModelServer(chat("<fill>nobody_knows(name)</fill>")) as model:
        chosen = {"LINNET_PROVIDER": "custom", "LINNET_BASE_URL": model.url, "LINNET_API_KEY": "test-key"}
        with Client(SERVE, tmp_path, {**os.environ, **chosen}) as client:
            client.initialize(tmp_path)
            uri = client.open(tmp_path / "a.py", "python", "name = 'somebody'\nother = ")
            learned(client)
            assert asked(client, uri, 1, 8)["why"] == []
            assert client.inline(uri, 1, 8) == []
            steps = asked(client, uri, 1, 8)["why"]
            assert [step.partition(":")[0] for step in steps] == [
                "gate",
                "draft",
                "ask",
                "cache",
                "model",
                "check",
            ]
            assert "exists nowhere" in steps[-1]
            assert asked(client, uri, 0, 3)["why"] == []
