"""Builds the parts from the settings, for the command line and the language server alike."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linnet_context.index.index import Index
    from linnet_server.settings import Settings


def cache_folder(settings: Settings) -> Path:
    """Where everything that can be made again is kept; the folder may not exist yet."""
    if settings.cache.dir:
        return Path(settings.cache.dir).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("linnet", appauthor=False)


def workspace_cache(root: Path, settings: Settings) -> Path:
    """The cache of one workspace. Its name gives the workspace's path away to nobody."""
    digest = hashlib.sha256(str(root.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
    return cache_folder(settings) / "workspaces" / digest[:24]


def index_for(root: Path, settings: Settings) -> Index:
    """The index of a workspace, with nothing built yet."""
    from linnet_context.index.index import Index

    return Index(root, cache=workspace_cache(root, settings), ignore=settings.context.ignore)
