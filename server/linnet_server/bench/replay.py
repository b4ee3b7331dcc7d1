"""Types lines into documents, asks for ghost text on the way, and judges it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from linnet_completions.engine.engine import Engine
from linnet_completions.engine.thresholds import DEFAULT_CONFIDENCE, QUIET_CONFIDENCE
from linnet_completions.ghost.complete import Ask
from linnet_completions.ghost.item import Item
from linnet_completions.worker.workshop import Workshop
from linnet_context.syntax import in_string_or_comment, parse
from linnet_context.text import Position
from linnet_server.bench.written import TOKEN, EditedFile, Holdout

Where = Literal["line start", "after a token", "inside a word"]
Kind = Literal["code", "string", "comment"]

WHERE: tuple[Where, ...] = ("line start", "after a token", "inside a word")
TEXT: tuple[Kind, ...] = ("string", "comment")

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_RANKED = 20  # So many next tokens are looked at.


@dataclass(frozen=True, slots=True)
class Shown:
    """A ghost text: its length, whether it is right as far as it goes, and the column that the cursor gets to."""

    length: int
    right: bool
    column: int


@dataclass(frozen=True, slots=True)
class Request:
    """One place on a line that was typed, and what was shown there by default and in quiet mode.

    `milliseconds` are CPU time of the engine's draft. `rank` is that of the next token among the engine's candidates (0
    when it is not among them, None inside a word), `identifier` whether that token is a name.
    """

    column: int
    where: Where
    kind: Kind
    default: Shown | None
    quiet: Shown | None
    milliseconds: float
    rank: int | None = None
    identifier: bool = False


@dataclass(frozen=True, slots=True)
class TypedLine:
    """All requests on one line, in the order of their columns, and one with text behind the cursor (None: no room).

    `between`: whether that one was shown, and whether it was exactly what is missing.
    """

    language: str
    start: int
    end: int
    requests: tuple[Request, ...]
    between: tuple[bool, bool] | None


def columns(line: str) -> dict[int, Where]:
    """Where a draft is asked for: the line's start, inside words, and behind every token but the last."""
    end = len(line.rstrip())
    found: dict[int, Where] = {}
    for token in TOKEN.finditer(line):
        if _IDENTIFIER.match(token[0]):
            found |= {token.start() + typed: "inside a word" for typed in (1, 3) if len(token[0]) > typed + 1}
        if token.end() < end:
            found[token.end()] = "after a token"
    found[len(line) - len(line.lstrip())] = "line start"
    return dict(sorted(found.items()))


def is_right(text: str, rest: str) -> bool:
    """Whether a draft is a beginning of the rest of the line that ends between two tokens."""
    draft, wanted = _folded(text), _folded(rest)
    return wanted.startswith(draft) and not re.match(r"\w\w", draft[-1:] + wanted[len(draft) :][:1])


def advance(text: str, rest: str) -> int:
    """How many characters of `rest` a right draft stands for, although its blanks may be others."""
    at = 0
    for character in _folded(text):
        if character == " ":
            at += len(rest[at:]) - len(rest[at:].lstrip())
        else:
            at += 1
    return at


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text.rstrip())


def typed_lines(engine: Engine, workshop: Workshop, file: EditedFile) -> Iterator[TypedLine]:
    """Type each held-out line of a file, then make all of the file's edits."""
    for holdout in file.holdouts:
        yield _typed_line(engine, workshop, holdout)
    document, splices = file.edits()
    engine.opened(document)
    for splice in splices:
        document, done = document.spliced(splice, document.version + 1)
        engine.changed(document, [done])
    engine.closed(file.path)


def _typed_line(engine: Engine, workshop: Workshop, holdout: Holdout) -> TypedLine:
    workshop.opened(holdout.document)
    requests = [
        _request(engine, workshop, holdout, column, where) for column, where in columns(holdout.line).items()
    ]
    between = _between(workshop, holdout)
    workshop.closed(holdout.path)
    line = holdout.line
    start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    return TypedLine(holdout.document.language, start, end, tuple(requests), between)


def _write(workshop: Workshop, holdout: Holdout, text: str) -> None:
    """Make this the text of the held-out line."""
    document = workshop.document(holdout.path)
    assert document is not None
    end = Position(holdout.number, len(document.line(holdout.number)))
    _, splice = document.edited(Position(holdout.number, 0), end, text, document.version + 1)
    workshop.spliced(holdout.path, [splice], document.version + 1)


def _request(engine: Engine, workshop: Workshop, holdout: Holdout, column: int, where: Where) -> Request:
    line, position = holdout.line, Position(holdout.number, column)
    _write(workshop, holdout, line[:column])
    before = time.process_time_ns()
    engine.draft(holdout.path, position)
    milliseconds = (time.process_time_ns() - before) / 1e6
    rest = line[column:].rstrip()
    shown = [
        _shown(_item(workshop, holdout, position, gate), column, rest)
        for gate in (DEFAULT_CONFIDENCE, QUIET_CONFIDENCE)
    ]
    kind = _kind(workshop, holdout.path, position)
    rank, identifier = None, False
    following = TOKEN.match(line, column + len(rest) - len(rest.lstrip()))
    if where != "inside a word" and following:
        rank = _rank(engine, holdout.path, position, following[0])
        identifier = bool(_IDENTIFIER.match(following[0]))
    return Request(column, where, kind, shown[0], shown[1], milliseconds, rank, identifier)


def _item(workshop: Workshop, holdout: Holdout, position: Position, gate: float) -> Item | None:
    items = workshop.complete(holdout.path, position, Ask(1, gate)).items
    return items[0] if items else None


def _shown(item: Item | None, column: int, rest: str) -> Shown | None:
    if item is None:
        return None
    right = is_right(item.text, rest)
    return Shown(len(_folded(item.text)), right, column + advance(item.text, rest) if right else column)


def _kind(workshop: Workshop, path: str, position: Position) -> Kind:
    document = workshop.document(path)
    tree = parse(document) if document else None
    return (in_string_or_comment(tree, position) if tree else None) or "code"


def _rank(engine: Engine, path: str, position: Position, wanted: str) -> int:
    found = engine.look(path, position)
    if found is None:
        return 0
    predictor, cursor = found
    vocabulary = predictor.vocabulary
    line = (*cursor.line, vocabulary.id_of(cursor.part)) if cursor.part else cursor.line
    ranked = [vocabulary.words[token] for token, _ in predictor.after(line).tokens]
    ranked = [word for word in ranked if not word.startswith("\n")][:_RANKED]
    return ranked.index(wanted) + 1 if wanted in ranked else 0


def _between(workshop: Workshop, holdout: Holdout) -> tuple[bool, bool] | None:
    """Take some tokens out of the line and ask for them."""
    line = holdout.line.rstrip()
    tokens = list(TOKEN.finditer(line))
    # Somewhere in the line, the same with every run.
    first = 1 + holdout.number % (len(tokens) - 2) if len(tokens) > 2 else 0
    last = min(first + 1 + holdout.number % 5, len(tokens) - 1)
    if not 0 < first < last:
        return None
    start, end = tokens[first - 1].end(), tokens[last].start()
    if not line[start:end].strip():
        return None
    _write(workshop, holdout, line[:start] + line[end:])
    item = _item(workshop, holdout, Position(holdout.number, start), DEFAULT_CONFIDENCE)
    if item is None:
        return False, False
    made = line[:start] + item.text + line[end + item.replaced :]
    return True, "".join(made.split()) == "".join(line.split())
