"""Review of a change: every engine on every changed file, only what the change brought, every file accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from linnet_context import files
from linnet_context.diff import between
from linnet_context.git import ChangedFile

from .anchor import brought, is_possible
from .basis import Basis, Judge
from .change import Change
from .checks import Checked, Checks, Memory, Options
from .finding import SEVERITIES, Candidate, Finding, normalised
from .observing import Observation, Watch
from .ruff_rules import AT_A_DISTANCE
from .sides import Pair, checked, pairs

if TYPE_CHECKING:
    from linnet_context.index.index import Index

_NOT_MOVED = frozenset(f"ruff/{code}" for code in AT_A_DISTANCE)
Earlier = Callable[[str, str, Collection[str]], Mapping[str, Sequence[Candidate]]]
"""What other programs said of a path's earlier text, by their names as far as they could be asked."""
_ONLY_LINES = "only its added lines: the patch fits no file here"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A file that was reviewed. `partly` says what alone was checked, or is "" when all of it was."""

    path: str
    added: int
    removed: int
    partly: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A changed file that was not reviewed, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review has come: files done, all files, the file that was just done."""

    done: int
    total: int
    path: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a review found. Each changed file is in `reviewed` or in `skipped`, once.

    `findings` are ordered by severity, path and line, those of a model behind the others. `notes` say what could not be
    checked at all. `model` names the model that was asked, "" for none; `unseen` are reviewed files that it did not see
    or had nothing readable to say of, and why. `ignored` findings were taken back by comments in the code, `accepted`
    ones by a baseline. `observations` are no findings. `remembered` files were checked before, just as they are.
    """

    title: str
    reviewed: tuple[Reviewed, ...]
    skipped: tuple[Skipped, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    interrupted: bool
    model: str = ""
    unseen: tuple[Skipped, ...] = ()
    ignored: tuple[Finding, ...] = ()
    accepted: tuple[Finding, ...] = ()
    observations: tuple[Observation, ...] = ()
    remembered: int = 0


def review(
    change: Change,
    report: Callable[[Progress], None] | None = None,
    options: Options | None = None,
    *,
    memory: Memory | None = None,
    further: Mapping[str, Sequence[Candidate]] = MappingProxyType({}),
    earlier: Earlier | None = None,
    index: Callable[[], Index | None] = lambda: None,
    notes: Sequence[str] = (),
) -> Report:
    """Check every file of a change; `report` hears after each file. Ctrl-C ends it early and keeps what is done.

    `memory` keeps the findings of files from one review to the next. `further` is what other programs found in files as
    they lie on the disk, by path, and `notes` what they had to say. `earlier` asks them about the text before the change.
    `index` gives the workspace's index, if there is one, to find callers in.
    """
    checks = Checks(options or Options(), memory=memory, notes=list(notes))
    work = _Work()
    watch = Watch(change, index)
    interrupted = False
    observed: tuple[Observation, ...] = ()
    try:
        for pair in pairs(change, checks.options.ignore):
            told = _divided(pair, _as_it_lies(change.root, pair, further), earlier)
            work.add(pair, Checked() if pair.skip else checks.checked(pair, *told))
            watch.see(pair)
            if report:
                report(Progress(work.done, len(change.files), pair.file.path))
        observed = watch.observations()
    except KeyboardInterrupt:
        interrupted = True
    rest = (Skipped(file.path, "interrupted") for file in change.files[work.done :])
    return Report(
        title=change.title,
        reviewed=tuple(work.reviewed),
        skipped=(*work.skipped, *rest),
        findings=tuple(sorted(work.new_findings(), key=_order)),
        notes=tuple(checks.notes),
        interrupted=interrupted,
        ignored=tuple(sorted(work.ignored, key=_order)),
        observations=observed,
        remembered=checks.remembered,
    )


def _as_it_lies(root: Path, pair: Pair, further: Mapping[str, Sequence[Candidate]]) -> Sequence[Candidate]:
    """What other programs found in a file, if the text that is reviewed is the one that they saw."""
    told = further.get(pair.file.path, ())
    return told if told and pair.head is not None and files.read(root, pair.file.path) == pair.head else ()


def _divided(
    pair: Pair, told: Sequence[Candidate], earlier: Earlier | None
) -> tuple[list[Candidate], list[Candidate]]:
    """What the change brought of what other programs found in its new text, and the rest of that.

    Of a program that did not see the text before, what lies on added lines is taken for new.
    """
    possible = [each for each in told if is_possible(each, pair.diff)]
    if pair.base is None or pair.head is None or not possible:
        return possible, [each for each in told if each not in possible]
    names = {_engine(each) for each in possible}
    before = earlier(pair.file.path, pair.base, names) if earlier else {}
    known = [each for engine in before.values() for each in engine]
    asked = [each for each in possible if _engine(each) in before]
    new = list(brought(asked, known, pair.diff, pair.base, pair.head))
    new += [each for each in possible if _engine(each) not in before and each.start.line in pair.diff.added]
    return new, [each for each in told if each not in new]


def _engine(candidate: Candidate) -> str:
    return candidate.rule.partition("/")[0]


@dataclass(slots=True)
class _Work:
    """What is done so far, and the lines that the change took away, each with how often."""

    reviewed: list[Reviewed] = field(default_factory=list[Reviewed])
    skipped: list[Skipped] = field(default_factory=list[Skipped])
    found: list[tuple[str, Finding]] = field(default_factory=list[tuple[str, Finding]])
    ignored: list[Finding] = field(default_factory=list[Finding])
    removed: Counter[str] = field(default_factory=Counter[str])

    @property
    def done(self) -> int:
        return len(self.reviewed) + len(self.skipped)

    def add(self, pair: Pair, result: Checked) -> None:
        path, change = pair.file.path, pair.diff
        self.removed.update(normalised(line) for line in change.removed.values())
        self.found += [(normalised(change.added.get(each.start.line, "")), each) for each in result.findings]
        self.ignored += result.ignored
        if pair.skip:
            self.skipped.append(Skipped(path, pair.skip))
        else:
            partly = _ONLY_LINES if pair.head is None else ""
            self.reviewed.append(Reviewed(path, len(change.added), len(change.removed), partly))

    def new_findings(self) -> Iterator[Finding]:
        """The findings but for those on lines that were only moved here from another place of the change."""
        left = self.removed.copy()
        for line, each in self.found:
            is_moved = each.source != "syntax" and each.rule not in _NOT_MOVED and left[line] > 0
            if line and is_moved:
                left[line] -= 1
            else:
                yield each


def _order(each: Finding) -> tuple[int, str, int, int, str]:
    return SEVERITIES.index(each.severity), each.path, each.start.line, each.start.column, each.rule


def document_pair(root: Path, path: str, text: str, base_text: str | None) -> Pair | None:
    """The two sides of an open document; None for a file that is not reviewed.

    `text` may be saved or not, `base_text` is its last commit's (None: a new file); `path` is relative to `root`.
    """
    known = base_text is not None
    file = ChangedFile(path, path if known else "", "modified" if known else "added")
    if Judge(Basis(root), [file]).reason(file):
        return None
    pair = checked(Pair(file, between(path, base_text, text), base_text, text))
    return None if pair.skip else pair


def review_document(root: Path, path: str, text: str, base_text: str | None) -> tuple[Finding, ...]:
    """What is wrong in an open document's `text` that `base_text` did not have; see `document_pair`.

    A file that ignore rules exclude has no findings. Nothing but our own ruff is run.
    """
    pair = document_pair(root, path, text, base_text)
    return () if pair is None else tuple(sorted(Checks().checked(pair).findings, key=_order))
