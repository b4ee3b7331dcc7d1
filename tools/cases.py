"""Lines that real commits added, as places to complete: for training and measuring the embedded engine."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from linnet_context.languages import SOURCE_LANGUAGES, language_of
from linnet_context.text import split_lines

LARGEST = 400_000  # Bytes of a file that is learned.
TOKEN = re.compile(
    r"[^\W\d]\w*|\d[\w.]*|=>|->|::|:=|==|!=|<=|>=|&&|\|\||\+=|-=|\*=|/=|\.\.\.|\*\*|//|\?\.|\S"
)


@dataclass(frozen=True)
class Case:
    """One held-out line."""

    repository: Path
    name: str
    parent: str
    commit: str
    path: str
    line: int
    old_end: int | None  # None: the file is new.

    def lines_above(self) -> tuple[list[str], str]:
        """The lines above the added one, edits already done, and that line."""
        lines = _lines(self, self.commit)
        return lines[: self.line], lines[self.line]

    def edited(self) -> Iterator[tuple[str, list[str], list[str]]]:
        """The commit's other source files whose paths come before this one, as if they were edited first: path, lines
        before and lines after the commit."""
        names = _git(
            self.repository,
            *("diff", "--name-only", "--no-renames", "--diff-filter=AM", "-z", self.parent, self.commit),
        )
        for path in names.decode("utf-8", "replace").split("\0")[:-1]:
            if path >= self.path:
                return
            if language_of(path) in SOURCE_LANGUAGES:
                yield path, self._version(self.parent, path), self._version(self.commit, path)

    def _version(self, commit: str, path: str) -> list[str]:
        """The lines of a file with their endings; one empty line where there is none."""
        listed = _git(self.repository, "ls-tree", "-z", commit, "--", path)
        return split_lines(_text(self.repository, commit, path)) if listed else [""]

    def lines_below(self) -> list[str]:
        """The lines below it, as they were before the commit."""
        return [] if self.old_end is None else _lines(self, self.parent)[self.old_end :]


def read_cases(path: Path, mirror: Path) -> list[Case]:
    """The cases whose repositories are in the mirror."""
    cases = []
    for text in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(text)
        repository = mirror / row["repo"].replace("/", "+") / "repo"
        repository = repository / ".git" if (repository / ".git").is_dir() else repository
        if repository.is_dir():
            end = None if row["kind"] == "newfile" else row["old_end"]
            cases.append(
                Case(repository, row["repo"], row["parent"], row["commit"], row["path"], row["line"], end)
            )
    return cases


def _git(repository: Path, *arguments: str, given: str = "") -> bytes:
    command = ["git", "--git-dir", str(repository), *arguments]
    return subprocess.run(command, input=given.encode(), stdout=subprocess.PIPE, check=True).stdout


def _lines(case: Case, commit: str) -> list[str]:
    return _text(case.repository, commit, case.path).split("\n")


def _text(repository: Path, commit: str, path: str) -> str:
    return _git(repository, "show", f"{commit}:{path}").decode("utf-8", "replace")


def workspace(case: Case) -> Iterator[tuple[str, str]]:
    """The source files of the case's parent commit."""
    listed = _git(case.repository, "ls-tree", "-r", "-z", case.parent).decode("utf-8", "replace")
    wanted = []
    for row in listed.split("\0")[:-1]:
        (mode, kind, blob), path = row.split("\t", 1)[0].split(), row.split("\t", 1)[1]
        if kind == "blob" and mode != "120000" and language_of(path) in SOURCE_LANGUAGES:
            wanted.append((blob, path))
    data = _git(case.repository, "cat-file", "--batch", given="".join(f"{blob}\n" for blob, _ in wanted))
    start = 0
    for _, path in wanted:
        end = data.index(b"\n", start)
        size = data[start:end].split()[-1]
        start = end + 1
        if size.isdigit():
            content, start = data[start : start + int(size)], start + int(size) + 1
            if len(content) <= LARGEST:
                yield path, content.decode("utf-8", "replace")


def columns(line: str) -> list[int]:
    """Where a draft is asked for: the line's start, inside words, and behind every token but the last."""
    end = len(line.rstrip())
    found = {len(line) - len(line.lstrip())}
    for token in TOKEN.finditer(line):
        if token.end() < end:
            found.add(token.end())
        if token[0][0] == "_" or token[0][0].isalpha():
            found.update(token.start() + typed for typed in (1, 3) if len(token[0]) > typed + 1)
    return sorted(found)


def is_right(text: str, rest: str) -> bool:
    """Whether a draft is a beginning of the rest of the line that ends between two tokens."""
    draft, wanted = (re.sub(r"\s+", " ", part.rstrip()) for part in (text, rest))
    return wanted.startswith(draft) and not re.match(r"\w\w", draft[-1:] + wanted[len(draft) :][:1])
