"""What real editors said to Linnet, said again: they get the answers that they got when they were recorded.

`UPDATE_EXPECT=1` writes the answers anew; `UPDATE_RECORDINGS=1 make test-real` records the editors anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fixture import expect
from tests.protocol.conversations import FOLDER, Replay, anonymous, change, lines_of, placed, text_of
from tests.protocol.helpers import Transcript, server
from tests.real.workspace import workspace

NAMES = sorted(path.stem for path in FOLDER.glob("*.jsonl"))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_conversations(name: str, tmp_path: Path) -> None:
    """Each request has the answer that the editor had, and the ones that it outran are settled."""
    golden = FOLDER / f"{name}.jsonl"
    root = workspace(tmp_path / "tideline")
    change(root)
    transcript = Transcript()
    with server(root, transcript=transcript) as client:
        recorded = lines_of(placed(golden.read_text(encoding="utf-8"), root))
        said = list(Replay(client).lines(recorded))
    expect(anonymous(text_of(said), root), golden)
    assert not [line for line in client.log if "ERROR" in line or "Traceback" in line]


def test_every_tested_editor_is_recorded() -> None:
    """Neovim with and without ghost text of its own, and VS Code."""
    assert {name.rpartition("-")[0] for name in NAMES} == {"neovim", "vscode"}
    assert len(NAMES) == 3


@pytest.mark.parametrize("name", NAMES)
def test_conversations_name_no_machine(name: str) -> None:
    """The recordings speak of no folder, user or process of the machine that they were made on."""
    text = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8")
    assert not re.search(r'file://|"/(home|root|tmp|Users)|"processId": [0-9]|pytest-of', text)


@pytest.mark.parametrize("name", NAMES)
def test_conversations_hold_the_main_jobs(name: str) -> None:
    """Each editor completes, accepts, explains, reviews, and is switched off and on."""
    lines = [
        line["client"]
        for line in lines_of((FOLDER / f"{name}.jsonl").read_text(encoding="utf-8"))
        if "client" in line
    ]
    methods = {line["method"] for line in lines}
    commands = {line["params"]["command"] for line in lines if line["method"] == "workspace/executeCommand"}
    assert {"initialize", "initialized", "textDocument/didOpen", "textDocument/didChange"} <= methods
    assert {"linnet.explain", "linnet.toggle"} <= commands
    assert commands & {"linnet.review", "linnet.reviewWorkspace"}
