"""Signatures of installed packages come from the workspace's own environments, in steps, and nothing is run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from linnet_context.gather import gather
from linnet_context.index.index import Index
from linnet_context.languages import language_of
from linnet_context.text import Document
from tests.fixture import fixture

SITE = ".venv/lib/python3.11/site-packages"
PYTHON = f"""//- main.py
import net
from net.forms import Form


def send(form: Form) -> None:
    client = net.Client(3)
    <cursor>
//- .venv/pyvenv.cfg
home = /usr/bin
//- {SITE}/net/__init__.py
raise SystemExit("never run")
from ._client import *
//- {SITE}/net/_client.py
from ._base import Base
class Client(Base):
    def __init__(self, timeout: float) -> None: ...
    def get(self, url: str) -> bytes: ...
    def _hidden(self): ...
//- {SITE}/net/_base.py
class Base:
    def close(self) -> None: ...
//- {SITE}/net-stubs/__init__.pyi
//- {SITE}/net-stubs/forms.pyi
class Form:
    def field(self, name: str) -> str: ...
"""
SCRIPT = """//- web/a.ts
import { parse } from "query"
import * as shapes from "@geo/shapes"

export function run(text: string) {
  const box = new shapes.Box(parse(text))
  <cursor>
}
//- node_modules/query/package.json
{"name": "query", "main": "index.js"}
//- node_modules/query/index.js
exports.parse = () => { throw 1 }
//- node_modules/@types/query/package.json
{"name": "@types/query", "types": "index.d.ts"}
//- node_modules/@types/query/index.d.ts
export declare function parse(text: string): Record<string, string>;
//- web/node_modules/@geo/shapes/package.json
{"exports": {".": {"types": "./dist/index.d.mts", "import": "./dist/index.mjs"}}}
//- web/node_modules/@geo/shapes/dist/index.d.mts
export { Box } from "./box.mjs";
//- web/node_modules/@geo/shapes/dist/box.d.mts
export declare class Box {
  constructor(sides: Record<string, string>);
  area(): number;
}
"""


def installed_chunks(text: str, root: Path) -> list[tuple[str | None, str]]:
    case = fixture(text)
    index = Index(case.write(root))
    for _ in index.build():
        pass
    document = Document.of(case.path, language_of(case.path) or "", case.text)
    for _ in index.learn_installed(document) or ():
        pass
    found = gather(index, document, case.cursor, "inline", 1_000)
    assert index.learn_installed(document) is None
    return [(chunk.path, chunk.text) for chunk in found.chunks if chunk.source == "installed"]


def test_python_packages_are_described(tmp_path: Path) -> None:
    """A class is shown through re-exports, with its public methods, those of its base, and stubs first."""
    found = dict(installed_chunks(PYTHON, tmp_path))
    assert found == {
        f"{SITE}/net/_client.py": "# net/_client.py\nclass Client(Base)\n    def __init__(self, timeout: float) -> None\n"
        "    def get(self, url: str) -> bytes\n    def close(self) -> None",
        f"{SITE}/net-stubs/forms.pyi": "# net-stubs/forms.pyi\nclass Form\n    def field(self, name: str) -> str",
    }


def test_declarations_of_scripts_are_described(tmp_path: Path) -> None:
    """Declarations are found in the package or beside it, in the nearest node_modules, by exports and by types."""
    found = dict(installed_chunks(SCRIPT, tmp_path))
    assert set(found) == {
        "node_modules/@types/query/index.d.ts",
        "web/node_modules/@geo/shapes/dist/box.d.mts",
    }
    assert "function parse(text: string): Record<string, string>" in "".join(found.values())
    assert "area(): number" in "".join(found.values())


def test_what_the_workspace_defines_is_not_looked_for(tmp_path: Path) -> None:
    """A project file of the same name comes before an installed package."""
    text = PYTHON + "//- net/__init__.py\nclass Client: pass\n//- net/forms.py\nclass Form: pass\n"
    assert installed_chunks(text, tmp_path) == []


def test_without_an_environment_there_is_nothing(tmp_path: Path) -> None:
    """A folder that only looks like an environment is none."""
    assert installed_chunks(PYTHON.replace("pyvenv.cfg", "other.cfg"), tmp_path) == []


@pytest.mark.parametrize("linked", [".venv", f"{SITE}/net", f"{SITE}/net/_client.py"])
def test_links_out_of_the_workspace_are_not_followed(linked: str, tmp_path: Path) -> None:
    """Neither an environment, a package nor a file is read that lies elsewhere."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    fixture(PYTHON).write(root)
    outside.mkdir()
    target = outside / Path(linked).name
    os.rename(root / linked, target)
    (root / linked).symlink_to(target)
    case = fixture(PYTHON)
    index = Index(root)
    document = Document.of(case.path, "python", case.text)
    for _ in index.learn_installed(document) or ():
        pass
    found = gather(index, document, case.cursor, "inline", 1_000)
    assert not any("Client" in chunk.text for chunk in found.chunks if chunk.source == "installed")


def test_a_hostile_package_is_bounded(tmp_path: Path) -> None:
    """Modules that hand names round without end, and manifests that are no objects, only end the search."""
    many = "".join(f"//- {SITE}/net/m{n}.py\nfrom .m{n + 1} import *\n" for n in range(200))
    text = f"//- main.py\nfrom net.m0 import Client\nClient<cursor>\n//- .venv/pyvenv.cfg\n//- {SITE}/net/__init__.py\n"
    assert installed_chunks(text + many, tmp_path / "python") == []
    text = (
        '//- a.ts\nimport { b } from "query"\nb<cursor>\n//- node_modules/query/package.json\n[["exports"]]\n'
    )
    assert installed_chunks(text, tmp_path / "script") == []
