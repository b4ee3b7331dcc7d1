"""How much of what is put into real files the review finds, and how often it cries wolf, class by class."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from linnet_completions.review.change import Inputs, find_change
from linnet_completions.review.checks import Checks
from linnet_completions.review.finding import Finding
from linnet_completions.review.observing import taken_away
from linnet_completions.review.review import document_pair, review
from linnet_context import git
from linnet_context.files import read, walk
from linnet_context.languages import SOURCE_LANGUAGES, is_test_path, language_of
from linnet_context.problems import Problem
from linnet_server.bench import mutants, mutants_text
from linnet_server.bench.mutants import ANYWHERE, Mutant

# A finding this many lines from the mistake is about it.
NEAR = 1
_MOST_BYTES = 60_000
_MOST_FILES = 400
_FIX = re.compile(r"\b(?:fix(?:e[sd])?|bug|crash|regression|incorrect|wrong)\b", re.IGNORECASE)
_NO_FIX = re.compile(
    r"\b(?:typo|docs?|lint|typing|mypy|types?|readme|changelog|flake8|format|test)\b", re.IGNORECASE
)
_MOST_LINES = 24
_LOOKED_AT = 3000


@dataclass(frozen=True, slots=True)
class Score:
    """One class of mistakes: cases, how many were found, how many only observed, and alarms on as many controls."""

    name: str
    cases: int = 0
    found: int = 0
    observed: int = 0
    alarms: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding on a clean change."""

    repository: str
    commit: str
    place: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Clean:
    """Bug fixes of a project's own history: how many were reviewed, what was found in them, what was observed."""

    changes: int
    alarms: tuple[Alarm, ...]
    observations: int


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured; `files` counts those that mistakes were put into."""

    files: int
    scores: tuple[Score, ...]
    clean: Clean


def measure(
    roots: Sequence[Path], cases: int, changes: int, seed: int, note: Callable[[str], None] = lambda _: None
) -> Report:
    """Put `cases` mistakes of each class into files of the repositories, and review `changes` bug fixes of each."""
    found = [(root, path, text) for root in roots for path, text in _files(root, seed)]
    random.Random(seed).shuffle(found)
    scores: list[Score] = []
    for name in (*mutants.OPERATORS, *mutants_text.OPERATORS):
        scores.append(_score(name, found, cases, seed))
        note(f"{name}: {scores[-1].found} of {scores[-1].cases}")
    return Report(len(found), tuple(scores), _clean(roots, changes, note))


def _files(root: Path, seed: int) -> Iterator[tuple[str, str]]:
    """Source files that are no tests, in an order that does not follow their names."""
    sources = [each for each in walk(root) if each.size <= _MOST_BYTES and not is_test_path(each.path)]
    chance = random.Random(f"{seed} {root.name}")
    chance.shuffle(sources)
    for each in sources[:_MOST_FILES]:
        text = read(root, each.path)
        if text is not None and text.strip() and "\r" not in text:
            yield each.path, text


def _score(name: str, files: Sequence[tuple[Path, str, str]], cases: int, seed: int) -> Score:
    checks = Checks()
    score = Score(name)
    for root, path, text in files:
        if score.cases >= cases:
            break
        chance = random.Random(f"{seed} {name} {path}")
        made = list(_mutants(name, path, text, chance))
        if made:
            score = _counted(score, checks, root, path, text, chance.choice(made))
    return score


def _mutants(name: str, path: str, text: str, chance: random.Random) -> Iterator[Mutant]:
    if by_lines := mutants_text.OPERATORS.get(name):
        return by_lines(path, text, chance)
    source = mutants.source_of(text) if path.endswith(".py") else None
    return mutants.OPERATORS[name](source, chance) if source else iter(())


def _counted(score: Score, checks: Checks, root: Path, path: str, text: str, mutant: Mutant) -> Score:
    wrong = document_pair(root, path, mutant.text, text)
    control = document_pair(root, path, mutant.control, text)
    if wrong is None or control is None:
        return score
    findings = checks.checked(wrong).findings
    found = any(mutant.line == ANYWHERE or _is_near(each, mutant) for each in findings)
    return replace(
        score,
        cases=score.cases + 1,
        found=score.found + found,
        observed=score.observed + (not found and bool(taken_away(wrong))),
        alarms=score.alarms + bool(checks.checked(control).findings),
    )


def _is_near(each: Finding, mutant: Mutant) -> bool:
    return abs(each.start.line - mutant.line) <= NEAR


def _clean(roots: Sequence[Path], changes: int, note: Callable[[str], None]) -> Clean:
    reviewed, observed = 0, 0
    alarms: list[Alarm] = []
    for root in roots if changes else ():
        for commit in _fixes(root, changes):
            report = review(find_change(root, Inputs(commit=commit.id)))
            reviewed += 1
            observed += len(report.observations)
            for each in report.findings:
                place = f"{each.path}:{each.start.line + 1}"
                alarms.append(Alarm(root.name, commit.id[:10], place, each.rule, each.message))
        note(f"{root.name}: {reviewed} clean changes so far, {len(alarms)} findings")
    return Clean(reviewed, tuple(alarms), observed)


def _fixes(root: Path, most: int) -> Iterator[git.Commit]:
    """The newest small bug fixes: one source file and at least one test, and a subject that says so."""
    repository = git.open_repository(root)
    found = 0
    for commit in git.history(repository, _LOOKED_AT):
        if found >= most:
            return
        if _FIX.search(commit.subject) and not _NO_FIX.search(commit.subject) and _is_small(root, commit.id):
            found += 1
            yield commit


def _is_small(root: Path, name: str) -> bool:
    try:
        change = find_change(root, Inputs(commit=name))
    except Problem:
        return False
    code = [each.path for each in change.files if language_of(each.path) in SOURCE_LANGUAGES]
    sources = [path for path in code if not is_test_path(path)]
    if len(sources) != 1 or len(sources) == len(code) or len(change.files) > 6 or change.repository is None:
        return False
    lines = git.diff(change.repository, change.old, change.new, sources, context=0).split("\n")
    changed = sum(line[:1] in "+-" and line[:3] not in ("+++", "---") for line in lines if line)
    return 0 < changed <= _MOST_LINES
