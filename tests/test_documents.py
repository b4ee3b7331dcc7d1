"""The documents speak of what is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from linnet_completions.models.catalog import PRESETS
from linnet_completions.models.dialects.known import DIALECTS
from linnet_server.cli.shell import COMMANDS
from linnet_server.lsp.front import VERSION
from linnet_server.settings.declaration import DIALECTS as SETTABLE
from linnet_server.settings.declaration import PROVIDERS
from tests.test_layers import HOUSES

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/settings.md",
    "docs/providers.md",
    "docs/review.md",
]
COMMAND = re.compile(r"`?\blinnet ([a-z]+)\b")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def text(name: str) -> str:
    """A document of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    """Every link to a file of the repository has its file."""
    targets = LINK.findall(text(name))
    assert [target for target in targets if not (ROOT / name).parent.joinpath(target).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_exist(name: str) -> None:
    """No document promises a command of `linnet` that there is not."""
    code = re.findall(r"`linnet [^`]*`|^\s*linnet .*$", text(name), re.MULTILINE)
    named = {found for line in code for found in COMMAND.findall(line)}
    assert named <= set(COMMANDS)


def test_the_readme_names_every_command() -> None:
    """A command that works stands in the table of commands."""
    assert [name for name in COMMANDS if f"| `linnet {name}" not in text("README.md")] == []


def test_make_targets_exist() -> None:
    """What the documents ask `make` for, the Makefile can do."""
    named = {found for name in DOCUMENTS for found in re.findall(r"\bmake ([a-z-]+)(?=`|\s+#)", text(name))}
    assert named
    assert [target for target in named if not re.search(rf"^{target}:", text("Makefile"), re.MULTILINE)] == []


@pytest.mark.parametrize("house", HOUSES)
def test_the_map_names_every_room(house: str) -> None:
    """Each module and folder of a package stands on the map of the rooms; `lsp` and the like stand for what is in them."""
    page = text("docs/architecture.md").partition("## Map of the rooms")[2]
    folder = ROOT / house / HOUSES[house]
    rooms = [each for each in folder.iterdir() if each.suffix == ".py" or (each / "__init__.py").is_file()]
    names = {each.stem for each in rooms} - {"__init__", "__main__"}
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", page)) == []


def test_every_provider_and_dialect_is_explained() -> None:
    """Each preset has its row with its key and its usual model, and each dialect its own."""
    first, _, second = text("docs/providers.md").partition("## Dialects")
    rows, ways = (
        {row.split("`")[1]: row for row in page.splitlines() if row.startswith("| `")}
        for page in (first, second)
    )
    for preset in PRESETS.values():
        assert preset.key_variable in rows[preset.name] and preset.model in rows[preset.name]
        assert all(f"`{fill}`" in rows[preset.name] for fill in preset.fills if fill != "completions")
    assert set(DIALECTS) == set(ways) == set(SETTABLE)
    assert {"local", *PRESETS} == set(PROVIDERS) == set(rows)


def test_the_version_is_one() -> None:
    """The server tells its clients the version of the package."""
    assert tomllib.loads(text("pyproject.toml"))["project"]["version"] == VERSION
