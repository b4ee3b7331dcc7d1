"""All engines on one changed file: what is wrong in it that the change brought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from linnet_context.languages import is_test_path, language_of
from linnet_context.text import Document, Position

from . import dropped, ignoring, kept, parsing, patterns, rules, secrets
from .anchor import brought, is_possible
from .finding import Candidate, Finding, finding
from .patterns import Pattern
from .sides import Pair

# Folders of tests whose files are broken on purpose.
_TEST_DATA = frozenset(
    {"data", "testdata", "fixtures", "cases", "snapshots", "__snapshots__", "corpus", "examples", "resources"}
)


@dataclass(frozen=True, slots=True)
class Options:
    """What to check: further ruff rules, the sources of findings to keep (none or "all": all), further ignore rules,
    and further patterns."""

    rules: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()


class Memory(Protocol):
    """Texts by key that outlast a review, as `cache.store.Store` keeps them."""

    def get(self, key: str) -> str | None: ...

    def set(self, key: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """What the change to one file brought, and what of it a comment in the file takes back."""

    findings: tuple[Finding, ...] = ()
    ignored: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Checks:
    """The engines as they are installed here; `notes` collects what none of them could check.

    `memory` spares work for files that were checked before just as they are.
    """

    options: Options = Options()
    ruff: Path | None = field(default_factory=rules.ruff_program)
    memory: Memory | None = None
    notes: list[str] = field(default_factory=list[str])
    remembered: int = 0

    def checked(
        self, pair: Pair, further: Sequence[Candidate] = (), earlier: Sequence[Candidate] = ()
    ) -> Checked:
        """What the change to one file (not a skipped one) brought.

        `further` is what other programs found newly in it, `earlier` what they found and was there before: comments that
        ignore that are of use.
        """
        key = kept.key(pair, self.options, further, earlier) if self.memory else ""
        if self.memory and (known := kept.read(self.memory.get(key))):
            self.remembered += 1
            return Checked(*known)
        notes = len(self.notes)
        result = self._checked(pair, further, earlier)
        if self.memory and len(self.notes) == notes:
            self.memory.set(key, kept.written(result.findings, result.ignored))
        return result

    def _checked(self, pair: Pair, further: Sequence[Candidate], earlier: Sequence[Candidate]) -> Checked:
        path, head = pair.file.path, pair.head
        known = pair.base if pair.base is not None else "".join(pair.diff.removed.values())
        there = [
            *parsing.conflict_markers(path, pair.diff.added),
            *secrets.new_secrets(path, pair.diff.added, known),
        ]
        now = () if head is None or _is_test_data(path) else self._wrong(path, head)
        there += self._new(path, pair, now)
        there += dropped.lost_raises(path, pair.diff)
        there += dropped.lost_prefixes(path, pair.diff)
        there += further
        lines = pair.diff.added if head is None else dict(enumerate(head.split("\n")))
        comments = ignoring.ignores(path, lines)
        stays, taken = ignoring.applied(_once(there), comments)
        stays += ignoring.unused(comments, [*there, *now, *earlier], pair.diff.added)
        wanted = set(self.options.classes) or {"all"}
        kept_back, shown = (
            [each for each in some if {"all", each.source} & wanted] for some in (taken, stays)
        )
        return Checked(tuple(_made(pair, shown)), tuple(_made(pair, kept_back)))

    def _new(self, path: str, pair: Pair, now: Sequence[Candidate]) -> Iterator[Candidate]:
        possible = [each for each in now if is_possible(each, pair.diff)]
        if not possible or pair.head is None:
            return
        base = pair.base
        before = self._wrong(path, base) if base is not None else ()
        broken_before = any(each.source == "syntax" for each in before)
        for each in brought(possible, before, pair.diff, base or "", pair.head):
            if each.source != "syntax" or (not broken_before and _is_sure(path, base, pair.head)):
                yield each

    def _wrong(self, path: str, text: str) -> tuple[Candidate, ...]:
        """What is wrong in a whole text. Of what keeps it from being parsed, the first place alone."""
        found = self._python(path, text) if rules.is_python(path) else None
        if found is None:
            found = _on_text(parsing.syntax_errors(path, text), text)
        return (*found, *patterns.matches(path, text, (*patterns.PATTERNS, *self.options.patterns)))

    def _python(self, path: str, text: str) -> tuple[Candidate, ...] | None:
        found = rules.bugs(self.ruff, path, text, self.options.rules) if self.ruff else None
        if found is None or self.ruff is None:
            self._note(
                "Python's bug rules were not checked: the ruff that belongs to Linnet is missing or failed."
            )
            return None
        broken = [each for each in found if each.source == "syntax"]
        if broken and parsing.is_template(text):
            return ()
        if broken:
            beside = rules.bugs_beside(self.ruff, path, text, broken[0], self.options.rules)
            found = (*_on_text(broken[:1], text), *beside)
        lines = text.split("\n")
        return tuple(each for each in found if not rules.is_given(each, lines[each.start.line]))

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def _once(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Each matter once, though several engines speak of it: the first that does is kept."""
    kept_ones: list[Candidate] = []
    said: dict[tuple[int, str], str] = {}
    for each in candidates:
        engine, _, code = each.rule.partition("/")
        names = [(each.start.line, name) for name in (code, *each.aliases)]
        if all(said.get(name, engine) == engine for name in names):
            kept_ones.append(each)
        for name in names:
            said.setdefault(name, engine)
    return kept_ones


def _on_text(candidates: Sequence[Candidate], text: str) -> tuple[Candidate, ...]:
    """The candidates, those behind the last line of text moved to its end: there is something to be quoted there."""
    lines = text.rstrip().split("\n")
    last = Position(len(lines) - 1, max(0, len(lines[-1].rstrip("\r")) - 1))
    end = Position(last.line, last.column + 1)
    return tuple(
        replace(each, start=last, end=end) if last.line < each.start.line else each for each in candidates
    )


def _is_test_data(path: str) -> bool:
    return is_test_path(path) and not _TEST_DATA.isdisjoint(PurePosixPath(path.lower()).parts)


def _is_sure(path: str, base: str | None, head: str) -> bool:
    """Whether a syntax error is one. In C and C++ it may be a macro that the grammar cannot see through: there the
    brackets, which were balanced before, must not be any more."""
    if language_of(path) not in {"c", "cpp"}:
        return True
    return base is not None and parsing.is_balanced(base) and not parsing.is_balanced(head)


def _made(pair: Pair, candidates: Sequence[Candidate]) -> Iterator[Finding]:
    if not candidates:
        return
    path, head = pair.file.path, pair.head
    lines = pair.diff.added if head is None else dict(enumerate(head.split("\n")))
    symbols = _symbols(path, head or "", candidates)
    # A key that spans lines is told in whole texts only, so single lines are shown without their neighbours.
    shown = {} if head is None else secrets.masked_lines(head)
    for candidate, symbol in zip(candidates, symbols, strict=True):
        line = lines.get(candidate.start.line, "").rstrip("\r\n")
        yield finding(path, secrets.masked_line(line), symbol, _shareable(candidate), shown)


def _shareable(candidate: Candidate) -> Candidate:
    """The candidate, without its fix if that would repeat a secret of the code."""
    edits = candidate.fix.edits if candidate.fix else ()
    told = any(secrets.masked_line(line) != line for edit in edits for line in edit.text.split("\n"))
    return replace(candidate, fix=None) if told else candidate


def _symbols(path: str, text: str, candidates: Sequence[Candidate]) -> list[str]:
    """The dotted name of the definition around each candidate; "" outside any."""
    from linnet_context.syntax import parse, scopes

    language = language_of(path)
    tree = parse(Document.of(path, language, text)) if language and text else None
    if tree is None:
        return ["" for _ in candidates]
    inside = (Position(each.start.line, each.start.column) for each in candidates)
    return [".".join(scope.name for scope in scopes(tree, place)) for place in inside]
