"""`linnet review`: what is wrong in a change, before somebody else says so."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linnet_context.problems import Problem
from linnet_server.cli.common import App
from linnet_server.cli.forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Sequence

_AUTOMATIC = "text, or github where GITHUB_ACTIONS is true"


class _Shard(click.ParamType[tuple[int, int]]):
    """I/N."""

    name = "I/N"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        number, _, count = str(value).partition("/")
        if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
            self.fail(f"{value!r} is no I/N such as 1/4.", param, ctx)
        return int(number), int(count)


class _Output(click.ParamType[tuple[str, str]]):
    """FORMAT=FILE."""

    name = "FORMAT=FILE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        form, _, file = str(value).partition("=")
        if form not in FORMS or not file:
            self.fail(f"{value!r} is no FORMAT=FILE; formats are {', '.join(FORMS)}.", param, ctx)
        return form, file


@click.command("review")
@click.argument("words", nargs=-1, metavar="[RANGE] [PATH]...")
@click.option("--staged", is_flag=True, help="What is staged, against HEAD.")
@click.option("--worktree", is_flag=True, help="The working tree with untracked files, against HEAD.")
@click.option("--base", metavar="REF", help="Everything since this branch left REF.")
@click.option("--commit", metavar="SHA", help="One commit, against its first parent.")
@click.option("--patch", metavar="FILE", help="A unified diff; - reads it from standard input.")
@click.option("--shard", type=_Shard(), default="1/1", help="The Ith of N parts of the change's files.")
@click.option(
    "--format", "form", type=click.Choice(FORMS), help=f"How to print the result. By default {_AUTOMATIC}."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--output",
    "outputs",
    type=_Output(),
    multiple=True,
    help="Write the result to a file, too; may be repeated.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    help="The least severity that ends with exit code 1; given here it counts for a model's findings, too. "
    "By default review.fail_on (error) for what is found mechanically, never for a model's findings.",
)
@click.option("--max-findings", type=click.IntRange(0), help="Most findings shown to people; 0 shows all.")
@click.option("--baseline", metavar="FILE", help="Leave out what this file accepts.")
@click.option("--write-baseline", metavar="FILE", help="Accept what is found now: write it to this file.")
@click.option(
    "--diff", "show_diff", is_flag=True, help="Print safe fixes as a patch instead of the findings."
)
@click.option("--fix", "apply_fixes", is_flag=True, help="Make safe fixes in the working tree.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --diff and --fix: also fixes that may change what was meant."
)
@click.option(
    "--run-linters", is_flag=True, help="Ask the project's own linters, too; they may run its code."
)
@click.option(
    "--no-cache", is_flag=True, help="Check files anew that did not change since an earlier review."
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
    shard: tuple[int, int],
    form: str | None,
    as_json: bool,
    outputs: Sequence[tuple[str, str]],
    fail_on: str | None,
    max_findings: int | None,
    baseline: str | None,
    write_baseline: str | None,
    show_diff: bool,
    apply_fixes: bool,
    unsafe_fixes: bool,
    run_linters: bool,
    no_cache: bool,
    no_model: bool,
    soft_fail: bool,
) -> int:
    """Review a change by mechanical checks: syntax errors, known kinds of bugs, secrets.

    If you chose a provider, its model reviews the change, too. Only what the change brings is reported. Without RANGE or
    an option: what is staged, or else the working tree against HEAD. RANGE is A..B, A...B (from their merge base) or A
    (everything since). PATHs narrow it down. Rules and ignores are those of the commit that the change starts from.
    """
    from linnet_completions.review.change import Inputs
    from linnet_server.cli.reviewing import Asked, run

    if show_diff and apply_fixes:
        raise Problem(
            "--diff and --fix exclude each other.", "See the patch with --diff, then make it with --fix."
        )
    text = None if patch is None else _patch(patch)
    inputs = Inputs(staged, worktree, base, commit, text, words, shard)
    automatic = "github" if app.environ.get("GITHUB_ACTIONS") == "true" else "text"
    asked = Asked(
        form="json" if as_json else form or automatic,
        outputs=tuple(outputs),
        fail_on=fail_on,
        max_findings=max_findings,
        baseline=baseline,
        write_baseline=write_baseline,
        fixes="diff" if show_diff else "fix" if apply_fixes else "",
        unsafe=unsafe_fixes,
        linters=run_linters,
        cache=not no_cache,
        model=not no_model,
        soft_fail=soft_fail,
    )
    return run(app, inputs, asked)


def _patch(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Problem(f"The patch {name} cannot be read: {error.strerror}.", "Check its path.") from None
    return raw.decode("utf-8", "surrogateescape")
