"""`linnet cache`: what is kept on disk, and how to be rid of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linnet_context.problems import Problem
from linnet_server.cli.common import App, workspace_of
from linnet_server.taste import NAME as TASTE

if TYPE_CHECKING:
    from linnet_completions.cache.store import Store

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


@click.group()
def cache() -> None:
    """What is kept on disk: answers of models, indexes of workspaces, and how often ghost text was taken."""


@cache.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def info(app: App, as_json: bool) -> None:
    """Print where the cache is and how much is in it."""
    folder, store = _open(app)
    told = store.info() if (folder / "answers").is_dir() else None
    store.close()
    limit = app.settings(workspace_of(Path.cwd())).cache.size_mb * 1_000_000
    entries, size = (told.entries, told.bytes) if told else (0, 0)
    workspaces = _folders(folder / "workspaces")
    indexed = sum(_size(each) for each in workspaces)
    if as_json:
        answers = {"entries": entries, "bytes": size, "limit": limit, "problem": told.problem if told else ""}
        indexes = {"entries": len(workspaces), "bytes": indexed}
        app.json({"folder": str(folder), "answers": answers, "workspaces": indexes})
        return
    app.out(f"folder      {folder}")
    app.out(f"answers     {entries}, {_shown(size)} of at most {_shown(limit)}")
    app.out(f"workspaces  {len(workspaces)} indexed, {_shown(indexed)}")
    if told and told.problem:
        app.note(told.problem)


@cache.command()
@click.option(
    "--answers", "answers_only", is_flag=True, help="Keep the indexes of workspaces, and what was taken."
)
@click.pass_obj
def clear(app: App, answers_only: bool) -> None:
    """Remove what is kept: the engine's threshold is the usual one again. Servers that run keep working."""
    folder, store = _open(app)
    removed = 0
    if (folder / "answers").is_dir():
        removed = store.clear()
        problem = store.info().problem
        if problem:
            raise Problem(problem, f"Remove {folder / 'answers'} yourself.")
    store.close()
    workspaces = [] if answers_only else _folders(folder / "workspaces")
    for each in workspaces:
        _remove(each)
    if not answers_only:
        (folder / TASTE).unlink(missing_ok=True)
    app.out(f"Removed {removed} answers and the indexes of {len(workspaces)} workspaces.")


def _open(app: App) -> tuple[Path, Store]:
    """The cache's folder, and the answers in it; nothing is made there yet."""
    from linnet_completions.cache.store import Store
    from linnet_server.assemble import cache_folder

    settings = app.settings(workspace_of(Path.cwd()))
    folder = cache_folder(settings)
    return folder, Store(folder / "answers", size_mb=settings.cache.size_mb, note=app.detail)


def _folders(folder: Path) -> list[Path]:
    """The folders in a folder, links left out; none where it is missing."""
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _size(folder: Path) -> int:
    return sum(_sizes(folder))


def _sizes(folder: Path) -> Iterator[int]:
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                yield os.lstat(os.path.join(path, name)).st_size
            except OSError:  # A server has just replaced it.
                continue


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:  # A server has just replaced one of its files.
        shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise Problem(f"{folder} cannot be removed ({error.strerror}).", "Check its permissions.") from None


def _shown(size: int) -> str:
    """A number of bytes for people."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 or value >= 10 else f"{value:.1f} {_UNITS[unit]}"
