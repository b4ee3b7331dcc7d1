"""What `linnet doctor` looks at: one function for each line of its report."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from linnet_context.problems import Problem
from linnet_server.settings import Loaded

if TYPE_CHECKING:
    from linnet_server.probing import Probe

State = Literal["ok", "warn", "fail"]
REINSTALL = "Install Linnet again in a fresh virtual environment."
BUNDLED = ("python", "javascript", "typescript", "typescriptreact", "go", "rust", "java", "c", "cpp")
# Beyond this many files the first index takes long enough to be noticed.
MANY_FILES = 20_000
WORKER_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report. `fix` says what to do; it is empty when all is well."""

    name: str
    state: State
    says: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the checks look."""

    root: Path
    loaded: Loaded
    cache: Path
    user_file: Path
    search_path: str
    environ: Mapping[str, str]


def run_all(place: Place) -> Iterator[Check]:
    """Every check, as it is done. A check that breaks is a failed one."""
    for name, check in CHECKS.items():
        try:
            yield from check(place)
        except Exception as error:  # noqa: BLE001 - whatever breaks here is what the user wants to know.
            yield Check(name, "fail", f"{type(error).__name__}: {error}", REINSTALL)


def python(place: Place) -> Check:
    """Which interpreter runs Linnet; an older one than it needs could not have installed it."""
    return Check("python", "ok", f"Python {sys.version.split()[0]} in {sys.prefix}")


def packages(place: Place) -> Check:
    """Everything that Linnet needs is installed."""
    needed = needed_packages(requires("linnet") or ())
    missing = [name for name in needed if not _is_installed(name)]
    if missing:
        return Check("packages", "fail", f"not installed: {', '.join(missing)}", REINSTALL)
    return Check("packages", "ok", f"linnet {version('linnet')} and {len(needed)} packages it needs")


def needed_packages(requirements: Iterable[str]) -> list[str]:
    """The names in requirement lines, without those that only an extra needs."""
    return [_name(line) for line in requirements if "extra ==" not in line]


def _name(requirement: str) -> str:
    end = next(
        (at for at, letter in enumerate(requirement) if not (letter.isalnum() or letter in "-_.")), None
    )
    return requirement[:end]


def _is_installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def grammars(place: Place) -> Check:
    """Every bundled grammar loads."""
    from linnet_context.syntax import parse
    from linnet_context.text import Document

    missing = [name for name in BUNDLED if parse(Document.of("sample", name, "x\n")) is None]
    if missing:
        return Check("grammars", "fail", f"do not load: {', '.join(missing)}", REINSTALL)
    return Check("grammars", "ok", ", ".join(BUNDLED))


def vocabulary(place: Place) -> Check:
    """Tokens are counted exactly."""
    from linnet_context.tokens import count, load

    load()
    if count("hello world") != 2:
        return Check("tokens", "fail", "the vocabulary is broken", REINSTALL)
    return Check("tokens", "ok", "tokens are counted exactly, with no network")


def engine(place: Place) -> Check:
    """The embedded engine learns and completes."""
    from linnet_completions.engine.engine import Engine
    from linnet_context.text import Document, Position

    learned = "def area(width, height):\n    return width * height\n" * 4
    one = Engine()
    for _ in one.build([("shapes.py", learned)]):
        pass
    one.opened(Document.of("main.py", "python", "def area(width, hei"))
    if not one.draft("main.py", Position(0, len("def area(width, hei"))):
        return Check("engine", "fail", "the embedded engine proposes nothing", REINSTALL)
    return Check("engine", "ok", "the embedded engine completes")


def cache(place: Place) -> Check:
    """What is cached can be written, and read by nobody else."""
    from linnet_context.files import private_folder, write_private

    fix = f"Make {place.cache} a folder of yours, or set `cache.dir`."
    try:
        private_folder(place.cache)
        probe = place.cache / "doctor"
        write_private(probe, b"ok")
        probe.unlink()
    except OSError as error:
        return Check("cache", "fail", f"{place.cache} cannot be written: {error.strerror}", fix)
    if os.name == "posix" and stat.S_IMODE(place.cache.stat().st_mode) & 0o077:
        return Check("cache", "warn", f"others may read {place.cache}", f"Run `chmod 700 {place.cache}`.")
    return Check("cache", "ok", f"{place.cache} is writable and private")


def settings(place: Place) -> Check:
    """The settings files say what Linnet understands."""
    if place.loaded.messages:
        more = len(place.loaded.messages) - 1
        says = place.loaded.messages[0] + (f" (and {more} more)" if more else "")
        return Check("settings", "warn", says, "Mend what `linnet config show` reports.")
    own = str(place.user_file) if place.user_file.exists() else "no file of your own"
    return Check("settings", "ok", f"{own}, {len(place.loaded.sources)} settings changed")


def providers(place: Place) -> list[Check]:
    """Each model that was chosen is asked a question of a few tokens. Nobody else is asked."""
    from linnet_server.probing import probes
    from linnet_server.settings import load
    from linnet_server.targets import TASKS, target

    settings = place.loaded.settings
    try:
        wanted = [found for task in TASKS if (found := target(settings, task))]
    except Problem as problem:
        return [Check("provider", "fail", problem.what, problem.remedy)]
    if not wanted:
        says = "local: the embedded engine answers, and nothing leaves this machine"
        return [Check("provider", "ok", says)]
    if settings.offline:
        says = f"{wanted[0].label} is not asked: you are offline by your settings"
        return [Check("provider", "warn", says, "Unset `offline`.")]
    mine = load(user=place.user_file, workspace=None, environ=place.environ).settings
    try:
        return [_probed(probe) for probe in asyncio.run(probes(settings, mine, place.environ))]
    except Problem as problem:
        return [Check("provider", "fail", problem.what, problem.remedy)]


def _probed(probe: Probe) -> Check:
    from linnet_completions.models.keys import NoKey
    from linnet_server.cli.config import without_credentials

    target = probe.listed.target
    key = "no key" if isinstance(probe.key, NoKey) else f"key from {probe.key.source}"
    says = f"{target.label} at {without_credentials(target.base_url)}, {key}"
    if probe.error is not None:
        return Check("provider", "fail", f"{says}: {probe.error}", probe.fix)
    refused = f"; it does without {', '.join(probe.listed.refused)}" if probe.listed.refused else ""
    says = f"{says}: answered in {probe.seconds:.1f} s, asked by {probe.listed.dialects[0]}{refused}"
    if probe.warning:
        return Check(
            "provider",
            "warn",
            f"{says}. {probe.warning}",
            "Choose another `model`, or let its successor serve.",
        )
    return Check("provider", "ok", says)


def priced(place: Place) -> list[Check]:
    """What models cost is known, and not from long ago."""
    from datetime import date

    from linnet_completions.models.prices import old_table, table

    old = old_table(date.today())
    if old:
        return [Check("prices", "warn", old, "Update Linnet, or set `cost.prices`.")]
    return [Check("prices", "ok", f"the table of {table().read_on.isoformat()}")]


def team(place: Place) -> list[Check]:
    """The server that a team shares answers, and the secret for it; nothing where the settings name none."""
    from linnet_server.cli.config import without_credentials
    from linnet_server.keychain import TEAM_SECRET, team_secret

    settings = place.loaded.settings
    url = settings.cache.url
    if not url or settings.offline:
        return []
    secret, shown = team_secret(place.environ), without_credentials(url)
    if not secret:
        fix = f"Set {TEAM_SECRET}, or run `linnet auth set team`."
        return [Check("team", "warn", f"{shown} is not used: there is no secret of the team", fix)]
    try:
        why = asyncio.run(_shared(url, secret))
    except Problem as problem:
        return [Check("team", "warn", problem.what, problem.remedy)]
    if why:
        return [
            Check(
                "team", "warn", f"{shown} is not used: {why}", "Check `cache.url` and that the server runs."
            )
        ]
    return [Check("team", "ok", f"{shown} answers")]


async def _shared(url: str, secret: str) -> str:
    """Why the team's server is of no use; "" where it answers."""
    from linnet_completions.cache.redis import Limits, Team

    notes: list[str] = []
    server = Team(url, secret, Limits(), notes.append)
    try:
        there = await server.reachable(WORKER_SECONDS)
    finally:
        await server.aclose()
    return "" if there else (notes or ["It does not answer."])[0]


def git(place: Place) -> Check:
    """Git is there for review."""
    from linnet_context.git import repository
    from linnet_context.process import find_program

    program = find_program("git", place.search_path)
    if program is None:
        return Check("git", "warn", "git is not installed, so changes cannot be reviewed", "Install git.")
    if repository(place.root) is None:
        fix = "Run `git init` there, or go to a repository."
        return Check(
            "git", "warn", f"{place.root} is not a git repository, so there is no change to review", fix
        )
    return Check("git", "ok", f"{program}; {place.root} is a repository")


def ruff(place: Place) -> Check:
    """The checks of Python code have their program."""
    from linnet_completions.review.rules import ruff_program

    program = ruff_program()
    if program is None:
        return Check("ruff", "warn", "ruff is missing, so Python is reviewed with fewer rules", REINSTALL)
    return Check("ruff", "ok", str(program))


def workspace(place: Place) -> Check:
    """How large the workspace is."""
    from linnet_context.files import walk

    start, files, size = time.perf_counter(), 0, 0
    for file in walk(place.root, place.loaded.settings.context.ignore):
        files, size = files + 1, size + file.size
    says = f"{place.root}: {files} files, {size / 1e6:.1f} MB, listed in {time.perf_counter() - start:.1f} s"
    if files == 0:
        return Check("workspace", "warn", says, "Go to a folder with source code.")
    if files > MANY_FILES:
        return Check("workspace", "warn", says, "Name folders that need no completion in .linnetignore.")
    return Check("workspace", "ok", says)


def worker(place: Place) -> Check:
    """The background process starts and answers."""
    seconds = asyncio.run(_ping())
    if seconds is None:
        return Check("worker", "fail", "the background process does not answer", REINSTALL)
    return Check("worker", "ok", f"the background process answered {seconds:.1f} s after its start")


async def _ping() -> float | None:
    """Seconds from a worker's start to its answer; None without one."""
    from linnet_completions.worker.client import Worker, WorkerGone

    said = asyncio.Event()
    one = Worker(lambda: (), lambda method, params: said.set())  # It says that it started, or that it ended.
    loop = asyncio.get_running_loop()
    start = loop.time()
    one.start()
    try:
        async with asyncio.timeout(WORKER_SECONDS):
            await said.wait()
        await one.request("ping", {}, within=WORKER_SECONDS)
        return loop.time() - start
    except (WorkerGone, TimeoutError):
        return None
    finally:
        await one.close()


def _one(check: Callable[[Place], Check]) -> Callable[[Place], list[Check]]:
    return lambda place: [check(place)]


CHECKS: dict[str, Callable[[Place], list[Check]]] = {
    "python": _one(python),
    "packages": _one(packages),
    "grammars": _one(grammars),
    "tokens": _one(vocabulary),
    "engine": _one(engine),
    "cache": _one(cache),
    "settings": _one(settings),
    "provider": providers,
    "prices": priced,
    "team": team,
    "git": _one(git),
    "ruff": _one(ruff),
    "workspace": _one(workspace),
    "worker": _one(worker),
}
