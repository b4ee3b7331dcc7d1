"""The conversations that `make test` replays, held anew: what is recorded is what the editors still say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.protocol.conversations import FOLDER, Line, change, lines_of
from tests.real import neovim, vscode
from tests.real.neovim import Editor
from tests.real.parts import Tell
from tests.real.recording import Recorder
from tests.real.vscode import Workbench
from tests.real.workspace import REST, TYPED, workspace

INLINE = "textDocument/inlineCompletion"
RERECORD = "record them anew with UPDATE_RECORDINGS=1 make test-real"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The workspace of all recordings."""
    root = workspace(tmp_path / "tideline")
    change(root)
    return root


@pytest.fixture
def recorder(installed: Path, tmp_path: Path) -> Recorder:
    """Stands in front of the installed server."""
    return Recorder(installed, tmp_path / "bin")


def same_habits(name: str, lines: list[Line]) -> None:
    """The editor still introduces itself, and asks, as in the recording that is replayed."""
    kept = lines_of((FOLDER / f"{name}.jsonl").read_text(encoding="utf-8"))
    assert lines[0] == kept[0], f"{name} introduces itself in another way: {RERECORD}"
    assert _methods(lines) == _methods(kept), f"{name} says other things: {RERECORD}"


def _methods(lines: list[Line]) -> set[str]:
    return {line["client"]["method"] for line in lines if "client" in line} - {"$/cancelRequest"}


@pytest.mark.parametrize(("name", "suite"), [("neovim-0.12", "sid"), ("neovim-0.10", "trixie")])
def test_neovim(
    name: str,
    suite: str,
    cache: Path,
    tell: Tell,
    recorder: Recorder,
    isolated: Path,
    monkeypatch: pytest.MonkeyPatch,
    root: Path,
) -> None:
    """Neovim types, accepts, undoes, explains, reviews and switches off and on."""
    folder = neovim.fetched(cache, tell, suite)
    with neovim.running(folder, recorder.programs, isolated, monkeypatch) as editor:
        editor.open(root / "tideline" / "store.py")
        editor.lua("vim.bo.autoindent = false; vim.bo.indentexpr = ''; vim.bo.smartindent = false")
        editor.keys("GA")
        editor.type(TYPED.lstrip())
        _complete(editor, recorder)
        _ask(editor, recorder)
        lines = recorder.keep(name, root)
    same_habits(name, lines)


def _complete(editor: Editor, recorder: Recorder) -> None:
    assert editor.ghost() == REST
    for number, key in enumerate(REST[:3], 1):
        asked = recorder.asked(INLINE)
        editor.type(key)
        editor.wait_for_ghost(REST[number:])
        editor.wait(lambda: recorder.asked(INLINE) > asked and recorder.settled(), "the answer")  # noqa: B023
    editor.keys("<Tab>")
    editor.wait(lambda: editor.line() == TYPED + REST, "the accepted text")
    editor.keys("<Esc>u")
    editor.wait(lambda: editor.line() != TYPED + REST, "the undone text")
    # Faster than any answer.
    editor.keys("A = self._stations.get(code)\n        return readings")
    editor.wait(lambda: editor.line().endswith("return readings"), "the typed text")
    editor.keys("<Esc>")


def _ask(editor: Editor, recorder: Recorder) -> None:
    editor.keys("<Esc>")
    editor.wait(lambda: editor.call("nvim_get_mode")["mode"] == "n", "normal mode")
    editor.wait(recorder.settled, "the answers")
    editor.run("/def latest")
    editor.run("Linnet explain")
    editor.wait(editor.floats, "the float", 30)
    editor.run("Linnet review")
    editor.wait(lambda: editor.lua("return #vim.diagnostic.get(0)"), "diagnostics", 60)
    for state in ("off", "ready"):
        editor.run("Linnet toggle")
        editor.wait(lambda: editor.status()["state"] == state, state)  # noqa: B023
    editor.wait(recorder.settled, "the answers")


@pytest.fixture
def browser(cache: Path, tell: Tell) -> Iterator[Browser]:
    """A browser of its own."""
    with vscode.browsing(vscode.chromium(cache, tell)) as browser:
        yield browser


def test_vscode(
    cache: Path, tell: Tell, recorder: Recorder, vsix: Path, root: Path, tmp_path: Path, browser: Browser
) -> None:
    """VS Code types, accepts, undoes, asks for others, explains, reviews and switches off and on."""
    store = root / "tideline" / "store.py"
    program = vscode.code_server(cache, tell)
    home = tmp_path / "code-server"
    vscode.install_extension(program, home / "extensions", vsix)
    with vscode.serving(program, home, home / "extensions", recorder.programs) as server:
        window = Workbench(browser.new_page(), root, cache / "pictures").open(server.address)
        window.show(store.name).press("Control+End")
        window.insert(TYPED.lstrip())
        window.retype(TYPED[-1], REST)
        window.type("dings[")
        window.wait(lambda: window.shown().startswith("self.station(code)"), "the rest of the ghost text")
        window.press("Tab")
        window.wait(lambda: not window.shown(), "no ghost text")
        window.press("Control+z")
        window.wait(recorder.settled, "the answers")
        window.press("Delete", "Shift+Home", "Delete")
        window.type("self.", delay=5)
        first = window.ghost()
        window.press("Alt+]")
        window.wait(lambda: window.shown() not in ("", first), "another suggestion")
        window.command("Linnet: Explain")
        window.wait(lambda: "ReadingStore" in window.preview(), "the explanation", 30)
        window.command("View: Focus First Editor Group")
        window.command("Linnet: Review Change")
        window.wait(window.squiggles, "a note in the text", 60)
        for icon in ("circle-slash", "check"):
            window.command("Linnet: Toggle Ghost Text")
            window.wait(lambda: window.icon() == icon, icon)  # noqa: B023
        window.wait(recorder.settled, "the answers")
        lines = recorder.keep("vscode-1.139", root)
    same_habits("vscode-1.139", lines)
