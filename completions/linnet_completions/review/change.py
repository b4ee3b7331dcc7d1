"""What is to be reviewed: a change between two sides of a repository, or a patch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from linnet_context import git
from linnet_context.diff import FileDiff, parse
from linnet_context.git import INDEX, WORKTREE, ChangedFile, Repository
from linnet_context.problems import Problem

from .basis import Basis

_AGAIN = "Give one of RANGE, --staged, --worktree, --base, --commit and --patch."


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the user asked to be reviewed; at most one of the first six. `patch` is the text of a diff.

    `words` are an optional RANGE followed by paths, in the order they were written. `shard` (I, N) takes every Nth file
    from the Ith, so that N runs share the change among them.
    """

    staged: bool = False
    worktree: bool = False
    base: str | None = None
    commit: str | None = None
    patch: str | None = None
    words: tuple[str, ...] = ()
    shard: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class Change:
    """A change: its name for people ("the staged changes"), its files, and where their two sides are found.

    `root` is the folder that the files' paths start from. Either `repository` with `old` (a commit or tree) and `new`
    (a commit, `git.INDEX` or `git.WORKTREE`), or `patches`, one for each file, in the same order. `basis` is where
    the rules of its review are taken from.
    """

    title: str
    root: Path
    files: tuple[ChangedFile, ...]
    basis: Basis
    repository: Repository | None = None
    old: str = ""
    new: str = ""
    patches: tuple[FileDiff, ...] = ()


def find_change(folder: Path, inputs: Inputs) -> Change:
    """The change that the inputs name, seen from `folder`; Problem when there is none such."""
    return _sharded(_whole_change(folder, inputs), *inputs.shard)


def _sharded(change: Change, number: int, count: int) -> Change:
    if count == 1:
        return change
    if not 1 <= number <= count:
        raise Problem(f"There is no shard {number} of {count}.", "Count shards from 1, as in --shard 2/4.")
    order = sorted(range(len(change.files)), key=lambda at: change.files[at].path)[number - 1 :: count]
    return replace(
        change,
        title=f"{change.title} (shard {number} of {count})",
        files=tuple(change.files[at] for at in order),
        patches=tuple(change.patches[at] for at in order) if change.patches else (),
    )


def _whole_change(folder: Path, inputs: Inputs) -> Change:
    if inputs.patch is not None:
        return _from_patch(folder, inputs)
    repository = git.open_repository(folder)
    span, words = _range(repository, folder, inputs)
    if (
        sum((inputs.staged, inputs.worktree, inputs.base is not None, inputs.commit is not None, bool(span)))
        > 1
    ):
        raise Problem("More than one change is named.", _AGAIN)
    paths = tuple(_path(repository, folder, word) for word in words)
    if span:
        return _between(repository, span, paths)
    if inputs.commit is not None:
        return _of_commit(repository, inputs.commit, paths)
    if inputs.base is not None:
        return _since(repository, inputs.base, paths)
    return _uncommitted(repository, inputs, paths)


def _range(repository: Repository, folder: Path, inputs: Inputs) -> tuple[str, tuple[str, ...]]:
    """The RANGE among the words, if the first is one, and the paths. A name that is a file is a path."""
    first = inputs.words[0] if inputs.words else ""
    if not first or (folder / first).exists():
        return "", inputs.words
    if (".." in first and ".." not in Path(first).parts) or git.resolve(repository, first):
        return first, inputs.words[1:]
    return "", inputs.words


def _path(repository: Repository, folder: Path, word: str) -> str:
    path = Path(folder, word)
    inside = (path.parent.resolve() / path.name) if path.name != ".." else path.resolve()
    if not inside.is_relative_to(repository.root):
        raise Problem(
            f"{word} is outside the repository {repository.root}.", "Name files of this repository."
        )
    return inside.relative_to(repository.root).as_posix()


def _commit(repository: Repository, revision: str) -> str:
    found = git.resolve(repository, revision)
    if found is None:
        raise Problem(
            f"There is no commit {revision!r}.", "See git log --oneline; a shallow clone may need git fetch."
        )
    return found


def _short(revision: str) -> str:
    return revision[:10]


def _files(repository: Repository, old: str, new: str, paths: Sequence[str]) -> tuple[ChangedFile, ...]:
    files = git.changed_files(repository, old, new, paths)
    return (*files, *git.untracked_files(repository, paths)) if new == WORKTREE else files


def _change(repository: Repository, title: str, old: str, new: str, paths: Sequence[str]) -> Change:
    files = _files(repository, old, new, paths)
    if not files and paths:
        _check_paths(repository, paths)
    basis = Basis(repository.root, repository, old)
    return Change(title, repository.root, files, basis, repository, old, new)


def _check_paths(repository: Repository, paths: Sequence[str]) -> None:
    for path in paths:
        if not (repository.root / path).exists():
            raise Problem(
                f"{path} is neither a file nor a commit, and no change touches it.", "Check its name."
            )


def _between(repository: Repository, span: str, paths: Sequence[str]) -> Change:
    """A..B, A...B (from their merge base), or A alone: everything since A, as `git diff A` shows it."""
    if "..." in span:
        left, right = (part or "HEAD" for part in span.split("...", 1))
        old = _merge_base(repository, left, right)
        return _change(repository, f"{left}...{right}", old, _commit(repository, right), paths)
    if ".." in span:
        left, right = (part or "HEAD" for part in span.split("..", 1))
        return _change(
            repository, f"{left}..{right}", _commit(repository, left), _commit(repository, right), paths
        )
    title = f"the working tree against {span}"
    return _change(repository, title, _commit(repository, span), WORKTREE, paths)


def _merge_base(repository: Repository, one: str, other: str) -> str:
    found = git.merge_base(repository, _commit(repository, one), _commit(repository, other))
    if found is None:
        raise Problem(
            f"{one} and {other} have no common ancestor here.",
            "A shallow clone may need git fetch --unshallow.",
        )
    return found


def _of_commit(repository: Repository, revision: str, paths: Sequence[str]) -> Change:
    """One commit against its first parent."""
    name = _commit(repository, revision)
    subject = found.subject if (found := git.commit(repository, name)) else ""
    first = next(iter(git.parents(repository, name)), None)
    if first and git.resolve(repository, first) is None:
        raise Problem(
            f"The parent of {_short(name)} is not in this shallow clone.", "Get it with git fetch --deepen=1."
        )
    old = first or git.empty_tree(repository)
    return _change(repository, f"commit {_short(name)} ({subject})", old, name, paths)


def _since(repository: Repository, base: str, paths: Sequence[str]) -> Change:
    """Everything on the current branch since it left `base`, uncommitted work included."""
    old = _merge_base(repository, base, "HEAD")
    return _change(repository, f"everything since {base} ({_short(old)})", old, WORKTREE, paths)


def _uncommitted(repository: Repository, inputs: Inputs, paths: Sequence[str]) -> Change:
    head = git.head(repository)
    old = head or git.empty_tree(repository)
    before = "HEAD" if head else "nothing (there is no commit yet)"
    if not inputs.worktree:
        staged = _change(repository, f"the staged changes against {before}", old, INDEX, paths)
        if staged.files or inputs.staged:
            return staged
    return _change(repository, f"the working tree against {before}", old, WORKTREE, paths)


_PATCH_STATUS: dict[str, git.Status] = {
    "added": "added",
    "deleted": "deleted",
    "modified": "modified",
    "renamed": "renamed",
}


def _from_patch(folder: Path, inputs: Inputs) -> Change:
    if inputs.staged or inputs.worktree or inputs.base is not None or inputs.commit is not None:
        raise Problem("More than one change is named.", _AGAIN)
    repository = git.repository(folder)
    root = repository.root if repository else folder.resolve()
    patches = parse(inputs.patch or "")
    if inputs.words:
        prefix = folder.resolve().relative_to(root)
        wanted = {(prefix / word).as_posix() for word in inputs.words}
        patches = tuple(each for each in patches if wanted & {each.path, *map(str, Path(each.path).parents)})
    files = tuple(ChangedFile(each.path, each.old_path, _PATCH_STATUS[each.status]) for each in patches)
    basis = Basis(root, repository, git.head(repository) or "") if repository else Basis(root)
    return Change("the patch", root, files, basis, patches=patches)
