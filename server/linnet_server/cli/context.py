"""`linnet context`: what would be sent for a place, chunk by chunk, and why."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from linnet_context.problems import Problem
from linnet_server.cli.common import App, Place, open_document, parse_place, position

if TYPE_CHECKING:
    from linnet_completions.models.cleaned import Cleaned
    from linnet_context.forest import Rankers
    from linnet_context.index.index import Index
    from linnet_context.snippet import Chunk, Context
    from linnet_context.text import Document, Position

Task = Literal["inline", "explain", "review"]
LEAST_BUDGET = 64


@click.command()
@click.argument("place", metavar="PATH:LINE[:COL]", required=False)
@click.option(
    "--task", type=click.Choice(["inline", "explain", "review"]), default="inline", show_default=True
)
@click.option("--budget", type=int, metavar="N", help="Tokens to use at most (the setting by default).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--batch", is_flag=True, help="Answer questions read as JSON lines from standard input.")
@click.option(
    "--ranker",
    type=click.Choice(["trees", "sums"]),
    default="trees",
    show_default=True,
    help="What ranks gathered code: the learned trees, or the hand-made sums they are measured against.",
)
@click.pass_obj
def context(
    app: App, place: str | None, task: Task, budget: int | None, as_json: bool, batch: bool, ranker: str
) -> None:
    """Show exactly what would be sent for a place, and why each part is in.

    For --task explain and review these are the pieces of the model's material, fact sheet and numbered diff included;
    a batch is always answered with gathered code.
    """
    rankers = _without_trees() if ranker == "sums" else None
    if batch:
        if place is not None or as_json:
            raise Problem(
                "--batch takes neither a place nor --json.", "Write the questions to standard input."
            )
        _answer_all(app, task, budget, rankers)
        return
    if place is None:
        raise Problem("No place was named.", "Write `linnet context PATH:LINE`, or use --batch.")
    _show(app, place, task, budget, as_json, rankers)


def _without_trees() -> Rankers:
    from linnet_context.forest import Rankers

    return Rankers(None, None)


def _show(
    app: App, place: str, task: Task, budget: int | None, as_json: bool, rankers: Rankers | None
) -> None:
    from linnet_context import tokens
    from linnet_server.assemble import index_for
    from linnet_server.cli.index import build

    named = parse_place(place)
    root, document = open_document(named)
    settings = app.settings(root)
    _check_allowed(root, document.path, settings.context.ignore)
    index = index_for(root, settings)
    build(app, index, first=[document.path])
    tokens.load()
    limit = _limit(budget, settings.context.budget_tokens)
    where = position(named, document)
    found = _found(index, document, where, named, task, limit, settings.context.ignore, rankers)
    if as_json:
        place_json = {"path": document.path, "line": where.line + 1, "column": where.column + 1}
        app.json({"place": place_json, "task": task, "budget": limit, **_as_json(found)})
    else:
        for line in _report(found, limit):
            app.out(line)


def _found(
    index: Index,
    document: Document,
    where: Position,
    named: Place,
    task: Task,
    limit: int,
    ignore: tuple[str, ...],
    rankers: Rankers | None,
) -> Cleaned:
    """What the prompt of a task shows: for ghost text the gathered code, else each piece of the model's material."""
    from linnet_completions.models.redaction import Redactor

    if task == "review":
        from linnet_completions.review import shown as reviewed

        return reviewed.shown(index.root, document, ignore)
    if task == "explain":
        from linnet_completions.explain import shown as explained
        from linnet_context.git import repository

        last = named.end_line if named.end_line is not None else where.line
        first, last = (0, len(document.lines) - 1) if named.line is None else (where.line, last)
        root = index.root if repository(index.root) is not None else None
        return explained.shown(index, document, first, last, limit, Redactor(), root)
    from linnet_completions.models.cleaned import gather_cleaned

    return gather_cleaned(index, document, where, task, limit, Redactor(), rankers=rankers)


def _check_allowed(root: Path, path: str, ignore: Iterable[str]) -> None:
    from linnet_context.files import refusal

    if reason := refusal(root, path, tuple(ignore)):
        raise Problem(f"{path} is never sent ({reason}).", "Name another file.")


def _limit(asked: int | None, setting: int) -> int:
    """A flag may go beyond the setting here: nothing is sent."""
    limit = setting if asked is None else asked
    if limit < LEAST_BUDGET:
        raise Problem(f"A budget of {limit} tokens holds nothing.", f"Give at least {LEAST_BUDGET}.")
    return limit


def _as_json(cleaned: Cleaned) -> dict[str, object]:
    found = cleaned.context
    return {
        "tokens": found.tokens,
        "complete": found.complete,
        "prefix": _chunk_json(found.prefix),
        "suffix": _chunk_json(found.suffix),
        "chunks": [_chunk_json(chunk) for chunk in found.chunks],
        "left_out": [{"what": one.what, "reason": one.reason} for one in found.left_out],
        "redacted": cleaned.redacted,
    }


def _chunk_json(chunk: Chunk) -> dict[str, object]:
    lines = None if chunk.first < 0 else {"first": chunk.first + 1, "last": chunk.last + 1}
    return {
        "path": chunk.path,
        "lines": lines,
        "source": chunk.source,
        "tokens": chunk.tokens,
        "score": round(chunk.score, 6),
        "why": chunk.why,
        "text": chunk.text,
    }


def _report(cleaned: Cleaned, limit: int) -> Iterator[str]:
    found = cleaned.context
    for chunk in (*found.chunks, found.prefix, found.suffix):
        if not chunk.text:
            continue
        lines = f":{chunk.first + 1}-{chunk.last + 1}" if chunk.first >= 0 else ""
        yield f"== {chunk.source}  {chunk.path or ''}{lines}  {chunk.tokens} tokens  score {chunk.score:.3f}"
        yield f"   {chunk.why}"
        yield chunk.text.rstrip("\r\n")
        yield ""
    for one in found.left_out:
        yield f"-- left out: {one.what} ({one.reason})"
    for kind, count in cleaned.redacted.items():
        yield f"-- redacted: {kind} ({count})"
    yield f"{found.tokens} of {limit} tokens"


def _answer_all(app: App, task: Task, budget: int | None, rankers: Rankers | None) -> None:
    import orjson

    from linnet_context import tokens

    tokens.load()
    batch = _Batch(app, task, budget, rankers)
    failed = False
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        start = time.perf_counter()
        try:
            answer = batch.answer(question_of(line))
        except Problem as problem:
            failed = True
            answer = {"chunks": [], "tokens": 0, "error": problem.what}
        answer["ms"] = round((time.perf_counter() - start) * 1000, 1)
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()
    if failed:
        raise Problem("Some questions could not be answered.", "See `error` in their answers.")


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a batch: a place (0-based, `character` in UTF-16 units) in an unsaved text."""

    root: Path
    path: str
    line: int
    character: int
    text: str
    recent: tuple[str, ...]
    budget: int | None
    language: str


def question_of(line: bytes) -> Question:
    """Read a question; a Problem when it is not of the documented form."""
    import orjson

    try:
        raw: Mapping[str, Any] = orjson.loads(line)
        question = Question(
            root=Path(raw["root"]),
            path=str(raw["path"]),
            line=int(raw["line"]),
            character=int(raw.get("character", 0)),
            text=str(raw["text"]),
            recent=tuple(str(one) for one in raw.get("recent") or ()),
            budget=int(raw["budget"]) if raw.get("budget") is not None else None,
            language=str(raw.get("language") or "plaintext"),
        )
    except KeyError as error:
        raise Problem(f"The question lacks {error}.", "Give it.") from None
    except (AttributeError, TypeError, ValueError):
        remedy = "Write {root, path, line, character, text, recent?, budget, language} on one line."
        raise Problem("The question is not a JSON object of the documented form.", remedy) from None
    if not question.root.is_dir():
        raise Problem(f"There is no folder {question.root}.", "Name an existing root.")
    return question


class _Batch:
    """Answers questions about any workspaces, each from its complete index; files may change between two of them."""

    def __init__(self, app: App, task: Task, budget: int | None, rankers: Rankers | None) -> None:
        from linnet_completions.models.redaction import Redactor

        self._app = app
        self._task: Task = task
        self._budget = budget
        self._rankers = rankers
        self._indexes: dict[Path, Index] = {}
        self._redactor = Redactor()

    def answer(self, question: Question) -> dict[str, object]:
        from linnet_completions.models.cleaned import gather_cleaned
        from linnet_context.budget import mix_of
        from linnet_context.languages import language_of
        from linnet_context.text import Document, Position

        settings = self._app.settings(question.root)
        _check_allowed(question.root, question.path, settings.context.ignore)
        index = self._index(question.root)
        language = language_of(question.path) or question.language
        document = Document.of(question.path, language, question.text)
        where = Position(question.line, code_points(document.line(question.line), question.character))
        for _ in index.learn_installed(document) or ():
            pass
        budget = _limit(question.budget or self._budget, settings.context.budget_tokens)
        mix = mix_of("outside", budget)
        cleaned = gather_cleaned(
            index,
            document,
            where,
            self._task,
            budget,
            self._redactor,
            recent=question.recent,
            mix=mix,
            rankers=self._rankers,
        )
        found = cleaned.context
        return {"chunks": list(_outside(found)), "tokens": found.tokens, "redacted": cleaned.redacted}

    def _index(self, root: Path) -> Index:
        from linnet_server.assemble import index_for

        index = self._indexes.get(root)
        if index is None:
            index = self._indexes[root] = index_for(root, self._app.settings(root))
        for _ in index.build():
            pass
        return index


def _outside(found: Context) -> Iterator[tuple[str | None, str]]:
    """Chunks as pairs of path and text. Definitions of several files are one text, each file's headed by its name."""
    definitions = [chunk.text for chunk in found.chunks if chunk.source == "definition"]
    if definitions:
        yield None, "\n".join(definitions)
    for chunk in found.chunks:
        if chunk.source != "definition":
            yield chunk.path, chunk.text.partition("\n")[2]  # The path says what the header line says.


def code_points(line: str, units: int) -> int:
    """A column in UTF-16 units as a column in code points; past the end is the end."""
    if line.isascii():
        return min(max(units, 0), len(line))
    return len(line.encode("utf-16-le")[: 2 * max(units, 0)].decode("utf-16-le", "ignore"))
