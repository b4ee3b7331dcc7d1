"""Statements that cannot be meant, in several languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .engine import JAVASCRIPT, C, Pattern
from .shapes import bare, is_literal, same

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_JUMPS = (
    "return_statement",
    "throw_statement",
    "raise_statement",
    "break_statement",
    "continue_statement",
    "return_expression",
    "break_expression",
    "continue_expression",
)
# What may well stand behind a jump: it is reached in another way, or means nothing when it runs.
_REACHABLE = re.compile(
    r"function_declaration|generator_function_declaration|class_declaration|labeled_statement|case_statement|"
    r"default_case|preproc_.*|break_statement|empty_statement|ERROR|;|\}|declaration|type_alias_declaration|"
    r"interface_declaration|enum_declaration|function_item|struct_item|enum_item|impl_item|const_item|"
    r"macro_definition|use_declaration|attribute_item|static_item|type_item|trait_item|mod_item|"
    r"function_definition|type_definition|template_declaration|switch_.*|access_specifier|else_clause"
)


def _self_assigned(node: SgNode) -> SgNode | None:
    left, right = node.field("left"), node.field("right")
    operator = node.field("operator")
    if left is None or right is None or (operator is not None and operator.text() != "="):
        return None
    text = same(left.text())
    plain = re.fullmatch(r"[\w$]+(?:\.[\w$]+)*", text) is not None
    return node if plain and text != "_" and text == same(right.text()) else None


def _unreachable(node: SgNode) -> SgNode | None:
    around = node.parent()
    if around is not None and around.kind() == "expression_statement":
        node, around = around, around.parent()
    if around is None or around.kind() not in (
        "block",
        "statement_block",
        "compound_statement",
        "statement_list",
        "program",
    ):
        return None
    after = next((each for each in node.next_all() if each.is_named() and "comment" not in each.kind()), None)
    if after is None or _REACHABLE.fullmatch(after.kind()) or around.kind() == "program":
        return None
    # A generator that yields nothing says so behind its return; hoisted variables are declared wherever.
    if re.match(r"yield\b|var\b|//|#", after.text()) or after.range().start.line == node.range().start.line:
        return None
    return after


def _empty_if(node: SgNode) -> SgNode | None:
    body, other = node.field("consequence"), node.field("alternative")
    if body is None or other is not None or body.text() != ";":
        return None
    return body


def _assigned_condition(node: SgNode) -> SgNode | None:
    condition = node.field("condition")
    inner = bare(condition) if condition is not None else None
    if inner is None or inner.kind() != "assignment_expression":
        return None
    right, operator = inner.field("right"), inner.field("operator")
    if right is None or (operator is not None and operator.text() != "="):
        return None
    constant = is_literal(right.text()) or right.text() in (
        "true",
        "false",
        "null",
        "NULL",
        "nullptr",
        "undefined",
    )
    return inner if constant else None


def _other_counter(node: SgNode) -> SgNode | None:
    """`for (j = 0; j < n; i++)`: the loop waits for one variable and counts another."""
    clause = next((each for each in node.children() if each.kind() == "for_clause"), node)
    first, condition = clause.field("initializer") or clause.field("init"), clause.field("condition")
    update = clause.field("update") or clause.field("increment")
    if (
        first is None
        or condition is None
        or update is None
        or update.kind() not in ("update_expression", "inc_statement", "dec_statement")
    ):
        return None
    counted = re.sub(r"[^\w$]", "", update.text())
    waited = re.match(r"\s*([\w$]+)\s*[<>!]=?", condition.text())
    if waited is None or waited[1] == counted or counted in re.findall(r"[\w$]+", condition.text()):
        return None
    if not re.search(rf"(?<![\w$]){re.escape(waited[1])}\s*:?=", first.text()):
        return None
    body = node.field("body")
    moved = rf"(?<![\w$.]){re.escape(waited[1])}\s*(?:\+\+|--|[-+*/|&^<>]*=(?!=))|(?:\+\+|--|&)\s*{re.escape(waited[1])}\b"
    return update if body is not None and not re.search(moved, body.text()) else None


RULES = (
    Pattern(
        "self-assignment",
        JAVASCRIPT | {"java", "go", "rust"},
        "warning",
        "A variable is assigned to itself",
        "Nothing changes: one of the two names is wrong.",
        {"any": [{"kind": "assignment_expression"}, {"kind": "assignment_statement"}]},
        _self_assigned,
        aliases=("no-self-assign",),
        not_in_tests=True,
    ),
    Pattern(
        "unreachable",
        JAVASCRIPT | {"python"},
        "warning",
        "This code can never run",
        "What stands above always leaves the block.",
        {"any": [{"kind": kind} for kind in _JUMPS]},
        _unreachable,
        aliases=("no-unreachable",),
    ),
    Pattern(
        "unreachable",
        frozenset({"go"}),
        "warning",
        "This code can never run",
        "What stands above always leaves the block.",
        {"any": [{"kind": "return_statement"}]},
        _unreachable,
    ),
    Pattern(
        "empty-if",
        JAVASCRIPT | C | {"java"},
        "error",
        "A semicolon ends this `if`",
        "What follows runs whatever the condition says.",
        {"any": [{"kind": "if_statement"}]},
        _empty_if,
        needs=r"\)\s*;",
    ),
    Pattern(
        "assigned-condition",
        JAVASCRIPT | C | {"java"},
        "error",
        "This condition assigns a constant",
        "It is always the same; `==` was meant.",
        {"any": [{"kind": "if_statement"}, {"kind": "while_statement"}]},
        _assigned_condition,
        aliases=("no-cond-assign",),
    ),
    Pattern(
        "other-counter",
        JAVASCRIPT | C | {"java", "go"},
        "error",
        "The loop waits for one variable and counts another",
        "It never ends, or not where it was meant to.",
        {"any": [{"kind": "for_statement"}]},
        _other_counter,
    ),
)
