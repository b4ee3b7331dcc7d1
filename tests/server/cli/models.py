"""A chosen model for commands under test: their real code, with a scripted model at the end of the way to one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from linnet_completions.models.asking import Route
from linnet_server import gate
from linnet_server.settings import Settings
from tests.completions.scripted import Kept, Scripted, Way

LABEL = "custom gpt-4.1-mini"
URL = "http://127.0.0.1:9/v1"


def choose(monkeypatch: pytest.MonkeyPatch, model: Scripted | None) -> None:
    """Have the user choose a provider whose model is scripted (None: the way to it says that none is chosen)."""
    answers = Kept()

    @asynccontextmanager
    async def answering(
        settings: Settings, mine: Settings, environ: Mapping[str, str], task: str
    ) -> AsyncIterator[Route | None]:
        assert (settings.provider, mine.base_url, task in ("explain", "edit", "review")) == (
            "custom",
            URL,
            True,
        )
        yield Way(model, answers) if model else None

    monkeypatch.setenv("LINNET_PROVIDER", "custom")
    monkeypatch.setenv("LINNET_BASE_URL", URL)
    monkeypatch.setattr(gate, "answering", answering)
