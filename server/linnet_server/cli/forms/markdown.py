"""The report as Markdown, for the summary of a CI run or a comment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linnet_server.cli.forms.names import clean
from linnet_server.cli.forms.text import shown_findings, summary

if TYPE_CHECKING:
    from linnet_completions.review.finding import Finding
    from linnet_completions.review.review import Report

# What would begin a mark-up, a mention, a reference or a piece of HTML.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~@&$-])")


def markdown(report: Report, most: int = 0) -> str:
    """Findings with their lines, observations, and what was reviewed. Nothing in the code becomes a mark-up."""
    shown, more = shown_findings(report, most)
    lines = ["## Linnet's review", ""]
    for each in shown:
        lines += _finding(each)
    if more:
        lines += [f"{more} more, less grave.", ""]
    if report.observations:
        lines += ["### Observations, not defects", ""]
        lines += [
            f"* {_code(f'{each.path}:{each.line + 1}')} {_text(each.message)}" for each in report.observations
        ]
        lines += [""]
    lines += [f"{_text(line.strip())}  " for line in summary(report)]
    return "\n".join(lines) + "\n"


def _finding(each: Finding) -> list[str]:
    place = f"{each.path}:{each.start.line + 1}"
    return [
        f"* **{each.severity}** {_code(place)} {_text(each.message)} ({_code(each.rule)})",
        *([f"  {_text(each.consequence)}"] if each.consequence else []),
        "",
        f"      {clean(each.quote.strip())}",
        "",
    ]


def _text(words: str) -> str:
    """Words as themselves, but for what stands between backquotes, which is code."""
    parts = clean(words).split("`")
    if len(parts) % 2 == 0:
        return _SPECIAL.sub(r"\\\1", clean(words))
    return "".join(_code(part) if at % 2 else _SPECIAL.sub(r"\\\1", part) for at, part in enumerate(parts))


def _code(words: str) -> str:
    """Words as code, between more backquotes than they hold."""
    words = clean(words)
    fence = "`" * (max(map(len, re.findall(r"`+", words)), default=0) + 1)
    return f"{fence} {words} {fence}" if "`" in words else f"{fence}{words}{fence}"
