"""Ghost text of the engine that was taken or left moves the threshold of its language."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from linnet_completions.ghost.item import Item
from linnet_completions.ghost.reuse import Shown
from linnet_completions.worker.client import Worker
from linnet_context.text import Position
from linnet_server.lsp.documents import opened
from linnet_server.lsp.features.ghost import settle, threshold
from linnet_server.lsp.session import Client, Session, State
from linnet_server.settings import Settings
from linnet_server.taste import Taste

ITEM = {"uri": "file:///a.py", "languageId": "python", "version": 1, "text": "x = "}


class Silent(Worker):
    """A worker that is told nothing."""

    def __init__(self) -> None:
        super().__init__(lambda: (), lambda method, params: None)

    def notify(self, method: str, params: dict[str, Any]) -> None:
        pass


@pytest.mark.parametrize(
    ("source", "typed", "moves"),
    [("local", "x = other", 1), ("local", "x = hello", -1), ("local", None, 0), ("openai", "x = other", 0)],
)
def test_what_was_shown_is_settled(tmp_path: Path, source: str, typed: str | None, moves: int) -> None:
    """What was left raises the threshold, what was taken lowers it; a model's, or one still shown, says nothing."""
    session = Session(Client.of({}), State(settings=Settings()), Silent())
    session.taste = Taste(tmp_path)
    first = opened(ITEM, ())
    now = first if typed is None else replace(first, document=opened({**ITEM, "text": typed}, ()).document)
    usual = threshold(session, session.state, "python")
    for _ in range(30):
        session.shown[first.uri] = Shown(first.document, Position(0, 4), (Item("hello", 0, source, 0.8),))
        settle(session, now)
    change = threshold(session, session.state, "python") - usual
    assert (change > 0) - (change < 0) == moves
