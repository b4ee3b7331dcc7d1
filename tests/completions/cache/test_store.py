"""The cache on disk: private, bounded, and safe to open whatever happened to it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from linnet_completions.cache.answers import Answers, AsyncAnswers
from linnet_completions.cache.memory import Memory
from linnet_completions.cache.place import file_system, is_remote
from linnet_completions.cache.store import LONGEST_VALUE, Store

# What a pickle that was planted would do: leave a mark.
MARK = "LINNET_TEST_MARK"


@pytest.fixture
def notes() -> list[str]:
    """What the store had to say."""
    return []


@pytest.fixture
def store(tmp_path: Path, notes: list[str]) -> Iterator[Store]:
    """A store with one entry."""
    one = Store(tmp_path / "answers", note=notes.append)
    one.set("key", '{"text": "value"}')
    yield one
    one.close()


def database(tmp_path: Path) -> Path:
    """The file behind the store."""
    return tmp_path / "answers" / "v1" / "cache.db"


def tampered(tmp_path: Path, store: Store, *statements: str, **values: object) -> None:
    """Change the database behind the store's back."""
    store.close()
    with closing(sqlite3.connect(database(tmp_path))) as connection, connection:
        for statement in statements:
            connection.execute(statement, values)


def test_a_value_is_kept_for_the_next_process(tmp_path: Path, store: Store) -> None:
    """What was set is there after closing, in this object and in another one."""
    store.close()
    assert store.get("key") == '{"text": "value"}'
    again = Store(tmp_path / "answers")
    assert again.get("key") == '{"text": "value"}'
    assert again.get("other") is None
    again.close()


@pytest.mark.parametrize("value", ["", "x" * 60_000, "naïve ☃ \0 \n", "[1, 2]"])
def test_any_text_comes_back_as_it_was(store: Store, value: str) -> None:
    """Long texts stay in the database, too: there are no other files."""
    store.set("text", value)
    assert store.get("text") == value


def test_half_a_character_breaks_nothing(store: Store, notes: list[str]) -> None:
    """Text that cannot be encoded is not kept, and the database stays."""
    store.set("half", "\ud800")
    store.set("\ud800", "half")
    assert (store.get("half"), store.get("\ud800")) == (None, None)
    assert store.get("key") == '{"text": "value"}'
    assert notes == []


def test_everything_is_private(tmp_path: Path, store: Store) -> None:
    """Nobody else may enter the folder or read its files."""
    folder = database(tmp_path).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("mode", [1, 2, 3, 4])
def test_a_planted_pickle_does_not_run(tmp_path: Path, store: Store, notes: list[str], mode: int) -> None:
    """A row that was changed into a pickle is refused, and the database set aside."""
    os.environ.pop(MARK, None)
    # Protocol 0, written by hand: os.putenv's wrapper called with the mark.
    harmful = f"cos\nputenv\n(V{MARK}\nVran\ntR.".encode()
    tampered(tmp_path, store, "UPDATE Cache SET mode = :mode, value = :value", mode=mode, value=harmful)
    assert store.get("key") is None
    assert MARK not in subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
    assert store.get("key") is None
    assert len(notes) == 1
    store.set("key", "new")
    assert store.get("key") == "new"


def test_a_planted_pickle_as_key_does_not_run(tmp_path: Path, store: Store) -> None:
    """Neither reading, nor counting, nor evicting unpickles a key."""
    tampered(tmp_path, store, "UPDATE Cache SET raw = 0, key = :key", key=b"cos\ngetcwd\n(tR.")
    assert store.get("key") is None
    assert store.info().entries == 1
    assert store.clear() == 1


@pytest.mark.parametrize("mode", [2, 3, 4])
def test_a_planted_file_name_is_not_followed(tmp_path: Path, store: Store, mode: int) -> None:
    """A row that names a file outside of the folder reads nothing."""
    (tmp_path / "outside").write_text("outside")
    name = "../../outside"
    tampered(
        tmp_path, store, "UPDATE Cache SET mode = :mode, value = NULL, filename = :name", mode=mode, name=name
    )
    assert store.get("key") is None


def test_a_planted_file_name_deletes_nothing(tmp_path: Path, store: Store) -> None:
    """Neither replacing, nor clearing a row removes the file that it names."""
    outside = tmp_path / "outside"
    outside.write_text("outside")
    for work in (lambda: store.set("key", "new"), store.clear):
        tampered(tmp_path, store, "UPDATE Cache SET filename = '../../outside'")
        work()
        assert outside.exists()


@pytest.mark.parametrize("name", ["sqlite_user_version = 7; --", "_disk", "disk_directory", "close"])
def test_planted_settings_are_refused(tmp_path: Path, store: Store, notes: list[str], name: str) -> None:
    """Settings that we never write make the database a foreign one."""
    tampered(tmp_path, store, "INSERT INTO Settings VALUES (:name, 7)", name=name)
    assert store.get("key") is None
    assert "new one is begun" in notes[0]
    store.set("key", "new")
    assert store.get("key") == "new"


@pytest.mark.parametrize("where", ["head", "middle", "all", "other"])
def test_a_corrupt_database_is_set_aside(tmp_path: Path, notes: list[str], where: str) -> None:
    """Whatever became of the file, the store works on with a fresh one and keeps the old one aside."""
    store = Store(tmp_path / "answers", note=notes.append)
    for number in range(200):
        store.set(f"key {number}", "x" * 1_000)
    store.close()
    data = bytearray(database(tmp_path).read_bytes())
    first, last = {
        "head": (0, 100),
        "middle": (4096, len(data) - 4096),
        "all": (0, len(data)),
        "other": (0, 0),
    }[where]
    data[first:last] = b"\x5a" * (last - first)
    database(tmp_path).write_bytes(b"no database at all" if where == "other" else data)
    for number in range(200):
        store.get(f"key {number}")
    store.set("key", "new")
    assert store.get("key") == "new"
    assert database(tmp_path).with_name("cache.db.broken").exists()
    assert len(notes) == 1
    store.close()


def test_the_store_has_a_size(tmp_path: Path) -> None:
    """What was stored first goes first, and the file stays near its limit."""
    store = Store(tmp_path / "answers", size_mb=1)
    for number in range(400):
        store.set(f"key {number}", "x" * 10_000)
    assert store.get("key 0") is None
    assert store.get("key 399") is not None
    assert store.info().bytes < 1_300_000
    store.close()


def test_a_huge_value_is_not_kept(store: Store) -> None:
    """One answer never takes the room of a thousand."""
    store.set("huge", "x" * (LONGEST_VALUE + 1))
    assert store.get("huge") is None


@pytest.mark.parametrize("obstacle", ["file", "unwritable", "link", "name"])
def test_a_folder_that_cannot_be_used_is_no_failure(tmp_path: Path, notes: list[str], obstacle: str) -> None:
    """Then nothing is kept on disk, which is said once."""
    folder = tmp_path / ("$HOME" if obstacle == "name" else "answers")
    if obstacle == "file":
        folder.write_text("")
    elif obstacle == "unwritable":
        (folder / "v1" / "cache.db").mkdir(parents=True)
    elif obstacle == "link":
        (folder / "v1").mkdir(parents=True)
        (folder / "v1" / "cache.db").symlink_to(tmp_path / "elsewhere.db")
    store = Store(folder, note=notes.append)
    for number in range(10):
        store.set(f"key {number}", "value")
    assert store.get("key 1") is None
    assert len(notes) == 1 and store.info().problem == notes[0]
    assert not (tmp_path / "elsewhere.db").exists()


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/local\\040disk ext4 rw 0 0
user@host:/ /mnt/ssh fuse.sshfs rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/cache", "ext4"),
        ("/home/me/.cache", "nfs4"),
        ("/homes/me", "ext4"),
        ("/home/local disk/x", "ext4"),
        ("/mnt/ssh", "fuse.sshfs"),
    ],
)
def test_a_network_file_system_is_recognised(path: str, kind: str) -> None:
    """The longest mount point that holds a path decides."""
    assert file_system(path, MOUNTS) == kind


def test_a_folder_of_the_tests_is_no_network_folder(tmp_path: Path) -> None:
    """An ordinary folder, there or not yet, can hold a cache."""
    assert not is_remote(tmp_path / "missing")


def test_an_event_loop_gets_answers_from_memory_and_disk(tmp_path: Path) -> None:
    """What one process set, another one gets; then it is in memory."""

    async def work() -> None:
        first = AsyncAnswers(Store(tmp_path / "answers"))
        assert await first.get("key") is None
        first.set("key", "value")
        assert first.peek("key") == "value"
        await first.aclose()
        first.set("late", "value").result()  # Ending is no failure.
        second = AsyncAnswers(Store(tmp_path / "answers"))
        assert second.peek("key") is None
        assert await second.get("key") == "value"
        assert second.peek("key") == "value"
        assert (await second.info()).entries == 1
        await second.aclose()

    asyncio.run(work())


def test_the_command_line_gets_the_same_answers(tmp_path: Path) -> None:
    """The synchronous twin shares the disk, and forgets in memory what is too much for it."""
    answers = Answers(Store(tmp_path / "answers"), Memory(entries=1))
    answers.set("a", "1")
    answers.set("b", "2")
    assert (answers.get("a"), answers.get("b"), answers.get("c")) == ("1", "2", None)
    answers.close()


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    """Making a store imports no database library."""
    program = (
        "import sys; from pathlib import Path; from linnet_completions.cache.answers import AsyncAnswers, Store\n"
        "AsyncAnswers(Store(Path('x'))); sys.exit('diskcache' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-I", "-c", program], check=False).returncode == 0


WRITER = """
import sys
from pathlib import Path
from linnet_completions.cache.store import Store
store = Store(Path(sys.argv[1]), note=lambda text: sys.exit(text))
for number in range(int(sys.argv[2])):
    store.set(f"key {number % 50}", str(number) * 200)
    if number == 0:
        print("ready", flush=True)
"""


def writer(folder: Path, rounds: int) -> subprocess.Popen[str]:
    """A process that has begun to write."""
    command = [sys.executable, "-I", "-c", WRITER, str(folder), str(rounds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


@pytest.mark.slow
def test_two_processes_share_the_store(tmp_path: Path, notes: list[str]) -> None:
    """Two writers and a reader lose nothing and complain about nothing."""
    store = Store(tmp_path / "answers", note=notes.append)
    processes = [writer(tmp_path / "answers", 400) for _ in range(2)]
    while any(process.poll() is None for process in processes):
        store.get("key 7")
    for process in processes:
        assert process.stdout is not None
        process.stdout.close()
        assert process.returncode == 0
    assert store.get("key 49") == "399" * 200
    assert store.info().entries == 50
    assert notes == []
    store.close()


@pytest.mark.slow
def test_killing_a_writer_leaves_the_store_usable(tmp_path: Path, notes: list[str]) -> None:
    """25 processes killed at any moment break nothing: every value that is there is whole."""
    luck = random.Random(4)
    folder = tmp_path / "answers"
    for _ in range(25):
        process = writer(folder, 1_000_000)
        time.sleep(luck.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
        store = Store(folder, note=notes.append)
        for number in range(50):
            value = store.get(f"key {number}")
            assert value is None or value == value[: len(value) // 200] * 200
        store.set("mine", "value")
        assert store.get("mine") == "value"
        store.close()
    assert notes == []


FULL_DISK = """
import resource, sys
from pathlib import Path
from linnet_completions.cache.store import Store
store = Store(Path(sys.argv[1]))
store.set("first", "value")
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
for number in range(100):
    store.set(f"key {number}", "x" * 20_000)
    assert store.get("first") in ("value", None)
print(store.info().problem)
"""


@pytest.mark.slow
def test_a_full_disk_is_no_failure(tmp_path: Path) -> None:
    """When nothing more can be written, nothing is raised; with room again, the store works again."""
    folder = tmp_path / "answers"
    command = [sys.executable, "-I", "-c", FULL_DISK, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    store = Store(folder)
    store.set("key", "value")
    assert store.get("key") == "value"
    store.close()
