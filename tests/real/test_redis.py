"""What a team shares, through a real Redis server from Debian."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from linnet_completions.cache.redis import LOOK, REST, Limits, Team
from tests.real.parts import Tell, debian

SECRET = "a secret of the whole team"


class Redis:
    """A running server that listens at a socket of the file system."""

    def __init__(self, path: Path, process: subprocess.Popen[bytes]) -> None:
        self.url = f"unix://{path}?password=only-ours"
        self.process = process


@contextmanager
def running(program: Path, folder: Path) -> Iterator[Redis]:
    """A server with a password, nothing on disk, and no port."""
    path = folder / "redis.sock"
    options = ["--unixsocket", str(path), "--port", "0", "--save", "", "--requirepass", "only-ours"]
    command = [str(program), *options, "--dir", str(folder), "--logfile", str(folder / "log")]
    process = subprocess.Popen(command)
    try:
        end = time.monotonic() + 30
        while not path.exists():
            assert process.poll() is None and time.monotonic() < end, (folder / "log").read_text()
            time.sleep(0.02)
        yield Redis(path, process)
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def program(cache: Path, tell: Tell) -> Path:
    """The server; the first time it is fetched into the cache folder."""
    return debian(cache / "redis", ["redis-server"], "redis-server", tell) / "run" / "redis-server"


@pytest.fixture
def redis(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    # The path of a socket must be short.
    with running(program, tmp_path_factory.mktemp("r")) as server:
        yield server


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


async def members(redis: Redis, count: int, limits: Limits | None = None) -> list[Team]:
    """Members of one team, each with its connection open."""
    found = [Team(redis.url, SECRET, limits or Limits()) for _ in range(count)]
    for team in found:
        assert await team.reachable(30.0)
    return found


def test_answers_and_counts_are_shared(redis: Redis) -> None:
    """What one has found out the others have; dollars and requests are summed; nothing stands there in the open."""

    async def work() -> None:
        one, two = await members(redis, 2, Limits(daily_usd=1.0, per_minute=1000))
        for number in range(200):
            one.set(f"key {number}", f"def answer_{number}(): ...")
            one.spent(0.01)
        await settled(redis, 202)
        found = [await two.get(f"key {number}") for number in range(200)]
        assert found == [f"def answer_{number}(): ..." for number in range(200)]
        two.look()
        await two.aclose()
        assert two.over_budget and not two.crowded
        await one.aclose()
        shown = await kept(redis)
        assert len(shown) == 2 * 202 and not any("answer_" in each or "key " in each for each in shown)

    run(work)


async def settled(redis: Redis, count: int) -> None:
    """Wait until the server has so many entries: the answers, and the day's and the minute's count."""
    for _ in range(600):
        if len(await kept(redis)) >= 2 * count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("not everything was shared")


async def kept(redis: Redis) -> list[str]:
    """All names and values that the server has."""
    from redis.asyncio import Redis as Client

    client = Client.from_url(redis.url)
    names = await client.keys("*")
    values = [await client.get(name) for name in names]
    await client.aclose()
    return [repr(each) for each in (*names, *values)]


def test_a_server_that_stands_still_never_delays_an_answer(redis: Redis) -> None:
    """One look waits its moment, the others none; when it goes on it is asked again."""
    clock = [0.0]

    async def work() -> None:
        notes: list[str] = []
        team = Team(redis.url, SECRET, Limits(), notes.append, clock=lambda: clock[0])
        assert await team.reachable(30.0)
        team.set("key", "text")
        await asyncio.sleep(0.1)
        redis.process.send_signal(signal.SIGSTOP)
        started = time.process_time()
        for _ in range(200):
            assert await team.get("key") is None
        assert len(notes) == 1
        assert time.process_time() - started < 200 * LOOK
        redis.process.send_signal(signal.SIGCONT)
        clock[0] += REST
        assert await team.reachable(10.0)
        assert await team.get("key") == "text"
        await team.aclose()

    run(work)


def test_a_server_that_died_is_no_obstacle(redis: Redis) -> None:
    """Everything goes on without it."""

    async def work() -> None:
        (team,) = await members(redis, 1)
        os.kill(redis.process.pid, signal.SIGKILL)
        redis.process.wait(10)
        for _ in range(20):
            assert await team.get("key") is None
            team.set("key", "text")
            team.spent(1.0)
        await team.aclose()

    run(work)
