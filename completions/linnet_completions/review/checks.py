"""All engines on one changed file: what is wrong in it that the change brought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from linnet_context.languages import is_test_path, language_of
from linnet_context.text import Document, Position

from . import parsing, rules, secrets
from .anchor import brought, is_possible
from .finding import Candidate, Finding, finding
from .sides import Pair

# Folders of tests whose files are broken on purpose.
_TEST_DATA = frozenset(
    {"data", "testdata", "fixtures", "cases", "snapshots", "__snapshots__", "corpus", "examples", "resources"}
)


@dataclass(frozen=True, slots=True)
class Options:
    """What to check: further ruff rules, the sources of findings to keep (none or "all": all), further ignore rules."""

    rules: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@dataclass(slots=True)
class Checks:
    """The engines as they are installed here; `notes` collects what none of them could check."""

    options: Options = Options()
    ruff: Path | None = field(default_factory=rules.ruff_program)
    notes: list[str] = field(default_factory=list[str])

    def findings(self, pair: Pair) -> tuple[Finding, ...]:
        """What the change to one file (not a skipped one) brought."""
        path = pair.file.path
        known = pair.base if pair.base is not None else "".join(pair.diff.removed.values())
        found = [
            *parsing.conflict_markers(path, pair.diff.added),
            *secrets.new_secrets(path, pair.diff.added, known),
            *(self._in_text(path, pair.base, pair.head, pair) if pair.head is not None else ()),
        ]
        wanted = set(self.options.classes) or {"all"}
        kept = [each for each in found if {"all", each.source} & wanted]
        return tuple(_made(pair, kept))

    def _in_text(self, path: str, base: str | None, head: str, pair: Pair) -> Iterator[Candidate]:
        if _is_test_data(path):
            return
        now = self._wrong(path, head)
        possible = [each for each in now if is_possible(each, pair.diff)]
        if not possible:
            return
        before = self._wrong(path, base) if base is not None else ()
        broken_before = any(each.source == "syntax" for each in before)
        for each in brought(possible, before, pair.diff, base or "", head):
            if each.source != "syntax" or (not broken_before and _is_sure(path, base, head)):
                yield each

    def _wrong(self, path: str, text: str) -> tuple[Candidate, ...]:
        """What is wrong in a whole text. A text that does not parse has one thing wrong: the first such place."""
        if not rules.is_python(path):
            return _on_text(parsing.syntax_errors(path, text), text)
        found = rules.bugs(self.ruff, path, text, self.options.rules) if self.ruff else None
        if found is None:
            self._note(
                "Python's bug rules were not checked: the ruff that belongs to Linnet is missing or failed."
            )
            return parsing.syntax_errors(path, text)
        broken = [each for each in found if each.source == "syntax"]
        if broken:
            return () if parsing.is_template(text) else _on_text(broken[:1], text)
        lines = text.split("\n")
        return tuple(each for each in found if not rules.is_given(each, lines[each.start.line]))

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


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
    for candidate, symbol in zip(candidates, symbols, strict=True):
        line = lines.get(candidate.start.line, "").rstrip("\r\n")
        yield finding(path, secrets.masked_line(line), symbol, candidate)


def _symbols(path: str, text: str, candidates: Sequence[Candidate]) -> list[str]:
    """The dotted name of the definition around each candidate; "" outside any."""
    from linnet_context.syntax import parse, scopes

    language = language_of(path)
    tree = parse(Document.of(path, language, text)) if language and text else None
    if tree is None:
        return ["" for _ in candidates]
    inside = (Position(each.start.line, each.start.column) for each in candidates)
    return [".".join(scope.name for scope in scopes(tree, place)) for place in inside]
