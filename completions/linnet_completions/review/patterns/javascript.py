"""Rules for JavaScript and TypeScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .engine import JAVASCRIPT, Pattern
from .shapes import bare, code_children, same

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_TYPES = frozenset(["undefined", "object", "boolean", "number", "string", "function", "symbol", "bigint"])
_ERROR = r"^new\s+(?:[A-Za-z_$][\w$]*\.)*(?:[A-Z]\w*)?(?:Error|Exception)\s*\("
_TEXT_METHODS = "trim|trimStart|trimEnd|toUpperCase|toLowerCase|padStart|padEnd|toFixed|substring"


def _same_key(node: SgNode) -> SgNode | None:
    seen: set[str] = set()
    for pair in code_children(node):
        key = pair.field("key") if pair.kind() == "pair" else None
        if key is None:
            seen = seen if pair.kind() != "spread_element" else set()
            continue
        name = key.text()[1:-1] if key.kind() == "string" else key.text()
        if key.kind() in ("property_identifier", "string") and name in seen and name != "__proto__":
            return key
        if key.kind() in ("property_identifier", "string"):
            seen.add(name)
    return None


def _bad_typeof(node: SgNode) -> SgNode | None:
    left, right, operator = node.field("left"), node.field("right"), node.field("operator")
    if left is None or right is None or operator is None or operator.text() not in ("==", "===", "!=", "!=="):
        return None
    kind = same(right.text())
    known = kind.strip("\"'`") in _TYPES or not re.fullmatch(r"[\"'][^\"']*[\"']", kind)
    return None if known or not re.match(r"typeof\b", left.text()) else right


def _negated_left(node: SgNode) -> SgNode | None:
    left, operator = node.field("left"), node.field("operator")
    if left is None or operator is None or operator.text() not in ("in", "instanceof"):
        return None
    return node if left.kind() == "unary_expression" and left.text().startswith("!") else None


def _leaves_finally(node: SgNode) -> SgNode | None:
    around = node.ancestors()
    for each in around:
        if each.kind() in (
            "function_declaration",
            "function_expression",
            "arrow_function",
            "method_definition",
        ):
            return None
        if each.kind() == "finally_clause":
            return node
    return None


def mask_compared(node: SgNode) -> SgNode | None:
    """`a & b == c`, which asks for `b == c` first."""
    operator = node.field("operator")
    if operator is None or operator.text() not in ("&", "|"):
        return None
    for side in (node.field("left"), node.field("right")):
        inner = side.field("operator") if side is not None and side.kind() == "binary_expression" else None
        if inner is not None and inner.text() in ("==", "!=", "===", "!=="):
            return node
    return None


def _async_each(node: SgNode) -> SgNode | None:
    first = node.get_match("CALLBACK")
    if first is None or first.kind() not in ("arrow_function", "function_expression"):
        return None
    return first.child(0) if first.text().startswith("async") and "await" in first.text() else None


def _in_ordinary_quotes(node: SgNode) -> SgNode | None:
    """`"... ${name} ..."` where the file declares the name: backquotes were meant."""
    holes = re.findall(r"\$\{(\w+)(?:\.\w+)*\}", node.text())
    around = node.ancestors()
    if not holes or not around or around[0].kind() in ("pair", "import_statement", "jsx_attribute"):
        return None
    function = next((each for each in around if re.search("function|method|arrow", each.kind())), None)
    if function is None:
        return None
    text = function.text()
    declared = (rf"\b(?:const|let|var)\s+{name}\b|[(,]\s*{name}\s*[:,)=]|\b{name}\s*=>" for name in holes)
    return node if all(re.search(each, text) for each in declared) else None


def _constant_compare(node: SgNode) -> SgNode | None:
    right, operator = node.field("right"), node.field("operator")
    if right is None or operator is None or operator.text() not in ("==", "===", "!=", "!==", "<", ">"):
        return None
    return node if bare(right).text() in ("NaN", "Number.NaN") else None


RULES = (
    Pattern(
        "dropped-error",
        JAVASCRIPT,
        "error",
        "The error is made and thrown away",
        "Nothing is thrown.",
        {"kind": "expression_statement", "regex": _ERROR},
        needs="new ",
        check=lambda node: (
            code_children(node)[0] if code_children(node)[0].kind() == "new_expression" else None
        ),
        fix=lambda node: f"throw {node.text()}",
        fix_title="Throw the error",
        aliases=("no-new",),
    ),
    Pattern(
        "same-key",
        JAVASCRIPT,
        "error",
        "The object has this key already",
        "The earlier value is lost.",
        {"kind": "object"},
        _same_key,
        aliases=("no-dupe-keys",),
    ),
    Pattern(
        "unknown-typeof",
        JAVASCRIPT,
        "error",
        "typeof never has this value",
        "The comparison always has the same result.",
        {"kind": "binary_expression"},
        _bad_typeof,
        needs=r"\btypeof\b",
        aliases=("valid-typeof",),
    ),
    Pattern(
        "compared-with-nan",
        JAVASCRIPT,
        "error",
        "Nothing equals NaN",
        "The comparison always has the same result: use Number.isNaN.",
        {"kind": "binary_expression"},
        _constant_compare,
        needs=r"\bNaN\b",
        aliases=("use-isnan",),
    ),
    Pattern(
        "negated-left",
        JAVASCRIPT,
        "error",
        "`!` negates the left side alone",
        "It asks whether true or false is in the object.",
        {"kind": "binary_expression"},
        _negated_left,
        needs=r"![\w$.]+\s+in",
        aliases=("no-unsafe-negation",),
    ),
    Pattern(
        "leaves-finally",
        JAVASCRIPT,
        "warning",
        "`finally` is left by a jump",
        "An error on its way is swallowed.",
        {"any": [{"kind": "return_statement"}, {"kind": "throw_statement"}]},
        _leaves_finally,
        needs=r"\bfinally\b",
        aliases=("no-unsafe-finally",),
    ),
    Pattern(
        "mask-compared",
        JAVASCRIPT,
        "error",
        "The comparison binds more strongly than `&` and `|`",
        "The mask is applied to true or false.",
        {"kind": "binary_expression"},
        mask_compared,
        needs=r"[^&]&[^&]|[^|]\|[^|]",
    ),
    Pattern(
        "async-for-each",
        JAVASCRIPT,
        "warning",
        "forEach does not wait for an async function",
        "What follows runs before it, and its errors are lost.",
        {"pattern": "$LIST.forEach($CALLBACK)"},
        _async_each,
        needs=r"\.forEach\(",
        not_in_tests=True,
    ),
    Pattern(
        "async-executor",
        JAVASCRIPT,
        "warning",
        "The function given to a Promise is async",
        "What it throws never rejects the promise.",
        {
            "pattern": "new Promise($EXECUTOR)",
            "regex": r"^new\s+Promise\s*\(\s*async\b",
        },
        needs=r"Promise\s*\(\s*async",
        aliases=("no-async-promise-executor",),
        not_in_tests=True,
    ),
    Pattern(
        "map-parse-int",
        JAVASCRIPT,
        "error",
        "map() hands parseInt the index as its base",
        "All but the first number come out wrong.",
        {"pattern": "$LIST.map(parseInt)"},
        needs=r"parseInt",
    ),
    Pattern(
        "not-a-template",
        JAVASCRIPT,
        "warning",
        "A string in ordinary quotes has a place to fill in",
        "The braces are shown as they stand.",
        {"kind": "string", "regex": r"\$\{\w+"},
        _in_ordinary_quotes,
        needs=r"[\"'][^\"'`\n]*\$\{\w+",
        aliases=("no-template-curly-in-string",),
        not_in_tests=True,
    ),
    Pattern(
        "debugger-left",
        JAVASCRIPT,
        "warning",
        "The debugger is called",
        "The program stops here whenever tools are open.",
        {"kind": "debugger_statement"},
        needs=r"\bdebugger\b",
        aliases=("no-debugger",),
    ),
    Pattern(
        "only-one-test",
        JAVASCRIPT,
        "error",
        "Only this test runs",
        "All others of the file are left out, and pass.",
        {
            "kind": "call_expression",
            "regex": r"^(?:(?:describe|it|test|context|suite)\.only|fdescribe|fit)\s*\(",
        },
        needs=r"\.only\b|\bfdescribe\b|\bfit\b",
        check=lambda node: node.field("function"),
        only_in_tests=True,
    ),
    Pattern(
        "result-dropped",
        JAVASCRIPT,
        "warning",
        "The changed text is thrown away",
        "Texts never change in place: the call has no effect.",
        {
            "kind": "expression_statement",
            "regex": rf"^[\w$.\[\]]+\.(?:{_TEXT_METHODS})\([^()]*\);?$",
        },
        needs=rf"\.(?:{_TEXT_METHODS})\(",
        not_in_tests=True,
    ),
)
