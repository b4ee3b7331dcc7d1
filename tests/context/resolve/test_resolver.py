"""Imports of every language lead to the file of the workspace that defines what they bring in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linnet_context.index.index import Index
from linnet_context.languages import language_of
from linnet_context.outline import outline
from tests.fixture import fixture

DATA = Path(__file__).parent.parent / "data/imports.txt"
CASE = re.compile(r"^== (.+) -> (.+)\n", re.MULTILINE)
_, *PARTS = CASE.split(DATA.read_text(encoding="utf-8"))
CASES = list(zip(PARTS[::3], PARTS[1::3], PARTS[2::3], strict=True))


@pytest.mark.parametrize(("expected", "text"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_an_import_leads_to_its_file(expected: str, text: str, tmp_path: Path) -> None:
    """What the first file imports is found among the others, or nowhere."""
    case = fixture(text + "<cursor>")
    index = Index(case.write(tmp_path))
    for _ in index.build():
        pass
    path = next(iter(case.files))
    language = language_of(path) or ""
    (found,) = outline(case.files[path], language).imports
    assert " ".join(index.resolver().files(found, path, language)) == expected.replace("nothing", "")
