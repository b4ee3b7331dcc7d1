"""The import graph is the architecture: the table of `layers.py` holds for every file."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.layers import LAYERS, violations

ROOT = Path(__file__).parent.parent
HOUSES = {"context": "linnet_context", "completions": "linnet_completions", "server": "linnet_server"}
SAMPLE = ROOT / "server/linnet_server/sample"
FILES = [
    path.relative_to(ROOT / house).as_posix()
    for house in HOUSES
    for path in sorted((ROOT / house).rglob("*.py"))
    if not path.is_relative_to(SAMPLE)
]


def source(path: str) -> Path:
    """Where a file that is named by its package lies."""
    house = next(name for name, package in HOUSES.items() if path.startswith(package))
    return ROOT / house / path


@pytest.mark.parametrize("path", FILES)
def test_a_file_stays_in_its_layer(path: str) -> None:
    """A file imports and does only what the table allows."""
    assert violations(path, source(path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("linnet_context/rank.py", "import httpx2"),
        ("linnet_context/rank.py", "import asyncio"),
        ("linnet_context/rank.py", "from linnet_server.settings import Settings"),
        ("linnet_context/rank.py", "import tiktoken"),
        ("linnet_context/rank.py", "import subprocess"),
        ("linnet_context/rank.py", "path.read_text()"),
        ("linnet_context/rank.py", "open('x')"),
        ("linnet_context/index/store.py", "import pickle"),
        ("linnet_completions/ghost/complete.py", "def late():\n    import pygls"),
        ("linnet_completions/ghost/complete.py", "import tree_sitter"),
        ("linnet_completions/ghost/complete.py", "from linnet_server import assemble"),
        ("linnet_completions/ghost/complete.py", "import httpx2"),
        ("linnet_completions/ghost/complete.py", "importlib.import_module('pygls')"),
        ("linnet_completions/ghost/complete.py", "print('x')"),
        ("linnet_completions/ghost/complete.py", "os.environ['KEY']"),
        ("linnet_completions/ghost/complete.py", "model.stream(call)"),
        ("linnet_server/assemble.py", "import click"),
        ("linnet_server/assemble.py", "import numpy"),
        ("linnet_server/cli/index.py", "import pygls"),
        ("linnet_server/lsp/session.py", "os.getenv('KEY')"),
    ],
)
def test_a_planted_violation_is_caught(path: str, text: str) -> None:
    """Every kind of rule in the table catches a line that breaks it."""
    assert len(violations(path, text)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("linnet_context/tokens.py", "import tiktoken"),
        ("linnet_context/syntax.py", "import tree_sitter_python"),
        ("linnet_completions/models/http.py", "import asyncio, httpx2"),
        ("linnet_server/lsp/session.py", "import pygls"),
        ("linnet_server/cli/index.py", "import rich\nprint(os.environ)"),
        ("linnet_context/rank.py", "from .text import Document"),
    ],
)
def test_the_right_place_is_allowed(path: str, text: str) -> None:
    """What a rule keeps to one place is allowed in that place."""
    assert violations(path, text) == []


@pytest.mark.parametrize("house", HOUSES)
def test_a_house_holds_one_package(house: str) -> None:
    """Each top-level folder holds one package and is none itself, so that no workspace can shadow it."""
    packages = [path.parent.name for path in (ROOT / house).glob("*/__init__.py")]
    assert packages == [HOUSES[house]]
    assert not (ROOT / house / "__init__.py").exists()


def test_every_package_has_a_layer() -> None:
    """The table speaks of exactly the packages that exist."""
    assert set(HOUSES.values()) == set(LAYERS)


@pytest.mark.parametrize("path", FILES)
def test_a_module_says_what_it_is_for(path: str) -> None:
    """Every module starts with a docstring."""
    assert ast.get_docstring(ast.parse(source(path).read_text(encoding="utf-8")))
