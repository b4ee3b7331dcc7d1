"""What is shown beforehand is what the prompt of an explanation holds."""

from __future__ import annotations

from pathlib import Path

from linnet_completions.explain.explain import gathered
from linnet_completions.explain.facts import facts
from linnet_completions.explain.prompt import call
from linnet_completions.explain.shown import shown
from linnet_completions.models.redaction import Redactor
from linnet_context.index.index import Index
from linnet_context.text import Document
from tests.completions.secrets.planting import Maker

STOCK = "class Stock:\n    def reserve_item(self, item):\n        return item\n"
ORDERS = (
    "from stock import Stock\n\n\ndef place_order(stock: Stock, item):\n    return stock.reserve_item(item)\n"
)


def index_of(folder: Path, orders: str) -> tuple[Index, Document]:
    (folder / "stock.py").write_text(STOCK)
    (folder / "orders.py").write_text(orders)
    index = Index(folder)
    for _ in index.build():
        pass
    return index, index.document("orders.py")


def test_every_piece_stands_in_the_prompt_and_nothing_else(tmp_path: Path) -> None:
    """Related code, the numbered lines and the fact sheet: together they are the whole of the material."""
    index, document = index_of(tmp_path, ORDERS)
    found = shown(index, document, 3, 3, 1500, Redactor(), None)
    sheet = facts(index, document, 3, 3, None)
    material = call(sheet, gathered(index, document, sheet, 1500), None).messages[1].content
    rest = material
    for chunk in found.context.chunks:
        assert chunk.text in rest
        rest = rest.replace(chunk.text, "", 1)
    assert "reserve_item" in str(found.context.chunks) and "reserve_item" not in rest
    assert {"code", "fact"} <= {chunk.source for chunk in found.context.chunks}
    assert found.context.tokens == sum(chunk.tokens for chunk in found.context.chunks)


def test_secrets_are_out_and_counted(tmp_path: Path) -> None:
    """Placeholders stand for them in every piece."""
    secret = Maker(11).password()
    index, document = index_of(tmp_path, ORDERS + f'    password = "{secret}"\n')
    found = shown(index, document, 3, 3, 1500, Redactor(), None)
    assert secret not in str(found.context) and found.redacted
