"""Rules for Go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .engine import Pattern
from .shapes import code_children, holds_comment

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_GO = frozenset({"go"})


def _nothing_done(node: SgNode) -> SgNode | None:
    condition, body, other = node.field("condition"), node.field("consequence"), node.field("alternative")
    if condition is None or body is None or other is not None:
        return None
    asked = re.fullmatch(r"\w*[eE]rr\w*\s*!=\s*nil", condition.text())
    return node if asked and not code_children(body) and not holds_comment(body) else None


def _added_inside(node: SgNode) -> SgNode | None:
    """`go func() { wg.Add(1); ...`: the goroutine itself tells the group to wait for it."""
    first = node.find({"rule": {"kind": "statement_list"}})
    statement = first.child(0) if first is not None else None
    if statement is None or not re.fullmatch(
        r"\w*[wW][gG]\w*\.Add\(1\)|\w*[wW]ait[gG]roup\w*\.Add\(1\)", statement.text()
    ):
        return None
    group = statement.text().partition(".")[0]
    return statement if f"{group}.Done()" in node.text() else None


RULES = (
    Pattern(
        "dropped-error",
        _GO,
        "error",
        "The error is made and thrown away",
        "Nothing is returned.",
        {"kind": "expression_statement", "regex": r"^(?:errors\.New|fmt\.Errorf)\("},
        needs=r"errors\.New|Errorf",
    ),
    Pattern(
        "error-not-handled",
        _GO,
        "warning",
        "The error is asked for and nothing is done",
        "The failure goes unnoticed.",
        {"kind": "if_statement"},
        _nothing_done,
        needs=r"!=\s*nil\s*\{\s*\}",
        aliases=("SA9003",),
        not_in_tests=True,
    ),
    Pattern(
        "locked-twice",
        _GO,
        "error",
        "The lock is taken again where it should be given back",
        "The second Lock waits for ever.",
        {
            "kind": "defer_statement",
            "regex": r"^defer\s+[\w.]+\.(?:R)?Lock\(\)$",
        },
        lambda node: _after_lock(node),
        needs=r"defer\s+[\w.]+Lock\(\)",
        aliases=("SA2003",),
    ),
    Pattern(
        "added-inside",
        _GO,
        "error",
        "Add is called by the goroutine that is to be waited for",
        "Wait may return before the goroutine has begun.",
        {"kind": "go_statement"},
        _added_inside,
        needs=r"\.Add\(1\)",
        aliases=("SA2000",),
    ),
    Pattern(
        "sleeps-nanoseconds",
        _GO,
        "warning",
        "A bare number of nanoseconds is slept",
        "It is over at once: multiply by time.Second or the like.",
        {"kind": "call_expression", "regex": r"^time\.Sleep\([1-9]\d{0,4}\)$"},
        needs=r"time\.Sleep\(\d",
        aliases=("SA1004",),
    ),
    Pattern(
        "printed-verb",
        _GO,
        "warning",
        "A text with formatting verbs is printed as it stands",
        "The verbs are shown and nothing is filled in.",
        {
            "kind": "call_expression",
            "regex": r'^(?:fmt\.(?:Print|Println|Sprint|Sprintln)|log\.(?:Print|Println|Fatal|Fatalln))\("[^"]*%[+#]?[dsvqTw][^"]*",',
        },
        needs=r"(?:Print|Println|Fatal|Fatalln|Sprint|Sprintln)\(\"[^\"]*%",
    ),
)


def _after_lock(node: SgNode) -> SgNode | None:
    before = next((each for each in node.prev_all() if each.is_named() and each.kind() != "comment"), None)
    locked = node.text().removeprefix("defer").strip()
    return node if before is not None and before.text().strip() == locked else None
