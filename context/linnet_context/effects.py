"""What some lines of a text do, as far as their syntax tells: raise, catch, assign, reach outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linnet_context.units import Source, last_row, query_of

if TYPE_CHECKING:
    import tree_sitter

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that a line does, in the words of the source; the line is 0-based."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Effects:
    """What some lines do. Each text is named once, where it stands first.

    `raised` and `caught` are errors by name, `assigned` are attributes, items and outer variables that get a value,
    `outside` are calls of the standard libraries that read or change the world.
    """

    raised: tuple[Effect, ...] = ()
    caught: tuple[Effect, ...] = ()
    assigned: tuple[Effect, ...] = ()
    outside: tuple[Effect, ...] = ()


def effects(text: str, language: str, first: int, last: int) -> Effects:
    """What the lines `first`..`last` (0-based, both included) do; nothing for a language without a grammar."""
    if query_of(language) is None:
        return Effects()
    source = Source(text)
    tree = source.parse(language)
    found: dict[str, dict[str, Effect]] = {"raised": {}, "caught": {}, "assigned": {}, "outside": {}}
    for node in _nodes(tree.root_node, first, last):
        for kind, words in _told(source, node, language):
            short = _short(words)
            if short:
                found[kind].setdefault(short, Effect(short, node.start_point.row))
    return Effects(**{kind: tuple(effects.values()) for kind, effects in found.items()})


def statement(text: str, language: str, line: int) -> tuple[int, int]:
    """The lines of the outermost statement around a line; the line itself where there is none."""
    if query_of(language) is None:
        return line, line
    source = Source(text)
    tree = source.parse(language)
    for node in tree.root_node.children:
        if node.start_point.row <= line <= last_row(node):
            return node.start_point.row, last_row(node)
    return line, line


def _nodes(root: tree_sitter.Node, first: int, last: int) -> Iterator[tree_sitter.Node]:
    """The nodes that start within the lines, in the order of the text."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.end_point.row < first or last < node.start_point.row:
            continue
        if first <= node.start_point.row:
            yield node
        waiting.extend(reversed(node.named_children))


def _short(words: str) -> str:
    words = re.sub(r"\s+", " ", words).strip()
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


_RAISES = frozenset({"raise_statement", "throw_statement", "throw_expression"})
_CATCHES = frozenset({"except_clause", "except_group_clause", "catch_clause"})
_OUTER = frozenset({"global_statement", "nonlocal_statement"})
_ASSIGNS = frozenset(
    [
        "assignment",
        "augmented_assignment",
        "assignment_expression",
        "augmented_assignment_expression",
        "assignment_statement",
        "compound_assignment_expr",
        "update_expression",
        "inc_statement",
        "dec_statement",
    ]
)
_PLACES = frozenset(
    [
        "attribute",
        "subscript",
        "member_expression",
        "subscript_expression",
        "selector_expression",
        "index_expression",
        "field_expression",
        "field_access",
        "array_access",
        "pointer_expression",
    ]
)
_CALLS = frozenset(
    [
        "call",
        "call_expression",
        "method_invocation",
        "macro_invocation",
        "new_expression",
        "object_creation_expression",
    ]
)


def _told(source: Source, node: tree_sitter.Node, language: str) -> Iterator[tuple[str, str]]:
    kind = node.type
    if kind in _RAISES:
        yield "raised", _error(source, node)
    elif kind in _CATCHES:
        yield "caught", _caught(source, node)
    elif kind in _OUTER:
        for name in node.named_children:
            yield "assigned", source.of(name)
    elif kind in _ASSIGNS:
        yield from (("assigned", source.of(place)) for place in _targets(node))
    elif kind in _CALLS:
        yield from _called(source, node, language)
    elif kind == "return_statement" and language == "go":
        found = re.search(r"\b(?:errors\.New|fmt\.Errorf|[\w.]*\bErr[A-Z]\w*)", source.of(node))
        yield "raised", found.group() if found else ""


def _error(source: Source, node: tree_sitter.Node) -> str:
    """The error that a statement raises: the class where one is made, else the expression."""
    raised = node.named_child(0) if node.named_child_count else None
    if raised is None:
        return "raise (again)"
    for field in ("function", "constructor", "type"):
        if made := raised.child_by_field_name(field):
            return source.of(made)
    return source.of(raised)


def _caught(source: Source, node: tree_sitter.Node) -> str:
    text = source.of(node).partition("{")[0].partition("\n")[0]
    if found := re.match(r"except\*?\s*(.*?)(?:\s+as\s+\w+)?\s*:", text, re.DOTALL):
        return found.group(1).strip("()") or "everything"
    found = re.match(r"catch\s*\(\s*(?:final\s+)?(.*?)\s*\)\s*$", text, re.DOTALL)
    return (found.group(1) if found else "") or "everything"


def _targets(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """The attributes and items that an assignment changes."""
    target = node.child_by_field_name("left") or node.child_by_field_name("argument")
    if target is None and node.type in ("inc_statement", "dec_statement", "update_expression"):
        target = node.named_child(0) if node.named_child_count else None
    if target is not None:
        spread = target.named_children if target.type.endswith(("_list", "tuple")) else [target]
        yield from (place for place in spread if place.type in _PLACES)


def _called(source: Source, node: tree_sitter.Node, language: str) -> Iterator[tuple[str, str]]:
    if node.type == "method_invocation":
        arguments = node.child_by_field_name("arguments")
        name = source.text(node.start_byte, arguments.start_byte if arguments else node.end_byte)
    else:
        fields = ("function", "macro", "constructor", "type")
        called = next(filter(None, map(node.child_by_field_name, fields)), None)
        name = source.of(called) if called is not None else ""
    if name in _RAISING.get(language, ()):
        yield "raised", name
    if name in ("recover",) and language == "go":
        yield "caught", "panics (recover)"
    outside = _OUTSIDE.get(language)
    if outside is not None and outside.match(name):
        yield "outside", name


_RAISING = {
    "go": ("panic", "log.Fatal", "log.Fatalf"),
    "rust": ("panic", "unreachable", "todo", "unimplemented", "bail", "Err"),
}
_SCRIPT_OUTSIDE = re.compile(
    r"fetch$|fs\.|fsp\.|console\.|process\.|localStorage|sessionStorage|document\.|window\.|child_process\.|"
    r"(?:read|write|append)File(?:Sync)?$|exec(?:Sync)?$|spawn(?:Sync)?$|set(?:Timeout|Interval)$|eval$|WebSocket$"
)
_C_OUTSIDE = re.compile(
    r"(?:std::)?(?:f?printf|puts|fopen|fclose|fread|fwrite|scanf|open|read|write|system|popen|exec\w*|exit|abort|"
    r"malloc|calloc|realloc|free|getenv|setenv|remove|rename|socket|send|recv|o?fstream|ifstream)$"
)
_OUTSIDE = {
    "python": re.compile(
        r"(?:open|print|input|eval|exec|__import__)$|(?:os|subprocess|socket|shutil|sys\.std\w+|requests|httpx2?|"
        r"urllib|sqlite3|tempfile|time\.sleep|random|asyncio\.(?:create_subprocess\w+|open_connection))\b"
        r"(?!\.path\.(?:join|basename|dirname|splitext|normpath|split|isabs)|\.fspath|\.fs(?:en|de)code)|"
        r".*\.(?:read_text|(?:read|write)_bytes|unlink|mkdir|rmdir|touch|iterdir)$|"
        r"(?i:.*(?:path|file|folder|dir|root)\w*\)?)\.write_text$"
    ),
    "javascript": _SCRIPT_OUTSIDE,
    "javascriptreact": _SCRIPT_OUTSIDE,
    "typescript": _SCRIPT_OUTSIDE,
    "typescriptreact": _SCRIPT_OUTSIDE,
    "go": re.compile(
        r"(?:os|exec|ioutil|net|log|syscall|sql)\.[A-Z]|http\.(?:Get|Post|Head|Listen\w*|Serve\w*|Error)|"
        r"fmt\.(?:Print|Fprint|Scan)|time\.Sleep|(?:print|println)$"
    ),
    "rust": re.compile(
        r"e?print(?:ln)?$|dbg$|(?:std::)?(?:fs|env|process|net)::|File::|Command::|TcpStream::|TcpListener::|"
        r"(?:std::)?thread::(?:spawn|sleep)"
    ),
    "java": re.compile(
        r"System\.(?:out|err|exit|getenv|getProperty|in)\b|Files\.|Runtime\.|Thread\.|"
        r"(?:File|Buffered)(?:Reader|Writer|InputStream|OutputStream)$|Socket$|ProcessBuilder$"
    ),
    "c": _C_OUTSIDE,
    "cpp": _C_OUTSIDE,
}
