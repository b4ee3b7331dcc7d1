"""From settings to answers: routes, keys, successors, the connection ahead of the first request."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

import pytest

from linnet_completions.ghost.tally import KEPT, Tally
from linnet_completions.models.protocol import Call, Message, ModelError, RateLimited, Text, Usage
from linnet_context.problems import Problem
from linnet_server.gate import Gate, answering
from linnet_server.outgoing import state_folder
from linnet_server.settings import Settings
from linnet_server.settings.declaration import assemble
from linnet_server.targets import TASKS, targets
from tests.modelserver import Asked, ModelServer, Reply, chat, refusing, silent
from tests.redisserver import RedisServer

Result = TypeVar("Result")
CALL = Call("inline", (Message("user", "x"),), 8)
MISSING = {"error": {"message": "The model does not exist", "code": "model_not_found"}}


def chosen(**values: object) -> Settings:
    """Settings with some values by dotted path, written with two underscores for the dot."""
    return assemble({name.replace("__", "."): value for name, value in values.items()})


def between(*urls: str, **values: object) -> Settings:
    """A route through servers of one's own, called a, b and so on."""
    names = [chr(ord("a") + number) for number in range(len(urls))]
    routes = tuple(f"{name}/model-{name}" for name in names)
    addresses = {f"providers.{name}.base_url": url for name, url in zip(names, urls, strict=True)}
    return assemble(
        {
            "routes.inline": (*routes, "local"),
            **addresses,
            **{k.replace("__", "."): v for k, v in values.items()},
        }
    )


class Desk:
    """A gate, with what it told."""

    def __init__(self, settings: Settings, environ: Mapping[str, str] | None = None) -> None:
        self.settings = settings
        self.notes: list[str] = []
        self.failures: list[str] = []
        self.gate = Gate(
            lambda: self.settings, settings, environ or {}, self.notes.append, self.failures.append
        )

    async def ask(self) -> tuple[str, Usage]:
        """The text of an answer for ghost text, and its usage; what the first request loads is loaded before."""
        await self.gate.warm()
        route = await self.gate.route("inline")
        assert route is not None
        events = [each async for each in route.asking(CALL)]
        assert isinstance(events[-1], Usage)
        return "".join(each.text for each in events if isinstance(each, Text)), events[-1]


def run(desk: Desk, work: Coroutine[Any, Any, Result]) -> Result:
    async def whole() -> Result:
        try:
            return await work
        finally:
            await desk.gate.aclose()

    return asyncio.run(whole())


def test_routes_end_at_the_engine() -> None:
    """Whatever stands behind `local` is never asked; a provider alone is its usual model; a double is asked once."""
    settings = chosen(
        routes__inline=("openai/gpt-6-luna", "openai/gpt-6-luna", "ollama", "local", "groq/x"),
        provider="mistral",
    )
    inline = [each.label for each in targets(settings, "inline")]
    assert inline == ["openai gpt-6-luna", "ollama qwen2.5-coder"]
    assert [each.label for each in targets(settings, "review")] == ["mistral codestral-latest"]
    assert targets(chosen(), "inline") == ()
    with pytest.raises(Problem, match="azure has no address"):
        targets(chosen(provider="azure"), "inline")


def test_each_provider_gets_its_own_key_and_no_other() -> None:
    """The fallback is asked without the first one's key, though both are called in one breath."""
    with ModelServer(refusing(500, "")) as first, ModelServer(chat("ok")) as second:
        settings = between(first.url, second.url, provider="a", providers__b__key_env="B_KEY")
        desk = Desk(
            settings, {"LINNET_API_KEY": "key-of-a", "B_KEY": "key-of-b", "OPENAI_API_KEY": "sk-none"}
        )
        text, usage = run(desk, desk.ask())
        (one,), (two,) = first.asked, second.asked
    assert (text, usage.served.endswith("model-b chat")) == ("ok", True)
    assert one.headers["authorization"] == "Bearer key-of-a"
    assert two.headers["authorization"] == "Bearer key-of-b"
    assert len(desk.failures) == 1 and desk.failures[0].startswith("a model-a did not answer (Refused)")


def test_a_fallback_without_a_key_gets_none() -> None:
    """Not even the general one, which belongs to the provider that was chosen."""
    with ModelServer(refusing(500, "")) as first, ModelServer(chat("ok")) as second:
        desk = Desk(between(first.url, second.url, provider="a"), {"LINNET_API_KEY": "key-of-a"})
        run(desk, desk.ask())
        assert "authorization" not in second.asked[0].headers


def test_a_slow_first_model_leaves_time_for_the_second() -> None:
    """Half of what ghost text may take is the first one's."""
    with ModelServer(silent()) as first, ModelServer(chat("ok")) as second:
        desk = Desk(between(first.url, second.url, completion__max_wait_ms=400))
        assert run(desk, desk.ask())[0] == "ok"
    assert "TimedOut" in desk.failures[0]


def test_a_hedge_of_the_settings_asks_both() -> None:
    """The first to speak is listened to."""
    with ModelServer(silent()) as first, ModelServer(chat("ok")) as second:
        desk = Desk(between(first.url, second.url, routes__hedge_ms=20))
        assert run(desk, desk.ask())[0] == "ok"
        assert first.asked[0].abandoned()
    assert desk.failures == []


def test_the_next_call_goes_where_the_last_one_was_answered() -> None:
    """While the first model rests, the route is the second one's, its cache too; new settings forget the failure."""
    with ModelServer(refusing(429, {}, Retry_After="60")) as first, ModelServer(chat("ok")) as second:
        desk = Desk(between(first.url, second.url))

        async def work() -> None:
            asked = await desk.gate.route("inline")
            assert asked is not None and asked.label == "a model-a"
            _ = [each async for each in asked.asking(CALL)]
            assert asked.label == "b model-b", "who answered is named"
            route = await desk.gate.route("inline")
            assert route is not None and route.label == "b model-b" and "model-b" in route.identity
            await desk.ask()
            assert (len(first.asked), len(second.asked)) == (1, 2)
            desk.settings = between(first.url, second.url)
            await desk.ask()
            assert (len(first.asked), len(second.asked)) == (2, 3)

        run(desk, work())


def test_a_rate_limit_of_all_is_said_without_a_request() -> None:
    """And when to come back."""
    with ModelServer(refusing(429, {}, Retry_After="60")) as only:
        desk = Desk(between(only.url))

        async def work() -> None:
            for _ in range(2):
                with pytest.raises(RateLimited) as raised:
                    await desk.ask()
                assert 55 < (raised.value.retry_after or 0) <= 60
            assert len(only.asked) == 1

        run(desk, work())


def test_a_retired_model_is_replaced_and_stays_so() -> None:
    """The provider does not know it any more: its successor answers the same call, with one message, in all processes."""

    def script(asked: Asked) -> Reply:
        return chat("new") if asked.json["model"] == "gpt-6-luna" else refusing(404, MISSING)

    with ModelServer(script) as server:
        settings = chosen(provider="custom", base_url=server.url, model="gpt-4.1-mini")
        for turn in range(2):
            desk = Desk(settings)

            async def work(desk: Desk = desk) -> None:
                for _ in range(2):
                    assert (await desk.ask())[0] == "new"

            run(desk, work())
            messages = [note for note in desk.notes if "gpt-6-luna serves instead" in note]
            assert len(messages) == 1
            assert len(server.asked) == (3 if turn == 0 else 5)
        luna = server.asked[1].json
    assert luna["reasoning_effort"] == "none" and "max_completion_tokens" in luna


def test_a_connection_is_opened_when_the_user_begins_to_type() -> None:
    """Once, without a key and without a word about the code; the first request finds it open."""
    with ModelServer(chat("ok")) as server:
        desk = Desk(between(server.url), {"LINNET_API_KEY": "key"})

        async def work() -> None:
            for _ in range(3):
                desk.gate.typed()
            await asyncio.to_thread(server.wait_for_greeting)
            await asyncio.sleep(0.05)
            await desk.ask()

        run(desk, work())
        (hello,), (asked,) = server.greeted, server.asked
    assert (hello.method, hello.body, server.connections) == ("HEAD", b"", 1)
    assert "authorization" not in hello.headers and asked.method == "POST"


@pytest.mark.parametrize("values", [{"offline": True}, {}])
def test_nothing_is_opened_for_who_chose_nothing(values: dict[str, object]) -> None:
    """Or for who is offline."""
    with ModelServer(chat("ok")) as server:
        settings = between(server.url, **values) if values else chosen()
        desk = Desk(settings)

        async def work() -> None:
            desk.gate.typed()
            await asyncio.sleep(0.05)
            assert await desk.gate.route("inline") is None

        run(desk, work())
        assert server.asked == server.greeted == [] and server.connections == 0


def test_the_command_line_is_not_told_twice(caplog: pytest.LogCaptureFixture) -> None:
    """It prints the failure itself, so the log is silent about it."""

    async def work(url: str) -> None:
        settings = chosen(provider="custom", base_url=url)
        async with answering(settings, settings, {"LINNET_API_KEY": "k"}, "inline") as route:
            assert route is not None
            with pytest.raises(ModelError):
                _ = [each async for each in route.asking(CALL)]

    with ModelServer(refusing(500, "")) as server, caplog.at_level(logging.WARNING):
        asyncio.run(work(server.url))
    assert caplog.messages == []


@pytest.mark.parametrize(("on_cap", "stopped"), [("local", False), ("stop", True)])
def test_a_spent_budget_stops_all_where_the_user_wants_it(on_cap: str, stopped: bool) -> None:
    """Otherwise the engine goes on."""
    with ModelServer(chat("ok")) as server:
        values = {"cost__daily_usd": 0.0, "cost__on_cap": on_cap, "cost__prices": {"model-a": (1.0, 1.0)}}
        desk = Desk(between(server.url, **values))

        async def work() -> None:
            assert not desk.gate.stopped
            with pytest.raises(ModelError, match="budget"):
                await desk.ask()
            assert desk.gate.stopped is stopped

        run(desk, work())
        assert server.asked == []


TEAM = {"LINNET_TEAM_SECRET": "a secret of the whole team"}


def test_what_the_team_has_asked_is_not_asked_again() -> None:
    """An answer that one member has had serves the other, and both count for one budget."""
    with ModelServer(chat("ok")) as server, RedisServer() as redis:
        values = {"cost__prices": {"model-a": (1000.0, 1000.0)}, "cost__team_daily_usd": 0.001}
        settings = between(server.url, cache__url=redis.url, **values)

        async def work(desk: Desk) -> str:
            await desk.ask()
            route = await desk.gate.route("inline")
            assert route is not None
            route.answers.set("key", "an answer")
            return await route.answers.get("key") or ""

        async def other(desk: Desk) -> None:
            route = await desk.gate.route("inline")
            assert route is not None
            with pytest.raises(ModelError, match="team's budget"):
                for _ in range(200):
                    await desk.ask()
                    await asyncio.sleep(0.02)

        first = Desk(settings, TEAM)
        assert run(first, work(first)) == "an answer"
        second = Desk(settings, TEAM)
        run(second, other(second))
        assert any(name.startswith(b"linnet:answer:") for name in redis.kept)
        assert [*first.notes, *second.notes].count("") == 0


@pytest.mark.parametrize("environ", [{}, {"LINNET_TEAM_SECRET": "short"}])
def test_without_a_good_secret_nothing_is_shared(environ: dict[str, str]) -> None:
    """It is told once, and everything else works."""
    with ModelServer(chat("ok")) as server, RedisServer() as redis:
        desk = Desk(between(server.url, cache__url=redis.url), environ)
        assert run(desk, desk.ask())[0] == "ok"
        assert redis.asked == []
    assert len([note for note in desk.notes if "secret" in note]) == 1


def test_answers_from_the_cache_are_counted_by_task() -> None:
    """For whatever task they were kept; what is not found is not counted."""
    desk = Desk(chosen(provider="openai"))

    async def asked() -> None:
        for task in TASKS:
            route = await desk.gate.route(task)
            assert route is not None
            assert await route.answers.get(task) is None
            await asyncio.wrap_future(route.answers.set(task, "an answer"))
            assert await route.answers.get(task) == "an answer"

    run(desk, asked())
    rows = Tally(state_folder() / "stats.json").rows()
    assert {(row.source, row.language, row.what): row.count for row in rows} == {
        ("openai gpt-4.1-mini", task, KEPT): 1 for task in TASKS
    }
