"""What the gathered context is worth, and what it costs, on the commits of a repository."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from linnet_context import git, tokens
from linnet_context.budget import mix_of
from linnet_context.gather import gather
from linnet_context.index.index import Index
from linnet_context.problems import Problem
from linnet_server.bench.footprint import Footprint, footprint
from linnet_server.bench.holdouts import Case, Workspace, cases_of, commits
from linnet_server.bench.recall import Recall, means, recall
from linnet_server.bench.steadiness import Steadiness, replay

BUDGETS = (512, 1024)
EDITOR_BUDGET = 1500
CASES = 40
# Commits looked at for each case that is wanted: many touch no source file, or add nothing that needs a name.
COMMITS_A_CASE = 8
REPEATED = 3
CHANGED_FILES = 15
REPLAYED = 6
_RECENT = 10


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds of CPU time."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread | None:
        if len(seconds) < 2:
            return None
        return cls(1e3 * median(seconds), 1e3 * quantiles(seconds, n=20, method="inclusive")[-1])


@dataclass(slots=True)
class Report:
    """What is known so far of one repository; the bench fills it in and may be stopped at any moment.

    `gathering` is warm: a place that was asked about before; `first` is that first time. `index` is CPU seconds from
    nothing, `changed` the CPU time for one file.
    """

    name: str
    trained: bool
    files: int = 0
    index: float | None = None
    changed: Spread | None = None
    first: Spread | None = None
    gathering: Spread | None = None
    recalls: dict[int, list[Recall]] = field(default_factory=lambda: {budget: [] for budget in BUDGETS})
    steadiness: Steadiness | None = None
    memory: Footprint | None = None

    @property
    def cases(self) -> int:
        """Places measured."""
        return len(self.recalls[BUDGETS[-1]])


def measure(
    root: Path,
    report: Report,
    folder: Path,
    wanted: int,
    environ: Mapping[str, str],
    note: Callable[[str], None],
) -> None:
    """Fill in a report on the repository of `root`, working in `folder` only. `note` is told what is being done."""
    tokens.load()
    repository = git.open_repository(root)
    history = commits(repository, COMMITS_A_CASE * wanted)
    if not history:
        raise Problem(f"{root} has no commits to cut places from.", "Name a repository with a history.")
    workspace = Workspace(repository, folder / "workspace")
    workspace.folder.mkdir()
    note(f"{report.name}: laying out the newest commit")
    workspace.move(history[0][0])
    index = Index(workspace.folder, folder / "index")
    note(f"{report.name}: indexing")
    report.index = _cpu(lambda: _build(index))
    report.files = len(index.files())
    _change_files(index, report)
    newest = _newest(index)
    places = list[Case]()
    times: tuple[list[float], list[float]] = ([], [])
    try:
        for case in _cases(repository, workspace, index, history, wanted):
            note(f"{report.name}: {report.cases + 1} of {wanted} places")
            _gather(index, case, report, times)
            if len(places) < REPLAYED:
                places.append(case)
                report.steadiness = _together(report.steadiness, replay(index, [case], EDITOR_BUDGET))
                index.update(case.document.path, None)
    finally:
        report.first, report.gathering = Spread.of(times[0]), Spread.of(times[1])
    if newest is not None:
        note(f"{report.name}: measuring the memory of server and worker")
        workspace.move(history[0][0])
        private = {**environ, "LINNET_CACHE_DIR": str(folder / "server")}
        report.memory = footprint(workspace.folder, index.document(newest), private)


def _build(index: Index) -> None:
    for _ in index.build():
        pass


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _change_files(index: Index, report: Report) -> None:
    """Change some files on disk, and have the index follow until it can be searched again; then change them back."""
    times = []
    paths = index.files()
    for path in paths[:: max(1, len(paths) // CHANGED_FILES)][:CHANGED_FILES]:
        file, before = index.root / path, index.text(path) or ""
        data = file.read_bytes()
        file.write_text(before + "\na_new_name = 1\n", encoding="utf-8")
        times.append(_cpu(partial(index.follow, path)))
        file.write_bytes(data)
        index.follow(path)
    report.changed = Spread.of(times)


def _newest(index: Index) -> str | None:
    """The file in the middle by size: what is open while the memory is measured."""
    paths = sorted(index.files(), key=lambda path: (index.root / path).stat().st_size)
    return paths[len(paths) // 2] if paths else None


def _cases(
    repository: git.Repository,
    workspace: Workspace,
    index: Index,
    history: Sequence[tuple[str, str]],
    wanted: int,
) -> Iterator[Case]:
    """Places of the newest commits, spread over as many of them as there are."""
    made = 0
    for number, (commit, parent) in enumerate(history):
        if made >= wanted:
            return
        workspace.move(parent)
        _build(index)
        for case in cases_of(repository, index, commit, parent, _lately(repository, history[number + 1 :])):
            yield case
            made += 1
            if made >= wanted:
                return


def _lately(repository: git.Repository, earlier: Sequence[tuple[str, str]]) -> list[str]:
    """Paths that the commits before touched, the last first."""
    paths = dict[str, None]()
    waiting = deque(earlier[:_RECENT])
    while waiting and len(paths) < _RECENT:
        commit, parent = waiting.popleft()
        paths |= dict.fromkeys(one.path for one in git.changed_files(repository, parent, commit))
    return list(paths)[:_RECENT]


def _gather(index: Index, case: Case, report: Report, times: tuple[list[float], list[float]]) -> None:
    """Gather for a place within each budget: what it shows; and how long it takes, first and again."""
    first, again = times
    for budget in reversed(BUDGETS):
        start = time.process_time()
        found = gather(
            index,
            case.document,
            case.position,
            "inline",
            budget,
            recent=case.recent,
            mix=mix_of("outside", budget),
        )
        if budget == BUDGETS[-1]:
            first.append(time.process_time() - start)
        report.recalls[budget].append(recall(case, "\n".join(chunk.text for chunk in found.chunks)))
    for _ in range(REPEATED):
        again.append(
            _cpu(
                lambda: gather(index, case.document, case.position, "inline", BUDGETS[-1], recent=case.recent)
            )
        )


def _together(one: Steadiness | None, other: Steadiness) -> Steadiness:
    """Two replays as one, each counted by its requests."""
    if one is None:
        return other

    def mean(left: float | None, right: float | None) -> float | None:
        if left is None or right is None:
            return right if left is None else left
        return (left * one.requests + right * other.requests) / (one.requests + other.requests)

    return Steadiness(
        one.requests + other.requests,
        mean(one.prompt, other.prompt),
        mean(one.recall, other.recall),
        mean(one.recall_anew, other.recall_anew),
    )


def as_plain(report: Report) -> dict[str, object]:
    """A report for JSON. Recall and shares are from 0 to 1."""
    return {
        "repository": report.name,
        "trained_on": report.trained,
        "places": report.cases,
        "files": report.files,
        "recall": {
            str(budget): {name.replace("definition", "def"): value for name, value in means(found).items()}
            for budget, found in report.recalls.items()
            if found
        },
        "gather_cpu_ms": asdict(report.gathering) if report.gathering else None,
        "gather_first_cpu_ms": asdict(report.first) if report.first else None,
        "index_cpu_s": report.index,
        "changed_file_cpu_ms": asdict(report.changed) if report.changed else None,
        "typing": asdict(report.steadiness) if report.steadiness else None,
        "memory_pss_mib": asdict(report.memory) if report.memory else None,
    }
