"""`linnet models`: the models that were chosen, and those with a known price."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linnet_server.cli.common import App, workspace_of

if TYPE_CHECKING:
    from linnet_completions.models.prices import Price
    from linnet_server.listing import Listed


@click.command()
@click.option("--all", "everything", is_flag=True, help="Show every model with a known price.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def models(app: App, everything: bool, as_json: bool) -> None:
    """Show the models you chose, what they accept and cost.

    Prices are US dollars for a million tokens of input, cached input and output. Nobody is asked.
    """
    from linnet_completions.models import prices
    from linnet_completions.models.capabilities import Capabilities
    from linnet_server.cli.config import without_credentials
    from linnet_server.gate import capabilities_file
    from linnet_server.listing import listed
    from linnet_server.remembered import Remembered

    settings, today = app.settings(workspace_of(Path.cwd())), date.today()
    chosen = listed(settings, Capabilities(Remembered(capabilities_file(settings))), today)
    table = prices.table()
    if as_json:
        shown = [{**_plain(each), "base_url": without_credentials(each.target.base_url)} for each in chosen]
        rows = {"known": table.rows} if everything else {}
        app.json({"models": shown, "prices_of": table.read_on.isoformat(), "source": table.source, **rows})
        return
    for each in chosen:
        _print(app, each)
    if not chosen:
        app.out("No model is chosen: the embedded engine answers. `provider` in your settings chooses one.")
    if everything:
        _print_all(app, today)
    app.note(f"Prices are of {table.read_on.isoformat()} ({table.source}).")
    if old := prices.old_table(today):
        app.note(old)


def _plain(each: Listed) -> dict[str, object]:
    return {
        "provider": each.target.provider,
        "model": each.target.model,
        "tasks": each.tasks,
        "dialects": each.dialects,
        "refused": each.refused,
        "usd_per_million": asdict(each.price) if each.price else None,
        "context": each.context,
        "warning": each.warning,
    }


def _print(app: App, each: Listed) -> None:
    app.styled((each.target.label, "bold"), (f"  for {', '.join(each.tasks)}", ""))
    app.out(f"  asked by  {', then '.join(each.dialects)}")
    if each.refused:
        app.out(f"  refuses   {', '.join(each.refused)}")
    app.out(f"  costs     {_dollars(each.price)}")
    if each.context:
        app.out(f"  context   {each.context:,} tokens")
    if each.warning:
        app.out(f"  note      {each.warning}")


def _print_all(app: App, today: date) -> None:
    from linnet_completions.models import catalog, prices

    for path in prices.table().rows:
        provider, _, model = path.partition("/")
        known = prices.price(provider, model, today=today)
        gone = catalog.RETIREMENTS.get((provider, catalog.bare_name(model)))
        last = f"  until {gone.day.isoformat()}" if gone else ""
        app.out(f"{path:<52}{_dollars(known)}{last}")


def _dollars(price: Price | None) -> str:
    if price is None:
        return "unknown; `cost.prices` can say it"
    if not price.input and not price.output:
        return "nothing"
    return f"${price.input:g} in, ${price.cached:g} cached, ${price.output:g} out"
