"""A real llama.cpp server on the loopback interface, with a tiny model."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.real import tiny_gguf

ROOT = Path(__file__).parent.parent.parent
PREFIX = ROOT / "tools" / "debian_prefix.py"


def fetched(cache: Path) -> Path:
    """The folder with the server; unpacked from Debian the first time, which takes a network and ten seconds.

    Fails with what is missing and how to get it. Needs no root.
    """
    folder = cache / "llama.cpp"
    if not (folder / "complete").is_file():
        command = [sys.executable, str(PREFIX), str(folder), "llama.cpp", "--program", "llama-server"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (
            f"llama.cpp is missing and could not be fetched by {command}:\n{done.stderr}"
        )
        (folder / "complete").touch()
    return folder


def model(cache: Path) -> Path:
    """The file of the tiny model, written the first time."""
    path = cache / "tiny-random.gguf"
    try:
        tiny_gguf.write(path)
    except ImportError:
        raise AssertionError(f"gguf is missing: {sys.executable} -m pip install gguf") from None
    return path


class Llama:
    """A running server; `url` is what a user would set as base URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def slots(self) -> list[dict[str, Any]]:
        """What the server's slots are doing."""
        with urllib.request.urlopen(f"{self.url}/slots", timeout=10) as answer:
            slots: list[dict[str, Any]] = json.load(answer)
        return slots

    def idle(self, within: float = 10.0) -> bool:
        """Whether all slots are free before the time is over."""
        end = time.monotonic() + within
        while any(slot["is_processing"] for slot in self.slots()):
            if time.monotonic() > end:
                return False
            time.sleep(0.005)
        return True

    def generated(self) -> int:
        """How many tokens the server has generated so far."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as answer:
            found = re.search(r"^llamacpp:tokens_predicted_total (\d+)", answer.read().decode(), re.MULTILINE)
        assert found is not None
        return int(found[1])


@contextmanager
def running(cache: Path, log: Path) -> Iterator[Llama]:
    """A server that answers; its log goes to a file."""
    folder = fetched(cache)
    # The plugin for the plainest processor of this kind: the server would look for it in the system's folder.
    plugins = folder.glob("usr/lib/*/ggml/backends0/libggml-cpu-*.so")
    plugin = min(plugins, key=lambda path: (not path.stem.endswith("x64"), path.name))
    options = {
        "model": model(cache),
        "host": "127.0.0.1",
        "port": 0,
        "ctx-size": 8192,
        "parallel": 1,
        "threads": 1,
    }
    command = [str(folder / "run" / "llama-server"), "--slots", "--metrics"]
    command += [part for name, value in options.items() for part in (f"--{name}", str(value))]
    environment = {**os.environ, "GGML_BACKEND_PATH": str(plugin)}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        yield Llama(_address(process, log))
    finally:
        process.terminate()
        process.wait(10)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"listening on (http://127\.0\.0\.1:\d+)", log.read_text(errors="replace"))
        if found:
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"llama-server did not start:\n{log.read_text(errors='replace')[-3000:]}")
