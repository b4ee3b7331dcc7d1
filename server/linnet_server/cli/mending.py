"""`linnet review --diff` and `--fix`: fixes as a patch, or made in the working tree."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from linnet_context import git
from linnet_context.files import save, write_private
from linnet_server.cli.forms.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linnet_completions.review.change import Change
    from linnet_completions.review.fixing import Mended
    from linnet_completions.review.review import Report
    from linnet_server.cli.common import App
    from linnet_server.cli.reviewing import Asked
    from linnet_server.settings import Settings


def mend(app: App, change: Change, report: Report, settings: Settings, asked: Asked) -> Report:
    """Print the fixes as a patch, or make them; the report without the findings that are gone then."""
    from linnet_completions.review.fixing import mended, patch

    files = list(mended(change, report.findings, settings.context.ignore, unsafe=asked.unsafe))
    left = sum(each.fix is not None and not each.fix.safe for each in report.findings)
    if left and not asked.unsafe:
        app.note(f"{_counted(left, 'fix', 'fixes')} may change what was meant: --unsafe-fixes includes them.")
    if asked.fixes == "diff":
        if text := patch(files):
            app.out(text.removesuffix("\n"))
        return report
    unsaved = _uncommitted(change) if files else set[str]()
    made = [each for each in files if _made(app, change, each)]
    _tell(app, change, made, unsaved, settings)
    gone = {id(finding) for each in made for finding in each.findings}
    return replace(report, findings=tuple(each for each in report.findings if id(each) not in gone))


def _made(app: App, change: Change, file: Mended) -> bool:
    try:
        reason = save(change.root, file.path, file.before, file.after)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
    if reason is not None:
        app.note(f"Nothing was changed in {plain(file.path)}: {reason}.")
    return reason is None


def _tell(app: App, change: Change, made: Sequence[Mended], before: set[str], settings: Settings) -> None:
    """Say what was done, and where it was done over work that git does not have yet, how to take it back."""
    if not made:
        app.note("Nothing was fixed.")
        return
    count = sum(len(each.findings) for each in made)
    app.note(f"Fixed {_counted(count, 'finding', 'findings')} in {_counted(len(made), 'file', 'files')}.")
    unsaved = [each for each in made if each.path in before]
    if unsaved:
        names = ", ".join(plain(each.path) for each in unsaved)
        app.note(f"There was uncommitted work in {names}; take the fixes back with:")
        app.note(f"  git -C {quote(str(change.root))} apply {quote(str(_undo(unsaved, settings)))}")


def _uncommitted(change: Change) -> set[str]:
    """The files whose text git does not have in a commit."""
    repository = git.repository(change.root)
    if repository is None:
        return {file.path for file in change.files}
    old = git.head(repository) or git.empty_tree(repository)
    changed = git.changed_files(repository, old, git.WORKTREE)
    return {each.path for each in (*changed, *git.untracked_files(repository))}


def _undo(files: Sequence[Mended], settings: Settings) -> Path:
    from linnet_completions.review.fixing import patch
    from linnet_server.assemble import cache_folder

    path = cache_folder(settings) / "undo" / f"{time.time_ns()}.patch"
    write_private(path, patch(files, undo=True).encode("utf-8", "surrogateescape"))
    return path


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
