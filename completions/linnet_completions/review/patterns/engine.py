"""Looks for patterns in a text. The only module that runs ast-grep; its nodes do not leave this folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from linnet_completions.review.finding import Candidate, Edit, Fix, Severity
from linnet_context.languages import is_test_path, language_of
from linnet_context.text import Position

if TYPE_CHECKING:
    from ast_grep_py import SgNode

# Our names of languages -> ast-grep's.
LANGUAGES: Mapping[str, str] = {
    "python": "python",
    "javascript": "javascript",
    "javascriptreact": "javascript",
    "typescript": "typescript",
    "typescriptreact": "tsx",
    "go": "go",
    "rust": "rust",
    "java": "java",
    "c": "c",
    "cpp": "cpp",
}
JAVASCRIPT = frozenset({"javascript", "typescript", "tsx"})
C = frozenset({"c", "cpp"})
# Comparing two trees that are nested deeper than this may exhaust the stack of a thread.
_DEEPEST = 400
_BRACKETS = re.compile(r"[()\[\]{}]")
_MOST = 50


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rule: a configuration of ast-grep, then a check of what it finds.

    `check` answers with the node to point at, or None where all is well; `fix` with text to put in that node's place.
    `needs` is a regular expression: a text without a match of it is not looked at more closely. `aliases` are what other
    tools call the rule. A rule that is `not_in_tests` says nothing of them; one that is `only_in_tests` of nothing else.
    """

    name: str
    languages: frozenset[str]
    severity: Severity
    message: str
    consequence: str
    rule: Mapping[str, Any]
    check: Callable[[SgNode], SgNode | None] = lambda node: node
    needs: str = ""
    fix: Callable[[SgNode], str] | None = None
    fix_title: str = ""
    fix_is_safe: bool = False
    aliases: tuple[str, ...] = ()
    not_in_tests: bool = False
    only_in_tests: bool = False


def matches(path: str, text: str, patterns: Sequence[Pattern]) -> tuple[Candidate, ...]:
    """What the patterns find in a text, in its order. Never raises for what stands in the text."""
    language = LANGUAGES.get(language_of(path) or "")
    in_test = is_test_path(path)
    wanted = [each for each in patterns if language in each.languages and _speaks_of(each, in_test, text)]
    if language is None or not wanted or not _is_flat(text):
        return ()
    from ast_grep_py import SgRoot

    root = SgRoot(text.encode("utf-8", "replace").decode(), language).root()
    found = [each for pattern in wanted for each in _found(root, pattern, language)]
    return tuple(sorted(found, key=lambda each: (each.start.line, each.start.column, each.rule)))


def _speaks_of(pattern: Pattern, in_test: bool, text: str) -> bool:
    if in_test and pattern.not_in_tests or not in_test and pattern.only_in_tests:
        return False
    return not pattern.needs or re.search(pattern.needs, text) is not None


def _is_flat(text: str) -> bool:
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += 1 if found[0] in "([{" else -1 if depth else 0
        if depth > _DEEPEST:
            return False
    return True


def _config(rule: Mapping[str, Any], language: str) -> Any:
    """A rule as ast-grep takes it; kinds of nodes that a language has not are left out of `any`."""
    if "rule" in rule:
        return dict(rule)
    if set(rule) != {"any"}:
        return {"rule": dict(rule)}
    kinds = [each for each in rule["any"] if _has_kind(language, each["kind"])]
    return {"rule": {"any": kinds}} if kinds else None


@cache
def _has_kind(language: str, kind: str) -> bool:
    from ast_grep_py import SgRoot

    try:
        SgRoot("", language).root().find(kind=kind)
    except RuntimeError:
        return False
    return True


def _found(root: SgNode, pattern: Pattern, language: str) -> Iterator[Candidate]:
    seen: set[tuple[int, int]] = set()
    config = _config(pattern.rule, language)
    for node in root.find_all(config) if config else ():
        place = pattern.check(node)
        if place is None or _is_broken(place):
            continue
        start, end = _places(place)
        if (start.line, start.column) in seen or len(seen) >= _MOST:
            continue
        seen.add((start.line, start.column))
        yield Candidate(
            rule=f"pattern/{pattern.name}",
            severity=pattern.severity,
            source="bugs",
            message=pattern.message,
            consequence=pattern.consequence,
            start=start,
            end=end,
            fix=_fix(pattern, place),
            aliases=pattern.aliases,
        )


def _is_broken(node: SgNode) -> bool:
    """Whether the code around could not be read: what it looks like then means little."""
    return any(each.kind() == "ERROR" for each in (node, *node.ancestors()))


def _places(node: SgNode) -> tuple[Position, Position]:
    span = node.range()
    return Position(span.start.line, span.start.column), Position(span.end.line, span.end.column)


def _fix(pattern: Pattern, node: SgNode) -> Fix | None:
    if pattern.fix is None:
        return None
    return Fix(pattern.fix_title, (Edit(*_places(node), pattern.fix(node)),), pattern.fix_is_safe)
