"""Review of a change by a model: what it is shown, what of its answers is believed, and what it did not see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from linnet_completions.models.asking import Route, answered
from linnet_completions.models.protocol import Call, ModelError, Text
from linnet_completions.models.thoughts import Thoughts
from linnet_context.exclusions import is_secret

from . import prompt
from .answers import Claim, Scanner
from .change import Change
from .finding import Finding
from .guards import believed, best
from .parts import Part, parts_of
from .review import Progress, Report, Skipped
from .sides import Pair, pairs

# Calls on their way at once; most that one change may take; findings of one call that are looked at.
AT_ONCE = 4
MOST_CALLS = 60
_MOST_CLAIMS = 20
_SECRET = "never sent: it holds secrets"
_TOO_MUCH = f"not all of it was shown to the model: the change takes more than {MOST_CALLS} calls"
_NOTHING_LEFT = "not shown to the model: only lines were removed"
_NO_ANSWER = "the model did not answer"
_NOT_READ = "the model's answer could not be read"


@dataclass(frozen=True, slots=True)
class Material:
    """What a model is to be shown of a change, and the reviewed files of which it sees nothing, or not all, and why."""

    parts: tuple[Part, ...]
    unseen: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model said of a change, as far as it is believed.

    `unseen` are reviewed files that it did not see or of which nothing it said could be read, and why. `failure` says
    why it could not be asked to the end, "" if it could.
    """

    label: str
    findings: tuple[Finding, ...]
    unseen: tuple[Skipped, ...]
    failure: str = ""


def material(change: Change, report: Report, ignore: Sequence[str] = ()) -> Material:
    """What to show of a change that was checked mechanically. Reads the disk and runs git."""
    reviewed = {each.path for each in report.reviewed}
    parts: list[Part] = []
    unseen: list[Skipped] = []
    for pair in pairs(change, ignore):
        path = pair.file.path
        if pair.skip or path not in reviewed:
            continue
        room = MOST_CALLS - len(parts)
        found = parts_of(pair, report.findings) if room and not is_secret(path) else ()
        if is_secret(path):
            unseen.append(Skipped(path, _SECRET))
        elif room == 0 or room < len(found):
            unseen.append(Skipped(path, _TOO_MUCH))
        elif not found:
            unseen.append(Skipped(path, _NOTHING_LEFT))
        parts += found[:room]
    return Material(tuple(parts), tuple(unseen))


def document_material(pair: Pair, findings: Sequence[Finding]) -> Material:
    """What to show of one open document."""
    path = pair.file.path
    if is_secret(path):
        return Material((), (Skipped(path, _SECRET),))
    parts = parts_of(pair, findings)[:MOST_CALLS]
    return Material(tuple(parts), () if parts else (Skipped(path, _NOTHING_LEFT),))


async def opinion(
    shown: Material,
    mechanical: Sequence[Finding],
    route: Route,
    *,
    most: int,
    classes: Iterable[str] = (),
    report: Callable[[Progress], None] | None = None,
) -> Opinion:
    """Ask a model about a change, at most `AT_ONCE` calls at a time; `report` hears after each.

    At most `most` findings are handed on, of the `classes` wanted (none or "all": every class; "model" stands for all
    of them, too). The first call that fails keeps those that have not begun from being made.
    """
    work = _Work(shown, tuple(mechanical), route, report)
    async with asyncio.TaskGroup() as group:
        for part in shown.parts:
            group.create_task(work.look(part))
    wanted = set(classes) or {"all"}
    found = [each for each in work.found if wanted & {"all", "model", each.rule.partition("/")[2]}]
    reasons = {each.path: each.reason for each in shown.unseen} | work.reasons
    return Opinion(
        label=route.label,
        findings=tuple(best(found, most)),
        unseen=tuple(Skipped(path, reason) for path, reason in sorted(reasons.items())),
        failure=work.failure,
    )


async def read(call: Call, route: Route) -> list[Claim] | None:
    """What the model claims in answer to a call of `prompt.call`; None when that cannot be read. Raises ModelError."""
    scanner, thoughts = Scanner(), Thoughts()
    pieces = answered(call, prompt.PROMPT_VERSION, route.asking, route.answers, route.identity)
    async with aclosing(pieces):
        async for each in pieces:
            if isinstance(each, Text):
                scanner.feed(thoughts.feed(each.text))
            if scanner.is_full or len(scanner.claims) >= _MOST_CLAIMS:
                break
    scanner.feed(thoughts.finish())
    scanner.finish()
    claims = scanner.claims[:_MOST_CLAIMS]
    return claims if claims or scanner.is_empty else None


def with_opinion(report: Report, given: Opinion) -> Report:
    """A report with what a model said behind what was found mechanically."""
    return replace(
        report, findings=(*report.findings, *given.findings), model=given.label, unseen=given.unseen
    )


@dataclass(slots=True)
class _Work:
    """What became of the calls so far."""

    shown: Material
    mechanical: tuple[Finding, ...]
    route: Route
    report: Callable[[Progress], None] | None
    found: list[Finding] = field(default_factory=list[Finding])
    reasons: dict[str, str] = field(default_factory=dict[str, str])
    failure: str = ""
    done: int = 0
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def look(self, part: Part) -> None:
        async with self.gate:
            if self.failure:
                self.reasons[part.path] = _NO_ANSWER
                return
            try:
                claims = await read(prompt.call(part), self.route)
            except ModelError as error:
                self.failure = self.failure or str(error) or type(error).__name__
                self.reasons[part.path] = _NO_ANSWER
                return
        if claims is None:
            self.reasons.setdefault(part.path, _NOT_READ)
        else:
            self.found += believed(part, claims, self.mechanical)
        self.done += 1
        if self.report:
            self.report(Progress(self.done, len(self.shown.parts), part.path))
