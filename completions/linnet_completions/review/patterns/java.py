"""Rules for Java."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .engine import Pattern
from .shapes import code_children, holds_comment

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_JAVA = frozenset({"java"})
_TEXT_METHODS = "trim|strip|toUpperCase|toLowerCase|concat|substring|replaceAll|intern"


def _text_identity(node: SgNode) -> SgNode | None:
    operator, left, right = node.field("operator"), node.field("left"), node.field("right")
    if operator is None or left is None or right is None or operator.text() not in ("==", "!="):
        return None
    kinds = {left.kind(), right.kind()}
    return node if "string_literal" in kinds and "null_literal" not in kinds else None


def _compared_with_nan(node: SgNode) -> SgNode | None:
    operator = node.field("operator")
    if operator is None or operator.text() not in ("==", "!=", "<", ">"):
        return None
    sides = [each.text() for each in (node.field("left"), node.field("right")) if each is not None]
    return node if {"Double.NaN", "Float.NaN"} & set(sides) else None


def _swallows_all(node: SgNode) -> SgNode | None:
    body = node.field("body")
    caught = next((each for each in node.children() if each.kind() == "catch_formal_parameter"), None)
    if body is None or caught is None or code_children(body) or holds_comment(body):
        return None
    wide = re.search(r"\b(?:Throwable|Exception|RuntimeException|Error)\s+(\w+)$", caught.text())
    return node.child(0) if wide and not re.match(r"ignore|expected|unused", wide[1]) else None


def _leaves_finally(node: SgNode) -> SgNode | None:
    for each in node.ancestors():
        if each.kind() in ("method_declaration", "lambda_expression", "constructor_declaration"):
            return None
        if each.kind() == "finally_clause":
            return node
    return None


RULES = (
    Pattern(
        "dropped-error",
        _JAVA,
        "error",
        "The exception is made and thrown away",
        "Nothing is thrown.",
        {
            "kind": "expression_statement",
            "regex": r"(?s)^new\s+(?:\w+\.)*(?:[A-Z]\w*)?(?:Exception|Error)\s*\(",
        },
        check=lambda node: node if code_children(node)[0].kind() == "object_creation_expression" else None,
        needs=r"\bnew\s",
        fix=lambda node: f"throw {node.text()}",
        fix_title="Throw the exception",
    ),
    Pattern(
        "text-identity",
        _JAVA,
        "error",
        "A text is compared by identity",
        "Equal texts may be different objects: use equals.",
        {"kind": "binary_expression"},
        _text_identity,
        needs=r"[!=]=\s*\"|\"\s*[!=]=",
    ),
    Pattern(
        "compared-with-nan",
        _JAVA,
        "error",
        "Nothing equals NaN",
        "The comparison always has the same result: use isNaN.",
        {"kind": "binary_expression"},
        _compared_with_nan,
        needs=r"\.NaN\b",
    ),
    Pattern(
        "equals-null",
        _JAVA,
        "error",
        "equals(null) is never true",
        "It is false, or raises NullPointerException.",
        {"pattern": "$OBJECT.equals(null)"},
        needs=r"equals\(null\)",
        not_in_tests=True,
    ),
    Pattern(
        "swallows-all",
        _JAVA,
        "warning",
        "Every exception is swallowed without a word",
        "A failure goes unnoticed.",
        {"kind": "catch_clause"},
        _swallows_all,
        needs=r"\bcatch\b",
        not_in_tests=True,
    ),
    Pattern(
        "leaves-finally",
        _JAVA,
        "warning",
        "`finally` is left by a jump",
        "An exception on its way is swallowed.",
        {"any": [{"kind": "return_statement"}, {"kind": "throw_statement"}]},
        _leaves_finally,
        needs=r"\bfinally\b",
    ),
    Pattern(
        "thread-run",
        _JAVA,
        "error",
        "run() is called instead of start()",
        "No thread is started: the caller does the work.",
        {"pattern": "new Thread($$$ARGUMENTS).run()"},
        needs=r"new\s+Thread",
    ),
    Pattern(
        "inexact-decimal",
        _JAVA,
        "warning",
        "A BigDecimal is made from a double",
        "It gets the double's digits, not those that are written here.",
        {"kind": "object_creation_expression", "regex": r"^new\s+BigDecimal\(\d+\.\d+\)$"},
        needs=r"BigDecimal\(\d",
    ),
    Pattern(
        "result-dropped",
        _JAVA,
        "warning",
        "The changed text is thrown away",
        "Texts never change in place: the call has no effect.",
        {"kind": "expression_statement", "regex": rf"^\w+\.(?:{_TEXT_METHODS})\([^()]*\);$"},
        needs=rf"\.(?:{_TEXT_METHODS})\(",
        not_in_tests=True,
    ),
)
