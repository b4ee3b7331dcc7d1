"""Rules for C and C++."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .engine import C, Pattern
from .javascript import mask_compared

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_C, _CPP = frozenset({"c"}), frozenset({"cpp"})


def _text_identity(node: SgNode) -> SgNode | None:
    operator, left, right = node.field("operator"), node.field("left"), node.field("right")
    if operator is None or left is None or right is None or operator.text() not in ("==", "!="):
        return None
    return node if "string_literal" in (left.kind(), right.kind()) else None


def _pointer_size(node: SgNode) -> SgNode | None:
    """`memset(p, 0, sizeof(p))` where `p` is declared as a pointer in the function around."""
    found = re.fullmatch(r"\w+\(\s*(\w+)\s*,.*,\s*sizeof\s*\(?\s*(\w+)\s*\)?\s*\)", node.text(), re.DOTALL)
    if found is None or found[1] != found[2]:
        return None
    around = next((each for each in node.ancestors() if each.kind() == "function_definition"), None)
    if around is None:
        return None
    text = around.text()
    pointer = re.search(rf"\w\s*\*+\s*(?:const\s+)?{found[1]}\s*[,;)=]", text)
    return node if pointer and not re.search(rf"\b{found[1]}\s*\[", text) else None


RULES = (
    Pattern(
        "dropped-error",
        _CPP,
        "error",
        "The exception is made and thrown away",
        "Nothing is thrown.",
        {
            "kind": "expression_statement",
            "regex": r"(?s)^std::(?:\w+_error|bad_\w+|invalid_argument|out_of_range|exception)\s*\(.*\);$",
        },
        needs=r"\bstd::(?:\w+_error|bad_|invalid_argument|out_of_range|exception)",
        fix=lambda node: f"throw {node.text()}",
        fix_title="Throw the exception",
    ),
    Pattern(
        "mask-compared",
        C,
        "error",
        "The comparison binds more strongly than `&` and `|`",
        "The mask is applied to true or false.",
        {"kind": "binary_expression"},
        mask_compared,
        needs=r"[^&]&[^&]|[^|]\|[^|]",
        aliases=("-Wparentheses",),
    ),
    Pattern(
        "text-identity",
        _C,
        "error",
        "A text is compared by its address",
        "Equal texts may stand at different places: use strcmp.",
        {"kind": "binary_expression"},
        _text_identity,
        needs=r"[!=]=\s*\"|\"\s*[!=]=",
    ),
    Pattern(
        "nothing-set",
        C,
        "error",
        "The length is zero",
        "memset(pointer, value, length) sets nothing: the last two are swapped.",
        {"kind": "call_expression", "regex": r"(?s)^(?:std::)?memset\s*\(.*,\s*0\s*\)$"},
        needs=r"\bmemset\b",
        check=lambda node: node if not re.search(r",\s*0\s*,\s*0\s*\)$", node.text()) else None,
        aliases=("bugprone-suspicious-memset-usage",),
    ),
    Pattern(
        "pointer-size",
        C,
        "error",
        "The size of the pointer is taken, not of what it points at",
        "Only the first bytes are touched.",
        {"kind": "call_expression", "regex": r"(?s)^(?:std::)?(?:memset|memcpy|memmove|bzero)\s*\(.*sizeof"},
        _pointer_size,
        needs=r"sizeof",
    ),
    Pattern(
        "no-room-for-end",
        C,
        "error",
        "There is no room for the terminating zero",
        "One byte behind the memory is written.",
        {
            "kind": "call_expression",
            "regex": r"^malloc\s*\(\s*(?:sizeof\s*\(\s*char\s*\)\s*\*\s*)?strlen\s*\([^()]*\)\s*\)$",
        },
        needs=r"malloc\s*\(",
    ),
    Pattern(
        "character-too-small",
        C,
        "error",
        "getchar() and its like return an int",
        "EOF cannot be told from a character.",
        {"kind": "declaration", "regex": r"^(?:unsigned\s+)?char\s+\w+\s*=\s*(?:fgetc|getc|getchar)\s*\("},
        needs=r"\bf?getc(?:har)?\b",
    ),
    Pattern(
        "throws-pointer",
        _CPP,
        "warning",
        "A pointer is thrown",
        "No handler of the type catches it, and nobody deletes it.",
        {"kind": "throw_statement", "regex": r"^throw\s+new\b"},
        needs=r"\bthrow\s+new\b",
    ),
    Pattern(
        "unlimited-read",
        C,
        "error",
        "gets() does not know how much room there is",
        "A long line overwrites memory.",
        {"kind": "call_expression", "regex": r"^gets\s*\("},
        needs=r"\bgets\s*\(",
    ),
)
