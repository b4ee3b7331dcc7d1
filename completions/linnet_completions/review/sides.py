"""The two texts of each changed file, or the reason why the file is not reviewed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from linnet_context import diff, files, git
from linnet_context.diff import FileDiff
from linnet_context.exclusions import is_binary, text_reason
from linnet_context.git import WORKTREE, ChangedFile, Repository
from linnet_context.problems import Problem

from .basis import Judge
from .change import Change

_GROUP = 40
_MARK = "\ufeff"
# Nobody reads so many lines of one file, and nobody wrote them at once.
MOST_ADDED = 10_000
_LONE_RETURN = re.compile(r"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class Pair:
    """One changed file with its texts before and after.

    `base` is None for a new file. `head` is None when only `diff` is known (a patch that fits no file here).
    `skip` is the reason why it is not reviewed, or "". Then there are no texts. `mark` is the byte order mark that stands
    before `head` where that is stored, or "".
    """

    file: ChangedFile
    diff: FileDiff
    base: str | None = None
    head: str | None = None
    skip: str = ""
    mark: str = ""


def pairs(change: Change, ignore: Sequence[str] = ()) -> Iterator[Pair]:
    """Each file of a change once, in its order; texts are loaded in groups, so that memory stays bounded."""
    judge = Judge(change.basis, change.files, ignore)
    if change.repository is None:
        for file, patch in zip(change.files, change.patches, strict=True):
            yield checked(_patched(change.root, file, patch, judge.reason(file)))
        return
    for start in range(0, len(change.files), _GROUP):
        yield from _group(change, change.repository, change.files[start : start + _GROUP], judge)


def _group(
    change: Change, repository: Repository, group: Sequence[ChangedFile], judge: Judge
) -> Iterator[Pair]:
    reasons = {file: judge.reason(file) for file in group}
    # What a deleted file held may have been moved elsewhere, so its lines are wanted, too.
    wanted = [file for file in group if reasons[file] in {"", "deleted"}]
    blobs = git.blobs(repository, [name for file in wanted for name in (file.old_id, file.new_id) if name])
    diffs = _diffs(change, repository, wanted)
    for file in group:
        if reasons[file]:
            yield Pair(file, diffs.get(file.path, _nothing(file)), skip=reasons[file])
        else:
            yield checked(_loaded(change, file, blobs, diffs.get(file.path)))


def _nothing(file: ChangedFile) -> FileDiff:
    return FileDiff(file.old_path, file.path, "modified", False, ())


def _diffs(change: Change, repository: Repository, group: Sequence[ChangedFile]) -> dict[str, FileDiff]:
    paths = dict.fromkeys(
        path for file in group if file.status != "untracked" for path in (file.old_path, file.path)
    )
    if not paths:
        return {}
    try:
        text = git.diff(repository, change.old, change.new, tuple(paths), context=0)
    except Problem:
        return {}  # A partial clone lacks some of the content; what is there is compared without git.
    return {each.path: each for each in diff.parse(text)} if text.strip() else {}


def _loaded(change: Change, file: ChangedFile, blobs: dict[str, bytes], found: FileDiff | None) -> Pair:
    told_binary = found is not None and found.binary
    if told_binary:
        found = None  # An attribute may have said so, and the change may have brought it: the text itself decides.
    base, base_reason = _blob(file.old_id, blobs)
    in_worktree = change.new == WORKTREE
    head, reason = _on_disk(change.root, file.path) if in_worktree else _blob(file.new_id, blobs)
    reason = reason or base_reason
    if head is None or reason:
        return Pair(
            file,
            _nothing(file),
            skip="binary" if told_binary and "larger" not in reason else reason or "gone",
        )
    if found is None or not _fits(found, head):  # Untracked, or it changed between two looks.
        found = diff.between(file.path, base, head)
    marked = files.is_marked(change.root, file.path) if in_worktree else _is_marked(blobs[file.new_id])
    return Pair(file, found, base, head, mark=_MARK if marked else "")


def _is_marked(blob: bytes) -> bool:
    return blob.startswith(_MARK.encode())


def _blob(name: str, blobs: dict[str, bytes]) -> tuple[str | None, str]:
    if not name:
        return None, ""
    if name not in blobs:
        return None, "larger than 1 MB or not in this clone"
    text = git.decode(blobs[name])
    return (None, "binary") if text is None else (text.removeprefix(_MARK), "")


def _on_disk(root: Path, path: str) -> tuple[str | None, str]:
    text = files.read(root, path)
    if text is not None:
        return text, ""
    found = files.status(root, path)
    if found is None:
        return None, "symbolic link" if (root / path).is_symlink() else "not a regular file"
    return None, "larger than 1 MB" if found[0] > files.MAX_BYTES else "binary or unreadable"


def _fits(found: FileDiff, head: str) -> bool:
    """Whether the added lines stand in the text as the diff says (a byte order mark aside)."""
    lines = diff.split_lines(head)
    return all(
        number < len(lines) and lines[number] == text.removeprefix(_MARK)
        for number, text in found.added.items()
    )


def _patched(root: Path, file: ChangedFile, patch: FileDiff, reason: str) -> Pair:
    """A file of a patch: its texts are known if it is new, or if the file here is one of the patch's two sides."""
    if reason or patch.binary:
        return Pair(file, _nothing(file), skip=reason or "binary")
    if not patch.hunks:
        return Pair(file, patch, skip="only renamed" if patch.status == "renamed" else "no text changed")
    if patch.status == "added":
        return Pair(file, patch, None, diff.apply(patch, ""))
    for path, is_new in ((patch.new_path, True), (patch.old_path, False)):
        text = files.read(root, path)
        other = None if text is None else (diff.revert if is_new else diff.apply)(patch, text)
        if other is not None:
            return Pair(file, patch, other if is_new else text, text if is_new else other)
    return Pair(file, patch)


def checked(pair: Pair) -> Pair:
    """The pair, skipped after all when nobody wrote its text by hand or its lines cannot be counted alike."""
    if pair.skip or pair.head is None:
        return pair
    reason = text_reason(pair.head)
    if reason is None and _LONE_RETURN.search(pair.head):
        reason = "line endings of an old kind (CR alone)"
    if reason is None and is_binary(pair.head[:8192].encode("utf-8", "replace")):
        reason = "binary"
    if reason is None and len(pair.diff.added) > MOST_ADDED:
        reason = f"too large ({len(pair.diff.added)} added lines)"
    if reason is None and pair.head == pair.base:
        reason = "no text changed"
    return Pair(pair.file, _nothing(pair.file), skip=reason) if reason else pair
