"""The report in SARIF 2.1.0, as code scanning services read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from linnet_completions.review.finding import numbered
from linnet_server.cli.forms.names import address, clean, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linnet_completions.review.finding import Finding
    from linnet_completions.review.review import Report

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
# GitHub sorts security findings by such a number; a secret in a repository is a serious one.
_SECRET_SEVERITY = "8.0"


def sarif(report: Report) -> str:
    """One run; findings that comments or a baseline take back are in it as suppressed results."""
    from linnet_server.lsp.front import VERSION

    everything = (*report.findings, *report.ignored, *report.accepted)
    rules = sorted({each.rule for each in everything})
    places = {rule: number for number, rule in enumerate(rules)}
    results = [
        *_results(report.findings, places, None),
        *_results(report.ignored, places, "inSource"),
        *_results(report.accepted, places, "external"),
    ]
    driver = {
        "name": "Linnet",
        "version": VERSION,
        "rules": [_rule(rule, next(each for each in everything if each.rule == rule)) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: str, each: Finding) -> dict[str, Any]:
    value: dict[str, Any] = {
        "id": rule,
        "shortDescription": {"text": clean(each.message) if each.source != "model" else rule},
        "defaultConfiguration": {"level": _LEVELS[each.severity]},
        "properties": {"tags": [each.source]},
    }
    if each.source == "secrets":
        value["properties"] = {"tags": ["security", "secrets"], "security-severity": _SECRET_SEVERITY}
    return value


def _invocation(report: Report) -> dict[str, Any]:
    notes = [*report.notes, *(f"{clean(each.path)} was skipped: {each.reason}" for each in report.skipped)]
    return {
        "executionSuccessful": not report.interrupted,
        "toolExecutionNotifications": [{"level": "note", "message": {"text": clean(note)}} for note in notes],
    }


def _results(
    findings: Sequence[Finding], places: dict[str, int], suppressed: str | None
) -> list[dict[str, Any]]:
    return [_result(each, number, places, suppressed) for each, number in numbered(findings)]


def _result(each: Finding, number: int, places: dict[str, int], suppressed: str | None) -> dict[str, Any]:
    region = {
        "startLine": each.start.line + 1,
        "startColumn": each.start.column + 1,
        "endLine": each.end.line + 1,
        "endColumn": each.end.column + 1,
        "snippet": {"text": clean(each.quote)},
    }
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": address(each.path)}, "region": region}
    }
    if each.symbol:
        location["logicalLocations"] = [{"fullyQualifiedName": clean(each.symbol)}]
    value: dict[str, Any] = {
        "ruleId": each.rule,
        "ruleIndex": places[each.rule],
        "level": _LEVELS[each.severity],
        "message": {"text": said(each)},
        "locations": [location],
        "partialFingerprints": {"primaryLocationLineHash": f"{each.fingerprint}:{number + 1}"},
        "rank": round(each.confidence * 100, 1),
    }
    if each.fix:
        value["fixes"] = [_fix(each)]
    if suppressed:
        value["suppressions"] = [{"kind": suppressed}]
    return value


def _fix(each: Finding) -> dict[str, Any]:
    assert each.fix is not None
    replacements = [
        {
            "deletedRegion": {
                "startLine": edit.start.line + 1,
                "startColumn": edit.start.column + 1,
                "endLine": edit.end.line + 1,
                "endColumn": edit.end.column + 1,
            },
            "insertedContent": {"text": clean_lines(edit.text)},
        }
        for edit in each.fix.edits
    ]
    change = {"artifactLocation": {"uri": address(each.path)}, "replacements": replacements}
    return {"description": {"text": clean(each.fix.title)}, "artifactChanges": [change]}


def clean_lines(text: str) -> str:
    """Text to be put in, its lines kept."""
    return "\n".join(clean(line) for line in text.split("\n"))
