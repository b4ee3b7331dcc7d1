"""Conditions that cannot be meant, in several languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .engine import JAVASCRIPT, C, Pattern
from .shapes import (
    IFS,
    bare,
    branches,
    has_effect,
    holds_comment,
    is_chain_top,
    is_in_else,
    is_literal,
    operands,
    same,
)

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_ALL = JAVASCRIPT | C | {"python", "go", "rust", "java"}
_BINARY = {"any": [{"kind": "binary_expression"}]}
_BOOLEAN = {"any": [{"kind": "boolean_operator"}]}
_ASKS = (
    "parenthesized_expression",
    "if_statement",
    "while_statement",
    "elif_clause",
    "assert_statement",
    "not_operator",
)
_AND, _OR = ("&&", "and"), ("||", "or")
_UNEQUAL, _EQUAL = ("!=", "!=="), ("==", "===")


def _repeated_condition(node: SgNode) -> SgNode | None:
    if is_in_else(node):
        return None
    seen: set[str] = set()
    for condition in branches(node)[0]:
        text = same(bare(condition).text())
        if text in seen and not has_effect(text):
            return condition
        seen.add(text)
    return None


def _same_branches(node: SgNode) -> SgNode | None:
    if is_in_else(node):
        return None
    conditions, bodies, ends = branches(node)
    texts = {_body(each) for each in bodies}
    told = any(holds_comment(each) for each in bodies)
    alike = ends and len(texts) == 1 and texts.isdisjoint({"", "pass", "..."})
    return node.child(0) if alike and conditions and not told else None


def _body(node: SgNode) -> str:
    return same(node.text()).removeprefix("{").removesuffix("}").strip()


def _same_arms(node: SgNode) -> SgNode | None:
    one, other = node.field("consequence"), node.field("alternative")
    if one is None or other is None or has_effect(one.text()):
        return None
    return node if same(one.text()) == same(other.text()) else None


def _operator(node: SgNode) -> str:
    found = node.field("operator")
    return found.text() if found is not None else ""


def _repeated_operand(node: SgNode) -> SgNode | None:
    operator = _operator(node)
    if operator not in (*_AND, *_OR) or not is_chain_top(node, operator):
        return None
    return _repeated(list(operands(node, operator)))


def _repeated_in_value(node: SgNode) -> SgNode | None:
    """The same where `a && a.b && a` has the value of its last operand: there only if it is asked for its truth."""
    operator = _operator(node)
    if operator not in (*_AND, *_OR) or not is_chain_top(node, operator):
        return None
    around = node.parent()
    asked = around is not None and around.kind() in _ASKS
    return _repeated(list(operands(node, operator))[0 if asked else 1 :])


def _repeated(parts: Sequence[SgNode]) -> SgNode | None:
    seen: dict[str, SgNode] = {}
    for each in parts:
        text = same(each.text()) if each.range().end.index - each.range().start.index < 400 else ""
        if text in seen and not has_effect(text) and not is_literal(text):
            return seen[text]
        if text:
            seen[text] = each
    return None


def _compared_with_itself(node: SgNode) -> SgNode | None:
    left, right = node.field("left"), node.field("right")
    if _operator(node) not in ("<", ">", "<=", ">=") or left is None or right is None:
        return None
    text = same(left.text())
    return node if text == same(right.text()) and not has_effect(text) and not is_literal(text) else None


def _contradiction(node: SgNode) -> SgNode | None:
    """`x != 1 || x != 2` holds for every x, `x == 1 && x == 2` for none."""
    operator = _operator(node)
    wanted = _UNEQUAL if operator in _OR else _EQUAL if operator in _AND else ()
    if not wanted or not is_chain_top(node, operator):
        return None
    seen: dict[str, str] = {}
    for each in operands(node, operator):
        compared = _comparison(each, wanted)
        if compared is None:
            continue
        subject, literal = compared
        if seen.setdefault(subject, literal) != literal:
            return node
    return None


def _comparison(node: SgNode, wanted: tuple[str, ...]) -> tuple[str, str] | None:
    """What is compared with which literal."""
    if node.kind() == "comparison_operator":
        parts = [each.text() for each in node.children()]
        if len(parts) != 3:
            return None
        left, operator, right = parts
    else:
        one, other = node.field("left"), node.field("right")
        if one is None or other is None:
            return None
        left, operator, right = one.text(), _operator(node), other.text()
    if operator not in wanted or has_effect(left) or is_literal(left) or not is_literal(right):
        return None
    return same(left), right.replace("'", '"')


_LENGTH = re.compile(r"len\([^()]*\)|[\w$.\[\]]+\.(?:length|size\(\)|length\(\)|len\(\)|count\(\))")


def _length_below_zero(node: SgNode) -> SgNode | None:
    if node.kind() == "comparison_operator":
        parts = [each.text() for each in node.children()]
    else:
        left, right = node.field("left"), node.field("right")
        parts = [left.text(), _operator(node), right.text()] if left and right else []
    if len(parts) != 3 or parts[1] not in ("<", ">=") or parts[2] != "0":
        return None
    return node if _LENGTH.fullmatch(parts[0]) else None


RULES = (
    Pattern(
        "repeated-condition",
        _ALL,
        "warning",
        "This condition was already asked above",
        "The branch never runs.",
        {"any": [{"kind": kind} for kind in IFS]},
        _repeated_condition,
        needs=r"else|elif",
        aliases=("no-dupe-else-if",),
    ),
    Pattern(
        "same-branches",
        _ALL,
        "warning",
        "All branches of this `if` do the same",
        "The condition does not matter: one branch is not what was meant.",
        {"any": [{"kind": kind} for kind in IFS]},
        _same_branches,
        needs=r"\belse\b",
    ),
    Pattern(
        "same-arms",
        _ALL - {"python", "go", "rust"},
        "warning",
        "Both arms of this conditional are the same",
        "The condition does not matter.",
        {"any": [{"kind": "ternary_expression"}]},
        _same_arms,
        needs=r"\?",
    ),
    Pattern(
        "same-arms",
        C,
        "warning",
        "Both arms of this conditional are the same",
        "The condition does not matter.",
        {"any": [{"kind": "conditional_expression"}]},
        _same_arms,
        needs=r"\?",
    ),
    Pattern(
        "repeated-operand",
        C | {"go", "rust", "java"},
        "warning",
        "The same operand stands twice in this condition",
        "One of the two was meant to be another.",
        _BINARY,
        _repeated_operand,
        needs=r"&&|\|\|",
    ),
    Pattern(
        "repeated-operand",
        JAVASCRIPT,
        "warning",
        "The same operand stands twice in this condition",
        "One of the two was meant to be another.",
        _BINARY,
        _repeated_in_value,
        needs=r"&&|\|\|",
    ),
    Pattern(
        "repeated-operand",
        frozenset({"python"}),
        "warning",
        "The same operand stands twice in this condition",
        "One of the two was meant to be another.",
        _BOOLEAN,
        _repeated_in_value,
        needs=r"\b(?:and|or)\b",
    ),
    Pattern(
        "compared-with-itself",
        _ALL - {"python"},
        "warning",
        "A value is compared with itself",
        "The result is always the same.",
        _BINARY,
        _compared_with_itself,
        aliases=("no-self-compare",),
        not_in_tests=True,
    ),
    Pattern(
        "contradiction",
        _ALL - {"python"},
        "error",
        "This condition does not depend on its value: it excludes two different constants at once, or asks for both",
        "It is always true with `or`, never with `and`.",
        _BINARY,
        _contradiction,
        needs=r"&&|\|\|",
    ),
    Pattern(
        "contradiction",
        frozenset({"python"}),
        "error",
        "This condition does not depend on its value: it excludes two different constants at once, or asks for both",
        "It is always true with `or`, never with `and`.",
        _BOOLEAN,
        _contradiction,
        needs=r"\b(?:and|or)\b",
    ),
    Pattern(
        "length-below-zero",
        _ALL - {"python"},
        "error",
        "A length is never below zero",
        "The condition always has the same result.",
        _BINARY,
        _length_below_zero,
        needs=r"(?:<|>=)\s*0",
    ),
    Pattern(
        "length-below-zero",
        frozenset({"python"}),
        "error",
        "A length is never below zero",
        "The condition always has the same result.",
        {"any": [{"kind": "comparison_operator"}]},
        _length_below_zero,
        needs=r"(?:<|>=)\s*0",
    ),
)
