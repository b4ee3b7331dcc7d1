"""The editors' own files agree with the settings and with the server."""

from __future__ import annotations

import json
import os
import re
import tarfile
from pathlib import Path
from typing import Any

from tools.pack_neovim import pack

from linnet_server.lsp.capabilities import COMMANDS
from linnet_server.lsp.front import VERSION
from linnet_server.settings.rendering import as_json, vscode

ROOT = Path(__file__).parent.parent
VSCODE = ROOT / "editors" / "vscode"
NEOVIM = ROOT / "editors" / "neovim"


def package() -> dict[str, Any]:
    """What VS Code is told of the extension."""
    described: dict[str, Any] = json.loads((VSCODE / "package.json").read_text(encoding="utf-8"))
    return described


def test_the_extension_has_the_settings_of_the_declaration() -> None:
    """The first block of its configuration is the rendered one; UPDATE_EXPECT=1 writes it."""
    described = package()
    rendered = vscode()
    if os.environ.get("UPDATE_EXPECT"):
        described["contributes"]["configuration"][0] = rendered
        (VSCODE / "package.json").write_text(as_json(described), encoding="utf-8", newline="\n")
    assert described["contributes"]["configuration"][0] == rendered


def test_the_extension_has_few_settings_of_its_own() -> None:
    """Its own settings are not the server's, and none lets a workspace choose a program."""
    _, own = package()["contributes"]["configuration"]
    assert set(own["properties"]) == {"linnet.path", "linnet.trace.server"}
    assert own["properties"]["linnet.path"]["scope"] == "machine"
    source = (VSCODE / "src" / "settings.ts").read_text(encoding="utf-8")
    assert all(f"'{name}'" in source for name in own["properties"])


def test_the_extension_and_the_server_have_different_commands() -> None:
    """The client registers the server's commands under their own names; twice the same would fail."""
    commands = {each["command"] for each in package()["contributes"]["commands"]}
    assert commands and not commands & set(COMMANDS)
    source = (VSCODE / "src" / "commands.ts").read_text(encoding="utf-8")
    registered = set(re.findall(r"^    (\w+)(?:: |,)", source, re.MULTILINE))
    assert {name.removeprefix("linnet.") for name in commands} <= registered


def test_the_commands_that_editors_run_exist() -> None:
    """Whatever `linnet.` command an editor has the server run is one of the server's."""
    texts = [path.read_text(encoding="utf-8") for path in (*VSCODE.glob("src/*.ts"), *NEOVIM.rglob("*.lua"))]
    run = {name for text in texts for name in re.findall(r"execute(?:<\w+>)?\(\s*'(linnet\.\w+)'", text)}
    assert {"linnet.explain", "linnet.toggle"} <= run <= set(COMMANDS)


def test_the_extension_is_of_the_servers_version() -> None:
    """They are released together."""
    lock = json.loads((VSCODE / "package-lock.json").read_text(encoding="utf-8"))
    assert package()["version"] == lock["version"] == VERSION


def test_the_lock_names_no_registry() -> None:
    """Packages come from wherever the machine's own configuration says, and are what the lock says."""
    text = (VSCODE / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert '"resolved"' not in text
    assert [name for name, each in packages.items() if name and not each.get("integrity")] == []


def test_the_extension_carries_our_licence() -> None:
    """The same text as the repository's."""
    assert (VSCODE / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_neovim_loads_little_at_its_start() -> None:
    """What Neovim reads at every start is below fifteen lines."""
    (plugin,) = (NEOVIM / "plugin").glob("*.lua")
    assert len(plugin.read_text(encoding="utf-8").splitlines()) < 15


def test_the_package_for_neovim_holds_the_plugin(tmp_path: Path) -> None:
    """In one folder, laid out as plugin managers expect it, with the licence and nothing of the machine."""
    archive = pack(tmp_path, VERSION)
    assert archive.name == f"linnet.nvim-{VERSION}.tar.gz"
    with tarfile.open(archive) as opened:
        entries = opened.getmembers()
    names = {entry.name.removeprefix("linnet.nvim/") for entry in entries}
    assert {"LICENSE", "doc/linnet.txt", "lua/linnet/init.lua", "plugin/linnet.lua"} <= names
    assert {(entry.uid, entry.uname, entry.mtime) for entry in entries} == {(0, "", 0)}


def test_the_walkthrough_is_whole() -> None:
    """Each of its pages is there, and each command that it links exists."""
    described = package()["contributes"]
    steps = [step for walk in described["walkthroughs"] for step in walk["steps"]]
    commands = {each["command"] for each in described["commands"]}
    for step in steps:
        assert (VSCODE / step["media"]["markdown"]).is_file()
        linked = set(re.findall(r"command:(linnet\.\w+)", step["description"]))
        assert linked <= commands
