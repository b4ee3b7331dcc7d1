"""Linters that the project has configured. They may run the project's code, so only a trusted one's are asked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linnet_context.languages import language_of
from linnet_context.process import Finished, environment, find_program, run
from linnet_context.text import Position

from .finding import Candidate, Severity
from .rules import ruff_program

_SECONDS = 300.0
_MAX_OUTPUT = 32 << 20
_MOST_FILES = 400
_SEVERITIES: Mapping[str, Severity] = {
    "error": "error",
    "deny": "error",
    "2": "error",
    "warning": "warning",
    "warn": "warning",
    "1": "warning",
    "info": "info",
    "note": "info",
    "style": "info",
    "help": "info",
    "advice": "info",
}
# No program, no answer, or one that is not what we know.
_FAILURES = (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError)
Found = Iterator[tuple[str, Candidate]]


@dataclass(frozen=True, slots=True)
class Linter:
    """A linter: its program, the files at the root that show that the project uses it, what it reads, how it is asked.

    `whole` linters look at the whole project, whatever files are named. `on_text` asks about standard input as if it
    were the file {path}; it is empty for a linter that reads files alone.
    """

    name: str
    program: str
    marks: tuple[str, ...]
    languages: frozenset[str]
    arguments: tuple[str, ...]
    read: Callable[[str, str], Found]
    whole: bool = False
    on_text: tuple[str, ...] = ()


def found(root: Path, paths: Sequence[str]) -> tuple[dict[str, list[Candidate]], list[str]]:
    """What the project's linters say about files as they lie on the disk, by path, and which of them failed.

    Runs programs of the project with its configuration: the caller has made sure that its user wants that.
    """
    result: dict[str, list[Candidate]] = {}
    notes: list[str] = []
    for linter in LINTERS:
        wanted = [path for path in paths if language_of(path) in linter.languages and (root / path).is_file()]
        if not wanted or not any((root / mark).exists() for mark in linter.marks):
            continue
        program = _program(root, linter)
        if program is None:
            notes.append(f"{linter.name} is configured here and was not found, so it was not asked.")
            continue
        try:
            for path, candidate in _asked(root, linter, program, wanted[:_MOST_FILES]):
                result.setdefault(_relative(root, path), []).append(candidate)
        except _FAILURES as error:
            notes.append(f"{linter.name} could not be used: {type(error).__name__}.")
        if wanted[_MOST_FILES:]:
            notes.append(
                f"{linter.name} was asked about {_MOST_FILES} files and not about {len(wanted) - _MOST_FILES}."
            )
    return result, notes


def before(root: Path, path: str, base: str, names: Collection[str]) -> dict[str, tuple[Candidate, ...]]:
    """What the linters of these names say about `base`, an earlier text of a file, by name.

    Those that cannot be asked about a text are missing, and those that fail. For the caller's trust see `found`.
    """
    result: dict[str, tuple[Candidate, ...]] = {}
    for linter in LINTERS:
        program = _program(root, linter) if linter.name in names and linter.on_text else None
        if program is None:
            continue
        command = [str(program), *(each.replace("{path}", path) for each in linter.on_text)]
        try:
            said = _answer(linter, command, root, base.encode("utf-8", "surrogateescape"))
            result[linter.name] = tuple(candidate for _, candidate in said)
        except _FAILURES:
            continue  # Then what lies on added lines counts, which is what is known without a text before.
    return result


def _program(root: Path, linter: Linter) -> Path | None:
    if linter.name == "ruff":
        return ruff_program()
    places = os.pathsep.join((str(root / "node_modules" / ".bin"), environment().get("PATH", os.defpath)))
    return find_program(linter.program, places)


def _asked(root: Path, linter: Linter, program: Path, paths: Sequence[str]) -> Found:
    names = (
        () if linter.whole else tuple(f"./{path}" for path in paths)
    )  # No name may be taken for an option.
    yield from _answer(linter, [str(program), *linter.arguments, *names], root)


def _answer(linter: Linter, command: Sequence[str], root: Path, stdin: bytes = b"") -> Found:
    done: Finished = run(
        command, folder=root, environ=environment(), seconds=_SECONDS, limit=_MAX_OUTPUT, stdin=stdin
    )
    output = done.output.decode("utf-8", "replace")
    if done.stopped or not output.strip() and done.code > 1:
        raise ValueError(done.stopped or done.code)
    yield from linter.read(linter.name, output)


def _relative(root: Path, path: str) -> str:
    try:
        return Path(os.path.normpath(root / path)).relative_to(root).as_posix()
    except ValueError:
        return path


def _made(
    linter: str,
    rule: object,
    severity: object,
    message: object,
    start: tuple[int, int],
    end: tuple[int, int] | None,
) -> Candidate:
    """A candidate for places that count from 1."""
    first = Position(max(0, start[0] - 1), max(0, start[1] - 1))
    last = Position(max(0, end[0] - 1), max(0, end[1] - 1)) if end else Position(first.line, first.column + 1)
    told = " ".join(str(message).split())[:400]
    return Candidate(
        rule=f"{linter}/{rule or 'problem'}",
        severity=_SEVERITIES.get(str(severity).lower(), "warning"),
        source="linters",
        message=told,
        consequence="",
        start=first,
        end=max(first, last, key=lambda place: (place.line, place.column)),
        subject=told,
    )


def _ruff(name: str, output: str) -> Found:
    for each in json.loads(output or "[]"):
        start, end = each["location"], each["end_location"]
        places = (start["row"], start["column"]), (end["row"], end["column"])
        yield each["filename"], _made(name, each.get("code"), "warning", each["message"], *places)


def _eslint(name: str, output: str) -> Found:
    for file in json.loads(output or "[]"):
        for each in file["messages"]:
            start = (each.get("line", 1), each.get("column", 1))
            end = (each["endLine"], each["endColumn"]) if each.get("endLine") else None
            yield (
                file["filePath"],
                _made(name, each.get("ruleId"), each["severity"], each["message"], start, end),
            )


def _oxlint(name: str, output: str) -> Found:
    for each in json.loads(output or "{}").get("diagnostics", ()):
        span = each["labels"][0]["span"] if each.get("labels") else {"line": 1, "column": 1}
        code = str(each.get("code") or "").removesuffix(")").rpartition("(")[2]
        place = (span.get("line", 1), span.get("column", 1))
        yield each["filename"], _made(name, code, each.get("severity"), each["message"], place, None)


def _golangci(name: str, output: str) -> Found:
    for each in json.loads(output.strip().splitlines()[0] if output.strip() else "{}").get("Issues") or ():
        place = each["Pos"]
        start = (place["Line"], place.get("Column") or 1)
        yield (
            place["Filename"],
            _made(name, each["FromLinter"], each.get("Severity"), each["Text"], start, None),
        )


def _clippy(name: str, output: str) -> Found:
    for line in output.splitlines():
        said: dict[str, Any] = json.loads(line) if line.startswith("{") else {}
        message: dict[str, Any] = (
            said.get("message") or {} if said.get("reason") == "compiler-message" else {}
        )
        code = (message.get("code") or {}).get("code", "")
        for span in (each for each in message.get("spans", ()) if each["is_primary"]):
            places = (span["line_start"], span["column_start"]), (span["line_end"], span["column_end"])
            rule = code.removeprefix("clippy::")
            yield span["file_name"], _made(name, rule, message.get("level"), message["message"], *places)


def _shellcheck(name: str, output: str) -> Found:
    for each in json.loads(output or "[]"):
        places = (each["line"], each["column"]), (each["endLine"], each["endColumn"])
        yield each["file"], _made(name, f"SC{each['code']}", each["level"], each["message"], *places)


_SCRIPTS = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte"})
_ESLINT_MARKS = (
    *(f"eslint.config.{end}" for end in ("js", "mjs", "cjs", "ts", "mts", "cts")),
    *(f".eslintrc{end}" for end in ("", ".js", ".cjs", ".json", ".yml", ".yaml")),
)
_RUFF = ("check", "--output-format=json", "--no-fix", "--force-exclude", "--quiet")
LINTERS = (
    Linter(
        "ruff",
        "ruff",
        ("ruff.toml", ".ruff.toml"),
        frozenset({"python"}),
        (*_RUFF, "--"),
        _ruff,
        on_text=(*_RUFF, "--stdin-filename={path}", "-"),
    ),
    Linter(
        "eslint",
        "eslint",
        _ESLINT_MARKS,
        _SCRIPTS,
        ("--format=json", "--no-error-on-unmatched-pattern", "--"),
        _eslint,
        on_text=("--format=json", "--stdin", "--stdin-filename={path}"),
    ),
    Linter("oxlint", "oxlint", (".oxlintrc.json", "oxlint.json"), _SCRIPTS, ("--format=json", "--"), _oxlint),
    Linter(
        "golangci-lint",
        "golangci-lint",
        (".golangci.yml", ".golangci.yaml", ".golangci.toml", ".golangci.json"),
        frozenset({"go"}),
        ("run", "--output.json.path=stdout", "--show-stats=false"),
        _golangci,
        whole=True,
    ),
    Linter(
        "clippy",
        "cargo",
        ("Cargo.toml",),
        frozenset({"rust"}),
        ("clippy", "--quiet", "--offline", "--message-format=json"),
        _clippy,
        whole=True,
    ),
    Linter(
        "shellcheck",
        "shellcheck",
        (".shellcheckrc",),
        frozenset({"shellscript"}),
        ("--format=json", "--"),
        _shellcheck,
        on_text=("--format=json", "-"),
    ),
)
