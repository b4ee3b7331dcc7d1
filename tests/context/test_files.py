"""Which files of a workspace are used, and that nothing outside of it is ever read."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from linnet_context import files
from linnet_context.files import (
    MAX_BYTES,
    private_folder,
    read,
    refusal,
    root_of,
    save,
    walk,
    write_private,
)
from linnet_context.snippet import LeftOut
from tests.fixture import fixture

TREE = """\
//- .gitignore
*.tmp.py
/out/
//- a.py
<cursor>a = 1
//- b.tmp.py
b = 1
//- src/.gitignore
!kept.tmp.py
local.py
//- src/kept.tmp.py
k = 1
//- src/local.py
l = 1
//- src/main.go
package main
//- src/deep/local.py
l = 2
//- out/x.py
x = 1
//- .linnetignore
src/private/
//- src/private/p.py
p = 1
//- node_modules/m/index.js
m()
//- .git/config.py
c = 1
//- package-lock.json
{}
//- api_pb2.py
g = 1
//- app.min.js
m()
//- .env
KEY=1
//- keys/server.pem
-----
//- data.unknown
?
"""


def tree(folder: Path) -> Path:
    return fixture(TREE).write(folder)


def found(root: Path, ignore: tuple[str, ...] = ()) -> list[str]:
    return [file.path for file in walk(root, ignore)]


def reasons(root: Path) -> dict[str, str]:
    heard: list[LeftOut] = []
    list(walk(root, report=heard.append))
    return {one.what: one.reason for one in heard}


def test_walk_honours_ignore_files(tmp_path: Path) -> None:
    """Nested .gitignore files and .linnetignore decide; what no rule leaves out is found in a fixed order."""
    assert found(tree(tmp_path)) == ["a.py", "src/kept.tmp.py", "src/main.go"]


def test_walk_tells_why(tmp_path: Path) -> None:
    """Everything left out is reported once with its reason, folders with a slash."""
    assert reasons(tree(tmp_path)) == {
        ".env": "secret file",
        ".git/": "version control",
        ".gitignore": "no source language",
        ".linnetignore": "no source language",
        "api_pb2.py": "generated",
        "app.min.js": "generated",
        "b.tmp.py": "ignored",
        "data.unknown": "no source language",
        "keys/server.pem": "secret file",
        "node_modules/": "dependencies",
        "out/": "ignored",
        "package-lock.json": "lock file",
        "src/.gitignore": "no source language",
        "src/deep/local.py": "ignored",
        "src/local.py": "ignored",
        "src/private/": "ignored",
    }


def test_settings_only_narrow(tmp_path: Path) -> None:
    """Rules of the settings leave more out, and cannot bring back what an ignore file leaves out."""
    root = tree(tmp_path)
    assert found(root, ("*.go",)) == ["a.py", "src/kept.tmp.py"]
    assert found(root, ("!*.py",)) == found(root)


def test_walk_passes_over_what_is_no_plain_file(tmp_path: Path) -> None:
    """Symbolic links, pipes, huge files and names that are no UTF-8 are left out; a loop of links ends."""
    outside = tmp_path / "outside"
    root = tmp_path / "root"
    for folder in (outside, root):
        folder.mkdir()
    (outside / "secret.py").write_text("s = 1")
    (root / "good.py").write_text("g = 1")
    (root / "huge.py").write_text("#" * (MAX_BYTES + 1))
    (root / "loop").symlink_to(root)
    (root / "far").symlink_to(outside)
    (root / "far.py").symlink_to(outside / "secret.py")
    os.mkfifo(root / "pipe.py")
    (root / os.fsdecode(b"\xff.py")).write_text("x = 1")
    assert found(root) == ["good.py"]
    assert reasons(root) == {
        "far": "symbolic link",
        "far.py": "symbolic link",
        "huge.py": "larger than 1 MB",
        "loop": "symbolic link",
        "pipe.py": "not a regular file",
        "?.py": "name is not valid UTF-8",
    }


def test_a_missing_root_is_reported(tmp_path: Path) -> None:
    """A folder that cannot be read yields nothing and is reported."""
    assert reasons(tmp_path / "gone") == {"./": "unreadable"}


def test_virtual_environments_are_dependencies(tmp_path: Path) -> None:
    """A folder called venv is passed over if it is one; a package of that name is not."""
    root = fixture("//- venv/pyvenv.cfg\n//- venv/x.py\n<cursor>\n//- src/venv/y.py\ny = 1\n").write(tmp_path)
    assert found(root) == ["src/venv/y.py"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\r\nb\rc\n", "a\r\nb\rc\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"caf\xe9\n", "caf\ufffd\n"),
        (b"", ""),
        (b"a\0b", None),
        (b"\xff\xfea\0", None),
    ],
)
def test_read_keeps_the_text_exact(tmp_path: Path, data: bytes, text: str | None) -> None:
    """Line endings stay, invalid UTF-8 is replaced, a byte order mark goes, binary files have no text."""
    (tmp_path / "f.py").write_bytes(data)
    assert read(tmp_path, "f.py") == text


def test_read_never_leaves_the_root(tmp_path: Path) -> None:
    """Links out of the root, dots, absolute paths and pipes give nothing; a link inside the root is followed."""
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "a/in.py").write_text("inside")
    (tmp_path / "out.py").write_text("outside")
    (root / "link.py").symlink_to(tmp_path / "out.py")
    (root / "up").symlink_to(tmp_path)
    (root / "near.py").symlink_to(root / "a/in.py")
    (root / "b").symlink_to("a")
    (root / "self.py").symlink_to("self.py")
    os.mkfifo(root / "pipe.py")
    assert read(root, "near.py") == read(root, "b/in.py") == read(root, "a/in.py") == "inside"
    outside = ["link.py", "up/out.py", "../out.py", "a/../../out.py", str(tmp_path / "out.py"), "self.py"]
    for path in [*outside, "pipe.py", "a", "gone.py", "", "a\0b", "a//in.py"]:
        assert read(root, path) is None


def test_a_root_behind_a_link_is_read(tmp_path: Path) -> None:
    """The root itself may be reached by a symbolic link."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.py").write_text("a")
    (tmp_path / "link").symlink_to("real")
    assert read(tmp_path / "link", "a.py") == "a"
    assert found(tmp_path / "link") == ["a.py"]
    assert refusal(tmp_path / "link", "a.py") is None


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a.py", None),
        ("not/there/yet.py", None),
        ("src/kept.tmp.py", None),
        ("src/local.py", "ignored"),
        ("out/x.py", "ignored"),
        ("src/private/new.py", "ignored"),
        (".env", "secret file"),
        ("keys/server.pem", "secret file"),
        (".git/config.py", "version control"),
        ("../a.py", "outside the workspace"),
        ("/etc/passwd", "outside the workspace"),
        ("src", "not a regular file"),
    ],
)
def test_refusal(tmp_path: Path, path: str, reason: str | None) -> None:
    """A file may be refused for its name, the ignore rules, or what it is; a new file is not refused for being new."""
    assert refusal(tree(tmp_path), path) == reason


def test_refusal_of_a_link_to_a_secret(tmp_path: Path) -> None:
    """A harmless name that links to a secret file or out of the workspace is refused."""
    root = tree(tmp_path / "root")
    (root / "notes.py").symlink_to(".env")
    (root / "other.py").symlink_to(tmp_path)
    assert refusal(root, "notes.py") == "secret file"
    assert refusal(root, "other.py") == "outside the workspace"


@pytest.mark.parametrize(
    ("mark", "inner", "expected"),
    [
        (".git", "a/b/c.py", "."),
        ("a/pyproject.toml", "a/b/c.py", "a"),
        ("a/b/go.mod", "a/b/c.py", "a/b"),
    ],
)
def test_root_of(tmp_path: Path, mark: str, inner: str, expected: str) -> None:
    """The root is the nearest folder with a repository, else with a project file."""
    for name in (mark, inner):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert root_of(tmp_path / inner) == (tmp_path / expected)
    assert root_of((tmp_path / inner).parent) == (tmp_path / expected)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_our_own_files_are_private(tmp_path: Path) -> None:
    """Folders get mode 0700 even if they were open before, files 0600; an old content is replaced as a whole."""
    (tmp_path / "open").mkdir(mode=0o755)
    folder = private_folder(tmp_path / "open")
    write_private(folder / "deep" / "f", b"one")
    write_private(folder / "deep" / "f", b"two")
    assert (folder / "deep" / "f").read_bytes() == b"two"
    assert [path.name for path in (folder / "deep").iterdir()] == ["f"]
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "deep", folder / "deep" / "f")]
    assert modes == [0o700, 0o700, 0o600]


def test_a_file_is_saved_only_over_the_text_that_was_read(tmp_path: Path) -> None:
    """What changed meanwhile stays; mode and byte order mark are kept."""
    file = tmp_path / "a.py"
    file.write_bytes(b"\xef\xbb\xbfold\r\n")
    file.chmod(0o755)
    assert save(tmp_path, "a.py", "older\r\n", "new\r\n") == "it was changed meanwhile"
    assert save(tmp_path, "a.py", "old\r\n", "new\r\n") is None
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"\xef\xbb\xbfnew\r\n", 0o755)


def test_a_new_file_never_takes_the_place_of_another(tmp_path: Path) -> None:
    """Folders are made, files are not replaced."""
    assert save(tmp_path, "tests/deep/test_a.py", None, "pass\n") is None
    assert (tmp_path / "tests/deep/test_a.py").read_text() == "pass\n"
    assert save(tmp_path, "tests/deep/test_a.py", None, "") == "there is such a file already"


def test_nothing_is_saved_through_a_link_or_outside(tmp_path: Path) -> None:
    """Neither a linked file, nor a linked folder, nor a path upwards is written."""
    root, other = tmp_path / "root", tmp_path / "other"
    for folder in (root, other):
        folder.mkdir()
    (other / "a.py").write_text("old")
    (root / "a.py").symlink_to(other / "a.py")
    (root / "sub").symlink_to(other, target_is_directory=True)
    for path in ("a.py", "sub/a.py", "sub/b.py", "../other/a.py", "/etc/x"):
        assert save(root, path, "old" if path.endswith("a.py") else None, "new")
    assert (other / "a.py").read_text() == "old" and not (other / "b.py").exists()


def test_a_file_that_is_no_text_is_not_saved(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 would be lost."""
    (tmp_path / "a.py").write_bytes(b"x = '\xff'\n")
    before = read(tmp_path, "a.py")
    assert save(tmp_path, "a.py", before, "x = 1\n") == "it was changed meanwhile"


@pytest.mark.parametrize("text", ["x = 1\n", "x = 1\r\ny", "\ufeffx = 1\n", "é\n", ""])
def test_a_saved_file_keeps_its_mark_and_mode(tmp_path: Path, text: str) -> None:
    """A text that is as expected gets a new one, its mode and byte order mark kept; nothing else is left there."""
    file = tmp_path / "a.py"
    file.write_bytes(text.encode())
    file.chmod(0o750)
    marked = files.is_marked(tmp_path, "a.py")
    assert marked == text.startswith("\ufeff")
    assert save(tmp_path, "a.py", text.removeprefix("\ufeff"), "new\n") is None
    assert file.read_text(encoding="utf-8") == ("\ufeff" if marked else "") + "new\n"
    if os.name != "nt":
        assert file.stat().st_mode & 0o777 == 0o750
    assert list(tmp_path.iterdir()) == [file]
