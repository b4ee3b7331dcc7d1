"""Neovim 0.12 with our plugin and the built wheel: what is on the screen, in the buffer and on the disk."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from tests.real import neovim
from tests.real.neovim import Editor
from tests.real.parts import Tell
from tests.real.workspace import HEAD, REST, TYPED, workspace

Start = Callable[..., Editor]
# What plugins that close brackets do.
CLOSING = "for _, pair in ipairs({ '()', '[]' }) do vim.keymap.set('i', pair:sub(1, 1), pair .. '<Left>') end"


@pytest.fixture(scope="module", params=["sid", "trixie"], ids=["0.12", "0.10"])
def folder(cache: Path, tell: Tell, request: pytest.FixtureRequest) -> Path:
    """Where Neovim is, one with ghost text of its own and one without; the first time it is fetched."""
    return neovim.fetched(cache, tell, request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small workspace under version control."""
    return workspace(tmp_path / "tideline")


@pytest.fixture
def start(folder: Path, installed: Path, isolated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts editors, and ends them."""
    with ExitStack() as stack:

        def begin(path: Path, options: str = "", more: str = "") -> Editor:
            running: AbstractContextManager[Editor] = neovim.running(
                folder, installed, isolated, monkeypatch, options, more
            )
            return stack.enter_context(running).open(path)

        yield begin


@pytest.fixture
def store(root: Path) -> Path:
    """The file that is edited."""
    return root / "tideline" / "store.py"


@pytest.fixture
def editor(start: Start, store: Path) -> Editor:
    """An editor with the cursor at the end of an unfinished method, in insert mode."""
    return _unfinished(start(store))


def _unfinished(editor: Editor) -> Editor:
    editor.keys("Go")
    editor.lua("vim.bo.autoindent = false; vim.bo.indentexpr = ''; vim.bo.smartindent = false")
    editor.keys("<C-u>")
    editor.type(HEAD + TYPED)
    return editor


def test_ghost_text_is_accepted_with_tab(editor: Editor, store: Path) -> None:
    """Ghost text comes after typing; Tab inserts exactly what was shown, and so it is on the disk."""
    before = store.read_text()
    assert editor.ghost() == REST
    editor.keys("<Tab>")
    editor.wait(lambda: editor.line() == TYPED + REST, "the accepted text")
    assert editor.shown() == ""
    assert editor.saved(store).decode() == before + HEAD + TYPED + REST + "\n"


def test_ghost_text_is_typed_through(editor: Editor, store: Path) -> None:
    """While the typing agrees with it the ghost text gets shorter; accepting it at any moment gives the same text."""
    before = store.read_text()
    editor.ghost()
    for number, key in enumerate(REST[:-3], 1):
        editor.type(key)
        editor.wait_for_ghost(REST[number:])
    editor.keys("<Tab>")
    editor.wait(lambda: editor.line() == TYPED + REST, "the accepted text")
    assert editor.saved(store).decode() == before + HEAD + TYPED + REST + "\n"


def test_tab_in_the_middle_of_fast_typing_accepts_what_fits(editor: Editor) -> None:
    """Keys that agree with the ghost text and Tab right behind them, faster than any answer: nothing is doubled."""
    editor.ghost()
    editor.keys(REST[:3] + "<Tab>")
    editor.wait(lambda: editor.line() == TYPED + REST, "the accepted text")


def test_stale_ghost_text_is_not_accepted(editor: Editor) -> None:
    """Keys that contradict the ghost text and Tab right behind them: Tab does what it does without ghost text."""
    editor.ghost()
    editor.keys("zzz<Tab>#")
    editor.wait(lambda: "#" in editor.line() and editor.line().rstrip("#") != TYPED + "zzz", "the typed text")
    # Which of the two keys comes first is Neovim's matter; what counts is that nothing else came.
    assert editor.line().replace("#", "").rstrip() == TYPED + "zzz"


def test_an_automatically_closed_bracket_is_not_doubled(editor: Editor, store: Path) -> None:
    """Ghost text replaces the bracket that the editor has closed by itself."""
    editor.lua(CLOSING)
    rest = editor.ghost()
    editor.type(rest[: rest.index("(") + 1])
    editor.wait(lambda: editor.shown().startswith("code"), "ghost text for what is missing")
    editor.keys("<Tab>")
    editor.wait(lambda: "station(code" in editor.line(), "the accepted text")
    added = editor.saved(store).decode().rpartition(TYPED + "dings[self.station(code")[2]
    assert (added.count(")"), added.count("]")) == (1, 1)


@pytest.mark.parametrize("last", ["[", "("])
def test_tab_right_behind_a_closed_bracket_doubles_nothing(editor: Editor, last: str) -> None:
    """Tab faster than any answer: ghost text takes the place of the brackets that were closed since it came."""
    editor.lua(CLOSING)
    rest = editor.ghost()
    editor.keys(rest[: rest.index(last) + 1] + "<Tab>")
    editor.wait(lambda: editor.line() == TYPED + REST, "the accepted text")


def test_ghost_text_that_lacks_what_was_closed_is_not_accepted(editor: Editor) -> None:
    """What an editor has inserted behind the cursor, and the ghost text does not close, stays as it is."""
    rest = editor.ghost()
    editor.lua("vim.keymap.set('i', '[', '[}<Left>')")
    editor.keys(rest[: rest.index("[") + 1] + "<Tab>#")
    editor.wait(lambda: "#" in editor.line(), "the typed text")
    assert editor.line().replace(" ", "").endswith("[#}")


def test_other_suggestions_are_cycled_through(editor: Editor) -> None:
    """A key goes from one suggestion to the next, and Tab takes the one that is shown."""
    editor.keys("<C-u>")
    editor.type("        self.")
    editor.ghost()
    time.sleep(0.6)  # Neovim asks 200 ms after the last key, and the answer to that starts the cycle anew.
    seen = []
    for _ in range(2):
        before = editor.shown()
        editor.keys("<M-]>")
        editor.wait(lambda: editor.shown() not in ("", before), "the next suggestion")  # noqa: B023
        seen.append(editor.shown().rpartition(" (")[0])  # Neovim counts: " (1/2)".
    assert seen[0] != seen[1]
    editor.keys("<Tab>")
    editor.wait(lambda: editor.line() == "        self." + seen[1], "the accepted text")


def test_the_next_word_is_accepted(editor: Editor, store: Path) -> None:
    """One key takes a word, another the rest of the line; what is left stays on show, and nothing is said twice."""
    before = store.read_text()
    editor.ghost()
    editor.keys("<M-Right>")
    editor.wait(lambda: editor.line() == TYPED + "dings", "the first word")
    editor.wait_for_ghost(REST.removeprefix("dings"))
    editor.keys("<M-Right>")
    editor.wait(lambda: editor.line() == TYPED + "dings[self", "the second word")
    editor.wait_for_ghost(REST.removeprefix("dings[self"))
    editor.keys("<Tab>")
    editor.wait(lambda: editor.line() == TYPED + REST, "the accepted text")
    assert editor.saved(store).decode() == before + HEAD + TYPED + REST + "\n"


def test_words_are_told_apart(editor: Editor) -> None:
    """What stands before a word goes with it, over line ends too; a line is taken without its end."""
    parts = [["word", "(été) x", "(été"], ["word", "\n    return é", "\n    return"], ["word", ")]", ")]"]]
    parts += [["line", "a = 1\nb", "a = 1"], ["line", "\n  b\nc", "\n  b"], ["whole", "a\nb", "a\nb"]]
    for part, text, first in parts:
        assert editor.lua("return require('linnet.fitting').part(...)", text, part) == first


def test_the_next_line_is_accepted(editor: Editor) -> None:
    """A text of several lines is taken line by line, with what was indented."""
    editor.ghost()
    editor.keys("<M-C-Right>")
    editor.wait(lambda: editor.line() == TYPED + REST, "the accepted line")


def test_ghost_text_is_dismissed(editor: Editor) -> None:
    """A key takes it away; Tab is a tab then, and the next key asks again."""
    editor.ghost()
    editor.keys("<C-]>")
    editor.wait(lambda: not editor.shown(), "no ghost text")
    editor.keys("d")
    editor.wait_for_ghost(REST[1:])


def test_an_open_menu_has_the_tab_key(editor: Editor) -> None:
    """Beside a completion plugin whose menu is open Tab is the plugin's, and ghost text's when it is closed."""
    editor.lua("package.loaded['cmp'] = { visible = function() return vim.g.open end }")
    editor.run("let g:open = v:true")
    editor.ghost()
    editor.keys("<Tab>#")
    editor.wait(lambda: editor.line().endswith("#"), "the typed text")
    assert editor.line().replace(" ", "") == (TYPED + "#").replace(" ", "")
    editor.keys("<C-u>" + TYPED)
    editor.ghost()
    editor.run("let g:open = v:false")
    editor.keys("<Tab>")
    editor.wait(lambda: editor.line() == TYPED + REST, "the accepted text")


def test_accepting_is_undone_by_itself(editor: Editor) -> None:
    """The first undo takes the accepted text away, and leaves what was typed."""
    editor.ghost()
    editor.keys("<Tab>")
    editor.wait(lambda: editor.line() == TYPED + REST, "the accepted text")
    editor.keys("<Esc>u")
    editor.wait(lambda: editor.line() == TYPED, "the typed text")


def test_tab_does_what_it_did_before(start: Start, store: Path) -> None:
    """Without ghost text Tab runs the mapping that was there before ours."""
    editor = start(
        store, more="vim.keymap.set('i', '<Tab>', function() return 'mapped' end, { expr = true })"
    )
    editor.keys("Go<C-u>zq<Tab>")
    editor.wait(lambda: editor.line() == "zqmapped", "the mapping's text")


def test_lines_that_end_as_in_windows_stay_so(start: Start, store: Path) -> None:
    """In a file with CRLF accepted text has no stray carriage return."""
    store.write_bytes(store.read_bytes().replace(b"\n", b"\r\n"))
    before = store.read_bytes()
    editor = _unfinished(start(store))
    assert editor.ghost() == REST
    editor.keys("<Tab>")
    editor.wait(lambda: editor.line() == TYPED + REST, "the accepted text")
    added = (HEAD + TYPED + REST + "\n").replace("\n", "\r\n").encode()
    assert editor.saved(store) == before + added


def test_a_symbol_is_explained_in_a_float(start: Start, store: Path) -> None:
    """`:Linnet explain` shows the fact sheet of what the cursor is in."""
    editor = start(store)
    editor.run("/def latest")
    editor.run("Linnet explain")
    editor.wait(editor.floats, "the float", 30)
    (sheet,) = editor.floats()
    assert "latest" in sheet and "ReadingStore" in sheet


def test_a_review_shows_diagnostics(start: Start, store: Path) -> None:
    """`:Linnet review` notes what the change adds; `:Linnet clear` takes the notes away."""
    store.write_text(store.read_text() + "\n\ndef broken(items=[]):\n    assert (items, 'never fails')\n")
    editor = start(store)
    editor.run("Linnet review")
    editor.wait(lambda: editor.lua("return #vim.diagnostic.get(0)"), "diagnostics", 60)
    notes = editor.lua("return vim.diagnostic.get(0)")
    assert {note["source"] for note in notes} == {"linnet"}
    assert max(note["lnum"] for note in notes) >= editor.text().count("\n") - 3
    editor.run("Linnet clear")
    editor.wait(lambda: not editor.lua("return #vim.diagnostic.get(0)"), "no diagnostics")


def test_a_killed_server_comes_back(editor: Editor) -> None:
    """After SIGKILL the server is started again, and ghost text is there as before."""
    editor.ghost()
    pid = _server_of(editor)
    os.kill(pid, signal.SIGKILL)
    editor.wait(lambda: _server_of(editor) not in (0, pid), "another server", 30)
    editor.wait(lambda: editor.status().get("state") == "ready", "the server is ready", 60)
    editor.keys("<BS>" + TYPED[-1])
    assert editor.ghost() == REST


def _server_of(editor: Editor) -> int:
    """The process that this Neovim has started as server; 0 without one."""
    for child in editor.call("nvim_get_proc_children", editor.lua("return vim.fn.getpid()")):
        if "linnet" in Path(f"/proc/{child}/cmdline").read_text():
            return int(child)
    return 0


def test_ghost_text_is_switched_off_and_on(editor: Editor) -> None:
    """`:Linnet toggle` does so, and the status line tells."""
    editor.ghost()
    editor.keys("<Esc>")
    editor.run("Linnet toggle")
    editor.wait(lambda: editor.lua("return require('linnet').statusline()") == "Linnet off", "the status")
    editor.run("Linnet toggle")
    editor.wait(lambda: editor.lua("return require('linnet').statusline()") == "Linnet", "the status")
    editor.keys("A<BS>" + TYPED[-1])
    assert editor.ghost() == REST


def test_the_status_is_told(start: Start, store: Path) -> None:
    """`:Linnet status` says what the server is doing, and an unknown command says that there is none."""
    editor = start(store)
    editor.run("Linnet status")
    editor.wait(lambda: "embedded engine" in editor.messages(), "the status")
    editor.lua("vim.schedule(function() vim.cmd.Linnet('nonsense') end)")
    editor.wait(lambda: "there is no `:Linnet nonsense`" in editor.messages(), "the complaint")


def test_health_is_well(start: Start, store: Path) -> None:
    """`:checkhealth linnet` finds nothing wrong."""
    editor = start(store)
    editor.run("checkhealth linnet")
    report = editor.text()
    assert "ghost text" in report and "A server runs for" in report and "<Tab>: accept" in report
    assert "ERROR" not in report


def test_a_missing_server_is_told_once(
    folder: Path, installed: Path, isolated: Path, monkeypatch: pytest.MonkeyPatch, store: Path
) -> None:
    """Without the program there is one message, and the health check says how to get it."""
    options = "cmd = { 'no-such-linnet', 'serve' }"
    with neovim.running(folder, installed, isolated, monkeypatch, options) as editor:
        editor.run(f"edit {store}")
        assert editor.messages().count("no-such-linnet") == 1
        editor.run("checkhealth linnet")
        assert "is not a program on PATH" in editor.text()
