"""`linnet explain`: what is known about a symbol, a range of lines or a file."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from linnet_context.problems import Problem
from linnet_server.cli.common import App, Place, open_document, parse_place, visible

if TYPE_CHECKING:
    from linnet_completions.explain.facts import FactSheet

# Fields that count from 0 inside, and from 1 for everybody outside.
_COUNTED = frozenset({"line", "first", "last", "end_line", "column"})


@click.command()
@click.argument("place", metavar="PATH[:LINE[-LINE]]")
@click.option("--facts", "facts_only", is_flag=True, help="Print the fact sheet; never ask a model.")
@click.option("--ask", metavar="TEXT", help="Ask a question about it (needs a model).")
@click.option("-i", "interactive", is_flag=True, help="Go on asking (needs a model).")
@click.option("--json", "as_json", is_flag=True, help="Print the fact sheet as JSON.")
@click.pass_obj
def explain(
    app: App, place: str, facts_only: bool, ask: str | None, interactive: bool, as_json: bool
) -> None:
    """Explain the symbol around a LINE, a range of lines, or a whole file.

    Prints a fact sheet: signature, documentation, who calls it and what it calls in the workspace, what it raises
    and changes, tests that mention it, its last commits.
    """
    if ask is not None or interactive:
        raise _no_model("--ask" if ask is not None else "-i", facts_only)
    sheet = _facts(app, parse_place(place))
    if as_json:
        app.json({"facts": _outside(asdict(sheet))})
    else:
        _print(app, sheet)


def _no_model(option: str, facts_only: bool) -> Problem:
    if facts_only:
        return Problem(f"`{option}` asks a model and `--facts` asks none.", "Leave out one of them.")
    return Problem(
        f"`{option}` needs a model, and none is set up.",
        f"Leave out `{option}` for the fact sheet, or set `provider` in your settings (see `linnet config path`).",
    )


def _facts(app: App, place: Place) -> FactSheet:
    """The facts about a place, with the index of its workspace brought up to date first."""
    from linnet_completions.explain.facts import facts
    from linnet_context.git import repository
    from linnet_server.assemble import index_for
    from linnet_server.cli.index import build

    root, document = open_document(place)
    index = index_for(root, app.settings(root))
    build(app, index, [document.path])
    first = 0 if place.line is None else place.line
    last = place.end_line if place.end_line is not None else first
    if place.line is None:
        last = len(document.lines) - 1
    return facts(index, document, first, last, root if repository(root) is not None else None)


def _print(app: App, sheet: FactSheet) -> None:
    from linnet_completions.explain.render import to_markdown

    text = to_markdown(sheet)
    console = app.console()
    if not console.is_terminal:
        app.out(text.rstrip("\n"))
        return
    from rich.markdown import Markdown

    console.print(Markdown(visible(text), hyperlinks=False), soft_wrap=False)


def _outside(value: object) -> object:
    """A value as it goes into JSON, with lines and columns counted from 1."""
    if isinstance(value, dict):
        return {
            key: one + 1 if key in _COUNTED and isinstance(one, int) else _outside(one)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_outside(one) for one in value]
    return value
