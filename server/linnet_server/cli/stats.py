"""`linnet stats`: what was shown, accepted and kept, how fast it came, what it cost; by model and language."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import click

from linnet_completions.ghost.tally import KEPT, Row, Tally, percentile
from linnet_completions.models.ledger import Ledger, Totals, dollars_per
from linnet_context.problems import Problem
from linnet_server.cli.common import App
from linnet_server.costs import costs
from linnet_server.outgoing import state_folder

_SINCE = re.compile(r"(\d+)([dwm]?)")
_DAYS = {"": 1, "d": 1, "w": 7, "m": 30}
_EVENTS = ("shown", "accepted", "accepted_partly", "rejected", "kept_30s", "kept_5min")
_TOKENS = ("prompt_tokens", "cached_tokens", "completion_tokens")


@click.command(short_help="What was shown, accepted and kept.")
@click.option(
    "--since", default="7d", metavar="7d", help="How far to look back: days, weeks (2w) or months (1m)."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def stats(app: App, since: str, as_json: bool) -> None:
    """Print what was shown, accepted and kept, how fast it came, and what the models cost.

    The counts hold no code and never leave this machine.
    """
    first = _first_day(since, date.today())
    folder = state_folder()
    rows = [row for row in Tally(folder / "stats.json").rows() if row.day >= first]
    shown = [row for row in rows if row.what != KEPT]
    ghost = [_ghost(source, language, found) for (source, language), found in _grouped(shown)]
    kept = _kept(row for row in rows if row.what == KEPT)
    spent = costs(_since(first), folder)
    calls, per = _calls(spent), _per(spent.total("inline").dollars, ghost)
    if as_json:
        app.json({"since": first, "ghost": ghost, "calls": calls, "kept": kept, **per})
        return
    _print(app, first, ghost, calls, kept)
    _print_costs(app, per)


def _first_day(since: str, today: date) -> str:
    found = _SINCE.fullmatch(since)
    if found is None:
        raise Problem(f"{since} is no span of time.", "Write days, weeks or months, such as 7d, 2w or 1m.")
    days = min(int(found[1]) * _DAYS[found[2]], 36_500)
    return (today - timedelta(days=max(0, days - 1))).isoformat()


def _grouped(rows: Iterable[Row]) -> list[tuple[tuple[str, str], Counter[str]]]:
    groups: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        groups.setdefault((row.source, row.language), Counter())[row.what] += row.count
    return sorted(groups.items())


def _ghost(source: str, language: str, counts: Counter[str]) -> dict[str, Any]:
    latencies = {
        what.partition(":")[2]: count for what, count in counts.items() if what.startswith("latency:")
    }
    return {
        "source": source,
        "language": language,
        **{what: counts[what] for what in _EVENTS},
        "accepted_characters": counts["accepted_characters"],
        "p50_ms": _finite(percentile(latencies, 0.5)),
        "p95_ms": _finite(percentile(latencies, 0.95)),
    }


def _kept(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Answers that came from the cache, by model and task."""
    return [
        {"model": model, "task": task, "answers": counts[KEPT]} for (model, task), counts in _grouped(rows)
    ]


def _finite(bound: float | None) -> float | None:
    return None if bound is None or math.isinf(bound) else bound


def _since(first: str) -> datetime:
    """The start of a day here."""
    return datetime.combine(date.fromisoformat(first), time.min).astimezone()


def _calls(spent: Ledger) -> list[dict[str, Any]]:
    return [
        _call(provider, model, task, row)
        for (task, provider, model), row in sorted(spent.rows.items(), key=lambda found: found[0][1:])
    ]


def _call(provider: str, model: str, task: str, row: Totals) -> dict[str, Any]:
    firsts = sorted(row.first_ms)
    return {
        "provider": provider,
        "model": model,
        "task": task,
        "calls": row.calls,
        "failed": row.failed,
        **{name: getattr(row, name) for name in _TOKENS},
        "cost_usd": round(row.dollars, 6),
        "unpriced": row.unpriced,
        "first_p50_ms": firsts[len(firsts) // 2] if firsts else None,
        "first_p95_ms": firsts[min(len(firsts) - 1, int(len(firsts) * 0.95))] if firsts else None,
    }


def _per(dollars: float, ghost: list[dict[str, Any]]) -> dict[str, float | None]:
    """What ghost text cost by what came of it, the engine's among it."""
    shown, characters = (sum(one[what] for one in ghost) for what in ("shown", "accepted_characters"))
    return {
        "usd_per_100_suggestions": dollars_per(dollars, shown, 100),
        "usd_per_accepted_character": dollars_per(dollars, characters),
    }


def _print(
    app: App,
    first: str,
    ghost: list[dict[str, Any]],
    calls: list[dict[str, Any]],
    kept: list[dict[str, Any]],
) -> None:
    if not ghost and not calls and not kept:
        app.note(f"Nothing was counted since {first}.")
        return
    if ghost:
        head = (
            "source",
            "language",
            "shown",
            "accepted",
            "in part",
            "rejected",
            "kept 30 s",
            "5 min",
            "p50",
            "p95",
        )
        table = [
            [
                one["source"],
                one["language"],
                *(one[what] for what in _EVENTS),
                _ms(one["p50_ms"]),
                _ms(one["p95_ms"]),
            ]
            for one in ghost
        ]
        _table(app, head, table)
    if calls:
        columns = ("model", "task", "calls", "prompt", "cached", "answered", "dollars", "first p50", "p95")
        table = [
            [f"{one['provider']} {one['model']}", one["task"], one["calls"], *(one[name] for name in _TOKENS),
             f"{one['cost_usd']:.4f}", _ms(one["first_p50_ms"]), _ms(one["first_p95_ms"])]
            for one in calls
        ]  # fmt: skip
        if ghost:
            app.out("")
        _table(app, columns, table)
    for one in kept:
        answers = "an answer" if one["answers"] == 1 else f"{one['answers']} answers"
        app.out(f"{one['model']} {one['task']}: {answers} from the cache, for nothing.")


def _print_costs(app: App, per: dict[str, float | None]) -> None:
    suggestions, character = per["usd_per_100_suggestions"], per["usd_per_accepted_character"]
    if suggestions:
        accepted = f", ${character:.7f} an accepted character" if character else ""
        app.out(f"Ghost text cost ${suggestions:.4f} for 100 suggestions{accepted}.")


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"


def _table(app: App, head: Sequence[str], rows: list[list[Any]]) -> None:
    """Columns as wide as their widest cell; numbers to the right."""
    cells = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        left = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
        right = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        app.out("  ".join((*left, *right)).rstrip())
