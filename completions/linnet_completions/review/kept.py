"""Findings of a file as a text, so that a file that did not change since need not be checked again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from linnet_context.text import Position

from .engines import digest as installed
from .finding import Candidate, Edit, Finding, Fix

if TYPE_CHECKING:
    from .checks import Options
    from .sides import Pair


def key(
    pair: Pair,
    options: Options,
    further: Sequence[Candidate] = (),
    earlier: Sequence[Candidate] = (),
    engines: str = "",
) -> str:
    """What tells one check from another: the engines, what was asked of them, and all they see of the file.

    `further` and `earlier` are as in `Checks.checked`. `engines` is the digest of those that check, by default of the
    ones installed here.
    """
    added = tuple(sorted(pair.diff.added.items()))
    removed = tuple(sorted(pair.diff.removed.items()))
    parts = (
        pair.file.path,
        pair.base,
        pair.head,
        added,
        removed,
        tuple(map(repr, further)),
        tuple(map(repr, earlier)),
    )
    known = repr((engines or installed(), _asked(options), parts)).encode("utf-8", "backslashreplace")
    return f"review:{hashlib.sha256(known).hexdigest()}"


def _asked(options: Options) -> tuple[object, ...]:
    own = tuple(
        (each.name, each.severity, each.message, json.dumps(each.rule, sort_keys=True))
        for each in options.patterns
    )
    return (options.rules, options.classes, own)


def written(findings: Sequence[Finding], ignored: Sequence[Finding]) -> str:
    """The text that `read` reads."""
    return json.dumps([[asdict(each) for each in group] for group in (findings, ignored)])


def read(text: str | None) -> tuple[tuple[Finding, ...], tuple[Finding, ...]] | None:
    """The findings, and those that comments take back; None for no text, and for one that we did not write."""
    if text is None:
        return None
    try:
        findings, ignored = json.loads(text)
        return tuple(_findings(findings)), tuple(_findings(ignored))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _findings(values: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    for value in values:
        fix = value["fix"]
        edits = tuple(_edit(each) for each in fix["edits"]) if fix else ()
        yield Finding(
            **{
                **value,
                "start": Position(**value["start"]),
                "end": Position(**value["end"]),
                "before": tuple(value["before"]),
                "after": tuple(value["after"]),
                "fix": Fix(fix["title"], edits, fix["safe"]) if fix else None,
            }
        )


def _edit(value: Mapping[str, Any]) -> Edit:
    return Edit(Position(**value["start"]), Position(**value["end"]), value["text"])
