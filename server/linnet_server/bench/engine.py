"""How well the embedded engine completes the lines that a repository's own commits added."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from linnet_completions.worker.workshop import Workshop
from linnet_server.bench.replay import TEXT, WHERE, Request, Shown, TypedLine, typed_lines
from linnet_server.bench.written import EditedCommit, commits


@dataclass(frozen=True, slots=True)
class Figures:
    """What was shown at some requests: shares of 1, and the mean length of what was shown in characters."""

    requests: int
    shown: float
    right: float
    length: float


@dataclass(frozen=True, slots=True)
class Gain:
    """What somebody who takes every right ghost text saves while typing lines.

    `completed` is the share of their characters that is taken, `saved` the same less one key for each taking, `wrong`
    the wrong ghost texts met for each line.
    """

    lines: int
    completed: float
    saved: float
    wrong: float


@dataclass(frozen=True, slots=True)
class Report:
    """All figures: by mode ("default", "quiet") of code lines, then by kind of place with the default.

    `between` is for places with text behind the cursor: shown, and exactly right among the shown. `rank` and
    `name_rank` are mean reciprocal ranks of the next token, and of it where it is a name. `cpu` is the median and the
    95th percentile of the engine's CPU time in milliseconds.
    """

    commits: int
    modes: dict[str, tuple[Figures, Gain]]
    places: dict[str, Figures]
    languages: dict[str, tuple[Figures, Gain]]
    between: Figures
    rank: float
    name_rank: float
    cpu: tuple[float, float]
    complete: bool


def measure(
    root: Path,
    ignore: Sequence[str],
    lines: int,
    seconds: float,
    tell: Callable[[int, int], None],
    history: int = 2000,
    each: int = 8,
) -> Report:
    """Complete up to `lines` lines of the newest commits, at most `each` of one, for at most `seconds`.

    `tell(done, total)` is called with the lines so far. Nothing is written. Raises Problem without a history.
    """
    found: list[TypedLine] = []
    until, count, complete = time.monotonic() + seconds, 0, True
    workshop = Workshop(None)
    for commit in commits(root, ignore, history, each):
        if time.monotonic() > until:
            complete = False
            break
        count += 1
        for line in islice(_typed(workshop, commit, first=count == 1), lines - len(found)):
            found.append(line)
            tell(len(found), lines)
        if len(found) >= lines:
            break
    return _report(count, found, complete)


def _typed(workshop: Workshop, commit: EditedCommit, first: bool) -> Iterator[TypedLine]:
    """The lines of a commit, in the workspace of its parent and with its edits in the order of their files."""
    engine = workshop.engine
    engine.forget_edits()
    if first:
        texts = ((path, text) for path, text in commit.workspace() if text is not None)
        for _ in engine.build(texts):
            pass
    else:
        for path, text in commit.workspace():
            engine.learn(path, text)
    for file in commit.files:
        yield from typed_lines(engine, workshop, file)


def _report(count: int, lines: Sequence[TypedLine], complete: bool) -> Report:
    requests = [request for line in lines for request in line.requests]
    code = [line for line in lines if _is_code(line)]
    typed = [request for line in code for request in line.requests]
    ranks = [request for request in typed if request.rank is not None]
    times = sorted(request.milliseconds for request in requests) or [0.0]
    return Report(
        count,
        {"default": _both(code, _default), "quiet": _both(code, _quiet)},
        {
            **{where: _figures([one for one in typed if one.where == where], _default) for where in WHERE},
            **{
                f"in a {kind}": _figures([one for one in requests if one.kind == kind], _default)
                for kind in TEXT
            },
        },
        {
            name: _both([line for line in code if line.language == name], _default)
            for name in _languages(code)
        },
        _between(lines),
        _rank(ranks),
        _rank([request for request in ranks if request.identifier]),
        (times[len(times) // 2], times[int(0.95 * (len(times) - 1))]),
        complete,
    )


def _languages(lines: Sequence[TypedLine]) -> list[str]:
    return sorted({line.language for line in lines})


def _both(lines: Sequence[TypedLine], shown_by: Callable[[Request], Shown | None]) -> tuple[Figures, Gain]:
    return _figures([request for line in lines for request in line.requests], shown_by), _gain(
        lines, shown_by
    )


def _between(lines: Sequence[TypedLine]) -> Figures:
    asked = [line.between for line in lines if line.between is not None]
    exact = [right for shown, right in asked if shown]
    return Figures(len(asked), _share(len(exact), len(asked)), _share(sum(exact), len(exact)), 0.0)


def _is_code(line: TypedLine) -> bool:
    """Whether the line is more than a comment or a part of a string."""
    return line.requests[0].kind == "code" and any(request.kind == "code" for request in line.requests[1:])


def _default(request: Request) -> Shown | None:
    return request.default


def _quiet(request: Request) -> Shown | None:
    return request.quiet


def _figures(requests: Sequence[Request], shown_by: Callable[[Request], Shown | None]) -> Figures:
    shown = [one for request in requests if (one := shown_by(request))]
    right = sum(one.right for one in shown)
    length = sum(one.length for one in shown)
    return Figures(
        len(requests),
        _share(len(shown), len(requests)),
        _share(right, len(shown)),
        _share(length, len(shown)),
    )


def _gain(lines: Sequence[TypedLine], shown_by: Callable[[Request], Shown | None]) -> Gain:
    total = taken = keys = wrong = 0
    for line in lines:
        total += line.end - line.start
        at = line.start
        for request in line.requests:
            shown = shown_by(request) if request.column >= at else None
            if shown is None:
                continue
            if shown.right:
                taken += min(shown.column, line.end) - request.column
                keys += 1
                at = shown.column
            else:
                wrong += 1
    return Gain(len(lines), _share(taken, total), _share(taken - keys, total), _share(wrong, len(lines)))


def _rank(requests: Sequence[Request]) -> float:
    return _share(sum(1 / request.rank for request in requests if request.rank), len(requests))


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
