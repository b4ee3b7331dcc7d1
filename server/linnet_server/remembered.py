"""Short texts by key in one small private file, such as what endpoints were found not to accept."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path

from linnet_context.files import private_folder, write_private


class Remembered:
    """The texts of one file, read when they are first asked for. Never raises: what cannot be kept is forgotten."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] | None = None

    def get(self, key: str) -> str | None:
        return self._loaded().get(key)

    def set(self, key: str, value: str) -> None:
        # Another process may have learned something since: what it wrote stays.
        self._known = {**self._read(), key: value}
        with contextlib.suppress(OSError):
            private_folder(self._path.parent)
            write_private(self._path, json.dumps(self._known).encode())

    def all(self) -> Mapping[str, str]:
        """Everything that is known."""
        return dict(self._loaded())

    def _loaded(self) -> dict[str, str]:
        if self._known is None:
            self._known = self._read()
        return self._known

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {}
        pairs = found.items() if isinstance(found, dict) else ()
        return {key: value for key, value in pairs if isinstance(value, str)}
