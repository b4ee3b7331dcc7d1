"""Documents and schemas follow the declaration."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from linnet_server.settings.__main__ import main
from linnet_server.settings.declaration import PROVIDER_RULES, RULES
from linnet_server.settings.rendering import page, renderings, schema, vscode

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.mark.parametrize("name", renderings())
def test_a_rendering_is_current(name: str) -> None:
    """The committed file is what the declaration gives; `make render` writes it."""
    assert (ROOT / name).read_text(encoding="utf-8") == renderings()[name]


def test_stale_files_are_named_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without `--write` the stale files are named and the exit code says so; with it they are written."""
    assert main([], tmp_path) == 1
    assert capsys.readouterr().out.splitlines() == [f"stale {name}" for name in renderings()]
    assert main(["--write"], tmp_path) == 0
    assert main([], tmp_path) == 0


def test_the_page_speaks_of_every_setting() -> None:
    """Each setting has a row."""
    paths = [path for path in RULES if path != "providers"] + [
        f"providers.NAME.{path}" for path in PROVIDER_RULES
    ]
    assert [path for path in paths if f"| `{path}` |" not in page()] == []


def test_the_schema_is_one() -> None:
    """The schema of linnet.toml is a valid JSON schema."""
    jsonschema.Draft7Validator.check_schema(schema())


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("provider = 'openai'\n[completion]\nmax_lines = 3\nlanguages = ['go']", True),
        ("[providers.mine]\nbase_url = 'http://h/v1'\nheaders = { a = 'b' }", True),
        ("[completion]\nmax_lines = 0", False),
        ("[completion]\nenabeld = true", False),
        ("[engine]\nmode = 'loud'", False),
        ("[providers.mine]\nkey = 'secret'", False),
        ("unknown = 1", False),
    ],
)
def test_the_schema_judges_as_loading_does(text: str, fits: bool) -> None:
    """What loading would report, an editor with the schema marks."""
    validator = jsonschema.Draft7Validator(schema())
    assert validator.is_valid(tomllib.loads(text)) == fits


def test_a_workspace_of_vscode_can_redirect_nothing() -> None:
    """Whatever is not free for a workspace's file is of `machine` scope, which a workspace cannot set."""
    properties: dict[str, Any] = vscode()["properties"]
    scopes = {name: entry["scope"] for name, entry in properties.items()}
    assert {scopes[f"linnet.{name}"] for name in ("provider", "baseUrl", "providers", "routes.inline")} == {
        "machine"
    }
    assert {scopes[f"linnet.{name}"] for name in ("cost.dailyUsd", "cache.dir", "offline")} == {"machine"}
    assert scopes["linnet.completion.maxWaitMs"] == "resource"


def test_defaults_fit_their_schemas() -> None:
    """VS Code shows no default that its own schema refuses."""
    for name, entry in vscode()["properties"].items():
        assert jsonschema.Draft7Validator(entry).is_valid(entry["default"]), name
