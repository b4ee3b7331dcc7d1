"""Answers on disk: a database that is safe to open whatever somebody put into it."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from linnet_completions.cache.place import is_remote
from linnet_context.files import private_folder

# Part of the folder's name: another version of what is stored never meets this one.
SCHEMA = 1
LONGEST_VALUE = 1_000_000
_DATABASE = "cache.db"
_WAIT_SECONDS = 1
_RAW = 1
# After so many failures in a row the disk is left alone for the rest of this process.
_PATIENCE = 5
_SETTINGS: dict[str, object] = {
    # "Least recently used" would write on every read.
    "eviction_policy": "least-recently-stored",
    "statistics": 0,
    "tag_index": 0,
    "cull_limit": 20,
    # A file that shrinks under a memory map ends the process.
    "sqlite_mmap_size": 0,
    "sqlite_cache_size": 512,
}


class _Foreign(Exception):
    """The database holds what we never write."""


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """`bytes` on disk of `limit` at most; `problem` says why nothing can be kept on disk, "" where all is well."""

    folder: Path
    entries: int
    bytes: int
    limit: int
    problem: str


class Store:
    """Strings by key on disk. Never raises: what cannot be read is not there, what cannot be written is not kept.

    Belongs to one thread; several processes may have the same folder open. `note` is told once, in a sentence, why the
    disk is not used, or that a broken database was set aside.
    """

    def __init__(
        self, folder: Path, *, size_mb: int = 256, note: Callable[[str], None] = lambda _: None
    ) -> None:
        self._folder = folder / f"v{SCHEMA}"
        self._limit = size_mb * 1_000_000
        self._note = note
        self._cache: Any = None
        self._failures = 0
        self._set_aside = 0
        self._problem = ""
        self._trouble = ""

    def get(self, key: str) -> str | None:
        """The value of a key, or None."""
        value = self._try(lambda cache: cache.get(key)) if _is_text(key) else None
        return value if isinstance(value, str) else None

    def set(self, key: str, value: str) -> None:
        """Keep a value; one of more than `LONGEST_VALUE` characters, or with half a character in it, is not kept."""
        if len(value) <= LONGEST_VALUE and _is_text(key) and _is_text(value):
            self._try(lambda cache: cache.set(key, value))

    def clear(self) -> int:
        """Drop everything; returns how many entries there were."""
        removed = self._try(lambda cache: cache.clear())
        return removed if isinstance(removed, int) else 0

    def info(self) -> StoreInfo:
        """How much there is."""
        entries, size = self._try(lambda cache: (len(cache), cache.volume())) or (0, 0)
        return StoreInfo(self._folder, entries, size, self._limit, self._problem or self._trouble)

    def close(self) -> None:
        """Close the database; it opens again when it is needed."""
        with suppress(sqlite3.Error, OSError):
            if self._cache is not None:
                self._cache.close()
        self._cache = None

    def _try(self, work: Callable[[Any], Any]) -> Any:
        """Run `work` on the open database; None when that cannot be done."""
        if self._problem:
            return None
        try:
            if self._cache is None:
                self._cache = _open(self._folder, self._limit)
            result = work(self._cache)
            self._failures, self._trouble = 0, ""
            return result
        except _passing() as error:
            self._failed(error)
        except (sqlite3.Error, ValueError, TypeError, AttributeError, _Foreign) as error:
            self._broken(error)
        return None

    def _failed(self, error: Exception) -> None:
        """Busy, full, gone, not ours: try again with the next request, but not for ever."""
        self._failures += 1
        self._trouble = f"Answers are kept in memory only: {self._folder} cannot be used ({_reason(error)})."
        self.close()
        if self._failures >= _PATIENCE:
            self._give_up(self._trouble)

    def _broken(self, error: Exception) -> None:
        """Not a database, or not ours: set it aside, begin a new one with the next request."""
        self.close()
        self._set_aside += 1
        try:
            os.replace(self._folder / _DATABASE, self._folder / f"{_DATABASE}.broken")
            for end in ("-wal", "-shm"):
                with suppress(FileNotFoundError):
                    os.unlink(self._folder / (_DATABASE + end))
        except OSError:
            self._set_aside = _PATIENCE
        if self._set_aside >= _PATIENCE:
            self._give_up(f"Answers are kept in memory only: {self._folder} keeps breaking.")
        elif self._set_aside == 1:
            self._note(f"The cache in {self._folder} was broken ({_reason(error)}); a new one is begun.")

    def _give_up(self, problem: str) -> None:
        self._problem = problem
        self._note(problem)


def _passing() -> tuple[type[Exception], ...]:
    """What may be over with the next request; diskcache's own time-out is named without importing it for that."""
    module = sys.modules.get("diskcache")
    return (sqlite3.OperationalError, OSError, ImportError, *((module.Timeout,) if module else ()))


def _is_text(value: str) -> bool:
    try:
        return value.encode() is not None
    except UnicodeEncodeError:
        return False


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, _Foreign) else type(error).__name__


def _open(folder: Path, limit: int) -> Any:
    import diskcache
    from diskcache.core import DEFAULT_SETTINGS, METADATA

    private_folder(folder.parent)
    private_folder(folder)
    if is_remote(folder):
        raise OSError("network file system")
    if os.path.expandvars(os.path.expanduser(folder)) != str(folder):
        raise OSError("the folder's name would be expanded")  # diskcache does so, and would leave our folder.
    database = folder / _DATABASE
    # The files beside it get the mode of the database.
    os.close(os.open(database, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600))
    _check_settings(database, {*DEFAULT_SETTINGS, *METADATA})
    # All of its settings are given, so that none is taken from the file.
    settings = {**DEFAULT_SETTINGS, **_SETTINGS, "size_limit": limit}
    return diskcache.Cache(str(folder), timeout=_WAIT_SECONDS, disk=_safe_disk(), **settings)


def _check_settings(database: Path, known: set[str]) -> None:
    """Names of settings become SQL and attributes in diskcache, so strange ones must not get there."""
    with closing(sqlite3.connect(database, timeout=_WAIT_SECONDS)) as connection:
        try:
            names = {name for (name,) in connection.execute("SELECT key FROM Settings")}
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return
            raise
    if not names <= known:
        raise _Foreign("strange settings")


@cache
def _safe_disk() -> Any:
    """diskcache's way to store, without pickles and without files: both would trust what stands in the database."""
    import diskcache

    class SafeDisk(diskcache.Disk):  # type: ignore[misc]
        def put(self, key: Any) -> Any:
            if type(key) is not str:
                raise TypeError("keys are strings")
            return key, True

        def get(self, key: Any, raw: Any) -> Any:
            if not raw or type(key) is not str:
                raise _Foreign("strange key")
            return key

        def store(self, value: Any, read: Any, key: Any = None) -> Any:
            if type(value) is not str or read:
                raise TypeError("values are strings")
            return 0, _RAW, None, value

        def fetch(self, mode: Any, filename: Any, value: Any, read: Any) -> Any:
            if mode != _RAW or filename is not None or type(value) is not str or read:
                raise _Foreign("strange value")
            return value

        def remove(self, file_path: Any) -> None:
            """There are no files, so a name that stands in the database was planted."""

    return SafeDisk
