"""The only reader of the workspace: which files may be used, and their text. Writes our own private files, too."""

from __future__ import annotations

import codecs
import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from .exclusions import folder_reason, is_binary, is_secret, name_reason
from .ignores import Chain, Rules
from .languages import language_of
from .snippet import LeftOut

__all__ = [
    "MAX_BYTES",
    "SourceFile",
    "is_marked",
    "is_secret",
    "names_in",
    "omission",
    "private_folder",
    "read",
    "refusal",
    "root_of",
    "status",
    "walk",
    "write_private",
]

MAX_BYTES = 1_000_000
_MOST_NAMES = 2_000
_IGNORE_FILES = (".gitignore", ".linnetignore")
_ROOT_MARKS = ("pyproject.toml", "package.json", "go.mod", "Cargo.toml")
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
# O_NONBLOCK: opening a FIFO that took a file's place must not wait for a writer.
_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_DIRECTORY", 0)
_AT = os.open in os.supports_dir_fd

Report = Callable[[LeftOut], None]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the workspace that may be used: `path` relative to `root` (posix), `size` in bytes."""

    root: Path
    path: str
    size: int
    mtime_ns: int


def walk(root: Path, ignore: Sequence[str] = (), report: Report | None = None) -> Iterator[SourceFile]:
    """Every source file below `root` that may be used: a folder's files by name, then those of its folders.

    `ignore` are further rules in gitignore's language. `report` hears of everything left out, with the reason;
    a folder left out is reported once, its name ending in a slash. Never raises for what it finds on disk.
    """
    tell = report or _ignore_report
    chains = _top_chains(root, ignore)
    stack: list[tuple[str, tuple[Chain, ...]]] = [("", chains)]
    while stack:
        prefix, chains = stack.pop()
        entries = _scan(root, prefix, tell)
        if prefix:
            chains = _extended(root, prefix, chains, {entry.name for entry in entries})
        folders: list[tuple[str, tuple[Chain, ...]]] = []
        for entry in entries:
            path = prefix + entry.name
            reason, status_ = _judge(entry, path, chains)
            if reason is not None:
                tell(LeftOut(_printable(path) + ("/" if status_ is _IS_FOLDER else ""), reason))
            elif status_ is _IS_FOLDER:
                folders.append((path + "/", chains))
            elif status_ is not None:
                yield SourceFile(root, path, status_.st_size, status_.st_mtime_ns)
        stack.extend(reversed(folders))


_IS_FOLDER = os.stat_result((0,) * 10)


def _judge(
    entry: os.DirEntry[str], path: str, chains: tuple[Chain, ...]
) -> tuple[str | None, os.stat_result | None]:
    """The reason to leave an entry out or None, and its status (`_IS_FOLDER` for a folder)."""
    try:
        if entry.is_symlink():
            # What it points at inside the root is met at its own place; what lies outside is not ours to read.
            return "symbolic link", None
        folder = entry.is_dir(follow_symlinks=False)
        if not folder and not entry.is_file(follow_symlinks=False):
            return "not a regular file", None
        reason = folder_reason(entry.name) if folder else name_reason(path)
        if reason is None and not _is_unicode(entry.name):
            reason = "name is not valid UTF-8"
        if reason is None and any(chain.ignores(path, folder) for chain in chains):
            reason = "ignored"
        if folder:
            return reason or _environment(entry), _IS_FOLDER
        if reason is None and language_of(path) is None:
            reason = "no source language"
        if reason is not None:
            return reason, None
        found = entry.stat(follow_symlinks=False)
        return ("larger than 1 MB" if found.st_size > MAX_BYTES else None), found
    except OSError:
        return "unreadable", None


def _environment(entry: os.DirEntry[str]) -> str | None:
    """A virtual environment may have any name; its marker file tells it."""
    if entry.name.lower() in {"venv", "env", ".env", "virtualenv"} or entry.name.startswith(".venv"):
        return "dependencies" if os.path.exists(os.path.join(entry.path, "pyvenv.cfg")) else None
    return None


def _scan(root: Path, prefix: str, tell: Report) -> list[os.DirEntry[str]]:
    """A folder's entries by name. A folder that became a symbolic link since it was seen is not entered."""
    folder = os.path.join(root, prefix) if prefix else os.fspath(root)
    try:
        if prefix and stat.S_ISLNK(os.lstat(folder.rstrip("/")).st_mode):
            raise OSError(errno.ELOOP, "symbolic link")
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        tell(LeftOut(_printable(prefix or "./"), "unreadable"))
        return []


def _top_chains(root: Path, ignore: Sequence[str]) -> tuple[Chain, ...]:
    """Chains for git's rules, our own rules and the settings' rules: each alone may leave a file out."""
    exclude = _rules(root, ".git/info/exclude")
    git, ours = (Chain().extended("", rules) for rules in (exclude, Rules(())))
    chains = (git.extended("", _rules(root, ".gitignore")), ours.extended("", _rules(root, ".linnetignore")))
    return (*chains, Chain().extended("", Rules(ignore)))


def _extended(root: Path, prefix: str, chains: tuple[Chain, ...], names: set[str]) -> tuple[Chain, ...]:
    """The chains inside the folder `prefix`, whose entries have these names."""
    if names.isdisjoint(_IGNORE_FILES):
        return chains
    longer = [
        chain.extended(prefix, _rules(root, prefix + name)) if name in names else chain
        for chain, name in zip(chains, _IGNORE_FILES, strict=False)
    ]
    return (*longer, *chains[len(longer) :])


def _rules(root: Path, path: str) -> Rules:
    data = _bytes(root, path)
    return Rules(data.decode("utf-8", "replace").lstrip("\ufeff").splitlines() if data else ())


def read(root: Path, path: str) -> str | None:
    """The text of a file of the workspace, its line endings as they are and without a byte order mark.

    None when it is gone, unreadable, no regular file, binary, larger than 1 MB, or outside of `root`, however a
    symbolic link leads there. Invalid UTF-8 is replaced. Judges no names: see `refusal`.
    """
    data = _bytes(root, path)
    return None if data is None or is_binary(data) else data.decode("utf-8", "replace").removeprefix("\ufeff")


def save(root: Path, path: str, before: str | None, after: str) -> str | None:
    """Replace the text of a file of the workspace atomically, or with `before` None make the file.

    Returns why that was not done: the file holds another text than `before` by now, or lies where nothing is written.
    Its mode and byte order mark stay as they are. Folders that are missing are made.
    """
    if not _is_relative(path):
        return "it lies outside of the workspace"
    real = _inside(root, path)
    if real != path and os.path.lexists(root / path):
        return "it is a symbolic link"
    folder = _inside(root, os.path.dirname(path)) if "/" in path else ""
    if folder is None or folder != os.path.dirname(path):
        return "a symbolic link leads there"
    mark, data = b"", after.encode("utf-8", "replace")
    if before is None:
        if os.path.lexists(root / path):
            return "there is such a file already"
        mode = 0o666 & ~_umask()
    else:
        raw = _bytes(root, path)
        if raw is None or raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff") != before:
            return "it was changed meanwhile"
        mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
        mode = stat.S_IMODE((root / path).stat().st_mode)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    _write_atomically(root / path, mark + data, mode)
    return None


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def is_marked(root: Path, path: str) -> bool:
    """Whether a file of the workspace begins with a byte order mark, which `read` leaves out."""
    return (_bytes(root, path) or b"").startswith(codecs.BOM_UTF8)


def status(root: Path, path: str) -> tuple[int, int] | None:
    """Size and modification time (ns) of a regular file at `path`, not following a symbolic link; None otherwise."""
    try:
        found = os.stat(os.path.join(root, path), follow_symlinks=False)
    except (OSError, ValueError):
        return None
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def names_in(root: Path, path: str) -> tuple[str, ...]:
    """Names of the first entries of a folder below `root`, sorted; none when a symbolic link leads out of it."""
    real = _inside(root, path) if _is_relative(path) else None
    if real is None:
        return ()
    try:
        with os.scandir(os.path.join(os.path.realpath(root), real)) as entries:
            return tuple(sorted(entry.name for entry in islice(entries, _MOST_NAMES)))
    except (OSError, ValueError):
        return ()


def refusal(root: Path, path: str, ignore: Sequence[str] = ()) -> str | None:
    """Why the file at `path` (relative to `root`, posix) may not be used, or None. It need not exist yet."""
    parts = PurePosixPath(path).parts
    if not _is_relative(path) or not _is_unicode(path):
        return "outside the workspace"
    if is_secret(path):
        return "secret file"
    for name in parts[:-1]:
        if folder_reason(name) == "version control":
            return "version control"
    if _is_ignored(root, parts, ignore):
        return "ignored"
    return _unusable(root, path)


def omission(root: Path, path: str, ignore: Sequence[str] = ()) -> str | None:
    """Why `walk` would not list a file at `path`, or None. The file need not exist yet."""
    if reason := refusal(root, path, ignore) or name_reason(path):
        return reason
    if language_of(path) is None:
        return "no source language"
    here = os.fspath(root)
    *folders, name = path.split("/")
    for folder in folders:
        here = os.path.join(here, folder)
        if reason := folder_reason(folder):
            return reason
        if os.path.islink(here):
            return "symbolic link"
    return "symbolic link" if os.path.islink(os.path.join(here, name)) else None


def _is_ignored(root: Path, parts: Sequence[str], ignore: Sequence[str]) -> bool:
    chains = _top_chains(root, ignore)
    for depth in range(1, len(parts) + 1):
        path = "/".join(parts[:depth])
        if any(chain.ignores(path, depth < len(parts)) for chain in chains):
            return True
        if depth < len(parts):
            chains = _extended(root, path + "/", chains, set(_IGNORE_FILES))
    return False


def _unusable(root: Path, path: str) -> str | None:
    full = os.path.join(root, path)
    if not os.path.lexists(full):
        return None
    real = _inside(root, path)
    if real is None:
        return "outside the workspace"
    if real != path and is_secret(real):
        return "secret file"
    try:
        found = os.stat(full)
    except OSError:
        return "unreadable"
    if not stat.S_ISREG(found.st_mode):
        return "not a regular file"
    if found.st_size > MAX_BYTES:
        return "larger than 1 MB"
    data = _bytes(root, path)
    return "unreadable" if data is None else "binary" if is_binary(data) else None


def _bytes(root: Path, path: str) -> bytes | None:
    """At most MAX_BYTES of a regular file below `root`; None for everything else."""
    try:
        descriptor = _open_below(root, path)
    except (OSError, ValueError):
        return None
    if descriptor is None:
        return None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            return None
        return _read_all(descriptor, found.st_size)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _read_all(descriptor: int, size: int) -> bytes | None:
    parts, total = [], 0
    while data := os.read(descriptor, size - total + 1 if total <= size else 65_536):
        parts.append(data)
        total += len(data)
        if total > MAX_BYTES:  # It grew while we read, or its size was a lie.
            return None
    return b"".join(parts)


def _open_below(root: Path, path: str) -> int | None:
    """Open a file below `root`, never leaving it; None when it lies outside. OSError when it cannot be opened."""
    if not _is_relative(path):
        return None
    if not _AT:
        return _open_and_compare(root, path)
    try:
        return _open_plain(root, path)
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.ENOTDIR, errno.EMLINK}:
            raise
    real = _inside(root, path)  # A symbolic link on the way: follow it once, then hold to what was found.
    return None if real is None else _open_plain(root, real)


def _open_plain(root: Path, path: str) -> int:
    """Open step by step from the root, following no symbolic link, so that none can be slipped in meanwhile."""
    *folders, name = path.split("/")
    here = os.open(root, _FOLDER)
    try:
        for folder in folders:
            inner = os.open(folder, _FOLDER | _NO_FOLLOW, dir_fd=here)
            os.close(here)
            here = inner
        return os.open(name, _READ | _NO_FOLLOW, dir_fd=here)
    finally:
        os.close(here)


def _open_and_compare(root: Path, path: str) -> int | None:
    """Where folders cannot be opened: resolve, open, and see that it still resolves to the same file."""
    if _inside(root, path) is None:
        return None
    descriptor = os.open(os.path.join(root, path), _READ)
    real = _inside(root, path)
    if real is not None:
        with suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), os.stat(os.path.join(os.path.realpath(root), real))):
                return descriptor
    os.close(descriptor)
    return None


def _inside(root: Path, path: str) -> str | None:
    """The path below `root` that `path` truly means, symbolic links resolved; None when it lies outside."""
    top = os.path.realpath(root)
    real = os.path.realpath(os.path.join(top, path))
    inner = top if top.endswith(os.sep) else top + os.sep
    return real[len(inner) :].replace(os.sep, "/") if real.startswith(inner) else None


def _is_relative(path: str) -> bool:
    if not path or path.startswith("/") or "\0" in path or os.path.isabs(path) or os.path.splitdrive(path)[0]:
        return False
    parts = path.split("/") if os.sep == "/" else path.replace(os.sep, "/").split("/")
    return ".." not in parts and "" not in parts and "." not in parts


def _is_unicode(name: str) -> bool:
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)


def _printable(path: str) -> str:
    return path if _is_unicode(path) else path.encode("utf-8", "replace").decode()


def _ignore_report(_: LeftOut) -> None:
    return None


def root_of(path: Path) -> Path:
    """The workspace that a file or folder belongs to.

    The nearest folder upwards with `.git`; else the nearest with a project file; else the (file's) folder itself.
    """
    path = Path(os.path.abspath(path))
    start = path if path.is_dir() else path.parent
    upwards = (start, *start.parents)
    for marks in ((".git",), _ROOT_MARKS):
        for folder in upwards:
            if any((folder / mark).exists() for mark in marks):
                return folder
    return start


def private_folder(path: Path) -> Path:
    """Create a folder of ours (and its parents) that only the user can enter; returns it. OSError if it cannot be."""
    missing = [path, *path.parents]
    missing = missing[: next((at for at, folder in enumerate(missing) if folder.is_dir()), len(missing))]
    for folder in reversed(missing):  # `parents=True` would leave those in between open to everybody.
        folder.mkdir(mode=0o700, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)  # Tells what is wrong where a file is in the way.
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o700)
    return path


def write_private(path: Path, data: bytes) -> None:
    """Replace one of our own files atomically: mode 0600, the old content stays until the new one is whole."""
    private_folder(path.parent)
    _write_atomically(path, data, 0o600)


def _write_atomically(path: Path, data: bytes, mode: int) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        descriptor = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        if mode != 0o600:
            temporary.chmod(mode)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
