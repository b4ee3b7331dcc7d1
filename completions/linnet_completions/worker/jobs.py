"""Answers that take long: explanations with their history, reviews. They see frozen values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linnet_context.problems import Problem
from linnet_context.text import Document

if TYPE_CHECKING:
    from linnet_completions.explain.facts import FactSheet
    from linnet_completions.review.finding import Finding
    from linnet_completions.worker.workshop import Question


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked about some lines: a question (None: to explain them), what was said before, a problem and its rule."""

    ask: str | None = None
    history: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    code: str = ""

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Inquiry:
        history = tuple((str(question), str(answer)) for question, answer in params.get("history") or ())
        return cls(
            params.get("ask"), history, str(params.get("problem") or ""), str(params.get("code") or "")
        )


def explained(
    sheet: FactSheet, document: Document, root: Path, question: Question | None, inquiry: Inquiry
) -> dict[str, Any]:
    """A fact sheet with its history as Markdown, the call to a model, and its masks: {markdown, call, masks}."""
    from linnet_completions.explain.facts import with_history
    from linnet_completions.explain.prompt import Turn, call
    from linnet_completions.explain.render import to_markdown
    from linnet_completions.explain.rule import rule_in, rule_page
    from linnet_completions.models.masks import masked

    sheet = with_history(sheet, document, root)
    problem = inquiry.problem
    page = rule_page(inquiry.code or rule_in(problem)) if problem or inquiry.code else ""
    wanted = None
    if question is not None:
        told = replace(question.sheet, commits=sheet.commits)
        history = [Turn(*turn) for turn in inquiry.history]
        about = f"{problem}\n\n{page}".strip() if problem else ""
        wanted = masked(call(told, question.context, inquiry.ask, history, about), question.masks)
    return {
        "markdown": to_markdown(sheet, problem, page),
        "call": wanted,
        "masks": question.masks if question else {},
    }


def reviewed(root: Path, document: Document) -> dict[str, Any]:
    """What an open document adds to its last commit, as {message, notes}."""
    from linnet_completions.review.review import review_document
    from linnet_context import git

    base = git.show(root, "HEAD", document.path)
    findings = review_document(root, document.path, document.text(), base)
    against = "its last commit" if base is not None else "nothing: it was never committed"
    return {"message": f"Reviewed against {against}.", "notes": [note_of(one) for one in findings]}


def reviewed_workspace(root: Path, ignore: Sequence[str]) -> dict[str, Any]:
    """All that is not committed, as {message, root, files: {path: notes}}; a file without findings has no notes.

    The paths start from the repository's root, which may be above the workspace folder's.
    """
    from linnet_completions.review.change import Inputs, find_change
    from linnet_completions.review.checks import Options
    from linnet_completions.review.review import review

    try:
        change = find_change(root, Inputs())
        report = review(change, options=Options(ignore=tuple(ignore)))
    except Problem as problem:
        return {"message": f"{problem.what} {problem.remedy}", "root": str(root), "files": {}}
    files: dict[str, list[dict[str, Any]]] = {file.path: [] for file in report.reviewed}
    for finding in report.findings:
        files.setdefault(finding.path, []).append(note_of(finding))
    return {"message": f"Reviewed {report.title}.", "root": str(change.root), "files": files}


def note_of(finding: Finding) -> dict[str, Any]:
    """A finding as the editor's note: lines with both ends included."""
    return {
        "first": finding.start.line,
        "first_column": finding.start.column,
        "last": finding.end.line,
        "last_column": finding.end.column,
        "severity": finding.severity,
        "rule": finding.rule,
        "message": f"{finding.message.rstrip('.')}. {finding.consequence}".strip(),
    }
