"""Ignore rules in gitignore's language: compiled once a file of rules, asked once a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pathspec.patterns.gitignore import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

_LITERAL = re.compile(r"[\w.@ +-]+/?")
_SUFFIX = re.compile(r"\*\.(\w+)")
_DIRECTORY_MARK = re.compile(r"\(\?P<ps_d>/\)")


@dataclass(slots=True)
class _Run:
    """Consecutive patterns that all ignore or all re-include, so that their order does not matter."""

    ignores: bool
    names: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    suffixes: set[str] = field(default_factory=set)
    of_names: list[str] = field(default_factory=list)
    of_paths: list[str] = field(default_factory=list)
    name_regex: re.Pattern[str] | None = None
    path_regex: re.Pattern[str] | None = None

    def add(self, pattern: str, regex: str) -> None:
        if pattern.rstrip("/").count("/"):
            self.of_paths.append(regex)
        elif suffix := _SUFFIX.fullmatch(pattern):
            self.suffixes.add(suffix[1])
        elif _LITERAL.fullmatch(pattern):
            (self.folders if pattern.endswith("/") else self.names).add(pattern.rstrip("/"))
        else:
            self.of_names.append(regex)

    def compile(self) -> None:
        self.name_regex = _any_of(self.of_names)
        self.path_regex = _any_of(self.of_paths)

    def matches(self, name: str, path: str, folder: bool) -> bool:
        if name in self.names or folder and name in self.folders:
            return True
        if self.suffixes and name.rpartition(".")[2] in self.suffixes and "." in name:
            return True
        mark = "/" if folder else ""
        if self.name_regex is not None and self.name_regex.match(name + mark):
            return True
        return self.path_regex is not None and self.path_regex.match(path + mark) is not None


class Rules:
    """The rules of one ignore file. Paths are relative to its folder and their parents are known not to match."""

    __slots__ = ("_runs",)

    def __init__(self, lines: Iterable[str]) -> None:
        runs: list[_Run] = []
        for line in lines:
            pattern = _pattern(line)
            if pattern is None:
                continue
            text, ignores, regex = pattern
            if not runs or runs[-1].ignores is not ignores:
                runs.append(_Run(ignores))
            runs[-1].add(text, regex)
        for run in runs:
            run.compile()
        self._runs: Sequence[_Run] = runs[::-1]

    def __bool__(self) -> bool:
        return bool(self._runs)

    def verdict(self, name: str, path: str, folder: bool) -> bool | None:
        """True: ignored, False: re-included, None: no rule speaks of it. The last rule that matches decides."""
        for run in self._runs:
            if run.matches(name, path, folder):
                return run.ignores
        return None


@dataclass(frozen=True, slots=True)
class Chain:
    """The rules that hold in one folder, nearest first, each with the length of its own folder's prefix."""

    links: tuple[tuple[int, Rules], ...] = ()

    def extended(self, prefix: str, rules: Rules) -> Chain:
        """This chain with the rules of the folder `prefix` ("" or "a/b/") in front; itself if there are none."""
        return Chain(((len(prefix), rules), *self.links)) if rules else self

    def ignores(self, path: str, folder: bool) -> bool:
        """Whether a path below this chain's folders is ignored; its parents are known not to be."""
        name = path.rpartition("/")[2]
        for start, rules in self.links:
            verdict = rules.verdict(name, path[start:], folder)
            if verdict is not None:
                return verdict
        return False


def _pattern(line: str) -> tuple[str, bool, str] | None:
    text = line.rstrip("\r\n")
    if text.rstrip().endswith("/**"):  # pathspec lets `a/**` match `a` itself; git means what lies inside.
        text = text.rstrip() + "/*"
    try:
        compiled = GitIgnoreSpecPattern(text)
    except (GitIgnorePatternError, re.error):
        return None  # A rule that says nothing: git ignores such lines too.
    if compiled.include is None or compiled.regex is None:
        return None
    regex = _DIRECTORY_MARK.sub("/", compiled.regex.pattern)
    return text.strip().removeprefix("!"), compiled.include, regex


def _any_of(regexes: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{regex})" for regex in regexes)) if regexes else None
