"""`linnet bench`: measures Linnet on this machine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linnet_context.problems import Problem
from linnet_server.cli.bench_context import context
from linnet_server.cli.common import App

if TYPE_CHECKING:
    from linnet_server.bench.engine import Figures
    from linnet_server.bench.engine import Report as EngineReport
    from linnet_server.bench.review import Report as ReviewReport
    from linnet_server.bench.startup import Report, Side, Stalls


@click.group()
def bench() -> None:
    """Measure how fast and how good Linnet is on this machine."""


bench.add_command(context)


@bench.command()
@click.option("--rounds", type=click.IntRange(1), default=9, show_default=True, help="Starts of each server.")
@click.option("--keys", type=click.IntRange(20), default=400, show_default=True, help="Keys for each size.")
@click.option("--files", type=click.IntRange(1), default=1600, show_default=True, help="Files to index.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def startup(app: App, rounds: int, keys: int, files: int, as_json: bool) -> None:
    """Measure the language server from its start to its answers, side by side with plain pygls.

    Both servers get the same messages in the same run. Nothing of yours is read, and nothing is kept.
    """
    from linnet_server.bench.startup import as_plain, measure

    with tempfile.TemporaryDirectory(prefix="linnet-bench-") as name:
        folder = Path(name)
        workspace, empty = folder / "workspace", folder / "config.toml"
        workspace.mkdir()
        empty.touch()
        environ = {key: value for key, value in app.environ.items() if not key.startswith("LINNET_")}
        environ |= {"LINNET_CACHE_DIR": str(folder / "cache"), "XDG_CONFIG_HOME": name}
        report = measure(workspace, environ, rounds, keys, files, app.note)
    if as_json:
        app.json(as_plain(report))
        return
    for line in _table(report, files):
        app.out(line)


@bench.command()
@click.argument("repositories", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--cases", type=click.IntRange(1), default=20, show_default=True, help="Mistakes of each class."
)
@click.option(
    "--changes",
    type=click.IntRange(0),
    default=14,
    show_default=True,
    help="Bug fixes of each repository to review.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another number makes other mistakes.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def review(
    app: App, repositories: tuple[Path, ...], cases: int, changes: int, seed: int, as_json: bool
) -> None:
    """Measure the review without a model, on git repositories of yours; the current one by default.

    Mistakes are put into their files in memory, one at a time, each beside an edit of the same place that changes no
    meaning: what is found there is a false alarm. Then the newest small bug fixes of their histories are reviewed, in
    which nothing should be found. Nothing is written.
    """
    from dataclasses import asdict

    from linnet_server.bench.review import measure
    from linnet_server.cli.common import workspace_of

    roots = [each.resolve() for each in repositories] or [workspace_of(Path.cwd())]
    report = measure(roots, cases, changes, seed, app.detail)
    if as_json:
        app.json(asdict(report))
        return
    for line in _review_table(report):
        app.out(line)


def _review_table(report: ReviewReport) -> Iterator[str]:
    yield f"{'mistake':<22}{'cases':>8}{'found':>8}{'observed':>10}{'false alarms':>14}"
    for each in report.scores:
        yield f"{each.name:<22}{each.cases:>8}{each.found:>8}{each.observed:>10}{each.alarms:>14}"
    clean = report.clean
    rate = f"{len(clean.alarms) / clean.changes:.3f}" if clean.changes else "none"
    yield ""
    yield f"{clean.changes} clean bug fixes: {len(clean.alarms)} findings ({rate} a change), {clean.observations} observations"
    for alarm in clean.alarms:
        yield f"  {alarm.repository} {alarm.commit} {alarm.place}: {alarm.message} [{alarm.rule}]"


@bench.command()
@click.option(
    "--rounds", type=click.IntRange(2), default=20, show_default=True, help="Explanations to measure."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def explain(app: App, rounds: int, as_json: bool) -> None:
    """Measure how soon a model's words reach the editor, and how long an explanation takes that was given before.

    The model is a small server on this machine. Nothing of yours is read, nothing leaves, and nothing is kept.
    """
    from linnet_server.bench.explain import MUST_AGAIN, MUST_FIRST, as_plain, measure

    with tempfile.TemporaryDirectory(prefix="linnet-bench-") as name:
        folder = Path(name)
        workspace = folder / "workspace"
        workspace.mkdir()
        environ = {key: value for key, value in app.environ.items() if not key.startswith("LINNET_")}
        environ |= {
            "LINNET_CACHE_DIR": str(folder / "cache"),
            "XDG_CONFIG_HOME": name,
            "XDG_STATE_HOME": name,
        }
        report = measure(workspace, environ, rounds, app.detail)
    if as_json:
        app.json(as_plain(report))
        return
    for label, spread, must in (
        ("first words after the model's first token", report.first, MUST_FIRST),
        ("an explanation that was given before", report.again, MUST_AGAIN),
    ):
        app.out(f"{label:<44}p50 {_ms(spread.p50):>9}   p95 {_ms(spread.p95):>9}   must {must:.0f} ms")


def _table(report: Report, files: int) -> Iterator[str]:
    from importlib.metadata import version

    yield _row("", "Linnet", f"pygls {version('pygls')}", "")
    for label, linnet, stock in _pairs(report.linnet, report.stock):
        times = f"{stock / linnet:.1f} times" if linnet and stock else ""
        yield _row(label, _ms(linnet), _ms(stock), times)
    yield _row("longest stall, opening 2 MB", _stall(report.standing.opening), "", "")
    yield _row(f"longest stall, indexing {files} files", _stall(report.standing.indexing), "", "")
    yield _row("longest stall, choosing a provider", _stall(report.standing.choosing), "", "")


def _pairs(linnet: Side, stock: Side) -> Iterator[tuple[str, float | None, float | None]]:
    yield "initialize, CPU", linnet.cpu, stock.cpu
    yield "initialize, wall", linnet.wall, stock.wall
    yield "first ghost text from the start", linnet.first, stock.first
    for name, mine in linnet.keys.items():
        yield f"key in {name}, p50", mine.p50, stock.keys[name].p50
        yield f"key in {name}, p95", mine.p95, stock.keys[name].p95


def _row(label: str, linnet: str, stock: str, times: str) -> str:
    return f"{label:<36}{linnet:>22}{stock:>14}{times:>12}".rstrip()


def _ms(value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.2f} ms"


def _stall(stall: Stalls) -> str:
    return f"{stall.wall:.0f} ms ({stall.cpu:.0f} CPU)" if stall.wall else "none above 20 ms"


@bench.command()
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--lines", type=click.IntRange(1), default=200, show_default=True, help="Lines to complete.")
@click.option(
    "--seconds", type=click.IntRange(1), default=90, show_default=True, help="When to stop at the latest."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def engine(app: App, path: Path, lines: int, seconds: int, as_json: bool) -> None:
    """Complete lines that your own commits added, in the repository of PATH, with the embedded engine alone.

    For each line the engine sees the state before the commit and the edits above the line. The figures are those of
    somebody who takes every right ghost text and ignores every wrong one: what people gain is less. Nothing is written.
    """
    from dataclasses import asdict

    from linnet_context.files import root_of
    from linnet_server.bench.engine import measure as measure_engine

    root = root_of(path)
    ignore = app.settings(root).context.ignore
    with app.progress("completing") as tell:
        report = measure_engine(root, ignore, lines, seconds, tell)
    if not report.modes["default"][0].requests:
        raise Problem("No commit here added lines of code to complete.", "Name a repository with a history.")
    if as_json:
        app.json(asdict(report))
        return
    for line in _engine_table(report):
        app.out(line)


_GAIN = (("typed for you", 15), ("keys saved", 12), ("wrong a line", 14))


def _engine_table(report: EngineReport) -> Iterator[str]:
    lines = sum(gain.lines for _, gain in report.languages.values())
    yield f"{lines} lines of code from {report.commits} commits{'' if report.complete else ', stopped by --seconds'}"
    yield ""
    heads = (("asked", 8), ("shown", 8), ("right", 8), ("length", 8), *_GAIN)
    yield " " * 22 + "".join(f"{head:>{width}}" for head, width in heads)
    for name, (figures, gain) in (*report.modes.items(), *report.languages.items()):
        yield f"{_figures_row(name, figures)}{gain.completed:>15.1%}{gain.saved:>12.1%}{gain.wrong:>14.2f}"
    for name, figures in (*report.places.items(), ("text behind the cursor", report.between)):
        if figures.requests:
            yield _figures_row(name, figures)
    yield ""
    yield f"rank of the next token {report.rank:.3f} (of names {report.name_rank:.3f})"
    yield f"CPU of a draft: median {report.cpu[0]:.1f} ms, p95 {report.cpu[1]:.1f} ms"


def _figures_row(name: str, figures: Figures) -> str:
    length = f"{figures.length:.1f}" if figures.length else ""
    return f"{name:<22}{figures.requests:>8}{figures.shown:>8.1%}{figures.right:>8.1%}{length:>8}"
