"""One run of `linnet review`: the rules that hold, the review, its fixes, its outputs and its exit code."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from linnet_context.problems import Problem
from linnet_server.cli.answers import is_chosen, opener
from linnet_server.cli.forms import write
from linnet_server.cli.interrupting import heard
from linnet_server.settings.files import NAME, PYPROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from linnet_completions.cache.store import Store
    from linnet_completions.review.change import Change, Inputs
    from linnet_completions.review.checks import Options
    from linnet_completions.review.finding import Candidate, Finding, Severity
    from linnet_completions.review.review import Earlier, Progress, Report
    from linnet_context.index.index import Index
    from linnet_server.cli.common import App
    from linnet_server.settings import Loaded, Settings

FOUND = 1
FAILED = 2
INTERRUPTED = 130
# A handful of files is done before a bar could be read.
_BAR_FROM = 12
_CACHE_MB = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked for, beside the change. `fixes` is "", "diff" or "fix"."""

    form: str
    outputs: tuple[tuple[str, str], ...] = ()
    fail_on: str | None = None
    max_findings: int | None = None
    baseline: str | None = None
    write_baseline: str | None = None
    fixes: str = ""
    unsafe: bool = False
    linters: bool = False
    cache: bool = True
    model: bool = True
    soft_fail: bool = False


def run(app: App, inputs: Inputs, asked: Asked) -> int:
    """Review the change and print what was asked for; the exit code."""
    from linnet_completions.review.change import find_change

    change = find_change(Path.cwd(), inputs)
    loaded = _settings(app, change)
    settings = loaded.settings
    known = _baseline(app, change, asked.baseline, settings)  # What cannot be read is said before the work.
    report = _checked(app, change, loaded, asked)
    failure = ""
    if asked.model and not report.interrupted and is_chosen(settings, "review"):
        from linnet_server.cli.opinions import by_model

        report, failure = by_model(app, change, report, settings, opener(app, settings, "review"))
    report = _accepted(report, known)
    if asked.write_baseline:
        report = _accept_all(app, report, asked.write_baseline, change.root)
    if asked.fixes:
        from linnet_server.cli.mending import mend

        report = mend(app, change, report, settings, asked)
    _print(app, report, settings, asked, change.root)
    return _code(app, report, failure, settings, asked)


def _code(app: App, report: Report, failure: str, settings: Settings, asked: Asked) -> int:
    from linnet_completions.review.finding import at_or_above

    if report.interrupted:
        return INTERRUPTED
    if failure:
        app.note(f"linnet: The model could not be asked to the end: {failure}")
    if failure and not asked.soft_fail:
        return FAILED
    level = cast("Severity", asked.fail_on or settings.review.fail_on)
    # A model's findings end the command with a failure only for a user who said so in this very call.
    counted = [each for each in report.findings if asked.fail_on or each.source != "model"]
    return FOUND if at_or_above(counted, level) else 0


def _settings(app: App, change: Change) -> Loaded:
    """The settings that hold: of the workspace's own, those of the commit that the change starts from."""
    texts = change.basis.texts((NAME, PYPROJECT))
    loaded = app.load_settings(change.root, texts)
    for message in loaded.messages:
        app.note(message)
    own = app.load_settings(change.root).settings.review
    if own != loaded.settings.review:
        app.note("The workspace's settings for review differ from those of the base commit, which hold here.")
    return loaded


def _checked(app: App, change: Change, loaded: Loaded, asked: Asked) -> Report:
    from linnet_completions.review.review import review

    settings = loaded.settings
    options, notes = _options(change, settings)
    further, earlier, said = _linters(change, loaded, asked)
    with (
        _memory(settings, asked.cache) as memory,
        progress_bar(app, len(change.files)) as progress,
        heard(progress) as told,
    ):
        return review(
            change,
            told,
            options,
            memory=memory,
            further=further,
            earlier=earlier,
            index=partial(_index, change, settings),
            notes=[*notes, *said],
        )


def _options(change: Change, settings: Settings) -> tuple[Options, list[str]]:
    """What to check, rules of the workspace's own included, and what is wrong with those."""
    from linnet_completions.review.checks import Options
    from linnet_completions.review.patterns import Pattern, own

    wanted = settings.review.patterns
    texts = change.basis.texts(wanted)
    notes = [f"There is no {name} with rules in the base commit." for name in wanted if name not in texts]
    patterns: list[Pattern] = []
    for name, text in texts.items():
        try:
            patterns += own.read(text, name)
        except Problem as problem:
            notes.append(f"{problem.what} {problem.remedy}")
    review = settings.review
    return Options(review.rules, review.classes, settings.context.ignore, tuple(patterns)), notes


def _linters(
    change: Change, loaded: Loaded, asked: Asked
) -> tuple[Mapping[str, list[Candidate]], Earlier | None, list[str]]:
    """What the project's linters say, if its user wants them to be run here, how they are asked about earlier texts,
    and what is to be said of them."""
    trusted = loaded.settings.review.linters and loaded.sources.get("review.linters") in (NAME, PYPROJECT)
    if not (asked.linters or trusted):
        return {}, None, []
    from linnet_completions.review.linters import before, found

    told, notes = found(change.root, [file.path for file in change.files if file.status != "deleted"])
    return told, partial(before, change.root), notes


def _index(change: Change, settings: Settings) -> Index | None:
    """The workspace's index, brought up to date; None where none was built yet: a review does not start one."""
    from linnet_server.assemble import index_for

    index = index_for(change.root, settings)
    if not index.is_kept():
        return None
    for _ in index.build():
        pass
    return index


@contextmanager
def _memory(settings: Settings, wanted: bool) -> Iterator[Store | None]:
    if not wanted:
        yield None
        return
    from linnet_completions.cache.store import Store
    from linnet_server.assemble import cache_folder

    store = Store(cache_folder(settings) / "reviews", size_mb=_CACHE_MB)
    try:
        yield store
    finally:
        store.close()


def _baseline(app: App, change: Change, named: str | None, settings: Settings) -> Counter[str] | None:
    """What is accepted. A baseline that the base commit has is taken from there: a change cannot accept itself."""
    from linnet_completions.review import baseline

    name = named or settings.review.baseline
    if name is None:
        return None
    path = (Path.cwd() if named else change.root) / name
    inside = (
        path.resolve().relative_to(change.root).as_posix()
        if path.resolve().is_relative_to(change.root)
        else ""
    )
    text = change.basis.texts((inside,)).get(inside) if inside else None
    try:
        here = path.read_text(encoding="utf-8") if named or text is not None else None
    except (OSError, ValueError):
        here = None
    if text is not None and here is not None and here != text:
        app.note(f"{name} differs from the base commit's, which holds here.")
    text = here if text is None else text
    if text is None:
        raise Problem(
            f"The baseline {name} cannot be read.", "Write one with linnet review --write-baseline FILE."
        )
    return baseline.read(text, name)


def _accepted(report: Report, known: Counter[str] | None) -> Report:
    if known is None:
        return report
    from linnet_completions.review.baseline import divided

    new, accepted = divided(report.findings, known)
    return replace(report, findings=new, accepted=accepted)


def _accept_all(app: App, report: Report, name: str, root: Path) -> Report:
    """Write a baseline of all that was found, what an older one accepts included."""
    from linnet_completions.review.baseline import written

    everything: tuple[Finding, ...] = (*report.accepted, *report.findings)
    _write_file(name, written(everything), root)
    app.note(f"{name} accepts {len(everything)} finding{'' if len(everything) == 1 else 's'}.")
    return replace(report, findings=(), accepted=everything)


def _write_file(name: str, text: str, root: Path) -> None:
    """Write a file that the user named; a link that the repository laid there must not lead out of it."""
    place = Path(os.path.abspath(name))
    if place.is_relative_to(root) and not place.resolve().is_relative_to(root):
        raise Problem(f"{name} is a link that leads out of {root}.", "Remove it, or name another file.")
    try:
        Path(name).write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise Problem(f"{name} cannot be written: {error.strerror}.", "Check its folder.") from None


def _print(app: App, report: Report, settings: Settings, asked: Asked, root: Path) -> None:
    most = settings.review.max_findings if asked.max_findings is None else asked.max_findings
    for form, file in asked.outputs:
        _write_file(file, write(form, report, most), root)
    if asked.fixes == "diff":  # Standard output has the patch.
        from linnet_server.cli.forms.text import summary

        for line in summary(report):
            app.note(line)
    elif asked.form == "text":
        from linnet_server.cli.forms.text import print_text

        print_text(app, report, most)
    elif text := write(asked.form, report, most):
        app.out(text.removesuffix("\n"))
    for note in report.notes:
        app.note(note)
    app.detail(f"{report.remembered} of {len(report.reviewed)} files did not change since an earlier review.")


def progress_bar(app: App, total: int) -> AbstractContextManager[Callable[[Progress], None] | None]:
    """A bar on stderr that leaves nothing behind; none for a few files and where nobody watches."""
    if app.quiet or total < _BAR_FROM or not sys.stderr.isatty():
        return nullcontext()
    return _Bar(app, total)


class _Bar:
    def __init__(self, app: App, total: int) -> None:
        from rich.progress import Progress as Bar

        self._bar = Bar(console=app.console(stderr=True), transient=True)
        self._task = self._bar.add_task("Reviewing", total=total)

    def __enter__(self) -> Callable[[Progress], None]:
        self._bar.start()
        return lambda progress: self._bar.update(self._task, completed=progress.done)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
