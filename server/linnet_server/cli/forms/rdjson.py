"""The report in reviewdog's diagnostic format; its columns count UTF-8 bytes from 1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from linnet_server.cli.forms.names import file_name, said

if TYPE_CHECKING:
    from linnet_completions.review.finding import Edit, Finding
    from linnet_completions.review.review import Report
    from linnet_context.text import Position

_SEVERITIES = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}


def rdjson(report: Report) -> str:
    """One DiagnosticResult."""
    diagnostics = [_diagnostic(each) for each in report.findings]
    return json.dumps({"source": {"name": "linnet"}, "diagnostics": diagnostics}, indent=2) + "\n"


def _diagnostic(each: Finding) -> dict[str, Any]:
    value: dict[str, Any] = {
        "message": said(each),
        "location": {
            "path": file_name(each.path),
            "range": {"start": _position(each, each.start), "end": _position(each, each.end)},
        },
        "severity": _SEVERITIES[each.severity],
        "code": {"value": each.rule},
    }
    edits = each.fix.edits if each.fix else ()
    if edits and all(edit.start.line == edit.end.line == each.start.line for edit in edits):
        value["suggestions"] = [_suggestion(each, edit) for edit in edits]
    return value


def _position(each: Finding, place: Position) -> dict[str, int]:
    """Columns of other lines than the quoted one are not known in bytes, so those lines are named alone."""
    if place.line != each.start.line:
        return {"line": place.line + 1}
    before = each.quote[: place.column]
    return {"line": place.line + 1, "column": len(before.encode("utf-8", "replace")) + 1}


def _suggestion(each: Finding, edit: Edit) -> dict[str, Any]:
    return {
        "range": {"start": _position(each, edit.start), "end": _position(each, edit.end)},
        "text": edit.text.encode("utf-8", "replace").decode(),
    }
