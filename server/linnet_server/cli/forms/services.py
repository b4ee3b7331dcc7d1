"""The report as GitHub's workflow commands and as GitLab's code quality report."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from linnet_completions.review.finding import numbered
from linnet_server.cli.forms.names import clean, file_name, said

if TYPE_CHECKING:
    from linnet_completions.review.finding import Finding
    from linnet_completions.review.review import Report

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
_SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}


def github(report: Report) -> str:
    """One annotation a finding, the gravest first (a step shows ten of each level), then what was reviewed."""
    from linnet_server.cli.forms.text import summary

    lines = [_annotation(each) for each in report.findings]
    # A summary must not be taken for a command, whatever the change is called.
    lines += [f"| {line}" for line in summary(report)]
    return "".join(f"{line}\n" for line in lines)


def _annotation(each: Finding) -> str:
    last = each.end.line if each.end.column or each.end.line == each.start.line else each.end.line - 1
    properties = {
        "title": f"{each.rule}",
        "file": clean(file_name(each.path)),
        "line": each.start.line + 1,
        "endLine": max(last, each.start.line) + 1,
    }
    if last <= each.start.line:  # GitHub takes columns within one line alone.
        properties["col"] = each.start.column + 1
        properties["endColumn"] = (
            max(each.end.column, each.start.column + 1) + 1
            if each.end.line == each.start.line
            else each.start.column + 2
        )
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[each.severity]} {given}::{_escaped(said(each))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def gitlab(report: Report) -> str:
    """A list of issues, as GitLab's `codequality` artifact."""
    issues = [
        {
            "description": said(each),
            "check_name": each.rule,
            "fingerprint": _fingerprint(each, number),
            "severity": _SEVERITIES[each.severity],
            "location": {"path": clean(file_name(each.path)), "lines": {"begin": each.start.line + 1}},
        }
        for each, number in numbered(report.findings)
    ]
    return json.dumps(issues, indent=2) + "\n"


def _fingerprint(each: Finding, number: int) -> str:
    """GitLab shows of two issues with one fingerprint only one, so file and occurrence are part of it."""
    parts = f"{each.fingerprint}\0{each.path}\0{number}".encode("utf-8", "backslashreplace")
    return hashlib.sha256(parts).hexdigest()[:32]
