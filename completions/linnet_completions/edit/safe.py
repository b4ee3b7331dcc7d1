"""Fixes that need no model: those that ruff itself calls safe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from linnet_completions.edit import guards
from linnet_completions.edit.change import Change, applied
from linnet_completions.edit.proposal import Proposal
from linnet_completions.review.rules import ruff_program, ruff_reports
from linnet_context.text import Document, Position


@dataclass(frozen=True, slots=True)
class SafeFix:
    """A fix of one broken rule (`rule` is its code), what ruff says about it, and the edit."""

    rule: str
    message: str
    line: int
    proposal: Proposal


def safe_fixes(document: Document, rules: Sequence[str], first: int, last: int) -> tuple[SafeFix, ...]:
    """The safe fixes of broken rules on lines (0-based, both included) of a Python document. Runs ruff."""
    program = ruff_program()
    if program is None or document.language != "python" or not rules:
        return ()
    found: list[SafeFix] = []
    text = document.text()
    for report in ruff_reports(program, document.path, text, rules) or ():
        line = report["location"]["row"] - 1
        changes = _changes(report)
        if not first <= line <= last or not changes:
            continue
        if guards.broken(document, applied(document, changes)) is None:
            proposal = Proposal(document.path, document.version, changes)
            found.append(SafeFix(str(report["code"]), _said(report), line, proposal))
    return tuple(found)


def _said(report: dict[str, Any]) -> str:
    return str((report.get("fix") or {}).get("message") or report["message"])


def _changes(report: dict[str, Any]) -> tuple[Change, ...]:
    fix = report.get("fix") or {}
    if fix.get("applicability") != "safe":
        return ()
    edits: Iterable[dict[str, Any]] = fix.get("edits") or ()
    return tuple(
        Change(_place(edit["location"]), _place(edit["end_location"]), edit["content"]) for edit in edits
    )


def _place(place: dict[str, int]) -> Position:
    return Position(place["row"] - 1, place["column"] - 1)
