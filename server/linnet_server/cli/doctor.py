"""`linnet doctor`: what works here, and one fix for each thing that does not."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from linnet_server.assemble import cache_folder
from linnet_server.cli.checks import Check, Place, run_all
from linnet_server.cli.common import App, workspace_of
from linnet_server.settings import user_file

STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Check what works here, with a fix for what does not.

    Each model that you chose is asked a question of a few tokens, unless you are offline; no code is sent. Ends with exit code 2 when something fails; warnings are no failures.
    """
    app = context.ensure_object(App)
    root = workspace_of(Path.cwd())
    loaded = app.load_settings(root)
    own = app.config or user_file()
    place = Place(root, loaded, cache_folder(loaded.settings), own, app.environ.get("PATH", ""), app.environ)
    results: list[Check] = []
    for check in run_all(place):
        results.append(check)
        if not as_json:
            _print(app, check)
    failed = sum(check.state == "fail" for check in results)
    if as_json:
        app.json({"ok": not failed, "checks": [asdict(check) for check in results]})
    else:
        app.out(
            f"{failed} of {len(results)} checks failed." if failed else "Everything that is needed works."
        )
    context.exit(2 if failed else 0)


def _print(app: App, check: Check) -> None:
    app.styled((f"{check.state:<5}", STYLES[check.state]), (f"{check.name:<11}{check.says}", ""))
    if check.fix:
        app.styled((f"{'':<16}{check.fix}", "italic"))
