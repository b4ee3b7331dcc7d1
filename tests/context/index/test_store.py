"""Generations on disk: whole or not there, whatever happens to the writer or the file."""

from __future__ import annotations

import random
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linnet_context.index.store import Generations

ARRAYS: dict[str, np.ndarray[Any, Any]] = {
    "numbers": np.arange(1000, dtype=np.int32),
    "table": np.arange(6, dtype=np.int64).reshape(3, 2),
    "flags": np.array([True, False]),
    "none": np.zeros((0, 4), np.float32),
}
STRINGS = {"names": ["a", "é\U0001f600", "", "x\ny\0", "\udc80"], "empty": list[str]()}


def saved(folder: Path) -> Path:
    """A store with one generation; returns its file."""
    Generations(folder, "t", 1).save(ARRAYS, STRINGS)
    (file,) = folder.glob("*.gen")
    return file


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    """Arrays come back with their types and shapes, mapped and read-only, and strings with every character."""
    saved(tmp_path / "cache")
    content = Generations(tmp_path / "cache", "t", 1).load()
    assert content is not None
    arrays, strings = content
    assert strings == STRINGS
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        assert arrays[name].tolist() == array.tolist()
        assert not arrays[name].flags.writeable


def test_what_was_just_saved_can_be_mapped(tmp_path: Path) -> None:
    """Saving tells the file; its arrays come mapped and read-only, and a file that has gone gives none."""
    store = Generations(tmp_path / "cache", "t", 1)
    name = store.save(ARRAYS, STRINGS)
    assert name is not None and name == store.newest()
    arrays = store.mapped(name)
    assert arrays is not None
    assert {key: array.tolist() for key, array in arrays.items()} == {
        key: array.tolist() for key, array in ARRAYS.items()
    }
    assert not any(array.flags.writeable for array in arrays.values())
    (tmp_path / "cache" / name).unlink()
    assert store.mapped(name) is None


@pytest.mark.skipif(
    not Path("/proc/self/smaps").exists(), reason="needs Linux, which tells what a mapping takes up"
)
def test_what_was_mapped_can_rest(tmp_path: Path) -> None:
    """A store at rest takes up no memory with what it has loaded, and its arrays stay as they were."""
    store = Generations(tmp_path, "t", 1)
    name = store.save({"numbers": np.arange(1_000_000, dtype=np.int32)}, {})
    assert name is not None
    arrays = store.mapped(name)
    assert arrays is not None
    before = arrays["numbers"].sum()
    assert resident(name) > 3_000
    store.rest()
    assert resident(name) == 0
    assert arrays["numbers"].sum() == before


def resident(name: str) -> int:
    """The memory (kB) that this process has mapped of a file."""
    _, _, rest = Path("/proc/self/smaps").read_text(encoding="ascii").partition(name)
    return int(rest.partition("Rss:")[2].split(maxsplit=1)[0])


def test_files_are_private(tmp_path: Path) -> None:
    """The folder has mode 0700 and the files 0600."""
    file = saved(tmp_path / "cache")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_new_generation_replaces_the_old_one_under_a_new_name(tmp_path: Path) -> None:
    """A mapped generation stays readable after another was saved; only the newest file is kept."""
    store = Generations(tmp_path, "t", 1)
    store.save({"a": np.arange(3)}, {})
    first, old_name = store.load(), store.newest()
    store.save({"a": np.arange(5)}, {})
    second = store.load()
    assert first is not None and second is not None
    assert (first[0]["a"].tolist(), second[0]["a"].tolist()) == ([0, 1, 2], [0, 1, 2, 3, 4])
    assert store.newest() != old_name
    assert len(list(tmp_path.glob("*.gen"))) == 1


def test_stores_of_one_folder_do_not_mix(tmp_path: Path) -> None:
    """Another name or version of a store sees nothing."""
    saved(tmp_path)
    assert Generations(tmp_path, "other", 1).load() is None
    assert Generations(tmp_path, "t", 2).load() is None
    assert Generations(tmp_path / "gone", "t", 1).load() is None


def test_a_damaged_file_is_as_good_as_missing(tmp_path: Path) -> None:
    """One wrong byte anywhere, or a file cut short anywhere, makes a generation unusable, never wrong."""
    file = saved(tmp_path)
    data = file.read_bytes()
    store = Generations(tmp_path, "t", 1)
    chance = random.Random(7)
    for place in [0, 9, 20, len(data) - 1, *(chance.randrange(len(data)) for _ in range(60))]:
        file.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        assert store.load() is None
        file.write_bytes(data[:place])
        assert store.load() is None
    file.write_bytes(data + b"\0")
    assert store.load() is None
    file.write_bytes(data)
    assert store.load() is not None


def test_an_older_generation_serves_when_the_newest_is_damaged(tmp_path: Path) -> None:
    """A writer on another machine may leave half a file with a higher number."""
    file = saved(tmp_path)
    (tmp_path / file.name.replace("0000000001", "0000000002")).write_bytes(file.read_bytes()[:-5])
    assert Generations(tmp_path, "t", 1).load() is not None


def test_objects_are_refused(tmp_path: Path) -> None:
    """Only numbers are stored: an array of objects would have to be pickled."""
    with pytest.raises(TypeError):
        Generations(tmp_path, "t", 1).save({"a": np.array([object()])}, {})


def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where nothing can be saved, saving is logged and given up."""
    (tmp_path / "file").write_text("")
    Generations(tmp_path / "file", "t", 1).save(ARRAYS, STRINGS)
    assert "cannot save the store t" in caplog.text
    assert Generations(tmp_path / "file", "t", 1).load() is None


WRITER = """
import sys
import numpy as np
from pathlib import Path
from linnet_context.index.store import Generations
store = Generations(Path(sys.argv[1]), "t", 1)
number = 0
while True:
    number += 1
    store.save({"a": np.full(300_000, number)}, {"s": [str(number)] * 1000})
    print(number, flush=True)
"""


@pytest.mark.slow
def test_a_killed_writer_leaves_a_whole_generation(tmp_path: Path) -> None:
    """Whenever a writer is killed, the store loads one consistent generation, and its leftovers are swept away."""
    chance = random.Random(3)
    store = Generations(tmp_path, "t", 1)
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        with writer.stdout:
            writer.stdout.readline()
            time.sleep(chance.random() / 20)
            writer.kill()
            writer.wait()
        content = store.load()
        assert content is not None
        arrays, strings = content
        assert set(strings["s"]) == {str(arrays["a"][0])}
        assert (arrays["a"] == arrays["a"][0]).all()
    store.save(ARRAYS, STRINGS)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".gen", ".lock"]


FULL = """
import resource, signal, sys
import numpy as np
from pathlib import Path
from linnet_context.index.store import Generations
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Generations(Path(sys.argv[1]), "t", 1)
store.save({"a": np.arange(10)}, {})
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
store.save({"a": np.arange(1_000_000)}, {})
print(len(store.load()[0]["a"]), sorted(path.suffix for path in Path(sys.argv[1]).iterdir()))
"""


@pytest.mark.slow
def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """When the new generation cannot be written, the old one stays and nothing half written remains."""
    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "10 ['.gen', '.lock']"
