"""VS Code with our extension and the built wheel: what is on the screen and on the disk."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.real import vscode
from tests.real.parts import Tell
from tests.real.vscode import Running, Workbench
from tests.real.workspace import HEAD, REST, TYPED, workspace

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def browser(cache: Path, tell: Tell) -> Iterator[Browser]:
    """A browser; the first time it is fetched."""
    with vscode.browsing(vscode.chromium(cache, tell)) as browser:
        yield browser


@pytest.fixture(scope="module")
def server(
    cache: Path, tell: Tell, installed: Path, vsix: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A server with the extension; the first time it is fetched."""
    program = vscode.code_server(cache, tell)
    home = tmp_path_factory.mktemp("code-server")
    vscode.install_extension(program, home / "extensions", vsix)
    with vscode.serving(program, home, home / "extensions", installed) as server:
        yield server


@pytest.fixture(scope="module")
def window(
    browser: Browser, server: Running, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workbench]:
    """A window with a small workspace under version control; it takes a while to open, so all tests share it."""
    root = workspace(tmp_path_factory.mktemp("workspace") / "tideline")
    page = browser.new_page()
    window = Workbench(page, root, cache / "pictures").open(server.address)
    _warm_up(window)
    yield window
    page.close()


def _warm_up(window: Workbench) -> None:
    store = window.root / "tideline" / "store.py"
    sample = store.read_text()
    store.write_text(sample + HEAD + TYPED[: -len(TYPED.lstrip())])
    window.show(store.name).press("Control+End")
    window.insert(TYPED.lstrip())
    window.retype(TYPED[-1], REST)
    window.command("View: Revert and Close Editor")
    window.wait(lambda: not window.page.locator(".tab").count(), "no open file")
    store.write_text(sample)


@pytest.fixture
def store(window: Workbench) -> Path:
    """The file that is edited."""
    return window.root / "tideline" / "store.py"


@pytest.fixture
def before(store: Path) -> Iterator[str]:
    """What the file holds when it is opened: the sample, and a method that has no body yet."""
    sample = store.read_text()
    text = sample + HEAD + TYPED[: -len(TYPED.lstrip())]
    store.write_text(text)
    yield text
    store.write_text(sample)


@pytest.fixture
def bench(window: Workbench, store: Path, before: str) -> Iterator[Workbench]:
    """The window with the file open and the cursor at its end; afterwards the file is closed."""
    window.show(store.name).press("Control+End")
    yield window
    window.command("View: Revert and Close Editor")
    window.wait(lambda: not window.page.locator(".tab.dirty").count(), "no unsaved file")


@pytest.fixture
def newest(installed: Path) -> Callable[[], int]:
    """Finds the process of the language server that was started last."""
    program = f"{installed}/linnet\0serve".encode()

    def find() -> int:
        found = [0]
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if program in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
        return max(found)

    return find


def _begin(bench: Workbench) -> None:
    """Type up to the place where ghost text is to come."""
    bench.insert(TYPED.lstrip())


def test_ghost_text_is_accepted_with_tab(bench: Workbench, store: Path, before: str) -> None:
    """Ghost text comes after typing; Tab inserts exactly what was shown, and so it is on the disk."""
    _begin(bench)
    assert bench.ghost() == REST
    bench.picture("ghost-text")
    bench.press("Tab")
    bench.wait(lambda: not bench.shown(), "no ghost text")
    assert bench.saved(store) == before + TYPED.lstrip() + REST


def test_ghost_text_is_typed_through(bench: Workbench, store: Path, before: str) -> None:
    """The editor closes the bracket that is typed; what is accepted then replaces it."""
    _begin(bench)
    bench.ghost()
    bench.type("dings[")
    bench.wait(lambda: bench.shown().startswith("self.station(code)"), "the rest of the ghost text")
    bench.press("Tab")
    bench.wait(lambda: not bench.shown(), "no ghost text")
    assert bench.saved(store) == before + TYPED.lstrip() + REST


def test_brackets_that_the_editor_closed_stay_single(bench: Workbench, store: Path, before: str) -> None:
    """However many of them there are when ghost text is accepted."""
    _begin(bench)
    bench.ghost()
    bench.type("dings[self.station(")
    bench.wait(lambda: bench.shown().startswith("code"), "the rest of the ghost text")
    bench.press("Tab")
    bench.wait(lambda: not bench.shown(), "no ghost text")
    added = bench.saved(store).removeprefix(before + TYPED.lstrip() + "dings[self.station(code")
    assert (added.count(")"), added.count("]")) == (1, 1)


def test_accepting_is_undone_by_itself(bench: Workbench, store: Path, before: str) -> None:
    """The first undo takes the accepted text away, and leaves what was typed."""
    _begin(bench)
    bench.ghost()
    bench.press("Tab")
    bench.wait(lambda: not bench.shown(), "no ghost text")
    bench.press("Control+z")
    assert bench.saved(store) == before + TYPED.lstrip()


def test_stale_ghost_text_is_not_accepted(bench: Workbench, store: Path, before: str) -> None:
    """Keys that contradict the ghost text and Tab right behind them insert nothing of it."""
    _begin(bench)
    bench.ghost()
    bench.type("zzz")
    bench.press("Tab")
    assert bench.saved(store).rstrip() == before + TYPED.lstrip() + "zzz"


def test_other_suggestions_are_asked_for(bench: Workbench) -> None:
    """Alt+] goes to another suggestion, and back again."""
    bench.type("self.")
    first = bench.ghost()
    bench.press("Alt+]")
    bench.wait(lambda: bench.shown() not in ("", first), "another suggestion")
    bench.press("Alt+[")
    bench.wait(lambda: bench.shown() == first, "the first suggestion")


def test_a_symbol_is_explained_beside_the_code(bench: Workbench) -> None:
    """`Linnet: Explain` renders the fact sheet of what the cursor is in; its places open on a click."""
    bench.press("Control+g")
    bench.type("34")
    bench.press("Enter")
    bench.command("Linnet: Explain")
    bench.wait(lambda: "ReadingStore.latest" in bench.preview(), "the explanation", 30)
    bench.picture("explanation")
    bench.follow("tideline/alerts.py")
    bench.page.wait_for_selector(".tab.active[data-resource-name='alerts.py']")
    _close_pages(bench)


def _close_pages(bench: Workbench) -> None:
    bench.command("View: Focus First Editor Group")
    bench.command("View: Close Editors in Other Groups")


def test_what_is_sent_is_shown(bench: Workbench) -> None:
    """`Linnet: Show What Is Sent` tells who gets it, and each part of it."""
    bench.command("Linnet: Show What Is Sent")
    bench.wait(lambda: "nothing leaves this machine" in bench.preview(), "the page", 30)
    assert "class ReadingStore" in bench.preview()
    _close_pages(bench)


def test_the_doctor_reports(bench: Workbench) -> None:
    """`Linnet: Doctor` shows what works here."""
    bench.command("Linnet: Doctor")
    bench.wait(lambda: "grammars" in bench.preview(), "the report", 60)
    _close_pages(bench)


def test_ghost_text_is_switched_off_in_one_language(bench: Workbench) -> None:
    """And on again; the menu of the status bar knows which it is."""
    for word in ("off", "on"):
        bench.command("Linnet: Toggle for This Language")
        bench.page.wait_for_selector(f"text=ghost text is {word} in python")
    _begin(bench)
    bench.retype(TYPED[-1], REST)


def test_a_click_on_the_status_says_what_answers(bench: Workbench) -> None:
    """The menu is headed by who answers, and what is the matter."""
    bench.page.locator(vscode.STATUS).click()
    bench.page.wait_for_selector(".quick-input-title:has-text('embedded engine')")
    assert bench.page.get_by_placeholder("Ready; nothing leaves this machine.").count()
    bench.picture("status")
    bench.press("Escape")


def test_a_review_shows_problems(bench: Workbench, store: Path) -> None:
    """`Linnet: Review Change` notes what was added, on the line it is on, and lists it."""
    bench.type("assert (code, 'never fails')")
    bench.saved(store)
    bench.command("Linnet: Review Change")
    bench.wait(lambda: bench.squiggles(), "a note in the text", 60)
    bench.page.get_by_role("button", name="Show Findings").click()
    row = bench.page.locator(".monaco-list-row[aria-label*='always']")
    bench.wait(row.count, "finding in the tree")
    bench.picture("review")
    bench.command("View: Focus Active Editor Group")
    bench.command("Linnet: Clear Review Notes")
    bench.wait(lambda: not bench.squiggles(), "no note in the text")


def test_ghost_text_is_switched_off_and_on(bench: Workbench) -> None:
    """`Linnet: Toggle Ghost Text` does so, and the status bar tells."""
    bench.command("Linnet: Toggle Ghost Text")
    bench.wait(lambda: bench.icon() == "circle-slash", "the status off")
    _begin(bench)
    bench.command("Linnet: Toggle Ghost Text")
    bench.wait(lambda: bench.icon() == "check", "the status ready")
    bench.press("Backspace")
    bench.type(TYPED[-1])
    bench.wait(lambda: bench.shown() == REST, "ghost text")


def test_a_killed_server_comes_back(bench: Workbench, newest: Callable[[], int]) -> None:
    """After SIGKILL the server is started again, and ghost text is there as before."""
    _begin(bench)
    bench.ghost()
    process = newest()
    os.kill(process, signal.SIGKILL)
    bench.wait(lambda: newest() not in (0, process), "another server", 30)
    bench.retype(TYPED[-1], REST)


def test_a_missing_server_is_told_with_a_way_out(window: Workbench, server: Running) -> None:
    """The message has a button that shows how to install the server. The last test: the window is reloaded."""
    server.set(**{"linnet.path": "/nowhere/linnet"})
    window.page.reload()
    window.wait(lambda: "names no program" in window.notification(), "the message", 30)
    assert window.icon() == "warning"
    window.page.get_by_role("button", name="How to Install").click()
    window.wait(lambda: "Install the server" in window.preview(), "the instructions", 30)
