"""Places cut from the commits of a repository: what was about to be written there, and the names it needed."""

from __future__ import annotations

import builtins
import keyword
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from linnet_context import git
from linnet_context.diff import FileDiff, between
from linnet_context.gather import LINES_AFTER, LINES_BEFORE
from linnet_context.index.index import Index
from linnet_context.index.names import IDENTIFIER, Vocabulary, family_of, lex
from linnet_context.languages import SOURCE_LANGUAGES, language_of
from linnet_context.text import Document, Position

MOST_LINES = 8
MOST_DEFINITIONS = 8
# Commits that touch more files are moves and reformattings.
MOST_FILES = 40
CASES_OF_A_COMMIT = 2
LONGEST_TEXT = 300_000
_TRIES = 4
_SETTINGS = frozenset({".json", ".toml", ".mod", ".cfg", ".gitignore", ".linnetignore"})
_NO_CODE = re.compile(r"\s*(import\b|from\b|#|//|\*|/\*|\"\"\"|package\b)")
_BUILTINS = frozenset(dir(builtins)) | frozenset(keyword.kwlist)


@dataclass(frozen=True, slots=True)
class Case:
    """A place in an unsaved text, and what came next there.

    `document` is the text as it was before `truth` was written at `position`; `recent` are paths touched lately.
    `names` are those of `truth` with 1 to 8 definitions in the workspace that are neither near the cursor nor new;
    to each belong the lines that define it.
    """

    commit: str
    document: Document
    position: Position
    truth: str
    names: Mapping[str, tuple[str, ...]]
    recent: tuple[str, ...]

    def lines_nearby(self) -> list[str]:
        """The lines that the asker is taken to have: 60 above the cursor, and 20 below."""
        lines, at = self.document.lines, self.position.line
        return [line.rstrip("\r\n") for line in lines[max(0, at - LINES_BEFORE) : at + 1 + LINES_AFTER]]


class Workspace:
    """A folder that is moved from commit to commit of a repository; only files that an index reads are in it."""

    def __init__(self, repository: git.Repository, folder: Path) -> None:
        self.folder = folder
        self._repository = repository
        self._at = git.empty_tree(repository)

    def move(self, commit: str) -> None:
        """Make the folder show a commit."""
        changes = git.changed_files(self._repository, self._at, commit)
        wanted = [one for one in changes if one.new_mode in ("100644", "100755") and _is_wanted(one.path)]
        contents = git.blobs(self._repository, [one.new_id for one in wanted])
        for one in changes:
            if one.old_path != one.path or one.status in ("deleted", "type changed"):
                self._path(one.old_path).unlink(missing_ok=True)
        for one in wanted:
            if one.new_id in contents:
                path = self._path(one.path)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(contents[one.new_id])
        self._at = commit

    def _path(self, path: str) -> Path:
        return self.folder / path


def _is_wanted(path: str) -> bool:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\0" in path:
        return False
    return language_of(path) in SOURCE_LANGUAGES or {pure.suffix, pure.name} & _SETTINGS != set()


def commits(repository: git.Repository, count: int) -> list[tuple[str, str]]:
    """The newest commits that are no merges, each with its parent."""
    found = []
    for one in git.history(repository, count):
        before = git.parents(repository, one.id)
        if len(before) == 1:
            found.append((one.id, before[0]))
    return found


def cases_of(
    repository: git.Repository, index: Index, commit: str, parent: str, recent: Sequence[str]
) -> Iterator[Case]:
    """Places of one commit, at most CASES_OF_A_COMMIT; the index is that of its parent."""
    chance = random.Random(commit)
    changed = [one for one in git.changed_files(repository, parent, commit) if one.status == "modified"]
    sources = sorted((one for one in changed if _is_source(one, index)), key=lambda one: one.path)
    if not sources or len(changed) > MOST_FILES:
        return
    chance.shuffle(sources)
    contents = git.blobs(repository, [name for one in sources for name in (one.old_id, one.new_id)])
    made = 0
    for one in sources:
        old, new = (_text(contents.get(name)) for name in (one.old_id, one.new_id))
        if old is None or new is None or len(old) > LONGEST_TEXT:
            continue
        case = _case(index, commit, between(one.path, old, new), old, recent, chance)
        if case is not None:
            yield case
            made += 1
            if made == CASES_OF_A_COMMIT:
                return


def _is_source(one: git.ChangedFile, index: Index) -> bool:
    return language_of(one.path) in SOURCE_LANGUAGES and index.is_indexed(one.path)


def _text(blob: bytes | None) -> str | None:
    text = git.decode(blob) if blob is not None else None
    return text.replace("\r\n", "\n") if text is not None else None


def _case(
    index: Index, commit: str, change: FileDiff, old: str, recent: Sequence[str], chance: random.Random
) -> Case | None:
    numbers = list(range(len(change.hunks)))
    chance.shuffle(numbers)
    for number in numbers:
        added = [line.text.rstrip("\n") for line in change.hunks[number].lines if line.kind == "+"]
        starts = [start for start, line in enumerate(added) if line.strip()]
        chance.shuffle(starts)
        for start in starts[:_TRIES]:
            truth = _until_blank(added[start : start + MOST_LINES])
            if _NO_CODE.match(truth[0]) or len("".join(truth).strip()) < 12:
                continue
            before, at = _typed(old, change, number, added[:start])
            case = _cut(index, commit, change.path, before, at, truth, recent)
            if case.names:
                return case
    return None


def _until_blank(lines: Sequence[str]) -> list[str]:
    blank = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    return list(lines[:blank])


def _typed(old: str, change: FileDiff, number: int, done: Sequence[str]) -> tuple[list[str], int]:
    """The lines while one hunk is being written: those before it are in, of this one only `done`; and where it is at."""
    lines, shift, at = old.split("\n"), 0, 0
    for earlier, hunk in enumerate(change.hunks[: number + 1]):
        added = [line.text.rstrip("\n") for line in hunk.lines if line.kind == "+"]
        new = added if earlier < number else list(done)
        at = hunk.old_start + shift
        lines[at : at + hunk.old_count] = new
        shift += len(new) - hunk.old_count
        at += len(new)
    return lines, at


def _cut(
    index: Index,
    commit: str,
    path: str,
    lines: Sequence[str],
    at: int,
    truth: Sequence[str],
    recent: Sequence[str],
) -> Case:
    indent = len(truth[0]) - len(truth[0].lstrip())
    text = "\n".join([*lines[:at], truth[0][:indent], *lines[at:]])
    document = Document.of(path, language_of(path) or "plaintext", text)
    after = "\n".join([truth[0][indent:], *truth[1:]])
    case = Case(commit, document, Position(at, indent), after, {}, tuple(recent))
    names = {
        name: lines
        for name in _names(after, document.language)
        if not _is_near(case, name) and (lines := _definitions(index, name))
    }
    return Case(commit, document, case.position, after, names, case.recent)


def _names(text: str, language: str) -> list[str]:
    """The names that a text uses in its code and does not define, as far as a line tells."""
    vocabulary = Vocabulary()
    numbers, _, code = lex(text, family_of(language), vocabulary)
    used = [vocabulary.names[number] for number in dict.fromkeys(numbers[code].tolist())]
    defined = set(re.findall(r"(?:def|class|func|function|type|fn|struct)\s+(\w+)", text))
    return [name for name in used if len(name) > 2 and name not in defined | _BUILTINS and name[:2] != "__"]


def _is_near(case: Case, name: str) -> bool:
    return any(name in line and name in IDENTIFIER.findall(line) for line in case.lines_nearby())


def _definitions(index: Index, name: str) -> tuple[str, ...]:
    """The lines that define a name; none for a name that is defined too often to tell anything."""
    found = index.definition_places(name)
    if not 1 <= len(found) <= MOST_DEFINITIONS:
        return ()
    lines = ((index.texts.lines(path) or ())[line : line + 1] for path, line in found)
    return tuple(text for one in lines for text in one)
