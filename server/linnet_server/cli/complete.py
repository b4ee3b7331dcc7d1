"""`linnet complete`: the ghost text that an editor would get at a place."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import orjson

from linnet_completions.engine.thresholds import DEFAULT_CONFIDENCE, QUIET_CONFIDENCE
from linnet_completions.ghost.complete import Ask, Outcome
from linnet_completions.worker.workshop import Workshop
from linnet_context.languages import language_of
from linnet_context.problems import Problem
from linnet_context.text import Document, Position
from linnet_server.assemble import cache_folder, workspace_cache
from linnet_server.cli.answers import is_chosen, opener
from linnet_server.cli.common import App, open_document, parse_place
from linnet_server.lsp.convert import column_of
from linnet_server.settings import Settings
from linnet_server.taste import Taste


@click.command(short_help="Show the ghost text at a place.")
@click.argument("place", required=False, metavar="PATH:LINE[:COL]")
@click.option("-n", "count", type=click.IntRange(1, 10), default=1, help="How many alternatives to show.")
@click.option("--why", is_flag=True, help="Tell what happened: gate, draft, cache, model, checks.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--batch", is_flag=True, help="Answer JSON lines from standard input, one for one.")
@click.pass_obj
def complete(app: App, place: str | None, count: int, why: bool, as_json: bool, batch: bool) -> None:
    """Show the ghost text that an editor would get at a place (1-based; COL defaults to the line's end)."""
    if batch:
        _batch(app)
        return
    if place is None:
        raise Problem("There is no place to complete at.", "Name one as PATH:LINE or PATH:LINE:COL.")
    root, document, position = _opened(place)
    settings = app.settings(root)
    started = time.perf_counter()
    workshop = _workshop(root, settings)
    workshop.opened(document)
    for _ in workshop.learn():
        pass
    ask = _ask(settings, count)
    taste = Taste(cache_folder(settings)).confidence(ask.confidence, document.language)
    outcome = workshop.complete(document.path, position, replace(ask, confidence=taste))
    outcome = _with_model(app, settings, workshop, document, position, outcome, count)
    milliseconds = 1e3 * (time.perf_counter() - started)
    if as_json:
        app.json({"items": _items(outcome), "steps": list(outcome.steps), "ms": round(milliseconds, 1)})
        return
    if why:
        for step in outcome.steps:
            app.note(step)
    for item in outcome.items:
        origin = f"  like {item.path}:{item.line + 1}" if item.path and item.line is not None else ""
        app.out(item.text)
        sure = "" if item.confidence is None else f", {item.confidence:.0%} sure"
        app.note(f"  ({item.source}{sure}{origin})")
    if not outcome.items:
        app.note("Nothing to suggest here." + ("" if why else " --why tells the reason."))


def _with_model(
    app: App,
    settings: Settings,
    workshop: Workshop,
    document: Document,
    position: Position,
    local: Outcome,
    count: int,
) -> Outcome:
    """The outcome with the model's text first, where a model is chosen and the gate was open."""
    if settings.offline or not is_chosen(settings, "inline") or not local.steps[0].startswith("gate: open"):
        return local
    from linnet_server.cli.filling import filled

    item, steps = asyncio.run(filled(opener(app, settings, "inline"), settings, workshop, document, position))
    others = tuple(one for one in local.items if item is None or one.text != item.text)
    items = others if item is None else (item, *others)
    return Outcome(items[:count], (*local.steps, *steps))


def _opened(place: str) -> tuple[Path, Document, Position]:
    parsed = parse_place(place)
    if parsed.line is None:
        raise Problem(f"{place} names no line.", "Write PATH:LINE or PATH:LINE:COL.")
    root, document = open_document(parsed)
    column = len(document.line(parsed.line)) if parsed.column is None else parsed.column
    return root, document, Position(parsed.line, column)


def _workshop(root: Path, settings: Settings) -> Workshop:
    return Workshop(root, workspace_cache(root, settings), settings.context.ignore)


def _ask(settings: Settings, count: int) -> Ask:
    quiet = settings.engine.mode == "quiet"
    confidence = QUIET_CONFIDENCE if quiet else DEFAULT_CONFIDENCE
    return Ask(count, confidence, tuple(settings.completion.languages))


def _items(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        {
            "text": item.text,
            "source": item.source,
            "confidence": None if item.confidence is None else round(item.confidence, 4),
        }
        for item in outcome.items
    ]


def _batch(app: App) -> None:
    """One answer for each question {root, path, line, character, text}; files may change between two questions."""
    workshops: dict[str, Workshop] = {}
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        try:
            question = orjson.loads(line)
            root, path, text = str(question["root"]), str(question["path"]), str(question["text"])
            place = int(question["line"]), int(question["character"])
        except (ValueError, KeyError, TypeError):
            what = "A line of the batch is not {root, path, line, character, text}."
            raise Problem(what, "Write one JSON object a line.") from None
        settings = app.settings(Path(root))
        if root not in workshops:
            workshops[root] = _workshop(Path(root), settings)
        answer = _answer(workshops[root], path, text, place, settings)
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()


def _answer(
    workshop: Workshop, path: str, text: str, place: tuple[int, int], settings: Settings
) -> dict[str, Any]:
    document = Document.of(path, language_of(path) or "plaintext", text)
    workshop.opened(document)
    for _ in workshop.learn():
        pass
    started = time.perf_counter()
    position = Position(place[0], column_of(document.line(place[0]), place[1], "utf-16"))
    outcome = workshop.complete(path, position, _ask(settings, 1))
    milliseconds = 1e3 * (time.perf_counter() - started)
    workshop.closed(path)
    return {"items": _items(outcome), "ms": round(milliseconds, 3)}
