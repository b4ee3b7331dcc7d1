"""Whatever happens to the disk while an index is built: no crash, no wrong text, nothing from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from linnet_context.gather import gather
from linnet_context.index.index import Index
from linnet_context.index.store import Generations
from linnet_context.text import Document, Position
from tests.context.index.test_index import again, built, contents, workspace

FULL = """
import resource, signal, sys
from pathlib import Path
from linnet_context.index.index import Index
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))
index = Index(Path(sys.argv[1]), Path(sys.argv[2]))
for _ in index.build():
    pass
print(len(index.files()), len(index.uses("open_shop")), sorted(path.name for path in Path(sys.argv[2]).glob("*.[gt]*")))
"""


@pytest.mark.slow
def test_a_full_disk_costs_only_the_cache(tmp_path: Path) -> None:
    """When nothing can be saved the index answers all the same, and nothing half written stays behind."""
    root, cache = workspace(tmp_path / "root"), tmp_path / "cache"
    command = [sys.executable, "-c", FULL, str(root), str(cache)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "3 3 []"
    assert contents(built(root, cache)) == contents(built(root))


def replace_by_folder(root: Path) -> None:
    (root / "pkg/shop.py").unlink()
    (root / "pkg/shop.py").mkdir()
    (root / "pkg/shop.py/inner.py").write_text("def inner_name(): ...\n")


def replace_by_link(root: Path) -> None:
    outside = root.parent / "outside.py"
    outside.write_text("def outside_name(): ...\n")
    (root / "pkg/shop.py").unlink()
    (root / "pkg/shop.py").symlink_to(outside)


def replace_folder_by_link(root: Path) -> None:
    outside = root.parent / "outside"
    (root / "pkg").rename(outside)
    (outside / "shop.py").write_text("def outside_name(): ...\n")
    (root / "pkg").symlink_to(outside)


def remove_all(root: Path) -> None:
    for path in root.rglob("*.*"):
        path.unlink()


@pytest.mark.parametrize("change", [replace_by_folder, replace_by_link, replace_folder_by_link, remove_all])
@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4, 5])
def test_files_change_while_they_are_read(tmp_path: Path, change: Callable[[Path], None], steps: int) -> None:
    """Between any two steps files become folders or links, or go; the next build has what is there, and only that."""
    root = workspace(tmp_path / "root")
    index = Index(root)
    building = index.build()
    for _ in range(steps):
        next(building)
    change(root)
    for _ in building:
        pass
    again(index)
    assert contents(index) == contents(built(root))
    assert not index.definitions("outside_name")
    assert all("outside_name" not in (index.text(path) or "") for path in index.files())


def test_links_that_go_round(tmp_path: Path) -> None:
    """Links to a folder above, to themselves and to each other lead nowhere."""
    root = workspace(tmp_path)
    expected = contents(built(root))
    (root / "pkg/up").symlink_to("..")
    (root / "self.py").symlink_to("self.py")
    (root / "one.py").symlink_to("two.py")
    (root / "two.py").symlink_to("one.py")
    (root / "pkg/absolute").symlink_to(root.resolve())
    assert contents(built(root)) == expected


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """Invalid UTF-8 in a file or in a file's name breaks nothing, and what is around it is found."""
    root = workspace(tmp_path)
    (root / "odd.py").write_bytes(b"def found_here(): pass\n# \xff\xfe\xed\xa0\x80\n\xc3 = 1\n")
    name = os.fsencode(root) + b"/bad\xff.py"
    Path(os.fsdecode(name)).write_bytes(b"def in_a_file_with_a_bad_name(): pass\n")
    index = built(root)
    assert [path for path, _ in index.definitions("found_here")] == ["odd.py"]
    assert not index.definitions("in_a_file_with_a_bad_name")
    document = Document.of("main.py", "python", "import odd\n\n")
    assert "found_here" in str(gather(index, document, Position(1, 0), "inline", 500).chunks)


OPENED = """
import os, sys
from pathlib import Path
from linnet_context import tokens
from linnet_context.gather import gather
from linnet_context.index.index import Index
from linnet_context.text import Document, Position
root = sys.argv[1]
def build():
    index = Index(Path(root))
    for _ in index.build():
        pass
    document = Document.of("pkg/main.py", "python", index.text("pkg/main.py"))
    gather(index, document, Position(4, 0), "inline", 500)
build()  # Everything is imported now.
opened = []
def hook(event, arguments):
    if event in ("open", "os.scandir", "os.listdir") and not isinstance(arguments[0], int):
        opened.append(os.fsdecode(arguments[0] or "."))
sys.addaudithook(hook)
build()
print("\\n".join(sorted({path for path in opened if os.path.isabs(path) and not path.startswith(root)})))
"""


@pytest.mark.slow
def test_nothing_outside_is_opened(tmp_path: Path) -> None:
    """Building and gathering open no file and no folder outside of the workspace, wherever links lead."""
    root = workspace(tmp_path / "root")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text("def outside_name(): ...\n")
    (root / "linked").symlink_to(outside)
    (root / "secret.py").symlink_to(outside / "secret.py")
    (root / "pkg/.gitignore").symlink_to(outside / "secret.py")
    ran = subprocess.run(
        [sys.executable, "-c", OPENED, str(root)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == ""


MANY, SOURCES = 50_000, 1_000


@pytest.mark.slow
def test_a_tree_of_many_files(tmp_path: Path) -> None:
    """Fifty thousand files, some of them source, are walked in short steps; the second time nothing is read."""
    for number in range(MANY // 500):
        folder = tmp_path / f"folder_{number}"
        folder.mkdir()
        for inner in range(500):
            is_source = inner < SOURCES // (MANY // 500)
            text = f"def made_{number}_{inner}():\n    return {inner}\n" if is_source else ""
            (folder / f"file_{inner}.{'py' if is_source else 'dat'}").write_text(text)
    index = built(tmp_path)
    assert len(index.files()) == SOURCES
    assert [path for path, _ in index.definitions("made_7_3")] == ["folder_7/file_3.py"]


def test_one_builds_and_the_others_wait(tmp_path: Path) -> None:
    """A second process over an empty cache reads no file: it takes what the first one makes."""
    root, cache = workspace(tmp_path / "root"), tmp_path / "cache"
    for path in root.rglob("*.*"):
        os.utime(path, ns=(1, 1))
    store = Generations(cache, "index", 0)
    with store.building() as mine, store.building() as second:
        assert mine and not second
        waiting = Index(root, cache).build()
        assert [next(waiting).total for _ in range(5)] == [0] * 5
        other = Index(root, cache)
        steps = other.build()
        next(steps)
        saved = Index(root, tmp_path / "elsewhere")
        list(saved.build())
        for file in (tmp_path / "elsewhere").glob("*.gen"):
            file.rename(cache / file.name)
        assert {step.total for step in steps} == {0}
    assert contents(other) == contents(built(root))
