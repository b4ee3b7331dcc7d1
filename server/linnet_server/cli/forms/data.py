"""The report as JSON: one object, or a line for each finding and one for the rest."""

from __future__ import annotations

import json as encoder
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from linnet_completions.review.finding import numbered
from linnet_server.cli.common import JSON_VERSION

if TYPE_CHECKING:
    from linnet_completions.review.finding import Finding
    from linnet_completions.review.review import Report, Skipped


def json(report: Report) -> str:
    """The report as one JSON object."""
    return encoder.dumps({"version": JSON_VERSION, **as_value(report)}, indent=2) + "\n"


def jsonl(report: Report) -> str:
    """A line for each finding and each observation, and a last one of kind "review" for all the rest."""
    value = as_value(report)
    lines = [{"kind": "finding", **each} for each in value.pop("findings")]
    lines += [{"kind": "observation", **each} for each in value.pop("observations")]
    lines.append({"kind": "review", "version": JSON_VERSION, **value})
    return "".join(encoder.dumps(line) + "\n" for line in lines)


def as_value(report: Report) -> dict[str, Any]:
    """The report as plain values for JSON; lines and columns count from 1, end columns are excluded."""
    return {
        "title": report.title,
        "checks": "mechanical and model" if report.model else "mechanical",
        "model": report.model or None,
        "findings": [finding_value(*each) for each in numbered(report.findings)],
        "observations": [
            {"path": each.path, "line": each.line + 1, "about": each.kind, "message": each.message}
            for each in report.observations
        ],
        "ignored": [finding_value(*each) for each in numbered(report.ignored)],
        "accepted": [finding_value(*each) for each in numbered(report.accepted)],
        "reviewed": [
            {"path": each.path, "added": each.added, "removed": each.removed, "partly": each.partly}
            for each in report.reviewed
        ],
        "skipped": _reasons(report.skipped),
        "unseen": _reasons(report.unseen),
        "notes": list(report.notes),
        "interrupted": report.interrupted,
    }


def _reasons(skipped: Sequence[Skipped]) -> list[dict[str, str]]:
    return [{"path": each.path, "reason": each.reason} for each in skipped]


def finding_value(each: Finding, occurrence: int) -> dict[str, Any]:
    """A finding as plain values. `occurrence` tells findings of one path and fingerprint apart."""
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
        "occurrence": occurrence,
        "fix": _fix_value(each),
    }


def _fix_value(each: Finding) -> dict[str, Any] | None:
    if each.fix is None:
        return None
    edits = [
        {
            "line": edit.start.line + 1,
            "column": edit.start.column + 1,
            "end_line": edit.end.line + 1,
            "end_column": edit.end.column + 1,
            "text": edit.text,
        }
        for edit in each.fix.edits
    ]
    return {"title": each.fix.title, "safe": each.fix.safe, "edits": edits}
