"""Facts about a change that may be all right: what was taken away, who still calls what changed. Never findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linnet_context import git
from linnet_context.diff import FileDiff, Hunk
from linnet_context.languages import SOURCE_LANGUAGES, comment_prefix, is_test_path, language_of
from linnet_context.outline import Definition, Outline, enclosing, outline
from linnet_context.problems import Problem

from .change import Change
from .finding import normalised
from .sides import Pair

if TYPE_CHECKING:
    from linnet_context.index.index import Index

_STATEMENTS = {
    "raise": re.compile(r"\s*(?:\}?\s*else\s+)?(?:raise|throw|panic!?\s*\()(?:\b|\s)"),
    "return": re.compile(r"\s*return\b"),
    "assertion": re.compile(r"\s*(?:assert|debug_assert)\w*[\s!(]"),
    "await": re.compile(r".*\bawait\b"),
}
_GUARD = re.compile(r"\s*(?:\}\s*)?(?:if|elif|else if|unless|guard)\b")
_JUMP = re.compile(r"(?:^|[\s{:;])(?:return|raise|throw|continue|break|panic)\b")
# What an added line may define, in any of the languages.
_DEFINED = re.compile(
    r"\b(?:def|class|function|func|fn|struct|enum|interface|trait|type|const|let|var)\s+(\w+)"
)
_CALLABLE = frozenset({"function", "method"})
_EXPORTED = {"go": re.compile(r"[A-Z]"), "python": re.compile(r"[A-Za-z]")}
_PUBLIC_WORD = {
    "rust": "pub",
    "java": "public",
    "typescript": "export",
    "javascript": "export",
    "typescriptreact": "export",
}
# More places than this use the word for something else as well; shorter names are everybody's.
_MOST_CALLERS, _SHORTEST_NAME, _MOST_LOOKED_UP = 12, 4, 20
_UNTESTED_FROM = 5


@dataclass(frozen=True, slots=True)
class Observation:
    """Something to know of a change. `line` is 0-based in the new text; `kind` is one word, `message` a sentence."""

    path: str
    line: int
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class _Signature:
    path: str
    line: int
    name: str


@dataclass(slots=True)
class Watch:
    """Sees the files of a change one by one, and keeps of each only what the end needs.

    `index` gives the workspace's index as its files lie on the disk, if there is one. It is asked for when it is needed.
    """

    change: Change
    index: Callable[[], Index | None] = lambda: None
    _seen: list[Observation] = field(default_factory=list[Observation])
    _signatures: list[_Signature] = field(default_factory=list[_Signature])
    _gone: list[_Signature] = field(default_factory=list[_Signature])
    _defined: set[str] = field(default_factory=set[str])
    _touched: dict[str, frozenset[int]] = field(default_factory=dict[str, frozenset[int]])
    _sources: dict[str, int] = field(default_factory=dict[str, int])
    _has_test: bool = False

    def see(self, pair: Pair) -> None:
        """Look at one file of the change."""
        path = pair.file.path
        language = language_of(path)
        self._touched[path] = frozenset(pair.diff.added)
        if is_test_path(path):
            self._has_test = True
            return
        if pair.skip or pair.head is None or language not in SOURCE_LANGUAGES:
            return
        self._sources[path] = sum(bool(line.strip()) for line in pair.diff.added.values())
        self._defined.update(name for line in pair.diff.added.values() for name in _DEFINED.findall(line))
        if pair.base is not None and pair.diff.removed:
            before, now = outline(pair.base, language), outline(pair.head, language)
            self._seen += _gone(path, pair.diff, before, now, language)
            self._compare(path, language, before, now)

    def _compare(self, path: str, language: str, before: Outline, now: Outline) -> None:
        old, new = _by_name(before), _by_name(now)
        for key, was in old.items():
            current = new.get(key)
            if current is None:
                if not was.parent and _is_public(was, language):
                    self._gone.append(_Signature(path, 0, was.name))
            elif was.kind in _CALLABLE and _breaks_callers(was.signature, current.signature):
                self._signatures.append(_Signature(path, current.line, current.name))

    def observations(self) -> tuple[Observation, ...]:
        """All there is to know, by path and line. Runs git."""
        found = [*self._seen, *self._left_behind(), *self._removed(), *self._untested()]
        return tuple(sorted(found, key=lambda each: (each.path, each.line, each.kind)))

    def _left_behind(self) -> Iterator[Observation]:
        """Changed signatures whose callers the change does not touch."""
        # The index knows the disk alone; any other side of a change is searched by git.
        index = self.index() if self._signatures and self.change.new == git.WORKTREE else None
        for each in self._signatures[:_MOST_LOOKED_UP]:
            indexed = _indexed_users(index, each) if index else None
            users = self._users(each) if indexed is None else indexed
            callers = [
                f"{path}:{line + 1}"
                for path, line in users
                if line not in self._touched.get(path, frozenset())
            ]
            if callers and (indexed is not None or len(callers) <= _MOST_CALLERS):
                where = ", ".join(callers[:3]) + (f" and {len(callers) - 3} more" if callers[3:] else "")
                message = f"The parameters of `{each.name}` changed; its callers did not: {where}."
                yield Observation(each.path, each.line, "callers", message)

    def _users(self, signature: _Signature) -> Iterator[tuple[str, int]]:
        repository = self.change.repository
        if repository is None or len(signature.name) < _SHORTEST_NAME:
            return
        language = language_of(signature.path)
        call = re.compile(rf"(?<!def )(?<!func )(?<!fn )(?<!function )\b{re.escape(signature.name)}\s*\(")
        try:
            users = git.users(repository, self.change.new, signature.name, 200)
        except Problem:
            return
        for path, line, text in users:
            here = path == signature.path and line == signature.line
            if language_of(path) == language and call.search(text) and not here:
                yield path, line

    def _removed(self) -> Iterator[Observation]:
        for each in self._gone:
            if each.name not in self._defined:
                yield Observation(
                    each.path, each.line, "removed", f"`{each.name}`, which others may use, was removed."
                )

    def _untested(self) -> Iterator[Observation]:
        """One sentence when code was added and no test, in a project that has tests."""
        added = sum(self._sources.values())
        repository = self.change.repository
        if self._has_test or added < _UNTESTED_FROM or repository is None:
            return
        if any(is_test_path(path) for path in git.tracked(repository)):
            path = max(self._sources, key=lambda each: self._sources[each])
            yield Observation(path, 0, "untested", "Code was added and no test changed.")


def _indexed_users(index: Index, signature: _Signature) -> tuple[tuple[str, int], ...] | None:
    """Path and line of each call that the index knows; None where it does not know the definition."""
    from linnet_completions.explain.usage import calls

    definitions = index.outline(signature.path).definitions
    here = [each for each in definitions if (each.name, each.line) == (signature.name, signature.line)]
    return calls(index, signature.path, here[0]) if here else None


def _by_name(found: Outline) -> Mapping[tuple[str, str], Definition]:
    """Definitions by owner and name; those that are defined twice tell nothing."""
    result: dict[tuple[str, str], Definition] = {}
    twice: set[tuple[str, str]] = set()
    for each in found.definitions:
        key = (each.parent, each.name)
        twice |= {key} & result.keys()
        result[key] = each
    return {key: each for key, each in result.items() if key not in twice}


def _is_public(definition: Definition, language: str) -> bool:
    if definition.kind not in ("function", "class", "type"):
        return False
    if language in _PUBLIC_WORD:
        return definition.signature.startswith(_PUBLIC_WORD[language])
    exported = _EXPORTED.get(language)
    return exported is not None and exported.match(definition.name) is not None


def _breaks_callers(before: str, now: str) -> bool:
    """Whether a call that was right may be wrong now: a parameter went, moved, or came without a default."""
    old, new = _parameters(before), _parameters(now)
    if old is None or new is None or old == new:
        return False
    if [name for name, _ in new[: len(old)]] != [name for name, _ in old]:
        return True
    return any(required for _, required in new[len(old) :]) or any(
        required and not was for (_, was), (_, required) in zip(old, new, strict=False)
    )


def _parameters(signature: str) -> list[tuple[str, bool]] | None:
    """The parameters of a signature with whether each is required; None when it has no list of them."""
    start = signature.find("(")
    if start < 0:
        return None
    parts, depth, word = list[str](), 0, ""
    for letter in signature[start + 1 :]:
        if letter in ")" and depth == 0:
            parts.append(word)
            break
        depth += (letter in "([{<") - (letter in ")]}>")
        if letter == "," and depth == 0:
            parts.append(word)
            word = ""
        else:
            word += letter
    return [_parameter(part) for part in parts if part.strip() not in ("", "/", "*")]


def _parameter(text: str) -> tuple[str, bool]:
    name = re.split(r"[:=\s]", text.strip().lstrip("*&."), maxsplit=1)[0].rstrip("?")
    optional = "=" in text or text.strip().startswith(("*", "...")) or "?" in text
    return name, not optional


def taken_away(pair: Pair) -> tuple[Observation, ...]:
    """What one changed file lost of guards, errors, returns, assertions and awaits."""
    language = language_of(pair.file.path)
    if pair.base is None or pair.head is None or language is None:
        return ()
    before, now = outline(pair.base, language), outline(pair.head, language)
    return tuple(_gone(pair.file.path, pair.diff, before, now, language))


def _gone(path: str, change: FileDiff, before: Outline, now: Outline, language: str) -> Iterator[Observation]:
    """Guards, raises, returns, assertions and awaits that went from functions that are still there."""
    here = {(each.parent, each.name) for each in now.definitions}
    added = {normalised(line) for line in change.added.values()}
    prefix = comment_prefix(language)
    for hunk in change.hunks:
        removed = [line for line in hunk.lines if line.kind == "-" and normalised(line.text) not in added]
        removed = [line for line in removed if not (prefix and line.text.lstrip().startswith(prefix))]
        around = enclosing(before, removed[0].old) if removed else None
        if around is None or around.kind not in _CALLABLE or (around.parent, around.name) not in here:
            continue
        new = [line.text for line in hunk.lines if line.kind == "+"]
        old = [line.text for line in removed]
        for what in _lost(old, new):
            yield Observation(
                path, _new_line(hunk), what, f"{_ARTICLES[what]} was removed from `{around.name}`."
            )


_ARTICLES = {
    "guard": "A guard",
    "raise": "A raised error",
    "return": "A return",
    "assertion": "An assertion",
    "await": "An await",
}


def _lost(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    if _guards(old) > _guards(new):
        yield "guard"
        return
    for what, pattern in _STATEMENTS.items():
        if sum(map(bool, map(pattern.match, old))) > sum(map(bool, map(pattern.match, new))):
            yield what


def _guards(lines: Sequence[str]) -> int:
    """How many lines ask for something and leave, at once or in the next line."""
    return sum(
        bool(_GUARD.match(line) and (_JUMP.search(line) or any(map(_JUMP.search, lines[at + 1 : at + 2]))))
        for at, line in enumerate(lines)
    )


def _new_line(hunk: Hunk) -> int:
    return max(0, hunk.new_start)
