"""What a team shares: sealed with its secret, counted together, and never waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from linnet_completions.cache.answers import AsyncAnswers
from linnet_completions.cache.redis import REST, Limits, Team
from linnet_completions.cache.sealing import Seal
from linnet_completions.cache.store import Store
from linnet_context.problems import Problem
from tests.redisserver import RedisServer

SECRET = "a secret of the whole team"
NOON = 1_795_000_000.0


class Desk:
    """One member of the team, with a clock that is moved by hand."""

    def __init__(self, server: RedisServer, limits: Limits | None = None, secret: str = SECRET) -> None:
        self.notes: list[str] = []
        self.clock = 0.0
        self.now = NOON
        self.team = Team(
            server.url,
            secret,
            limits or Limits(),
            self.notes.append,
            clock=lambda: self.clock,
            now=lambda: self.now,
        )


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


async def ready(*desks: Desk) -> None:
    """Have the library imported and the connections open."""
    for desk in desks:
        assert await desk.team.reachable(30.0)


def test_an_answer_is_shared_and_the_server_cannot_read_it() -> None:
    """Who has the secret finds it, who has another does not; neither names nor values are in the open."""
    with RedisServer() as server:

        async def work() -> None:
            one, two, other = Desk(server), Desk(server), Desk(server, secret="the secret of other people")
            await ready(one, two, other)
            one.team.set("e1:key", "def total(items): ...")
            await asyncio.to_thread(server.wait_for, b"SET", 1)
            assert await two.team.get("e1:key") == "def total(items): ..."
            assert await two.team.get("e1:other") is None
            assert await other.team.get("e1:key") is None
            for desk in (one, two, other):
                await desk.team.aclose()

        run(work)
        ((name, value),) = server.kept.items()
    assert b"e1:key" not in name and b"total" not in value
    assert all(SECRET.encode() not in word for command in server.asked for word in command)


def test_a_forged_value_is_no_answer() -> None:
    """Neither a changed one, nor one in another's place, nor anything else."""
    seal = Seal(SECRET)
    name, other = seal.name("answer", "a"), seal.name("answer", "b")
    sealed = seal.seal(name, "text")
    assert seal.unseal(name, sealed) == "text"
    assert sealed != seal.seal(name, "text"), "equal values are not seen to be equal"
    for value in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[1:], b"", b"\x01short", b"\x02" + sealed[1:]):
        assert seal.unseal(name, value) is None
    assert seal.unseal(other, sealed) is None
    assert seal.name("dollars", "a") != name


@pytest.mark.parametrize("text", ["", "ä🐦", "x" * 100_000, "\ud83d"])
def test_every_text_survives_the_seal(text: str) -> None:
    """Half a character too."""
    seal = Seal(SECRET)
    assert seal.unseal(b"n", seal.seal(b"n", text)) == text


def test_a_short_secret_and_a_wrong_address_are_problems() -> None:
    """Told before anything is asked."""
    with pytest.raises(Problem, match="too short"):
        Seal("short")
    with pytest.raises(Problem, match="redis://"):
        Team("http://127.0.0.1", SECRET, Limits())


@pytest.mark.parametrize("mood", ["slow", "silent", "mad", "dead"])
def test_a_server_in_a_bad_mood_never_delays_an_answer(mood: str) -> None:
    """One look may fail; then it is left alone for a while, with one message, and asked again later."""
    with RedisServer() as server:

        async def work() -> None:
            desk = Desk(server)
            await ready(desk)
            if mood == "dead":
                server.stop()
            server.mood = mood
            assert await desk.team.get("a") is None
            for _ in range(50):
                assert await desk.team.get("a") is None
                desk.team.set("a", "b")
                desk.team.spent(1.0)
            await asyncio.sleep(0)
            # What was under way when it was given up may still arrive there.
            assert sum(command[0] == b"GET" for command in server.asked) <= 2
            assert len(desk.notes) == 1 and "not used for now" in desk.notes[0]
            if mood != "dead":
                server.mood = "well"
                desk.clock += REST
                assert await desk.team.reachable(10.0)
            assert len(desk.notes) == 1
            await desk.team.aclose()

        run(work)


def test_a_server_that_was_never_there_is_no_obstacle() -> None:
    """Nothing raises, nothing waits."""
    with RedisServer() as server:
        gone = Desk(server)

    async def work() -> None:
        for _ in range(3):
            assert await gone.team.get("a") is None
        gone.team.spent(1.0)
        await gone.team.aclose()

    run(work)


def test_dollars_are_counted_together() -> None:
    """What one member spends is the other's limit too, from the next look on; tomorrow is another day."""
    with RedisServer() as server:

        async def work() -> None:
            limits = Limits(daily_usd=1.0)
            one, two = Desk(server, limits), Desk(server, limits)
            await ready(one, two)
            one.team.spent(0.75)
            await one.team.aclose()
            two.team.spent(0.5)
            await two.team.aclose()
            assert not one.team.over_budget and two.team.over_budget
            two.now += 24 * 3600
            assert not two.team.over_budget

        run(work)


def test_requests_are_counted_together() -> None:
    """In each minute anew."""
    with RedisServer() as server:

        async def work() -> None:
            limits = Limits(per_minute=3)
            one, two = Desk(server, limits), Desk(server, limits)
            await ready(one, two)
            for desk in (one, two, one):
                desk.team.asked()
            two.team.look()
            await one.team.aclose()
            two.team.look()
            await two.team.aclose()
            assert two.team.crowded
            two.now += 60
            assert not two.team.crowded

        run(work)


def test_the_cache_looks_at_the_team_last(tmp_path: Path) -> None:
    """Memory, disk, then the team; what it has is kept here too, and what is found out here is shared."""
    with RedisServer() as server:

        async def work() -> None:
            one, two = Desk(server), Desk(server)
            await ready(one, two)
            first = AsyncAnswers(Store(tmp_path / "one"), team=one.team)
            second = AsyncAnswers(Store(tmp_path / "two"), team=two.team)
            assert await second.get("key") is None
            first.set("key", "text")
            await asyncio.to_thread(server.wait_for, b"SET", 1)
            assert await second.get("key") == "text"
            asked = len(server.asked)
            assert await second.get("key") == await first.get("key") == "text"
            assert len(server.asked) == asked
            for each in (first, second):
                await each.aclose()
            for desk in (one, two):
                await desk.team.aclose()

        run(work)
