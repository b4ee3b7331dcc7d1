"""Findings that are known and accepted, by fingerprint: a file to be kept with the code."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from linnet_context.problems import Problem

from .finding import Finding

_VERSION = 1


def written(findings: Sequence[Finding]) -> str:
    """The text of a baseline that accepts these findings. Holds no code: rules, paths and fingerprints alone."""
    counted = Counter((each.path, each.rule, each.fingerprint) for each in findings)
    entries = [
        {"path": path, "rule": rule, "fingerprint": fingerprint, "count": count}
        for (path, rule, fingerprint), count in sorted(counted.items())
    ]
    return json.dumps({"version": _VERSION, "findings": entries}, indent=2) + "\n"


def read(text: str, name: str) -> Counter[str]:
    """How often each fingerprint is accepted; Problem for a text that is no baseline. `name` is the file's."""
    try:
        value: Any = json.loads(text)
        if value["version"] != _VERSION:
            raise ValueError(value["version"])
        known: Counter[str] = Counter()
        for entry in value["findings"]:
            known[str(entry["fingerprint"])] += max(1, int(entry.get("count", 1)))
        return known
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Problem(
            f"{name} is no baseline.", "Write one with linnet review --write-baseline FILE."
        ) from None


def divided(
    findings: Sequence[Finding], known: Counter[str]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that a baseline does not accept, and those that it does. A moved file's are still accepted."""
    left = known.copy()
    new: list[Finding] = []
    accepted: list[Finding] = []
    for each in findings:
        (accepted if left[each.fingerprint] > 0 else new).append(each)
        left[each.fingerprint] -= 1
    return tuple(new), tuple(accepted)
