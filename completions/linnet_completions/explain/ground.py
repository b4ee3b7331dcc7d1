"""What the claims of an explanation are held against: the index of the workspace, the document, the language."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from linnet_completions.edit.names import builtins_of
from linnet_completions.explain.claims import Ground

if TYPE_CHECKING:
    from linnet_context.index.index import Index
    from linnet_context.text import Document

_WORD = re.compile(r"[^\W\d]\w*")
# Words that code of most languages has and that no index holds.
_COMMON = (
    "self this super true false True False None null nil undefined void int str float bool string number boolean list dict "
    "tuple set bytes object any error Error Exception if else for while return yield async await try catch except finally "
    "raise throw new del func function fn def class struct enum interface type trait impl pub public private protected "
    "static const let var import from export package use mod match case switch default break continue pass with as in is "
    "not and or main args kwargs"
)


def ground_of(index: Index, document: Document, base: str = "") -> Ground:
    """What is known of a workspace; `base` is the URI of its root where places are to be linked."""
    here = set(_WORD.findall(document.text()))
    own = builtins_of(document.language) | set(_COMMON.split()) | set(keyword.kwlist)
    modules = sys.stdlib_module_names if document.language == "python" else frozenset[str]()

    def known(name: str) -> bool:
        if len(name) < 2 or name in here or name in own or name in modules:
            return True
        return bool(index.definitions(name)) or bool(index.uses(name))

    def lines(path: str) -> int | None:
        if path == document.path:
            return len(document.lines)
        text = index.text(path)
        return None if text is None else text.count("\n") + 1

    return Ground(lines, known, _links(base) if base else None)


def _links(base: str) -> Callable[[str, int], str]:
    def link(path: str, line: int) -> str:
        return f"{base.rstrip('/')}/{quote(path)}#L{line}"

    return link
