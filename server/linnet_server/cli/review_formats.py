"""The result of a review as text, as one line a finding, and as JSON."""

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


def as_value(report: Report) -> dict[str, object]:
    """The report as plain values for JSON; lines and columns count from 1, end columns are excluded."""
    return {
        "title": report.title,
        "checks": "mechanical and model" if report.model else "mechanical",
        "model": report.model or None,
        "findings": [_finding_value(each) for each in report.findings],
        "reviewed": [
            {"path": each.path, "added": each.added, "removed": each.removed, "partly": each.partly}
            for each in report.reviewed
        ],
        "skipped": [{"path": each.path, "reason": each.reason} for each in report.skipped],
        "unseen": [{"path": each.path, "reason": each.reason} for each in report.unseen],
        "notes": list(report.notes),
        "interrupted": report.interrupted,
    }


def _finding_value(each: Finding) -> dict[str, object]:
    return {
        "path": each.path,
        "line": each.start.line + 1,
        "column": each.start.column + 1,
        "end_line": each.end.line + 1,
        "end_column": each.end.column + 1,
        "severity": each.severity,
        "rule": each.rule,
        "source": each.source,
        "confidence": each.confidence,
        "message": each.message,
        "consequence": each.consequence,
        "quote": each.quote,
        "symbol": each.symbol,
        "fingerprint": each.fingerprint,
    }


def concise(report: Report) -> Iterator[str]:
    """One line a finding: PATH:LINE:COLUMN: severity: message [rule]."""
    for each in report.findings:
        message = f"{each.severity}: {plain(each.message)} [{each.rule}]"
        yield f"{_place(each)}: {message}"


def _place(each: Finding) -> str:
    return f"{plain(each.path)}:{each.start.line + 1}:{each.start.column + 1}"


def print_text(app: App, report: Report) -> None:
    """Print the report for people: with colours on a terminal, plain elsewhere."""
    if not sys.stdout.isatty():
        for line in text_lines(report):
            app.out("".join(text for text, _ in line))
        return
    from rich.text import Text

    console = app.console()
    for line in text_lines(report):
        console.print(Text.assemble(*line))


def text_lines(report: Report) -> Iterator[list[Piece]]:
    """The lines of the report for people, each in pieces of text and style."""
    for each in report.findings:
        yield from _finding_lines(each)
        yield []
    yield from _summary(report)


def _finding_lines(each: Finding) -> Iterator[list[Piece]]:
    severity = (each.severity, _STYLES[each.severity])
    yield [
        (_place(each), "bold"),
        (": ", ""),
        severity,
        (f": {plain(each.message)} ", ""),
        (f"[{each.rule}]", "dim"),
    ]
    number = str(each.start.line + 1)
    quote, marks = _frame(each)
    yield [(f"  {number} | ", "dim"), (quote, "")]
    yield [(f"  {' ' * len(number)} | ", "dim"), (marks, severity[1])]
    where = f" (in {plain(each.symbol)})" if each.symbol else ""
    yield [(f"  {plain(each.consequence)}{where}".rstrip(), "")]


def _frame(each: Finding) -> tuple[str, str]:
    """The quoted line, cut to a readable width around the finding, and the marks that go below it."""
    column = min(each.start.column, len(each.quote))
    end = each.end.column if each.end.line == each.start.line else len(each.quote)
    end = max(column + 1, min(end, len(each.quote)))
    first = max(0, column - _WIDTH // 2) if len(each.quote) > _WIDTH else 0
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
    for each in report.reviewed:
        if each.partly:
            yield [(f"  {plain(each.path)}: {each.partly}", "dim")]
    if report.unseen:
        yield [(f"Not reviewed by the model, or not all of it: {_counted(len(report.unseen), 'file')}:", "")]
    for each_unseen in report.unseen:
        yield [(f"  {plain(each_unseen.path)}: {each_unseen.reason}", "dim")]
    if report.skipped:
        yield [(f"Skipped {_counted(len(report.skipped), 'file')}:", "")]
    for each_skipped in report.skipped:
        yield [(f"  {plain(each_skipped.path)}: {each_skipped.reason}", "dim")]
    if report.interrupted:
        yield [("Interrupted: what is above is not the whole review.", "bold")]


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"
