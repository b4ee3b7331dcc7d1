"""Unified diffs as frozen values: which lines a change added, removed and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from linnet_context.problems import Problem

if TYPE_CHECKING:
    from unidiff.patch import PatchedFile

Status = Literal["added", "deleted", "modified", "renamed"]
_COMBINED = re.compile(r"^(?:diff --(?:cc|combined) |@@@)", re.MULTILINE)
_ESCAPE = re.compile(r'\\([0-7]{3}|[abtnvfr"\\])')
_LETTERS = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_RENAME = re.compile(r"^rename (from|to) (.+)$", re.MULTILINE)
_CRLF_HEADER = re.compile(r"^\+\+\+ [^\n]*\r$", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")
# Beyond this many differing lines a line-by-line comparison in Python takes too long for an editor.
_MAX_COMPARED = 4000


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a hunk with its ending ("" at an end of file without one); numbers are 0-based, -1 where absent."""

    kind: Literal[" ", "+", "-"]
    text: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class Hunk:
    """One block of a diff; starts are 0-based line numbers (for an empty side: the line that it stands before)."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True)
class FileDiff:
    """What happened to one file. Paths carry no a/ or b/ prefix and are "" where the file does not exist."""

    old_path: str
    new_path: str
    status: Status
    binary: bool
    hunks: tuple[Hunk, ...]

    @property
    def path(self) -> str:
        return self.new_path or self.old_path

    @cached_property
    def added(self) -> dict[int, str]:
        """The added lines by 0-based number in the new text, with their endings."""
        return {line.new: line.text for hunk in self.hunks for line in hunk.lines if line.kind == "+"}

    @cached_property
    def removed(self) -> dict[int, str]:
        """The removed lines by 0-based number in the old text, with their endings."""
        return {line.old: line.text for hunk in self.hunks for line in hunk.lines if line.kind == "-"}


def parse(text: str) -> tuple[FileDiff, ...]:
    """The files of a unified diff, git's or any other tool's; text around it (a mail's) is passed over.

    Problem for a combined diff (of a merge) and for a diff that contradicts itself.
    """
    if _COMBINED.search(text):
        raise Problem(
            "A combined diff of a merge cannot be reviewed.", "Give a diff against one parent (git diff A B)."
        )
    if _CRLF_HEADER.search(text):  # The patch itself went through a tool that ends lines in CRLF.
        text = text.replace("\r\n", "\n")
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    try:
        files = tuple(_file(part) for part in PatchSet(text))
    except (UnidiffParseError, AssertionError, ValueError) as error:
        said = str(error).strip().split("\n")[0][:120]
        raise Problem(f"The diff cannot be read: {said}.", "Check that it is a whole unified diff.") from None
    if not files and text.strip():
        raise Problem("There is no unified diff in this text.", "Make one with git diff or diff -u.")
    return files


def _file(part: PatchedFile) -> FileDiff:
    header = "" if part.patch_info is None else str(part.patch_info)
    old, new = _path(part.source_file, "a/"), _path(part.target_file, "b/")
    for which, name in _RENAME.findall(header):
        old, new = (_unquoted(name), new) if which == "from" else (old, _unquoted(name))
    status: Status = "modified" if old == new else "renamed"
    if not old or not new:
        status = "deleted" if old else "added"
    return FileDiff(old, new, status, bool(part.is_binary_file), tuple(_hunks(part)))


def _path(name: str | None, prefix: str) -> str:
    if name is None or name == "/dev/null":
        return ""
    return _unquoted(name).removeprefix(prefix)


def _unquoted(name: str) -> str:
    """A name as git writes it, without the quotes and escapes of a name with special characters."""
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    raw = _ESCAPE.sub(lambda match: _LETTERS.get(match[1]) or chr(int(match[1], 8)), name[1:-1])
    if not any("\x7f" < letter < "\u0100" for letter in raw):
        return raw
    # Octal escapes are bytes. Letters above them were written as themselves.
    data = b"".join(bytes([ord(c)]) if c < "\u0100" else c.encode("utf-8", "surrogateescape") for c in raw)
    return data.decode("utf-8", "surrogateescape")


def _hunks(part: PatchedFile) -> Iterator[Hunk]:
    for hunk in part:
        lines: list[DiffLine] = []
        for line in hunk:
            if line.line_type == "\\":  # "No newline at end of file" speaks of the line before it.
                last = lines.pop()
                lines.append(DiffLine(last.kind, last.text.removesuffix("\n"), last.old, last.new))
                continue
            kind: Literal[" ", "+", "-"] = "+" if line.is_added else "-" if line.is_removed else " "
            old, new = (number or 0 for number in (line.source_line_no, line.target_line_no))
            lines.append(DiffLine(kind, _readable(line.value), old - 1, new - 1))
        # unidiff counts from 1; a side without lines names the line before it.
        old_start = hunk.source_start - (1 if hunk.source_length else 0)
        new_start = hunk.target_start - (1 if hunk.target_length else 0)
        yield Hunk(old_start, hunk.source_length, new_start, hunk.target_length, tuple(lines))


def _readable(text: str) -> str:
    """Content whose undecodable bytes came as lone surrogates, as `git.decode` reads them."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def split_lines(text: str) -> list[str]:
    r"""Lines with their endings as diffs count them: only ``\n`` ends a line, and there is no empty last line."""
    return [line + "\n" for line in text.split("\n")[:-1]] + (
        [last] if (last := text.rsplit("\n", 1)[-1]) else []
    )


def between(path: str, old: str | None, new: str) -> FileDiff:
    """The difference of two texts of one file, without context lines; None means that there was no file."""
    before, after = split_lines(old or ""), split_lines(new)
    hunks = tuple(_difference(before, after))
    return FileDiff("" if old is None else path, path, "added" if old is None else "modified", False, hunks)


def _difference(old: list[str], new: list[str]) -> Iterator[Hunk]:
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_part, new_part = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(old_part) > _MAX_COMPARED and len(new_part) > _MAX_COMPARED:
        yield _block(head, old_part, head, new_part)
        return
    matcher = SequenceMatcher(None, old_part, new_part)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield _block(head + i1, old_part[i1:i2], head + j1, new_part[j1:j2])


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (left, right) in pairs if left != right), min(len(one), len(other)))


def _block(old_start: int, old: Sequence[str], new_start: int, new: Sequence[str]) -> Hunk:
    removed = tuple(DiffLine("-", text, number, -1) for number, text in enumerate(old, old_start))
    added = tuple(DiffLine("+", text, -1, number) for number, text in enumerate(new, new_start))
    return Hunk(old_start, len(old), new_start, len(new), removed + added)


def apply(change: FileDiff, text: str) -> str | None:
    """`text` (the old side) with the diff applied; None when a context or removed line does not match exactly."""
    return _rewritten(change, text, "-", "+")


def revert(change: FileDiff, text: str) -> str | None:
    """`text` (the new side) with the diff taken back; None when it does not match exactly."""
    return _rewritten(change, text, "+", "-")


def _rewritten(change: FileDiff, text: str, gone: str, come: str) -> str | None:
    lines = split_lines(text)
    result: list[str] = []
    done = 0
    for hunk in change.hunks:
        start, count = (hunk.old_start, hunk.old_count) if gone == "-" else (hunk.new_start, hunk.new_count)
        expected = [line.text for line in hunk.lines if line.kind != come]
        if start < done or lines[start : start + count] != expected:
            return None
        result += lines[done:start]
        result += [line.text for line in hunk.lines if line.kind != gone]
        done = start + count
    return "".join([*result, *lines[done:]])
