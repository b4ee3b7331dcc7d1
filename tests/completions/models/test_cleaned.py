"""What is gathered shows no secret, however a window cuts the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from linnet_completions.models.cleaned import Cleaned, gather_cleaned, without_secrets
from linnet_completions.models.redaction import Redactor
from linnet_context import tokens
from linnet_context.index.index import Index
from linnet_context.text import Document, Position
from tests.completions.secrets.planting import WORD, Maker
from tests.fixture import fixture

TOKEN = "gh" + "p_" + Maker(3).text(WORD, 36)
# Alone they look like nothing.
ROWS = ["Q" * 20 + f"{number:02d}" + "Zk9" * 14 for number in range(9)]
# Where these two lines are on screen already, what is shown of the key is its middle alone.
KEY = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *ROWS, "-----END RSA PRIVATE KEY-----"])
SHOP = f'''\
//- shop/stock.py
TOKEN = "{TOKEN}"

def reserve_item(item, amount, token=TOKEN):
    return item

def release_item(item, password="{Maker(4).password()}"):
    remaining = reserve_item(item, 1, "{TOKEN}")
    return remaining
//- shop/keys.py
def place_key(item, amount):
    remaining = reserve_item(item, amount, """
{KEY}
""")
    return remaining
//- shop/orders.py
from shop.stock import release_item, reserve_item

API_KEY = "{TOKEN}"
EMPTY = """
-----BEGIN RSA PRIVATE KEY-----
-----END RSA PRIVATE KEY-----
"""

def place_order(item, amount):
    remaining = reserve_item(item, amount, "{TOKEN}") or <cursor>
'''


@pytest.fixture
def index(tmp_path: Path) -> Index:
    index = Index(fixture(SHOP).write(tmp_path))
    for _ in index.build():
        pass
    return index


def gathered(index: Index, column: int | None = None) -> Cleaned:
    case = fixture(SHOP)
    document = Document.of(case.path, "python", case.text)
    place = case.cursor if column is None else Position(case.cursor.line, column)
    return gather_cleaned(index, document, place, "inline", 4000, Redactor())


def shown(cleaned: Cleaned) -> str:
    found = cleaned.context
    return "\n".join(chunk.text for chunk in (found.prefix, *found.chunks, found.suffix))


def test_no_secret_of_any_file_is_shown(index: Index) -> None:
    """Secrets of the document and of other files are placeholders, also where only a key's middle is shown."""
    cleaned = gathered(index)
    text = shown(cleaned)
    assert "def release_item(" in text and "API_KEY = " in text and "# shop/keys.py" in text
    assert TOKEN not in text and Maker(4).password() not in text
    assert [row for row in ROWS if row in text] == []
    assert {"github", "password", "private-key"} <= set(cleaned.redacted)
    assert sum(cleaned.redacted.values()) == text.count("REDACTED_")


def test_a_cursor_inside_of_a_secret_shows_nothing_of_it(index: Index) -> None:
    """The cursor stands behind the placeholder then."""
    line = fixture(SHOP).text.split("\n")[fixture(SHOP).cursor.line]
    found = gathered(index, line.index(TOKEN) + 20).context
    assert found.prefix.text.endswith("X") and found.suffix.text.startswith('") or')
    assert TOKEN[4:12] not in found.prefix.text and TOKEN[-8:] not in found.suffix.text


def test_tokens_are_those_of_what_is_shown(index: Index) -> None:
    """Placeholders are counted, not the secrets; lines counted one by one cost a little more."""
    tokens.load()
    found = gathered(index).context
    chunks = (found.prefix, *found.chunks, found.suffix)
    assert found.tokens == sum(chunk.tokens for chunk in chunks)
    for chunk in chunks:
        exact, lines = tokens.count(chunk.text), chunk.text.count("\n") + 1
        assert exact <= chunk.tokens <= exact + 2 * lines


def test_a_place_keeps_its_line() -> None:
    """A place is found again behind secrets of its own line and of lines above; without secrets nothing changes."""
    document = Document.of("a.py", "python", f'k = "{TOKEN}"\r\np = "{TOKEN}"; here = 1\r\n')
    safe, place = without_secrets(document, Position(1, document.line(1).index("here")), Redactor())
    assert place.line == 1 and safe.after(place) == "here = 1"
    plain = Document.of("a.py", "python", "x = 1\n")
    assert without_secrets(plain, Position(0, 3), Redactor()) == (plain, Position(0, 3))
