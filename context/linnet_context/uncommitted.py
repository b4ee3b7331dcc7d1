"""Lines that were written since the last commit, in the files of a folder and in documents that are not saved yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from . import files, git
from .diff import between
from .languages import SOURCE_LANGUAGES, language_of
from .problems import Problem

_FILES = 60  # So many files are compared, the latest.


@dataclass(frozen=True, slots=True)
class Changed:
    """New and changed lines of one file: their numbers (0-based) and their texts with endings."""

    path: str
    lines: Mapping[int, str]


def uncommitted(
    root: Path, ignore: Sequence[str] = (), documents: Mapping[str, str] | None = None
) -> tuple[Changed, ...]:
    """What differs from HEAD below `root`, the file that was changed last at the end.

    `documents` are texts that count instead of the files with their paths (posix, relative to `root`), as the latest.
    Only source files that may be read; nothing outside of a repository, in one without a commit, or when git fails.
    """
    open_texts = documents or {}
    try:
        return tuple(_changes(root, ignore, open_texts))
    except Problem:
        return ()


def _changes(root: Path, ignore: Sequence[str], documents: Mapping[str, str]) -> Iterator[Changed]:
    repository = git.repository(root)
    head = git.head(repository) if repository else None
    if repository is None or head is None:
        return
    prefix = PurePosixPath(root.resolve().relative_to(repository.root).as_posix())
    below = () if prefix == PurePosixPath(".") else (str(prefix),)
    found = {
        _relative(file.path, prefix): file.old_id
        for file in (
            *git.changed_files(repository, head, git.WORKTREE, below),
            *git.untracked_files(repository, below),
        )
        if file.status not in ("deleted", "unmerged", "type changed")
    }
    usable = {
        path: old for path, old in found.items() if path not in documents and _is_usable(root, path, ignore)
    }
    latest = sorted(usable, key=lambda path: (_time(root, path), path))[-_FILES:]
    blobs = git.blobs(repository, [old for path in latest if (old := usable[path])])
    for path in latest:
        text, blob = files.read(root, path), blobs.get(usable[path])
        if text is not None and (blob is not None or not usable[path]):
            yield from _change(path, None if blob is None else git.decode(blob), text)
    for path, text in documents.items():
        if _is_usable(root, path, ignore):
            yield from _change(path, git.show(root, head, path), text)


def _is_usable(root: Path, path: str, ignore: Sequence[str]) -> bool:
    return language_of(path) in SOURCE_LANGUAGES and not files.refusal(root, path, ignore)


def _change(path: str, old: str | None, new: str) -> Iterator[Changed]:
    added = between(path, old, new).added
    if added:
        yield Changed(path, added)


def _relative(path: str, prefix: PurePosixPath) -> str:
    return PurePosixPath(path).relative_to(prefix).as_posix()


def _time(root: Path, path: str) -> int:
    status = files.status(root, path)
    return status[1] if status else 0
