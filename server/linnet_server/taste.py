"""What became of the embedded engine's ghost texts, by language: kept in the cache folder, bounded, easy to be rid of."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from linnet_completions.engine.taste import KEPT, shift
from linnet_context.files import write_private

log = logging.getLogger(__name__)

NAME = "taste.json"
_EVERY = 10  # So many outcomes are kept in memory before they are written.
_LANGUAGES = 100


class Taste:
    """For each language whether the latest ghost texts were taken. No text and no place is kept."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME
        self._outcomes = _read(self._file)
        self._unsaved = 0
        self._was_saved = bool(self._outcomes)

    def confidence(self, usual: float, language: str) -> float:
        """The threshold for a language where `usual` is that of everybody."""
        return usual + shift(self._outcomes.get(language, ()))

    def settled(self, language: str, taken: bool) -> None:
        """A ghost text was taken (or typed), or was left."""
        if self._was_saved and self._unsaved == 0 and not self._file.exists():
            self._outcomes, self._was_saved = {}, False  # Somebody wants to begin anew.
        if language in self._outcomes or len(self._outcomes) < _LANGUAGES:
            self._outcomes[language] = [*self._outcomes.get(language, ()), taken][-KEPT:]
            self._unsaved += 1
        if self._unsaved >= _EVERY:
            self._save()

    def _save(self) -> None:
        self._unsaved = 0
        lists = {language: "".join("01"[one] for one in some) for language, some in self._outcomes.items()}
        try:
            write_private(self._file, json.dumps({"version": 1, "languages": lists}).encode())
            self._was_saved = True
        except OSError as error:
            log.warning("what was taken cannot be kept: %s", error.strerror)


def _read(file: Path) -> dict[str, list[bool]]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    lists = found.get("languages") if isinstance(found, dict) and found.get("version") == 1 else None
    if not isinstance(lists, Mapping):
        return {}
    return {
        language: [one == "1" for one in some][-KEPT:]
        for language, some in list(lists.items())[:_LANGUAGES]
        if isinstance(language, str) and isinstance(some, str)
    }
