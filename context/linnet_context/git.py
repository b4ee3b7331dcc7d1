"""The only module that runs git: read-only, and safe in a repository that nobody trusts.

A repository may name commands in its configuration and attributes (hooks, filters, textconv, external diffs,
fsmonitor, gpg, remote helpers). None of them runs here: hooks and fsmonitor are turned off by name, diffs are asked for
without external help, every filter driver is emptied before git looks at a file, and no transport is allowed.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from linnet_context.problems import Problem
from linnet_context.process import Finished, environment, find_program, run

INDEX: Final = ":index"
WORKTREE: Final = ":worktree"
SECONDS = 30.0
LOG_SECONDS = 5.0
_WORKTREE_SECONDS = 10.0
MAX_OUTPUT = 64 << 20
MAX_BLOB = 1 << 20
_BATCH_BYTES = 16 << 20

Status = Literal["added", "deleted", "modified", "renamed", "type changed", "unmerged", "untracked"]
_STATUS: dict[str, Status] = {
    "A": "added",
    "D": "deleted",
    "M": "modified",
    "R": "renamed",
    "T": "type changed",
    "U": "unmerged",
}
_SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.quotePath=false",
    "core.pager=cat",
    "core.untrackedCache=false",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "log.showSignature=false",
    "log.mailmap=false",
    "diff.suppressBlankEmpty=false",
)
_DIFF = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--ignore-submodules=dirty",  # git would otherwise run `git status` inside them, under their own configuration.
    "--submodule=short",
    "--find-renames",
    "-l2000",
)
# The user's own variables that may matter; all other GIT_ variables belong to whoever started us (an editor opened
# from `git commit`, say) and may speak of another repository.
_KEPT = re.compile(r"GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|EXEC_PATH)$")
_FILTER = re.compile(r"(filter\..*)\.(?:clean|smudge|process|required)$", re.DOTALL | re.IGNORECASE)
_GUARD = "linnet.guard"


@dataclass(frozen=True, slots=True)
class Repository:
    """A git working tree: its top folder (resolved), and how git is called there."""

    root: Path
    program: Path = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: full id, author's name, author date (ISO 8601 with offset), first line of the message."""

    id: str
    author: str
    date: str
    subject: str


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One changed file: paths relative to the repository's root (posix), git modes ("100644") and blob ids.

    A mode or id is "" on the side where the file does not exist; an id is also "" when git has not stored that side
    (a file in the working tree). Undecodable bytes of a path are lone surrogates, as `os.fsdecode` makes them.
    """

    path: str
    old_path: str
    status: Status
    old_mode: str = ""
    new_mode: str = ""
    old_id: str = ""
    new_id: str = ""


def repository(path: Path, environ: Mapping[str, str] | None = None) -> Repository | None:
    """The repository that holds `path`, or None: no repository, git missing or too old, or git refuses it."""
    try:
        return open_repository(path, environ)
    except Problem:
        return None


def open_repository(path: Path, environ: Mapping[str, str] | None = None) -> Repository:
    """The repository that holds `path` (a file or folder that need not exist); Problem when there is none to use."""
    environ = environment() if environ is None else environ
    root = _top_folder(path)
    if root is None:
        raise Problem(f"{path} is not inside a git repository.", "Run this inside one, or give a patch.")
    program = find_program("git", environ.get("PATH", os.defpath))
    if program is None:
        raise Problem("git was not found on the PATH.", "Install git 2.31 or newer.")
    found = Repository(root, program, _clean(environ, root))
    git_folder = Path(os.fsdecode(_output(found, "rev-parse", "--absolute-git-dir")).removesuffix("\n"))
    variables = {**found.environ, **_own_index(environ, root, git_folder), **_without_filters(found)}
    return Repository(root, program, variables)


def stamp(path: Path) -> tuple[float, ...]:
    """Numbers that change when the repository that holds `path` gets another HEAD; () without one. Runs nothing."""
    root = _top_folder(path)
    if root is None:
        return ()
    folder = root / ".git"
    if not folder.is_dir():  # A worktree keeps its HEAD elsewhere: look anew every few seconds.
        return (time.monotonic() // _WORKTREE_SECONDS,)
    return tuple(_changed(folder / name) for name in ("HEAD", "logs/HEAD", "packed-refs"))


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0.0


def _top_folder(path: Path) -> Path | None:
    path = path.resolve()
    return next((folder for folder in (path, *path.parents) if (folder / ".git").exists()), None)


def _clean(environ: Mapping[str, str], root: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in environ.items() if not name.startswith("GIT_") or _KEPT.match(name)
    }
    return {
        **kept,
        "GIT_WORK_TREE": str(root),  # core.worktree of the repository's own configuration may point anywhere.
        "GIT_CEILING_DIRECTORIES": str(root.parent),
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ALLOW_PROTOCOL": "none",  # protocol.<name>.allow of the repository would win over protocol.allow.
        "LC_ALL": "C",
    }


def _own_index(environ: Mapping[str, str], root: Path, git_folder: Path) -> dict[str, str]:
    """GIT_INDEX_FILE when it belongs to this repository: a hook of `git commit -a` or `git commit FILE` started us."""
    index = environ.get("GIT_INDEX_FILE", "")
    ours = bool(index) and (root / index).resolve().parent == git_folder.resolve()
    return {"GIT_INDEX_FILE": index} if ours else {}


def _without_filters(repository: Repository) -> dict[str, str]:
    """Variables that empty each filter driver the configuration knows.

    They travel as GIT_CONFIG_KEY_n because `-c` cannot express every driver's name. git before 2.31 ignores them, which
    the guard shows: then git cannot be used at all.
    """
    given = _configured(repository.environ, [(_GUARD, "true")])
    names = _output(repository, "config", "--list", "--name-only", "-z", extra=given).decode(
        "utf-8", "surrogateescape"
    )
    if _GUARD not in names.split("\0"):
        raise Problem("The git on the PATH is too old.", "Install git 2.31 or newer.")
    drivers = sorted({match[1] for name in names.split("\0") if (match := _FILTER.match(name))})
    empty = (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))
    return _configured(
        repository.environ, [(f"{driver}.{key}", value) for driver in drivers for key, value in empty]
    )


def _configured(environ: Mapping[str, str], values: Sequence[tuple[str, str]]) -> dict[str, str]:
    count = environ.get("GIT_CONFIG_COUNT", "")
    first = int(count) if count.isdecimal() else 0
    variables = {"GIT_CONFIG_COUNT": str(first + len(values))}
    for number, (key, value) in enumerate(values, first):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def _run(
    repository: Repository,
    *arguments: str,
    stdin: bytes = b"",
    seconds: float = SECONDS,
    extra: Mapping[str, str] | None = None,
) -> Finished:
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    command = [str(repository.program), "--no-pager", "--literal-pathspecs", *settings, *arguments]
    environ = {**repository.environ, **(extra or {})}
    try:
        return run(
            command, folder=repository.root, environ=environ, seconds=seconds, limit=MAX_OUTPUT, stdin=stdin
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument.
        raise Problem(f"git cannot be run: {error}.", "Check the git on the PATH.") from None


def _output(
    repository: Repository, *arguments: str, stdin: bytes = b"", extra: Mapping[str, str] | None = None
) -> bytes:
    finished = _run(repository, *arguments, stdin=stdin, extra=extra)
    if finished.stopped:
        raise Problem(f"git {arguments[0]} was stopped: {finished.stopped}.", "Review a smaller change.")
    if finished.code:
        lines = finished.errors.decode("utf-8", "replace").splitlines()
        said = next((line for line in lines if line.startswith(("fatal:", "error:"))), "".join(lines[:1]))
        raise Problem(
            f"git {arguments[0]} failed: {said or finished.code}.", "Check the repository with git itself."
        )
    return finished.output


def head(repository: Repository) -> str | None:
    """The id of the commit that is checked out; None before the first commit."""
    return resolve(repository, "HEAD")


def resolve(repository: Repository, revision: str) -> str | None:
    """The full id of the commit that `revision` names, or None."""
    if not revision or revision.startswith("-") or "\0" in revision:
        return None
    finished = _run(repository, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    return finished.output.decode("ascii", "replace").strip() if finished.code == 0 else None


def merge_base(repository: Repository, one: str, other: str) -> str | None:
    """The id of the best common ancestor of two commits; None when they share no history (or too little is here)."""
    finished = _run(repository, "merge-base", "--end-of-options", one, other)
    return finished.output.decode("ascii", "replace").strip() if finished.code == 0 else None


def parents(repository: Repository, commit: str) -> tuple[str, ...]:
    """The ids of a commit's parents as it names them, whether or not a shallow clone holds them."""
    text = _output(repository, "cat-file", "commit", commit).decode("utf-8", "replace")
    header = text.split("\n\n", 1)[0].split("\n")
    return tuple(line.removeprefix("parent ") for line in header if line.startswith("parent "))


def tree(repository: Repository, commit: str) -> dict[str, str]:
    """The blob ids of the regular files in a commit by their paths."""
    listed = _output(repository, "ls-tree", "-r", "-z", "--full-tree", commit)
    rows = (os.fsdecode(row).split("\t", 1) for row in listed.split(b"\0") if row)
    return {path: told.split()[2] for told, path in rows if told.startswith("100")}


def empty_tree(repository: Repository) -> str:
    """The id of the tree without files: what a first commit is compared with."""
    return _output(repository, "hash-object", "-t", "tree", "--stdin").decode("ascii").strip()


def state_files(root: Path) -> tuple[Path, ...]:
    """HEAD and the index of the repository that holds `root`; none without one. Another branch writes both anew."""
    found = repository(root)
    if found is None:
        return ()
    folder = Path(os.fsdecode(_output(found, "rev-parse", "--absolute-git-dir")).removesuffix("\n"))
    return folder / "HEAD", folder / "index"


def changed_files(
    repository: Repository, old: str, new: str, paths: Sequence[str] = ()
) -> tuple[ChangedFile, ...]:
    """Files that differ between commit (or tree) `old` and `new`: a commit, `INDEX` or `WORKTREE`; renames are found.

    `paths` are literal, relative to the repository's root; none means all. Untracked files are not among them.
    """
    sides = _sides(old, new)
    arguments = ("--raw", "-z", "--no-abbrev", *sides, "--", *paths)
    try:
        raw = _output(repository, "diff", *_DIFF, *arguments)
    except Problem:
        # Renames are found by content, which a partial clone may not hold. The names it always has.
        raw = _output(repository, "diff", *_DIFF, "--no-renames", *arguments)
    files: dict[str, ChangedFile] = {}
    for file in _raw_records(raw):
        if file.status != "unmerged" or file.path not in files:  # git names a conflicted file twice.
            files[file.path] = file
    return tuple(files.values())


def _sides(old: str, new: str) -> tuple[str, ...]:
    if new == INDEX:
        return ("--cached", old)
    return (old,) if new == WORKTREE else (old, new)


def _raw_records(raw: bytes) -> Iterator[ChangedFile]:
    parts = iter(os.fsdecode(part) for part in raw.split(b"\0"))
    for header in parts:
        if not header.startswith(":"):
            continue
        old_mode, new_mode, old_id, new_id, letter = header[1:].split(" ")
        old_path = next(parts)
        path = next(parts) if letter[0] in "RC" else old_path
        modes = (_present(old_mode), _present(new_mode))
        yield ChangedFile(path, old_path, _STATUS[letter[0]], *modes, _present(old_id), _present(new_id))


def _present(value: str) -> str:
    return value if value.strip("0") else ""


def untracked_files(repository: Repository, paths: Sequence[str] = ()) -> tuple[ChangedFile, ...]:
    """Files that git does not know and no .gitignore hides; a nested repository is one path that ends in "/"."""
    raw = _output(repository, "ls-files", "--others", "--exclude-standard", "-z", "--", *paths)
    names = sorted(os.fsdecode(part) for part in raw.split(b"\0") if part)
    return tuple(ChangedFile(name, name, "untracked") for name in names)


def diff(repository: Repository, old: str, new: str, paths: Sequence[str] = (), context: int = 3) -> str:
    """The unified diff between two sides (see `changed_files`) with a/ and b/ prefixes; bytes that are no UTF-8
    are lone surrogates, as in `ChangedFile`."""
    layout = (
        f"--unified={context}",
        "--inter-hunk-context=0",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        "--full-index",
    )
    raw = _output(
        repository, "diff", *_DIFF, *layout, "--no-indent-heuristic", *_sides(old, new), "--", *paths
    )
    return raw.decode("utf-8", "surrogateescape")


def blobs(repository: Repository, ids: Sequence[str], limit: int = MAX_BLOB) -> dict[str, bytes]:
    """The content of stored blobs by id; blobs that are missing or larger than `limit` bytes are left out."""
    wanted = [name for name, size in _sizes(repository, ids) if size <= limit]
    found: dict[str, bytes] = {}
    per_call = max(1, _BATCH_BYTES // limit)
    for start in range(0, len(wanted), per_call):
        names = wanted[start : start + per_call]
        raw = _output(repository, "cat-file", "--batch", stdin="\n".join([*names, ""]).encode())
        for name in names:
            header, _, raw = raw.partition(b"\n")
            size = int(header.rsplit(b" ", 1)[1])
            found[name], raw = raw[:size], raw[size + 1 :]
    return found


def _sizes(repository: Repository, ids: Sequence[str]) -> Iterator[tuple[str, int]]:
    unique = [name for name in dict.fromkeys(ids) if re.fullmatch(r"[0-9a-f]{40,64}", name)]
    if unique:
        raw = _output(repository, "cat-file", "--batch-check", stdin="\n".join([*unique, ""]).encode())
        for line in raw.decode("ascii", "replace").splitlines():
            name, kind, *size = line.split(" ")
            if kind == "blob":
                yield name, int(size[0])


def texts(repository: Repository, revision: str, paths: Sequence[str]) -> dict[str, str]:
    """The texts of those of the files (relative to the repository's root) that a commit or tree has, by path.

    Binary files and those above 1 MiB are left out, and so are names that hold a line break.
    """
    names = [path for path in dict.fromkeys(paths) if "\n" not in path]
    if not names or not revision:
        return {}
    asked = "".join(f"{revision}:{name}\n" for name in names)
    raw = _output(
        repository, "cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=os.fsencode(asked)
    )
    said = raw.decode("utf-8", "surrogateescape").split("\n")
    ids = {
        name: line.split(" ")[0] for name, line in zip(names, said, strict=False) if line.endswith(" blob")
    }
    found = blobs(repository, list(ids.values()))
    decoded = {path: decode(found[name]) for path, name in ids.items() if name in found}
    return {path: text for path, text in decoded.items() if text is not None}


def tracked(repository: Repository) -> tuple[str, ...]:
    """The files that git knows, relative to the repository's root."""
    raw = _output(repository, "ls-files", "--cached", "-z")
    return tuple(os.fsdecode(part) for part in raw.split(b"\0") if part)


def users(repository: Repository, revision: str, word: str, limit: int) -> tuple[tuple[str, int, str], ...]:
    """Where a commit, `INDEX` or `WORKTREE` has a word: path, 0-based line, its text; at most `limit` of them."""
    side = {INDEX: ("--cached",), WORKTREE: ()}.get(revision, (revision,))
    finished = _run(
        repository,
        "grep",
        "--no-textconv",
        "--no-color",
        "--no-recurse-submodules",
        "--no-column",
        "-I",
        "-n",
        "-z",
        "-w",
        "-F",
        "-e",
        word,
        *side,
        "--",
    )
    found: list[tuple[str, int, str]] = []
    for record in finished.output.split(b"\n"):
        name, _, rest = record.partition(b"\0")
        number, _, text = rest.partition(b"\0")
        if number.isdigit():
            path = os.fsdecode(name).removeprefix(f"{revision}:")
            found.append((path, int(number) - 1, text.decode("utf-8", "replace")))
        if len(found) >= limit:
            break
    return tuple(found)


def applies(repository: Repository, patch: str) -> bool:
    """Whether a patch fits the files of the working tree; nothing is changed."""
    stdin = patch.encode("utf-8", "surrogateescape")
    return _run(repository, "apply", "--check", "--whitespace=nowarn", "-", stdin=stdin).code == 0


def show(root: Path, revision: str, path: str) -> str | None:
    """The text of a file (relative to `root`, posix) in a commit; None when it is not there, binary or above 1 MiB.

    Invalid UTF-8 is replaced, line endings are as stored.
    """
    found = repository(root)
    if found is None or (commit := resolve(found, revision)) is None:
        return None
    listed = _run(found, "ls-tree", "-z", "--full-tree", commit, "--", _inside(found, root, path)).output
    match = re.match(rb"(?:100644|100755) blob ([0-9a-f]+)\t", listed)
    content = blobs(found, [match[1].decode()]) if match else {}
    return next((decode(blob) for blob in content.values()), None)


def decode(blob: bytes) -> str | None:
    """Text of a blob, invalid UTF-8 replaced; None for binary content (a NUL among its first 8000 bytes, as git)."""
    return None if b"\0" in blob[:8000] else blob.decode("utf-8", "replace")


def log_lines(root: Path, path: str, first: int, last: int, limit: int) -> tuple[Commit, ...]:
    """The newest commits that touched lines `first`..`last` (0-based, both included) of a file, newest first.

    Falls back to the commits of the whole file when git cannot follow the lines; empty without a repository.
    """
    found = repository(root)
    if found is None or head(found) is None:
        return ()
    inside = _inside(found, root, path)
    lines = _log(
        found, limit, f"-L{first + 1},{last + 1}:{inside}", "--no-patch", "--no-textconv", "--no-ext-diff"
    )
    return lines or _log(found, limit, "--", inside)


def _inside(repository: Repository, root: Path, path: str) -> str:
    """A path relative to `root`, made relative to the repository's top folder."""
    return (root.resolve() / path).relative_to(repository.root).as_posix()


def _log(repository: Repository, limit: int, *arguments: str) -> tuple[Commit, ...]:
    layout = ("-z", f"--max-count={limit}", "--format=%H%x1f%an%x1f%aI%x1f%s", "--no-color")
    finished = _run(repository, "log", *layout, *arguments, seconds=LOG_SECONDS)
    if finished.code or finished.stopped:
        return ()
    records = finished.output.decode("utf-8", "replace").split("\0")
    parts = [record.strip("\n").split("\x1f", 3) for record in records]
    return tuple(Commit(*part) for part in parts if len(part) == 4)


def remote_addresses(repository: Repository) -> tuple[str, ...]:
    """The addresses of the repository's remotes, as its configuration has them."""
    finished = _run(repository, "config", "--null", "--get-regexp", r"^remote\..*\.url$")
    records = finished.output.decode("utf-8", "replace").split("\0")
    return tuple(address for record in records if (address := record.partition("\n")[2]))


def history(repository: Repository, limit: int) -> tuple[Commit, ...]:
    """The newest commits that lead to HEAD and merge nothing, newest first."""
    return _log(repository, limit, "--no-merges", "HEAD", "--") if head(repository) else ()


def commit(repository: Repository, revision: str) -> Commit | None:
    """One commit, or None."""
    name = resolve(repository, revision)
    return next(iter(_log(repository, 1, name, "--")), None) if name else None
