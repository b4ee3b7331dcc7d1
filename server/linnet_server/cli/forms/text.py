"""The result of a review for people: with frames of code, or one line a finding."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from linnet_server.cli.common import visible

if TYPE_CHECKING:
    from linnet_completions.review.finding import Finding
    from linnet_completions.review.review import Report
    from linnet_server.cli.common import App

    Piece = tuple[str, str]

CLAIM = "Mechanical checks only: they find syntax errors, known kinds of bugs and secrets, not wrong logic."
_MODEL_CLAIM = "Mechanical checks and {model}: a model may be wrong, and misses much."
_WIDTH = 110
# Characters that reorder or hide what stands around them on a terminal.
_DECEIVING = re.compile("[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def plain(text: str) -> str:
    """One line of text that a repository brought, with everything made visible that is not to be seen."""
    text = (
        visible(text.encode("utf-8", "backslashreplace").decode()).replace("\n", "\\n").replace("\t", "    ")
    )
    return _DECEIVING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def concise(report: Report) -> str:
    """One line a finding: PATH:LINE:COLUMN: severity: message [rule]."""
    lines = (
        f"{_place(each)}: {each.severity}: {plain(each.message)} [{each.rule}]" for each in report.findings
    )
    return "".join(f"{line}\n" for line in lines)


def _place(each: Finding) -> str:
    return f"{_path(each.path)}:{each.start.line + 1}:{each.start.column + 1}"


def _path(path: str) -> str:
    """A path at the start of a line, where some CI systems look for commands."""
    return f"./{plain(path)}" if path.startswith(("::", "##")) else plain(path)


def text(report: Report, most: int = 0) -> str:
    """The report for people, without colours."""
    return "".join("".join(piece for piece, _ in line) + "\n" for line in text_lines(report, most))


def print_text(app: App, report: Report, most: int = 0) -> None:
    """Print the report for people: with colours on a terminal, plain elsewhere."""
    if not sys.stdout.isatty():
        app.out(text(report, most).removesuffix("\n"))
        return
    from rich.text import Text

    console = app.console()
    for line in text_lines(report, most):
        console.print(Text.assemble(*line))


def shown_findings(report: Report, most: int) -> tuple[list[Finding], int]:
    """The `most` gravest findings (0: all) of those that are no model's, and all of a model's; how many are left out."""
    mechanical = [each for each in report.findings if each.source != "model"]
    shown = mechanical[:most] if most else mechanical
    model = [each for each in report.findings if each.source == "model"]
    return [*shown, *model], len(mechanical) - len(shown)


def text_lines(report: Report, most: int = 0) -> Iterator[list[Piece]]:
    """The lines of the report for people, each in pieces of text and style."""
    shown, more = shown_findings(report, most)
    for each in shown:
        yield from _finding_lines(each)
        yield []
    if more:
        yield [(f"{_counted(more, 'more finding')}, less grave; --max-findings 0 shows all.", "bold")]
        yield []
    yield from _observation_lines(report, most)
    yield from _summary(report)


def _observation_lines(report: Report, most: int) -> Iterator[list[Piece]]:
    if not report.observations:
        return
    yield [("Observations, not defects:", "bold")]
    for each in report.observations[: most or None]:
        yield [(f"  {plain(each.path)}:{each.line + 1}: {plain(each.message)}", "")]
    if most and report.observations[most:]:
        yield [(f"  and {len(report.observations) - most} more", "dim")]
    yield []


def summary(report: Report) -> list[str]:
    """What was found and what was looked at, without colours."""
    return ["".join(piece for piece, _ in line) for line in _summary(report)]


def _finding_lines(each: Finding) -> Iterator[list[Piece]]:
    severity = (each.severity, _STYLES[each.severity])
    yield [
        (_place(each), "bold"),
        (": ", ""),
        severity,
        (f": {plain(each.message)} ", ""),
        (f"[{each.rule}]", "dim"),
    ]
    yield from _frame(each, severity[1])
    where = f" (in {plain(each.symbol)})" if each.symbol else ""
    if told := f"{plain(each.consequence)}{where}".strip():
        yield [(f"  {told}", "")]
    if each.fix:
        yield [(f"  Fix{'' if each.fix.safe else ' (unsafe)'}: {plain(each.fix.title)}", "dim")]


def _frame(each: Finding, style: str) -> Iterator[list[Piece]]:
    """The quoted line between its neighbours, all numbered, and marks below what the finding speaks of."""
    at = each.start.line + 1
    width = len(str(at + len(each.after)))
    column = min(each.start.column, len(each.quote))
    first = max(0, column - _WIDTH // 2) if len(each.quote) > _WIDTH else 0
    for number, text in enumerate(each.before, at - len(each.before)):
        yield _numbered(str(number).rjust(width), _cut(text, first))
    quote, marks = _marked(each, column, first)
    yield _numbered(str(at).rjust(width), quote)
    yield [(f"  {' ' * width} | ", "dim"), (marks, style)]
    for number, text in enumerate(each.after, at + 1):
        yield _numbered(str(number).rjust(width), _cut(text, first))


def _numbered(number: str, text: str) -> list[Piece]:
    return [(f"  {number} | ", "dim"), (text, "")] if text else [(f"  {number} |", "dim")]


def _cut(text: str, first: int) -> str:
    """What of a neighbouring line stands above or below a frame that begins at column `first`."""
    shown = plain(text.rstrip()[first : first + _WIDTH])[:_WIDTH]
    return f"…{shown}" if first and shown else shown


def _marked(each: Finding, column: int, first: int) -> tuple[str, str]:
    """The quoted line, cut to a readable width around the finding, and the marks that go below it."""
    end = each.end.column if each.end.line == each.start.line else len(each.quote)
    end = max(column + 1, min(end, len(each.quote)))
    before, inside = plain(each.quote[first:column]), plain(each.quote[column:end])
    after = plain(each.quote[end : first + _WIDTH])
    room = max(1, _WIDTH - len(before))
    start = "…" if first else ""
    shown = start + before + inside[:room] + after[: max(0, room - len(inside))]
    return shown, " " * len(start + before) + "^" * max(1, len(inside[:room]))


def _summary(report: Report) -> Iterator[list[Piece]]:
    counts = [
        sum(each.severity == severity for each in report.findings)
        for severity in ("error", "warning", "info")
    ]
    names = ("error", "warning", "note")
    parts = [_counted(count, name) for count, name in zip(counts, names, strict=True) if count]
    yield [(", ".join(parts) or "Nothing found", "bold"), (f" in {plain(report.title)}.", "")]
    added, removed = (sum(getattr(each, side) for each in report.reviewed) for side in ("added", "removed"))
    claim = _MODEL_CLAIM.format(model=plain(report.model)) if report.model else CLAIM
    yield [(f"Reviewed {_counted(len(report.reviewed), 'file')} (+{added} -{removed} lines). {claim}", "")]
    for count, what in (
        (len(report.ignored), "ignored by comments"),
        (len(report.accepted), "accepted by the baseline"),
    ):
        if count:
            yield [(f"{_counted(count, 'finding')} {what}.", "")]
    for each in report.reviewed:
        if each.partly:
            yield [(f"  {plain(each.path)}: {plain(each.partly)}", "dim")]
    if report.unseen:
        yield [(f"Not reviewed by the model, or not all of it: {_counted(len(report.unseen), 'file')}:", "")]
    for each_unseen in report.unseen:
        yield [(f"  {plain(each_unseen.path)}: {plain(each_unseen.reason)}", "dim")]
    if report.skipped:
        yield [(f"Skipped {_counted(len(report.skipped), 'file')}:", "")]
    for each_skipped in report.skipped:
        yield [(f"  {plain(each_skipped.path)}: {plain(each_skipped.reason)}", "dim")]
    if report.interrupted:
        yield [("Interrupted: what is above is not the whole review.", "bold")]


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"
