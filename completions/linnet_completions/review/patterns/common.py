"""Rules that are the same in several languages."""

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
