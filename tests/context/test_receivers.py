"""The types of values near the cursor are told from annotations, constructor calls, results, fields and bases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linnet_context.evidence import evidence, scene_of
from linnet_context.index.index import Index
from linnet_context.index.places import view_of
from linnet_context.languages import language_of
from linnet_context.receivers import types_near
from linnet_context.text import Document
from tests.fixture import Fixture, fixture

CLIENTS = {
    "py": "class Client:\n    def fetch(self): ...\n",
    "go": "package net\ntype Client struct{}\n",
    "ts": "export class Client { fetch() {} }\n",
    "rs": "pub struct Client;\n",
    "java": "class Client {}\n",
    "c": "struct client { int open; };\n",
}
DATA = Path(__file__).parent / "data/receivers.txt"
CASE = re.compile(r"^== (.+) -> (.+)\n", re.MULTILINE)
_, *PARTS = CASE.split(DATA.read_text(encoding="utf-8"))
CASES = list(zip(PARTS[::3], PARTS[1::3], PARTS[2::3], strict=True))


def types_at(case: Fixture, root: Path) -> set[str]:
    index = Index(case.write(root))
    for _ in index.build():
        pass
    document = Document.of(case.path, language_of(case.path) or "", case.text)
    own, at = index.own(document), case.cursor.line
    view = view_of(index.corpus(document.language), own, document.path, at, 0, len(own.lines))
    scene = scene_of(index, document, view, evidence(index, document, view, ()))
    names = view.corpus.vocabulary.names
    return {names[number] for number in types_near(scene).nonzero()[0].tolist()}


@pytest.mark.parametrize(("expected", "text"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_type_of_a_value_is_told(expected: str, text: str, tmp_path: Path) -> None:
    """A class that stands in another file is known for the type of what is used at the cursor."""
    case = fixture(text)
    suffix = case.path.rpartition(".")[2]
    case.files[f"net/parts.{suffix}"] = CLIENTS[suffix]
    found = types_at(case, tmp_path)
    assert expected in found if expected != "nothing" else "Client" not in found


def test_broken_and_endless_lines_tell_nothing(tmp_path: Path) -> None:
    """Text that is no program, and lines beyond reason, only give no types."""
    text = f"x: {'[' * 300}\ny = {'(' * 300}\nz: {'a.' * 50_000}Client = 1\nx.<cursor>\n"
    assert "Client" not in types_at(fixture(text), tmp_path)
