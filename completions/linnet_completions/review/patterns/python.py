"""Rules for Python, beside those that ruff has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .engine import Pattern

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_PYTHON = frozenset({"python"})
# Other kinds of text change in place when they are stripped.
_UNCHANGED = "lower|upper|title|capitalize|casefold|swapcase"


def _never_awaited(node: SgNode) -> SgNode | None:
    """A call, for itself, of a function that this file defines, and always as `async`."""
    call = node.child(0)
    if call is None or call.kind() != "call" or len(node.named_children()) != 1:
        return None
    function = call.field("function")
    called = re.fullmatch(r"(?:(self|cls)\.)?(\w+)", function.text()) if function is not None else None
    around = _function(node)
    if called is None or around is None or not around.text().startswith("async"):
        return None
    definitions = _definitions(node, called[2], called[1])
    return call if definitions and all(each.text().startswith("async") for each in definitions) else None


def _function(node: SgNode) -> SgNode | None:
    return next((each for each in node.ancestors() if each.kind() in ("function_definition", "lambda")), None)


def _definitions(node: SgNode, name: str, owner: str | None) -> list[SgNode]:
    """Where the name is defined: in the class around for `self.name`, else anywhere in the file."""
    around = node.ancestors()
    if owner:
        place = next((each for each in around if each.kind() == "class_definition"), None)
    else:
        place = around[-1] if around else None
    if place is None:
        return []
    named = rf"^(?:async\s+)?def\s+{re.escape(name)}\s*\("
    found = place.find_all({"rule": {"kind": "function_definition", "regex": named}})
    yields = [each for each in found if re.search(r"\byield\b", each.text())]
    rebound = not owner and re.search(rf"(?m)^\s*{re.escape(name)}\s*(?::[^=\n]+)?=(?!=)", place.text())
    return [] if yields or rebound or any("@" in _decorators(each) for each in found) else found


def _decorators(node: SgNode) -> str:
    around = node.parent()
    return around.text()[:1] if around is not None and around.kind() == "decorated_definition" else ""


def _removed_while_iterated(node: SgNode) -> SgNode | None:
    """`for x in xs:` with `xs.remove(...)` in its body, unless the loop ends right after."""
    over, body = node.field("right"), node.field("body")
    if over is None or body is None or re.fullmatch(r"[\w.]+", over.text()) is None:
        return None
    for call in body.find_all({"rule": {"pattern": "$LIST.remove($ITEM)"}}):
        target = call.get_match("LIST")
        statement = call.parent()
        if target is None or target.text() != over.text() or statement is None:
            continue
        after = [each.kind() for each in statement.next_all()]
        if not {"break_statement", "return_statement", "raise_statement"} & set(after) and _own_loop(
            call, node
        ):
            return call
    return None


def _own_loop(node: SgNode, loop: SgNode) -> bool:
    around = next(
        (each for each in node.ancestors() if each.kind() in ("for_statement", "while_statement")), None
    )
    return around is not None and around.range().start.index == loop.range().start.index


RULES = (
    Pattern(
        "never-awaited",
        _PYTHON,
        "error",
        "A coroutine is made and never awaited",
        "The call does not happen.",
        {"kind": "expression_statement"},
        _never_awaited,
        needs=r"\basync\s+def\b",
        fix=lambda node: f"await {node.text()}",
        fix_title="Await the call",
    ),
    Pattern(
        "result-dropped",
        _PYTHON,
        "warning",
        "The changed text is thrown away",
        "Texts never change in place: the call has no effect.",
        {
            "pattern": {"context": "$TEXT.$METHOD($$$ARGUMENTS)", "selector": "expression_statement"},
            "regex": rf"^[\w.\[\]\"']+\.(?:{_UNCHANGED})\([^()]*\)$",
        },
        needs=rf"\.(?:{_UNCHANGED})\(",
    ),
    Pattern(
        "result-dropped",
        _PYTHON,
        "warning",
        "The sorted list is thrown away",
        "sorted() and reversed() leave their argument as it is.",
        {"kind": "expression_statement", "regex": r"^(?:sorted|reversed)\([^\n]*\)$"},
        needs=r"(?m)^\s*(?:sorted|reversed)\(",
        not_in_tests=True,
    ),
    Pattern(
        "sort-assigned",
        _PYTHON,
        "error",
        "sort() returns None",
        "The name loses the list.",
        {
            "kind": "assignment",
            "regex": r"^[\w.]+\s*=\s*[\w.]+\.sort\((?:(?:key|reverse)\s*=[^\n]*)\)$",
        },
        needs=r"\.sort\(",
    ),
    Pattern(
        "removed-while-iterated",
        _PYTHON,
        "warning",
        "The list is changed while the loop runs over it",
        "The element after each removed one is skipped.",
        {"kind": "for_statement"},
        _removed_while_iterated,
        needs=r"\.remove\(",
    ),
)
