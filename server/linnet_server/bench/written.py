"""Lines that commits of a repository added, as places to complete in the state that they were written in."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from linnet_context import files, git
from linnet_context.diff import FileDiff, between
from linnet_context.languages import SOURCE_LANGUAGES, language_of
from linnet_context.problems import Problem
from linnet_context.text import Document, Splice, split_lines

TOKEN = re.compile(
    r"[^\W\d]\w*|\d[\w.]*|=>|->|::|:=|==|!=|<=|>=|&&|\|\||\+=|-=|\*=|/=|\.\.\.|\*\*|//|\?\.|\S"
)
LARGEST = 400_000  # Bytes of a file that is learned.
_ADDED = range(3, 301)  # So many source lines a commit adds,
_FILES = 12  # in at most so many source files.
_LENGTHS = range(8, 121)  # Characters of a line without its indentation,
_TOKENS = 3  # and how many tokens it has at least.


@dataclass(frozen=True, slots=True)
class Holdout:
    """A line that was added, and the document that it was written in: the edits above are done, those below not yet."""

    path: str
    number: int
    line: str
    document: Document


@dataclass(frozen=True, slots=True)
class EditedFile:
    """One file of a commit as it was and as it became, and some of the lines that were added to it."""

    path: str
    before: str
    change: FileDiff
    holdouts: tuple[Holdout, ...]

    def edits(self) -> tuple[Document, list[Splice]]:
        """The document before, and the splices that make it what it became, the last one first."""
        hunks = sorted(self.change.hunks, key=lambda hunk: -hunk.old_start)
        splices = [
            Splice(
                hunk.old_start,
                hunk.old_start + hunk.old_count,
                tuple(line.text for line in hunk.lines if line.kind == "+"),
            )
            for hunk in hunks
        ]
        return Document.of(self.path, language_of(self.path) or "", self.before), splices


@dataclass(frozen=True, slots=True)
class EditedCommit:
    """A commit: its files in the order of their paths, and what changes in the workspace to get to its parent.

    `workspace` gives paths and texts (None: the file is not there) that differ from those of the commit before in the
    sequence; for the first one, of all files.
    """

    id: str
    workspace: Callable[[], Iterator[tuple[str, str | None]]]
    files: tuple[EditedFile, ...]


def commits(root: Path, ignore: Sequence[str], limit: int, lines: int) -> Iterator[EditedCommit]:
    """Commits with something to complete, newest first, of at most `limit`; up to `lines` lines of each.

    Raises Problem where there is no history.
    """
    repository = git.open_repository(root)
    if git.head(repository) is None:
        raise Problem(f"{root} has no commit yet.", "Measure where there is a history.")
    state: dict[str, str] = {}
    for commit in (each.id for each in git.history(repository, limit)):
        parent = next(iter(git.parents(repository, commit)), None)
        if (
            parent is None or git.resolve(repository, parent) is None
        ):  # The first one, or where a clone was cut off.
            continue
        edited = tuple(_edited_files(repository, root, ignore, parent, commit, lines))
        if any(file.holdouts for file in edited):
            before, state = state, _sources(repository, root, ignore, parent)
            yield EditedCommit(commit, _Workspace(repository, before, state), edited)


@dataclass(frozen=True, slots=True)
class _Workspace:
    """The files of one commit that are not the same in another."""

    repository: git.Repository
    before: Mapping[str, str]
    after: Mapping[str, str]

    def __call__(self) -> Iterator[tuple[str, str | None]]:
        changed = [path for path, blob in self.after.items() if self.before.get(path) != blob]
        for start in range(0, len(changed), 200):
            part = changed[start : start + 200]
            blobs = git.blobs(self.repository, [self.after[path] for path in part], LARGEST)
            for path in part:
                yield path, git.decode(blobs.get(self.after[path], b"\0"))
        for path in self.before.keys() - self.after.keys():
            yield path, None


def _sources(repository: git.Repository, root: Path, ignore: Sequence[str], commit: str) -> dict[str, str]:
    return {
        path: blob
        for path, blob in sorted(git.tree(repository, commit).items())
        if language_of(path) in SOURCE_LANGUAGES and not files.omission(repository.root, path, ignore)
    }


def _edited_files(
    repository: git.Repository, root: Path, ignore: Sequence[str], parent: str, commit: str, lines: int
) -> Iterator[EditedFile]:
    changed = [
        file
        for file in git.changed_files(repository, parent, commit)
        if file.status in ("added", "modified")
        and file.new_mode in ("100644", "100755")
        and language_of(file.path) in SOURCE_LANGUAGES
        and not files.omission(repository.root, file.path, ignore)
    ]
    if not 0 < len(changed) <= _FILES:
        return
    blobs = git.blobs(
        repository, [blob for file in changed for blob in (file.old_id, file.new_id) if blob], LARGEST
    )
    texts = {name: git.decode(blob) for name, blob in blobs.items()}
    changes: dict[str, tuple[str, str, FileDiff]] = {}
    for file in sorted(changed, key=lambda file: file.path):
        old, new = texts.get(file.old_id) if file.old_id else "", texts.get(file.new_id)
        if old is not None and new is not None:
            changes[file.path] = old, new, between(file.path, old, new)
    if sum(len(change.added) for _, _, change in changes.values()) not in _ADDED:
        return
    gone = {line.strip() for _, _, change in changes.values() for line in change.removed.values()}
    places = [
        (path, number)
        for path, (_, _, change) in changes.items()
        for number, line in change.added.items()
        if _is_worth(line, gone)
    ]
    chosen = set(random.Random(commit).sample(places, min(lines, len(places))))
    for path, (old, new, change) in changes.items():
        numbers = sorted(number for other, number in chosen if other == path)
        yield EditedFile(path, old, change, tuple(_holdouts(path, old, new, change, numbers)))


def _is_worth(line: str, gone: set[str]) -> bool:
    text = line.strip()
    return len(text) in _LENGTHS and text not in gone and len(TOKEN.findall(text)) >= _TOKENS


def _holdouts(path: str, old: str, new: str, change: FileDiff, numbers: Sequence[int]) -> Iterator[Holdout]:
    before, after = split_lines(old), split_lines(new)
    for hunk in change.hunks:
        for number in numbers:
            if hunk.new_start <= number < hunk.new_start + hunk.new_count:
                line = after[number].rstrip("\r\n")
                rest = before[hunk.old_start + hunk.old_count :] if old else []
                text = "".join([*after[:number], "\n" if rest else "", *rest])
                yield Holdout(path, number, line, Document.of(path, language_of(path) or "", text))
