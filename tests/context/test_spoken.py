"""What is written at the cursor already is explained, when its definition is out of sight."""

from __future__ import annotations

from pathlib import Path

import pytest

from linnet_context.gather import gather
from linnet_context.index.index import Index
from linnet_context.text import Document
from tests.fixture import fixture

MONEY = "//- shop/money.py\ndef round_cents(amount, places): ...\n\nclass Money: ...\n"
CALL = "//- shop/cart.py\nfrom shop.money import round_cents\n\ndef total(items):\n    return round_cents(<cursor>\n"
IMPORT = """//- shop/cart.py
import os
<cursor>

def total(items):
    return Money(round_cents(items, 2), os.getcwd())
"""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (CALL, {"def round_cents(amount, places): ..."}),
        (IMPORT, {"def round_cents(amount, places): ...", "class Money: ..."}),
        (
            IMPORT.replace("import os\n", "import os\nfrom shop.money import Money\n"),
            {"def round_cents(amount, places): ..."},
        ),
    ],
    ids=["a call that is being written", "imports that are missing", "an import that is there"],
)
def test_what_is_written_is_explained(text: str, shown: set[str], tmp_path: Path) -> None:
    """The signature of a call, and where imports are written what lacks one, come with it."""
    case = fixture(text + MONEY)
    index = Index(case.write(tmp_path))
    for _ in index.build():
        pass
    found = gather(index, Document.of(case.path, "python", case.text), case.cursor, "inline", 500)
    text = "\n".join(chunk.text for chunk in found.chunks)
    assert shown <= set(text.split("\n"))
