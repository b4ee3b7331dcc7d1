"""A folder that the user of VS Code does not trust: the embedded engine serves, and nothing leaves the machine."""

from __future__ import annotations

from pathlib import Path

from tests.modelserver import ModelServer, chat
from tests.protocol.conversations import change
from tests.real import vscode
from tests.real.parts import Tell
from tests.real.vscode import Workbench
from tests.real.workspace import REST, TYPED, workspace

WRITTEN = "dings_of_the_model"


def test_nothing_leaves_a_folder_that_is_not_trusted(
    cache: Path, tell: Tell, installed: Path, vsix: Path, tmp_path: Path
) -> None:
    """A provider was chosen, and is asked only once the user trusts the folder; until then the engine answers."""
    root = workspace(tmp_path / "tideline")
    store = change(root)
    program, browser = vscode.code_server(cache, tell), vscode.chromium(cache, tell)
    home = tmp_path / "code-server"
    vscode.install_extension(program, home / "extensions", vsix)
    with (
        ModelServer(chat(f"<fill>{WRITTEN}</fill>")) as model,
        vscode.serving(program, home, home / "extensions", installed, trusting=False) as server,
        vscode.browsing(browser) as chromium,
    ):
        chosen = {"linnet.provider": "custom", "linnet.baseUrl": model.url}
        server.set(**chosen, **{"security.workspace.trust.startupPrompt": "never"})
        window = Workbench(chromium.new_page(), root, cache / "pictures").open(server.address)
        assert window.page.get_by_role("button", name="Restricted Mode").count()
        window.show(store.name).press("Control+End")
        window.insert(TYPED.lstrip())
        window.retype(TYPED[-1], REST)
        window.command("Linnet: Explain")
        window.wait(lambda: "ReadingStore" in window.preview(), "the explanation", 30)
        assert not model.asked
        window.command("View: Focus First Editor Group")
        window.command("Workspaces: Manage Workspace Trust")
        window.page.get_by_role("button", name="Trust", exact=True).click()
        window.wait(lambda: not window.page.get_by_role("button", name="Restricted Mode").count(), "trust")
        window.show(store.name).press("Control+End")
        # The engine knows nothing of this, so it is the model that is asked.
        window.insert("\nwombat = zebra")

        def asked() -> bool:
            window.type(" ", 300)
            window.press("Backspace")
            return bool(model.asked)

        window.wait(asked, "question to the model", 30)
