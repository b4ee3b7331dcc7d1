"""Questions about a syntax node that several rules ask, whatever its language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ast_grep_py import SgNode

IFS = ("if_statement", "if_expression")
_COMMENTS = ("comment", "line_comment", "block_comment")
_SPACE = re.compile(r"\s+")
# What may answer differently the second time, or has an effect.
_EFFECT = re.compile(r"\w\s*\(|\+\+|--|<-|\bawait\b|\byield\b|(?<![=!<>:])=(?![=>])|:=|!\(|\bnext\b")
_LITERAL = re.compile(r"""-?\d[\w.]*|"[^"]*"|'[^']*'|`[^`$]*`""")
_LONGEST = 400


def same(text: str) -> str:
    """A text without what does not count in a comparison."""
    return _SPACE.sub(" ", text).strip()


def bare(node: SgNode) -> SgNode:
    """An expression without the brackets around it."""
    while node.kind() in ("parenthesized_expression", "condition_clause"):
        inside = [each for each in node.named_children() if each.kind() not in _COMMENTS]
        if len(inside) != 1:
            return node
        node = inside[0]
    return node


def has_effect(text: str) -> bool:
    """Whether evaluating a text twice may not be the same as once; a long one is not judged."""
    return len(text) > _LONGEST or _EFFECT.search(text) is not None


def is_literal(text: str) -> bool:
    """Whether a text is one number or string."""
    return _LITERAL.fullmatch(text) is not None


def code_children(node: SgNode) -> list[SgNode]:
    """The named children that are no comments."""
    return [each for each in node.named_children() if each.kind() not in _COMMENTS]


def holds_comment(node: SgNode) -> bool:
    """Whether somebody wrote a comment directly in a block."""
    return any(each.kind() in _COMMENTS for each in node.children())


def operands(node: SgNode, operator: str) -> Iterator[SgNode]:
    """The operands of a chain `a && b && c`, the last first."""
    while True:
        inner = bare(node)
        found = inner.field("operator")
        left, right = inner.field("left"), inner.field("right")
        if found is None or left is None or right is None or found.text() != operator:
            yield inner
            return
        yield bare(right)
        node = left


def is_chain_top(node: SgNode, operator: str) -> bool:
    """Whether no longer chain of the operator holds this one."""
    around = node.parent()
    while around is not None and around.kind() == "parenthesized_expression":
        around = around.parent()
    outer = around.field("operator") if around is not None else None
    return outer is None or outer.text() != operator


def branches(node: SgNode) -> tuple[list[SgNode], list[SgNode], bool]:
    """The conditions and bodies of an `if` with all its `else if`s, and whether it ends with an `else`."""
    conditions: list[SgNode] = []
    bodies: list[SgNode] = []
    at: SgNode | None = node
    while at is not None and at.kind() in (*IFS, "elif_clause"):
        condition, body = at.field("condition"), at.field("consequence") or at.field("body")
        if condition is None or body is None:
            return conditions, bodies, False
        if at.field("initializer") is None:  # What is set first may differ each time.
            conditions.append(condition)
        bodies.append(body)
        if at.kind() == "if_statement" and (rest := at.field_children("alternative")) and len(rest) > 1:
            return _python_branches(rest, conditions, bodies)
        at = _alternative(at)
    if at is not None:
        bodies.append(at.field("body") or at)
    return conditions, bodies, at is not None


def _python_branches(
    rest: list[SgNode], conditions: list[SgNode], bodies: list[SgNode]
) -> tuple[list[SgNode], list[SgNode], bool]:
    for clause in rest:
        condition, body = clause.field("condition"), clause.field("consequence") or clause.field("body")
        if condition is not None:
            conditions.append(condition)
        if body is not None:
            bodies.append(body)
    return conditions, bodies, rest[-1].kind() == "else_clause"


def _alternative(node: SgNode) -> SgNode | None:
    """What stands behind `else`, without the node that only holds it."""
    found = node.field("alternative")
    if found is not None and found.kind() == "else_clause" and found.field("body") is None:
        inside = code_children(found)
        return inside[0] if len(inside) == 1 else None
    return found


def is_in_else(node: SgNode) -> bool:
    """Whether an `if` is the continuation of another one."""
    around = node.parent()
    if around is None:
        return False
    if around.kind() == "else_clause":
        return len(code_children(around)) == 1
    if around.kind() in IFS:
        other = around.field("alternative")
        return other is not None and other.range().start.index == node.range().start.index
    return False
