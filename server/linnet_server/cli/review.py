"""`linnet review`: what is wrong in a change, before somebody else says so."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from linnet_context.problems import Problem
from linnet_server.cli.answers import is_chosen, opener
from linnet_server.cli.common import App

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from linnet_completions.review.change import Inputs
    from linnet_completions.review.finding import Severity
    from linnet_completions.review.review import Progress, Report

FOUND = 1
FAILED = 2
INTERRUPTED = 130
# A handful of files is done before a bar could be read.
_BAR_FROM = 12


@click.command("review")
@click.argument("words", nargs=-1, metavar="[RANGE] [PATH]...")
@click.option("--staged", is_flag=True, help="What is staged, against HEAD.")
@click.option("--worktree", is_flag=True, help="The working tree with untracked files, against HEAD.")
@click.option("--base", metavar="REF", help="Everything since this branch left REF.")
@click.option("--commit", metavar="SHA", help="One commit, against its first parent.")
@click.option("--patch", metavar="FILE", help="A unified diff; - reads it from standard input.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "concise", "json"]),
    default="text",
    help="How to print the result.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    help="The least severity that ends with exit code 1; given here it counts for a model's findings, too. "
    "By default review.fail_on (error) for what is found mechanically, never for a model's findings.",
)
@click.option("--no-model", is_flag=True, help="Check mechanically only, though you chose a provider.")
@click.option("--soft-fail", is_flag=True, help="Succeed though the model could not be asked.")
@click.pass_obj
def review(
    app: App,
    words: tuple[str, ...],
    staged: bool,
    worktree: bool,
    base: str | None,
    commit: str | None,
    patch: str | None,
    form: str,
    as_json: bool,
    fail_on: str | None,
    no_model: bool,
    soft_fail: bool,
) -> int:
    """Review a change by mechanical checks: syntax errors, known kinds of Python bugs, secrets.

    If you chose a provider, its model reviews the change, too. Only what the change brings is reported. Without RANGE or an option: what is staged, or else the working tree
    against HEAD. RANGE is A..B, A...B (from their merge base) or A (everything since). PATHs narrow it down.
    """
    from linnet_completions.review.change import Inputs

    text = None if patch is None else _patch(patch)
    inputs = Inputs(staged=staged, worktree=worktree, base=base, commit=commit, patch=text, words=words)
    return _review(app, inputs, "json" if as_json else form, fail_on, _Asks(not no_model, soft_fail))


def _patch(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Problem(f"The patch {name} cannot be read: {error.strerror}.", "Check its path.") from None
    return raw.decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class _Asks:
    """Whether a model is asked, and whether the command may succeed without its answer."""

    model: bool
    soft_fail: bool


def _review(app: App, inputs: Inputs, form: str, fail_on: str | None, asks: _Asks) -> int:
    from linnet_completions.review.change import find_change
    from linnet_completions.review.checks import Options
    from linnet_completions.review.finding import at_or_above
    from linnet_completions.review.review import review as review_change

    change = find_change(Path.cwd(), inputs)
    settings = app.settings(change.root)
    options = Options(settings.review.rules, settings.review.classes, settings.context.ignore)
    with progress_bar(app, len(change.files)) as progress:
        report = review_change(change, progress, options)
    failure = ""
    if asks.model and not report.interrupted and is_chosen(settings, "review"):
        from linnet_server.cli.opinions import by_model

        way = opener(app, settings, "review")
        report, failure = by_model(app, change, report, settings, way)
    _print(app, report, form)
    if report.interrupted:
        return INTERRUPTED
    if failure:
        app.note(f"linnet: The model could not be asked to the end: {failure}")
    if failure and not asks.soft_fail:
        return FAILED
    level = cast("Severity", fail_on or settings.review.fail_on)
    # A model's findings end the command with a failure only for a user who said so in this very call.
    counted = [each for each in report.findings if fail_on or each.source != "model"]
    return FOUND if at_or_above(counted, level) else 0


def _print(app: App, report: Report, form: str) -> None:
    from linnet_server.cli.review_formats import as_value, concise, print_text

    if form == "json":
        app.json(as_value(report))
    elif form == "concise":
        for line in concise(report):
            app.out(line)
    else:
        print_text(app, report)
    for note in report.notes:
        app.note(note)


def progress_bar(app: App, total: int) -> AbstractContextManager[Callable[[Progress], None] | None]:
    if app.quiet or total < _BAR_FROM or not sys.stderr.isatty():
        return nullcontext()
    return _Bar(app, total)


class _Bar:
    """A progress bar on stderr that leaves nothing behind."""

    def __init__(self, app: App, total: int) -> None:
        from rich.progress import Progress as Bar

        self._bar = Bar(console=app.console(stderr=True), transient=True)
        self._task = self._bar.add_task("Reviewing", total=total)

    def __enter__(self) -> Callable[[Progress], None]:
        self._bar.start()
        return lambda progress: self._bar.update(self._task, completed=progress.done)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
