"""The worker process: it answers, it may die at any moment, and it never outlives the server."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from linnet_completions.worker.client import COMMAND, Worker, WorkerGone

pytestmark = pytest.mark.slow

TEXT = "def greet_everybody(name):\n    return name\n\n\nvalue = greet_everybody(1)\nother = greet"


def state(root: Path) -> list[dict[str, Any]]:
    name = str(root)
    document = {"root": name, "path": "a.py", "language": "python", "version": 1, "text": TEXT}
    return [
        {"method": "folder", "params": {"root": name, "cache": None, "ignore": []}},
        {"method": "opened", "params": document},
        {"method": "start", "params": {"root": name}},
    ]


def question(root: Path, column: int = 13) -> dict[str, Any]:
    place = {"root": str(root), "path": "a.py", "version": 1, "line": 5, "column": column}
    return {**place, "limit": 1, "confidence": 0.3, "languages": []}


def with_worker(
    root: Path, test: Callable[[Worker, list[str]], Awaitable[None]], command: tuple[str, ...] = COMMAND
) -> None:
    """Run a test with a worker; `said` collects what it tells by itself."""

    async def run() -> None:
        said: list[str] = []
        worker = Worker(lambda: state(root), lambda method, params: said.append(method), command)
        worker.start()
        try:
            await test(worker, said)
        finally:
            await worker.close()

    asyncio.run(run())


def test_it_completes_from_the_documents_it_was_told_of(tmp_path: Path) -> None:
    """The state is sent first, so the first answer already knows the open document."""

    async def test(worker: Worker, said: list[str]) -> None:
        answer = await worker.request("complete", question(tmp_path), 30)
        assert answer["items"][0]["text"].startswith("_everybody")

    with_worker(tmp_path, test)


def test_a_killed_worker_is_replaced_and_knows_everything_again(tmp_path: Path) -> None:
    """Nothing is lost with a worker: what it owed is settled, its successor is told the state."""

    async def test(worker: Worker, said: list[str]) -> None:
        await worker.request("ping", {}, 30)
        first = worker.pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        owed = asyncio.create_task(worker.request("ping", {}, 30))
        await asyncio.sleep(0)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(WorkerGone):
            await owed
        answer = await worker.request("complete", question(tmp_path), 30)
        assert answer["items"]
        assert worker.pid != first
        assert said.count("ended") == 1

    with_worker(tmp_path, test)


def test_nobody_waits_past_the_deadline(tmp_path: Path) -> None:
    """A worker that does not answer costs no more than the time it was given."""

    async def test(worker: Worker, said: list[str]) -> None:
        await worker.request("ping", {}, 30)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGSTOP)
        with pytest.raises(TimeoutError):
            await worker.request("ping", {}, 0.05)
        os.kill(worker.pid, signal.SIGCONT)
        assert await worker.request("ping", {"a": 1}, 30) == {"a": 1}

    with_worker(tmp_path, test)


def test_a_failing_request_fails_alone(tmp_path: Path) -> None:
    """An unknown method or broken parameters end neither the worker nor other requests."""

    async def test(worker: Worker, said: list[str]) -> None:
        for method in ("unheardOf", "complete"):
            with pytest.raises(WorkerGone):
                await worker.request(method, {}, 30)
        assert await worker.request("ping", {}, 30) == {}
        assert "ended" not in said

    with_worker(tmp_path, test)


@pytest.mark.parametrize(
    "script", ["", "print('no frame at all, but a long enough line')", "import os; os.close(1)"]
)
def test_a_program_that_is_no_worker_is_survived(script: str, tmp_path: Path) -> None:
    """A worker that cannot start is tried again, with pauses, and requests say so in time."""

    async def test(worker: Worker, said: list[str]) -> None:
        with pytest.raises((WorkerGone, TimeoutError)):
            await worker.request("ping", {}, 1.0)

    with_worker(tmp_path, test, (sys.executable, "-c", script))


def test_it_ends_with_its_pipe(tmp_path: Path) -> None:
    """A server that is killed leaves no worker behind."""

    async def run() -> int:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*COMMAND, stdin=pipe, stdout=pipe)
        assert process.stdin is not None and process.stdout is not None
        await process.stdout.readexactly(4)
        process.stdin.close()
        async with asyncio.timeout(5):
            return await process.wait()

    assert asyncio.run(run()) == 0
