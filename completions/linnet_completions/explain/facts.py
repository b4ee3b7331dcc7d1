"""What can be said for certain about a symbol, a range or a file: looked up, never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from linnet_completions.explain.complexity import Complexity, complexity
from linnet_completions.explain.installed import Described, described
from linnet_completions.explain.usage import Site, Usage, callees, full_name, importers, targets, usage
from linnet_context.effects import Effect, effects, statement
from linnet_context.git import Commit, log_lines, show
from linnet_context.languages import comment_prefix
from linnet_context.outline import Definition, Outline, docstring, enclosing, outline
from linnet_context.text import Document

if TYPE_CHECKING:
    from linnet_context.index.index import Index

Subject = Literal["symbol", "range", "statement", "file"]
_COMMITS = 3
_EXCERPT = 6
_BODIES = ("function", "method")
_HOLDERS = ("class", "type", "module")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file imports from one module (`names` is empty for the module itself), and the files of the workspace
    that the module stands for."""

    module: str
    names: tuple[str, ...]
    line: int
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactSheet:
    """What is known about lines of a file. All lines are 0-based; what does not apply is empty or None.

    `subject` says what is described: a "symbol" (one definition), a "range" of lines (`name` is the definition around
    it, if any), a "statement" outside all definitions, or a "file". `members` are the definitions inside it.
    `calls` are definitions of the workspace that it uses, `installed` those of packages; `complete` tells whether all of the workspace was looked at.
    """

    subject: Subject
    path: str
    language: str
    first: int
    last: int
    name: str = ""
    kind: str = ""
    signature: str = ""
    docstring: str = ""
    excerpt: str = ""
    complexity: Complexity | None = None
    members: tuple[Definition, ...] = ()
    usage: Usage = field(default_factory=Usage)
    calls: tuple[Site, ...] = ()
    installed: tuple[Described, ...] = ()
    raised: tuple[Effect, ...] = ()
    caught: tuple[Effect, ...] = ()
    assigned: tuple[Effect, ...] = ()
    outside: tuple[Effect, ...] = ()
    imports: tuple[Imported, ...] = ()
    importers: tuple[str, ...] = ()
    commits: tuple[Commit, ...] = ()
    problems: tuple[str, ...] = ()
    complete: bool = True


def facts(index: Index, document: Document, first: int, last: int, repository: Path | None) -> FactSheet:
    """The facts about the lines `first`..`last` (0-based, both included) of a document.

    A single line means the innermost definition around it; all lines mean the file. `repository` is the folder that
    the document's path is relative to, or None to leave the history out. Reads the disk and runs git: not for the
    event loop.
    """
    text = document.text()
    found = outline(text, document.language)
    end = len(document.lines) - 1
    first, last = sorted(max(0, min(line, end)) for line in (first, last))
    if first == 0 and last >= end - 1 and last:
        return _file(index, document, found, repository)
    line = _described(document, first) if first == last else first
    definition = _on_one_line(found, enclosing(found, line))
    if definition is not None and definition.end_line < last:
        definition = None
    if first != last:
        sheet = _range(document, found, definition, first, last)
    elif definition is not None:
        sheet = _symbol(index, document, found, definition)
    else:
        sheet = _statement(index, document, found, line)
    return _finished(index, document, found, sheet, repository)


def _on_one_line(found: Outline, definition: Definition | None) -> Definition | None:
    """What holds a field that stands on its line: `type Shelf struct{ Count int }` speaks of the shelf."""
    if definition is None or definition.kind != "field":
        return definition
    holders = (
        one
        for one in found.definitions
        if one.name == definition.parent and one.line == definition.line and one is not definition
    )
    return next(holders, definition)


def _described(document: Document, line: int) -> int:
    """The line that a decorator, an attribute or a comment above it speaks of; else the line itself."""
    prefix = comment_prefix(document.language) or "//"
    marks = ("@", "#[", "/*", "*", prefix)
    for below in range(line, min(line + 60, len(document.lines))):
        text = document.line(below).strip()
        if not text:
            break
        if not text.startswith(marks):
            return below
    return line


def _symbol(index: Index, document: Document, found: Outline, definition: Definition) -> FactSheet:
    text = document.text()
    header = _header(document, definition)
    return FactSheet(
        "symbol",
        document.path,
        document.language,
        header,
        definition.end_line,
        name=full_name(definition),
        kind=definition.kind,
        signature=definition.signature,
        docstring=docstring(text, document.language, definition),
        complexity=_complexity(document, definition, header),
        members=_inside(found, definition) if definition.kind in _HOLDERS else (),
        usage=usage(index, document, found, definition),
    )


def _header(document: Document, definition: Definition) -> int:
    """The first line of a definition, whose name may stand some lines below."""
    start = " ".join(definition.signature.split()[:2]).lstrip("@")
    for line in range(definition.line, max(definition.line - 6, -1), -1):
        if start and " ".join(document.line(line).split()).lstrip("@").startswith(start):
            return line
    return definition.line


def _complexity(document: Document, definition: Definition, header: int) -> Complexity | None:
    if definition.kind not in _BODIES:
        return None
    lines = document.lines[header : definition.end_line + 1]
    return complexity("".join(lines), document.language, definition.name)


def _inside(found: Outline, outer: Definition) -> tuple[Definition, ...]:
    return tuple(
        inner
        for inner in found.definitions
        if inner is not outer and outer.line <= inner.line and inner.end_line <= outer.end_line
        if inner.parent == outer.name
    )


def _range(
    document: Document, found: Outline, definition: Definition | None, first: int, last: int
) -> FactSheet:
    return FactSheet(
        "range",
        document.path,
        document.language,
        first,
        last,
        name=full_name(definition) if definition is not None else "",
        kind=definition.kind if definition is not None else "",
        signature=definition.signature if definition is not None else "",
        members=tuple(one for one in found.definitions if first <= one.line <= last),
    )


def _statement(index: Index, document: Document, found: Outline, line: int) -> FactSheet:
    first, last = statement(document.text(), document.language, line)
    lines = [document.line(number) for number in range(first, min(last + 1, first + _EXCERPT))]
    return FactSheet(
        "statement",
        document.path,
        document.language,
        first,
        last,
        excerpt="\n".join([*lines, "…"] if first + _EXCERPT <= last else lines).rstrip(),
        imports=_imports(index, document, found, first, last),
    )


def _file(index: Index, document: Document, found: Outline, repository: Path | None) -> FactSheet:
    last = len(document.lines) - 1
    return FactSheet(
        "file",
        document.path,
        document.language,
        0,
        last,
        name=document.path,
        kind="file",
        members=tuple(_outside_bodies(found)),
        imports=_imports(index, document, found, 0, last),
        importers=importers(index, document.path),
        commits=log_lines(repository, document.path, 0, last, _COMMITS) if repository is not None else (),
        problems=tuple(_problems(found, 0, last)),
        complete=index.complete,
    )


def _outside_bodies(found: Outline) -> Iterator[Definition]:
    """The definitions that do not belong to the body of a function."""
    end = -1
    for one in found.definitions:
        if end < one.line:
            yield one
            if one.kind in _BODIES:
                end = max(end, one.end_line)


def _imports(index: Index, document: Document, found: Outline, first: int, last: int) -> tuple[Imported, ...]:
    made: dict[tuple[str, tuple[str, ...]], Imported] = {}
    for one in found.imports:
        if not first <= one.line <= last:
            continue
        paths = targets(index, document, one)
        name = f"{one.name} as {one.alias}" if one.name and one.alias else one.name
        known = made.setdefault((one.module, paths), Imported(one.module, (), one.line, paths))
        if name:
            made[one.module, paths] = replace(known, names=(*known.names, name))
    return tuple(made.values())


def _problems(found: Outline, first: int, last: int) -> Iterator[str]:
    for problem in found.problems:
        if first <= problem.line <= last:
            yield f"line {problem.line + 1}: {problem.message}"


def _finished(
    index: Index, document: Document, found: Outline, sheet: FactSheet, repository: Path | None
) -> FactSheet:
    """The sheet with what is known of its lines, whatever they are."""
    done = effects(document.text(), document.language, sheet.first, sheet.last)
    return replace(
        sheet,
        calls=callees(index, document, found, sheet.first, sheet.last),
        installed=described(index, document, found, sheet.first, sheet.last),
        raised=done.raised,
        caught=done.caught,
        assigned=done.assigned,
        outside=done.outside,
        commits=_commits(document, sheet, repository),
        problems=tuple(_problems(found, sheet.first, sheet.last)),
        complete=index.complete,
    )


def with_history(sheet: FactSheet, document: Document, repository: Path) -> FactSheet:
    """The sheet with its last commits. Needs git and nothing that changes, so any thread may look them up."""
    if sheet.subject == "file":
        return replace(sheet, commits=log_lines(repository, sheet.path, sheet.first, sheet.last, _COMMITS))
    return replace(sheet, commits=_commits(document, sheet, repository))


def _commits(document: Document, sheet: FactSheet, repository: Path | None) -> tuple[Commit, ...]:
    """The last commits of the lines, looked up where they stand in the last commit."""
    if repository is None:
        return ()
    committed = show(repository, "HEAD", document.path)
    if committed is None:
        return ()
    first, last = sheet.first, sheet.last
    if committed != document.text():
        moved = _moved(document, committed, first, last)
        if moved is None:
            return ()
        first, last = moved
    return log_lines(repository, document.path, first, last, _COMMITS)


def _moved(document: Document, committed: str, first: int, last: int) -> tuple[int, int] | None:
    """Where lines of a changed document were before; None for lines that are all new."""
    from difflib import SequenceMatcher

    before = Document.of(document.path, document.language, committed)
    matcher = SequenceMatcher(None, list(before.lines), list(document.lines))
    kept = [
        block.a + line - block.b
        for block in matcher.get_matching_blocks()
        for line in range(max(first, block.b), min(last + 1, block.b + block.size))
    ]
    return (kept[0], kept[-1]) if kept else None
