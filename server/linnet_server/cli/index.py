"""`linnet index`: builds the index of a workspace, or shows what it holds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linnet_context.problems import Problem
from linnet_server.cli.common import App

if TYPE_CHECKING:
    from linnet_context.index.index import Index, IndexStats, Progress


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--rebuild", is_flag=True, help="Read every file again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def index(app: App, path: Path, rebuild: bool, as_json: bool) -> None:
    """Build the index of the workspace of PATH, or bring it up to date, and show what it holds."""
    from linnet_context.files import root_of
    from linnet_server.assemble import index_for, workspace_cache

    if not path.exists():
        raise Problem(f"There is no file or folder {path}.", "Check the path.")
    root = root_of(path)
    settings = app.settings(root)
    built = index_for(root, settings)
    start, cpu = time.perf_counter(), time.process_time()
    read = build(app, built, rebuild=rebuild)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    stats = built.stats()
    if as_json:
        app.json(
            {
                "root": str(root),
                "cache": str(workspace_cache(root, settings)),
                "read": read,
                "seconds": round(seconds, 3),
                "cpu_seconds": round(cpu_seconds, 3),
                **_as_json(stats),
            }
        )
    else:
        app.out(f"{root}: {read} of {stats.files} files read in {seconds:.1f} s")
        for line in _report(stats):
            app.out(line)


def build(app: App, built: Index, first: Sequence[str] = (), rebuild: bool = False) -> int:
    """Complete an index, with a progress bar on stderr when files must be read; returns how many were."""
    steps = built.rebuild(first) if rebuild else built.build(first)
    for step in steps:
        if step.total:
            return _with_bar(app, step, steps)
    return 0


def _with_bar(app: App, first: Progress, steps: Iterator[Progress]) -> int:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("indexing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = app.console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("indexing", total=first.total, completed=first.done)
        for step in steps:
            bar.update(task, completed=step.done, total=step.total)
    return first.total


def _as_json(stats: IndexStats) -> dict[str, object]:
    return {
        "files": stats.files,
        "lines": stats.lines,
        "names": stats.names,
        "definitions": stats.definitions,
        "array_bytes": stats.array_bytes,
        "languages": dict(stats.languages),
        "left_out": dict(stats.left_out),
    }


def _report(stats: IndexStats) -> Iterator[str]:
    yield f"{stats.lines} lines, {stats.definitions} definitions, {stats.names} names"
    yield "languages: " + (", ".join(f"{name} {count}" for name, count in stats.languages) or "none")
    if stats.left_out:
        yield "left out: " + ", ".join(f"{reason} {count}" for reason, count in stats.left_out)
