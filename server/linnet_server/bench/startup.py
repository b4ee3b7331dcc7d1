"""How long the server takes to start and to answer a key, beside a server on plain pygls; and whether it stands still."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from linnet_server.bench.wire import Wire
from linnet_server.client import ClientError
from linnet_server.lsp.convert import uri_of

SERVE = (sys.executable, "-I", "-m", "linnet_server", "serve")
LINNET = (*SERVE, "--offline")
# A provider that is chosen and never asked.
CHOSEN = {"LINNET_PROVIDER": "custom", "LINNET_BASE_URL": "http://127.0.0.1:9/v1", "LINNET_API_KEY": "none"}
STOCK = (sys.executable, "-I", "-m", "linnet_server.bench.stock")
SIZES = {"100 KB": 100_000, "1 MB": 1_000_000}
LARGE = 2_000_000
LONG_NAME = "a_function_whose_name_is_so_long_that_typing_it_takes_a_good_many_keys"
# So much of the name is typed before the first ghost text; each further key can be answered from it.
TYPED = 8
FILES, LINES_OF_A_FILE = 1_600, 60
# Seconds until there must be ghost text: the engine may still be reading the document.
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        return cls(1e3 * median(seconds), 1e3 * quantiles(seconds, n=20)[-1])


@dataclass(frozen=True, slots=True)
class Side:
    """One server's figures, in milliseconds; `cpu` is None where the system does not tell."""

    cpu: float | None
    wall: float
    first: float
    keys: Mapping[str, Spread]


@dataclass(frozen=True, slots=True)
class Stalls:
    """The longest time that the event loop stood still in milliseconds, and this process's CPU time in it."""

    wall: float
    cpu: float

    @classmethod
    def of(cls, wire: Wire) -> Stalls:
        """The longest of what a server told; what it says is forgotten."""
        found = [said["params"] for said in wire.said if said.get("method") == "linnet/stall"]
        wire.said.clear()
        worst = max(found, key=lambda stall: float(stall["cpuMs"]), default={"ms": 0.0, "cpuMs": 0.0})
        return cls(worst["ms"], worst["cpuMs"])


@dataclass(frozen=True, slots=True)
class Standing:
    """The longest stalls: while a large file is opened, a workspace is learned, and a chosen provider is loaded."""

    opening: Stalls
    indexing: Stalls
    choosing: Stalls


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was measured."""

    linnet: Side
    stock: Side
    standing: Standing


def measure(
    folder: Path,
    environ: Mapping[str, str],
    rounds: int,
    keys: int,
    files: int,
    told: Callable[[str], None] = lambda step: None,
) -> Report:
    """Measure in an empty folder; `rounds` starts of each server, `keys` keys for each size of a document.

    `told` hears of each step before it begins.
    """
    sides = {LINNET: _Found(), STOCK: _Found()}
    # Both take turns, so that what else the machine does meets both.
    told("starting both servers")
    for _ in range(rounds):
        for command, found in sides.items():
            found.start(*_start(command, folder, environ))
    told("waiting for the first ghost text")
    for _ in range(min(rounds, 3)):
        for command, found in sides.items():
            found.firsts.append(_first(command, folder, environ))
    for name, size in SIZES.items():
        told(f"typing into {name}")
        for command, found in sides.items():
            found.keys[name] = _keys(command, folder, environ, size, keys)
    told(f"indexing {files} files")
    return Report(sides[LINNET].side(), sides[STOCK].side(), standing(folder, environ, files))


@dataclass(slots=True)
class _Found:
    """What has been measured of one server so far, in seconds."""

    cpus: list[float] = field(default_factory=list[float])
    walls: list[float] = field(default_factory=list[float])
    firsts: list[float] = field(default_factory=list[float])
    keys: dict[str, Spread] = field(default_factory=dict[str, Spread])

    def start(self, cpu: float | None, wall: float) -> None:
        self.walls.append(wall)
        if cpu is not None:
            self.cpus.append(cpu)

    def side(self) -> Side:
        cpu = 1e3 * median(self.cpus) if self.cpus else None
        return Side(cpu, 1e3 * median(self.walls), 1e3 * median(self.firsts), self.keys)


def _start(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> tuple[float | None, float]:
    """CPU and wall seconds until `initialize` is answered."""
    before, start = _cpu_of_children(), time.perf_counter()
    with Wire(command, folder, environ) as wire:
        wire.initialize(folder)
        wall = time.perf_counter() - start
    after = _cpu_of_children()
    return (after - before if before is not None and after is not None else None), wall


def _cpu_of_children() -> float | None:
    try:
        from resource import RUSAGE_CHILDREN, getrusage
    except ImportError:  # Windows.
        return None
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _first(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> float:
    """Seconds from the start of a server to the first ghost text in the file that is opened first."""
    start = time.perf_counter()
    with Wire(command, folder, environ) as wire:
        wire.initialize(folder)
        wire.notify("initialized", {})
        text, uri = _text(2_000), uri_of(folder / "typed.py")
        wire.open(uri, text)
        _until_shown(wire, uri, text.count("\n"), TYPED)
        return time.perf_counter() - start


def _keys(command: Sequence[str], folder: Path, environ: Mapping[str, str], size: int, count: int) -> Spread:
    """didChange with inlineCompletion in one write, for keys that the ghost text agrees with."""
    found: list[float] = []
    text = _text(size)
    line, column = text.count("\n"), TYPED
    with Wire(command, folder, environ) as wire:
        wire.initialize(folder)
        wire.notify("initialized", {})
        uri = uri_of(folder / "typed.py")
        wire.open(uri, text)
        while len(found) < count:
            _until_shown(wire, uri, line, column)
            for typed, letter in enumerate(LONG_NAME[TYPED:-1], column):
                items, seconds = wire.typed(uri, line, typed, letter)
                if not items:
                    raise ClientError("the ghost text went away while it was typed")
                found.append(seconds)
            wire.delete(uri, line, column, column + len(LONG_NAME) - TYPED - 1)
    return Spread.of(found[:count])


def _until_shown(wire: Wire, uri: str, line: int, column: int) -> None:
    """Ask until there is ghost text at a place."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if wire.items(uri, line, column):
            return
        time.sleep(0.005)
    raise ClientError(f"no ghost text in {PATIENCE:.0f} s")


def standing(folder: Path, environ: Mapping[str, str], files: int) -> Standing:
    """The longest stalls of a server in a folder, which is filled with so many files first."""
    for number, text in enumerate(_workspace(files)):
        (folder / f"module_{number}.py").write_text(text, encoding="utf-8")
    with Wire((*LINNET, "--watch-stalls"), folder, environ) as wire:
        _say_hello(wire, folder)
        indexing = Stalls.of(wire)
        wire.open(uri_of(folder / "large.py"), _text(LARGE))
        _wait(wire)
        opening = Stalls.of(wire)
    return Standing(opening, indexing, _choosing(folder, environ))


def _choosing(folder: Path, environ: Mapping[str, str]) -> Stalls:
    """From the start until context for a model was gathered; nothing is sent."""
    with Wire((*SERVE, "--watch-stalls"), folder, {**environ, **CHOSEN}) as wire:
        _say_hello(wire, folder)
        uri = uri_of(folder / "small.py")
        wire.open(uri, _text(1_000))
        wire.ask("workspace/executeCommand", {"command": "linnet.context", "arguments": [_first_line(uri)]})
        _wait(wire)
        return Stalls.of(wire)


def _say_hello(wire: Wire, folder: Path) -> None:
    """Up to where everything is learned."""
    wire.initialize(folder)
    wire.notify("initialized", {})
    wire.wait_for("linnet/status", state="ready")


def _wait(wire: Wire) -> None:
    """Some time in which the server can stand still, and be asked."""
    for _ in range(20):
        wire.ask("workspace/executeCommand", {"command": "linnet.status"})
        time.sleep(0.02)


def _first_line(uri: str) -> dict[str, Any]:
    return {"uri": uri, "position": {"line": 0, "character": 0}}


def _text(size: int) -> str:
    """A program of about so many bytes whose last line begins with the long name."""
    head = f"def {LONG_NAME}(value):\n    return value\n\n\nresult = {LONG_NAME}(1)\n\n\n"
    lines, have = [head], len(head)
    while have < size:
        number = len(lines)
        lines.append(f"def step_{number}(value):\n    return value * {number} + {number % 7}\n\n\n")
        have += len(lines[-1])
    return "".join((*lines, *[f"result = {LONG_NAME}(2)\n"] * 3, LONG_NAME[:TYPED]))


def _workspace(files: int) -> Iterator[str]:
    for number in range(files):
        names = (f"value_{number}_{line}" for line in range(LINES_OF_A_FILE // 3))
        yield "".join(
            f"def make_{name}(count):\n    {name} = count + 1\n    return {name}\n" for name in names
        )


def as_plain(report: Report) -> dict[str, Any]:
    """The report as plain values, for JSON."""

    def side(one: Side) -> dict[str, Any]:
        return {
            "initialize_cpu_ms": _rounded(one.cpu),
            "initialize_wall_ms": _rounded(one.wall),
            "first_ghost_text_ms": _rounded(one.first),
            "key_ms": {
                name: {"p50": _rounded(s.p50), "p95": _rounded(s.p95)} for name, s in one.keys.items()
            },
        }

    return {
        "linnet": side(report.linnet),
        "stock_pygls": side(report.stock),
        "longest_stall_ms": {
            name: {"wall": stalls.wall, "cpu": stalls.cpu}
            for name, stalls in (
                ("opening_2_mb", report.standing.opening),
                ("indexing", report.standing.indexing),
                ("choosing_a_provider", report.standing.choosing),
            )
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
