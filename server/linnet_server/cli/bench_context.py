"""`linnet bench context`: what the gathered context is worth, and what it costs, on your own commits."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linnet_server.cli.common import App

if TYPE_CHECKING:
    from linnet_server.bench.context import Report, Spread

DEFAULT_CASES = 40
TRAINED = "The ranker learned from an older history of this repository: its recall says nothing about yours."


@click.command()
@click.argument("paths", type=click.Path(path_type=Path, exists=True, file_okay=False), nargs=-1)
@click.option(
    "--cases",
    "wanted",
    type=click.IntRange(1),
    default=DEFAULT_CASES,
    show_default=True,
    help="Places for each repository.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def context(app: App, paths: tuple[Path, ...], wanted: int, as_json: bool) -> None:
    """Measure the gathered context on the newest commits of the repositories at PATHS (by default: of this folder).

    Of each place that a commit wrote at, the text before it is asked about, and what was written is looked for in
    what is gathered: the needed names (id), the lines that define them (def), lines alike (line), three tokens in a
    row (gram3). Everything happens in a temporary folder; no model is asked. Ctrl-C prints what is known by then.
    """
    from linnet_context.files import root_of
    from linnet_context.trained import was_trained_on
    from linnet_server.bench.context import Report, as_plain, measure

    reports: list[Report] = []
    stopped = False
    try:
        for path in paths or (Path(),):
            root = root_of(path)
            reports.append(Report(root.name, was_trained_on(root)))
            with tempfile.TemporaryDirectory(prefix="linnet-bench-") as name:
                environ = {key: value for key, value in app.environ.items() if not key.startswith("LINNET_")}
                empty = {**environ, "XDG_CONFIG_HOME": name}
                measure(root, reports[-1], Path(name), wanted, empty, app.note)
    except KeyboardInterrupt:
        stopped = True
    if as_json:
        app.json({"stopped": stopped, "repositories": [as_plain(report) for report in reports]})
    else:
        for report in reports:
            for line in _table(report):
                app.out(line)
    if stopped:
        raise KeyboardInterrupt


def _table(report: Report) -> Iterator[str]:
    from linnet_server.bench.recall import means

    yield f"{report.name}: {report.cases} places, {report.files} files"
    if report.trained:
        yield TRAINED
    yield f"{'recall at a budget of tokens':<36}{'id':>8}{'def':>8}{'line':>8}{'gram3':>8}"
    for budget, found in report.recalls.items():
        shares = means(found)
        columns = (shares[name] for name in ("id", "definition", "line", "gram3"))
        yield f"{budget:>36}" + "".join(f"{_percent(one):>8}" for one in columns)
    yield _row("gathering again, CPU p50 / p95", _spread(report.gathering))
    yield _row("gathering for the first time", _spread(report.first))
    yield _row("index from nothing, CPU", "unknown" if report.index is None else f"{report.index:.1f} s")
    yield _row("a changed file, CPU p50 / p95", _spread(report.changed))
    typing = report.steadiness
    if typing is not None:
        yield _row(
            "prompt equal to the one before", f"{_percent(typing.prompt)} of {typing.requests} requests"
        )
        yield _row("names to come that it shows", _percent(typing.recall))
        yield _row("were it gathered anew at each key", _percent(typing.recall_anew))
    memory = report.memory
    if memory is not None:
        total = memory.server + memory.worker
        yield _row(
            "memory (PSS), server + worker", f"{memory.server:.0f} + {memory.worker:.0f} = {total:.0f} MiB"
        )


def _row(label: str, value: str) -> str:
    return f"{label:<36}{value:>32}".rstrip()


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.1f} %"


def _spread(found: Spread | None) -> str:
    return "unknown" if found is None else f"{found.p50:.1f} / {found.p95:.1f} ms"
