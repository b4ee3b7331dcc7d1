"""Planted secrets, through the real server to the socket: in buffers, in other files, in changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from linnet_server.client import ClientError
from tests.completions.secrets.planting import Planted, everything
from tests.modelserver import ModelServer, chat
from tests.protocol.test_models import commit, editor

pytestmark = pytest.mark.slow

COUNT = 200
TAIL = "\nshared_helper_name = "


def planted() -> list[Planted]:
    """At least 200 secrets of at least 20 kinds, spread over all kinds there are."""
    found = everything(seed=7)
    step = max(1, len(found) // COUNT)
    chosen = [one for one in found[::step] if ".env" not in one.path]
    assert len(chosen) >= COUNT * 0.9 and len({one.kind for one in chosen}) >= 20
    return chosen


def leaked(secrets: list[Planted], sent: str) -> list[str]:
    return [f"{one.kind} in {one.path}" for one in secrets if any(part in sent for part in one.parts)]


def test_no_planted_secret_is_seen_at_the_socket(tmp_path: Path) -> None:
    """Ghost text and explanations of buffers full of secrets, beside files full of secrets, send none of them."""
    secrets = planted()
    commit(tmp_path)
    for number, one in enumerate(secrets[::4]):
        folder = tmp_path / f"beside{number}"
        folder.mkdir()
        (folder / Path(one.path).name).write_text(f"{one.text}\ndef shared_helper_name():\n    return 1\n")
    with ModelServer(chat("<fill>compute_it()</fill>")) as model, editor(tmp_path, model.url) as (client, _):
        for number, one in enumerate(secrets):
            text = one.text + TAIL
            uri = client.open(tmp_path / f"open{number}" / Path(one.path).name, "python", text)
            line = text.count("\n")
            client.inline(uri, line, len(TAIL) - 1)
            if number % 10 == 0:
                client.execute("linnet.explain", {"uri": uri})
            client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        sent = "\n".join(asked.body.decode() for asked in model.asked)
    assert len(model.asked) > COUNT // 2
    assert leaked(secrets, sent) == []
    assert sent.count("shared_helper_name") > COUNT // 2


def test_no_planted_secret_leaves_with_a_review(tmp_path: Path) -> None:
    """The diff of files that gained secrets is shown to the model without them."""
    secrets = planted()[::3]
    commit(tmp_path)
    for number, one in enumerate(secrets):
        folder = tmp_path / f"changed{number}"
        folder.mkdir()
        (folder / Path(one.path).name).write_text(f"before = 1\n{one.text}\nafter_all = 2\n")
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    with ModelServer(chat("[]")) as model, editor(tmp_path, model.url) as (client, _):
        try:
            client.execute("linnet.reviewWorkspace", timeout=120)
        except ClientError as error:
            pytest.fail(str(error))
        sent = "\n".join(asked.body.decode() for asked in model.asked)
    assert "after_all" in sent
    assert leaked(secrets, sent) == []
