"""Rules for Rust."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .engine import Pattern

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_RUST = frozenset({"rust"})


def _compared_with_nan(node: SgNode) -> SgNode | None:
    operator = node.field("operator")
    if operator is None or operator.text() not in ("==", "!=", "<", ">", "<=", ">="):
        return None
    sides = [each.text() for each in (node.field("left"), node.field("right")) if each is not None]
    return node if any(re.fullmatch(r"(?:std::)?(?:f32|f64)::NAN", each) for each in sides) else None


RULES = (
    Pattern(
        "dropped-error",
        _RUST,
        "error",
        "The error is made and thrown away",
        "Nothing is returned.",
        {"kind": "expression_statement", "regex": r"(?s)^Err\(.*\);$"},
        needs=r"\bErr\(",
        fix=lambda node: f"return {node.text()}",
        fix_title="Return the error",
        check=lambda node: node if re.match(r"Err\((?:[^()]|\([^()]*\))*\);$", node.text()) else None,
    ),
    Pattern(
        "result-dropped",
        _RUST,
        "warning",
        "The value is made and thrown away",
        "The statement has no effect.",
        {
            "kind": "expression_statement",
            "regex": r"^(?:format!\(.*\)|[\w.]+\.(?:clone|to_string|to_owned|trim|to_uppercase|to_lowercase)\(\));$",
        },
        needs=r"format!|\.(?:clone|to_string|to_owned|trim|to_uppercase|to_lowercase)\(\);",
        not_in_tests=True,
    ),
    Pattern(
        "lock-dropped",
        _RUST,
        "error",
        "The lock is given back at once",
        "`_` drops the guard: what follows is not protected.",
        {
            "kind": "let_declaration",
            "regex": r"^let\s+_\s*=\s*[\w.]+\.(?:lock|read|write)\(\)\.(?:await|unwrap\(\)|expect\(.*\))\s*;$",
        },
        needs=r"let\s+_\s*=",
    ),
    Pattern(
        "lock-dropped",
        _RUST,
        "error",
        "The lock is given back at once",
        "`_` drops the guard: what follows is not protected.",
        {"kind": "let_declaration", "regex": r"^let\s+_\s*=\s*[\w.]+\.lock\(\)\s*;$"},
        needs=r"let\s+_\s*=",
    ),
    Pattern(
        "compared-with-nan",
        _RUST,
        "error",
        "Nothing equals NaN",
        "The comparison always has the same result: use is_nan().",
        {"kind": "binary_expression"},
        _compared_with_nan,
        needs=r"::NAN\b",
    ),
    Pattern(
        "debug-left",
        _RUST,
        "warning",
        "dbg! is left in the code",
        "It writes to standard error whenever this runs.",
        {"kind": "macro_invocation", "regex": r"^dbg!"},
        needs=r"\bdbg!",
        not_in_tests=True,
    ),
    Pattern(
        "iterator-dropped",
        _RUST,
        "error",
        "The iterator is made and never run",
        "Iterators are lazy: the closure is not called.",
        {
            "kind": "expression_statement",
            "regex": r"(?s)^[\w.&]+\.(?:iter|iter_mut|into_iter)\(\)\s*\.(?:map|filter|inspect)\((?:[^;]*)\);$",
        },
        lambda node: (
            node
            if not re.search(
                r"\)\s*\.\s*\w+\s*(?:::<[^>]*>)?\(\)\s*;$|for_each|collect|\.(?:count|sum|all|any|fold)\(",
                node.text(),
            )
            else None
        ),
        needs=r"iter(?:_mut)?\(\)",
    ),
)
