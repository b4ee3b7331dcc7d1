"""Small workspaces for the engine's tests, and the one place that calls it."""

from __future__ import annotations

from linnet_completions.engine.engine import Engine
from linnet_context.languages import language_of
from linnet_context.text import Document
from tests.fixture import Fixture


def engine_for(given: Fixture) -> Engine:
    """An engine that learned all files but the one with the cursor, which is open."""
    engine = Engine()
    for _ in engine.build((path, text) for path, text in given.files.items() if path != given.path):
        pass
    engine.opened(document_of(given))
    return engine


def document_of(given: Fixture) -> Document:
    return Document.of(given.path, language_of(given.path) or "", given.text)
