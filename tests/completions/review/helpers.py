"""Short ways to review small things in tests."""

from __future__ import annotations

from pathlib import Path

from linnet_completions.review.change import Inputs, find_change
from linnet_completions.review.checks import Options
from linnet_completions.review.finding import Finding
from linnet_completions.review.review import Report, review, review_document


def rules_of(text: str, base: str | None = None, path: str = "module.py") -> list[str]:
    """The rules that a changed text breaks newly, most severe first."""
    return [each.rule for each in found_in(text, base, path)]


def found_in(text: str, base: str | None = None, path: str = "module.py") -> tuple[Finding, ...]:
    return review_document(Path("/nonexistent"), path, text, base)


def reviewed(folder: Path, inputs: Inputs | None = None, options: Options | None = None) -> Report:
    return review(find_change(folder, inputs or Inputs()), options=options)
