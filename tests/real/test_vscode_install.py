"""The extension alone, on a machine that has Python and nothing of Linnet: it installs its server by itself."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

from tests.real import vscode
from tests.real.parts import Tell
from tests.real.vscode import Workbench
from tests.real.workspace import HEAD, REST, TYPED, workspace

LONGEST = 300.0


def test_ghost_text_with_no_further_step(cache: Path, tell: Tell, vsix: Path, tmp_path: Path) -> None:
    """From installing the `.vsix` to ghost text nothing is asked; the server is in an environment of its own."""
    program, browser = vscode.code_server(cache, tell), vscode.chromium(cache, tell)
    root, home = workspace(tmp_path / "tideline"), tmp_path / "code-server"
    store = root / "tideline" / "store.py"
    store.write_text(store.read_text() + HEAD + TYPED[: -len(TYPED.lstrip())])
    python = Path(sys.base_prefix) / "bin"
    assert not (python / "linnet").exists()
    started = time.monotonic()
    vscode.install_extension(program, home / "extensions", vsix)
    with (
        vscode.serving(program, home, home / "extensions", python) as server,
        vscode.browsing(browser) as chromium,
    ):
        window = Workbench(chromium.new_page(), root, cache / "pictures")
        window.page.goto(f"{server.address}/?folder={root}", wait_until="domcontentloaded")
        window.wait(lambda: re.search("environment|server, once", window.notification()), "the progress", 60)
        window.picture("installing")
        window.wait(lambda: window.icon() == "check", "the server is ready", LONGEST)
        ready = time.monotonic()
        window.show(store.name).press("Control+End")
        window.insert(TYPED.lstrip())
        window.retype(TYPED[-1], REST)
        tell(
            f"from the .vsix to ghost text: {time.monotonic() - started:.0f} s, "
            f"of which the server was ready after {ready - started:.0f} s"
        )
        assert not window.page.get_by_role("button", name="Try Again").count()
    (environment,) = (home / "data" / "User" / "globalStorage" / "linnet.linnet" / "server").iterdir()
    assert (environment / "complete").is_file() and not (python / "linnet").exists()
