"""Routes: the next model answers where the one before does not, and one that fails is left alone for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

import pytest

from linnet_completions.models.breaker import FIRST_PAUSE, LASTING, LONGEST_PAUSE, Breakers
from linnet_completions.models.dialects.model import DEADLINES
from linnet_completions.models.outbound import NotChosen, OverBudget
from linnet_completions.models.protocol import (
    Call,
    Garbled,
    Message,
    ModelError,
    RateLimited,
    Refused,
    Task,
    Text,
    TimedOut,
    Unreachable,
    Usage,
)
from linnet_completions.models.router import RETRIES, Manners, Resting, Router, Step
from linnet_server.targets import TASKS

Result = TypeVar("Result")
Said = Text | Usage | ModelError | float
DONE = (Text("def"), Usage(10, 0, 1))
ALL: tuple[ModelError, ...] = (
    Unreachable("no"),
    TimedOut("no"),
    Garbled("no"),
    RateLimited(None),
    Refused(500, "", "no"),
    Refused(401, "", "no"),
)


@dataclass
class Spoken:
    """A model that says what it was given to say, call after call; a number is a pause in seconds."""

    name: str
    turns: list[tuple[Said, ...]]
    provider: str = "custom"
    base_url: str = "http://a.test/v1"
    asked: int = 0
    closed: int = 0

    def fills(self, call: Call) -> bool:
        return False

    async def stream(self, call: Call) -> AsyncGenerator[Text | Usage]:
        self.asked += 1
        turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        try:
            for each in turn:
                await asyncio.sleep(each if isinstance(each, float) else 0)
                if isinstance(each, ModelError):
                    raise each
                if isinstance(each, Text | Usage):
                    yield each
        finally:
            self.closed += 1


@dataclass
class Desk:
    """A router over scripted models, with a clock that only moves when it is told to, and no patience in its sleep."""

    now: float = 1000.0
    notes: list[str] = field(default_factory=list[str])
    spoke: list[str] = field(default_factory=list[str])
    slept: list[float] = field(default_factory=list[float])
    after: dict[str, Step] = field(default_factory=dict[str, Step])

    def __post_init__(self) -> None:
        self.breakers = Breakers(lambda: self.now, lambda: 0.5)
        self.router = Router(
            lambda model, call: model.stream(call),  # type: ignore[arg-type,return-value]
            self.breakers,
            self.successor,
            self.notes.append,
            sleep=self.sleep,
            chance=lambda: 0.5,
        )

    async def successor(self, step: Step) -> Step | None:
        return self.after.get(step.identity)

    def heard(self, step: Step) -> None:
        self.spoke.append(step.identity)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def ask(
        self, *models: Spoken, task: Task = "inline", manners: Manners | None = None
    ) -> list[Text | Usage]:
        call = Call(task, (Message("user", "x"),), 8)
        async with aclosing(
            self.router.stream(steps(*models), call, manners or Manners(), self.heard)
        ) as pieces:
            return [each async for each in pieces]


def steps(*models: Spoken) -> list[Step]:
    return [Step(model, model.name, f"custom {model.name}") for model in models]


def run(work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(work)


def test_every_task_has_its_deadlines_and_its_number_of_tries() -> None:
    """And its place in the list of models."""
    assert set(get_args(Task)) == set(RETRIES) == set(DEADLINES) == set(TASKS)


def test_the_first_model_answers_alone() -> None:
    """The others are not asked; the usage says who answered."""
    desk, one, two = Desk(), Spoken("one", [DONE]), Spoken("two", [DONE])
    assert run(desk.ask(one, two)) == [Text("def"), Usage(10, 0, 1, served="one")]
    assert desk.spoke == ["one"]
    assert (one.asked, two.asked, desk.notes) == (1, 0, [])


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_the_next_model_answers_where_the_first_does_not(error: ModelError) -> None:
    """Whatever the failure, it is one line of the log, and the first is not asked again for a while."""
    desk, one, two = Desk(), Spoken("one", [(error,), DONE]), Spoken("two", [DONE])
    assert run(desk.ask(one, two))[-1] == Usage(10, 0, 1, served="two")
    assert desk.spoke == ["two"]
    assert desk.notes == [f"custom one did not answer ({type(error).__name__}): {error}"]
    run(desk.ask(one, two))
    assert (one.asked, two.asked) == (1, 2)
    desk.now += LASTING
    run(desk.ask(one, two))
    assert (one.asked, two.asked) == (2, 2)


def test_a_failure_in_the_middle_is_final() -> None:
    """Half an answer by one model is not continued by another."""
    desk, one = Desk(), Spoken("one", [(Text("de"), Unreachable("broke off"))])
    with pytest.raises(Unreachable):
        run(desk.ask(one, Spoken("two", [DONE])))
    assert len(desk.notes) == 1


def test_what_the_user_forbids_is_asked_of_nobody_else() -> None:
    """Our own refusal is no failure of a model; a spent budget leaves what costs nothing."""
    desk, two = Desk(), Spoken("two", [DONE])
    with pytest.raises(NotChosen):
        run(desk.ask(Spoken("one", [(NotChosen("no"),)]), two))
    assert (two.asked, desk.notes) == (0, [])
    assert run(desk.ask(Spoken("one", [(OverBudget("spent"),)]), two))[0] == Text("def")
    with pytest.raises(OverBudget):
        run(desk.ask(Spoken("one", [(OverBudget("spent"),)])))


def test_a_model_that_is_slow_to_begin_is_passed_over() -> None:
    """Only while there is another one."""
    desk, slow, two = Desk(), Spoken("slow", [(0.05, *DONE)]), Spoken("two", [DONE])
    assert run(desk.ask(slow, two, manners=Manners(patience=0.01)))[-1] == Usage(10, 0, 1, served="two")
    assert slow.closed == 1 and "TimedOut" in desk.notes[0]
    assert run(Desk().ask(slow, manners=Manners(patience=0.01)))[0] == Text("def")


def test_all_resting_is_said_without_a_request() -> None:
    """With the failure of the one that may be asked first again, and when."""
    desk = Desk()
    one, two = Spoken("one", [(RateLimited(30.0),)]), Spoken("two", [(Unreachable("two is gone"),)])
    with pytest.raises(Unreachable):
        run(desk.ask(one, two))
    with pytest.raises(Resting, match="two is gone") as raised:
        run(desk.ask(one, two))
    assert raised.value.retry_after == pytest.approx(FIRST_PAUSE)
    assert (one.asked, two.asked) == (1, 1)


def test_background_work_tries_again_after_a_pause() -> None:
    """A passing failure is met with two more tries, later each time and not before the server says."""
    desk = Desk()
    one = Spoken("one", [(Refused(503, "", "busy"),), (RateLimited(3.0),), DONE])
    assert run(desk.ask(one, task="review"))[0] == Text("def")
    assert desk.slept == [0.5, 3.0]


@pytest.mark.parametrize("error", [Refused(401, "", "no"), Garbled("no"), RateLimited(600.0)])
def test_a_failure_that_stays_is_not_tried_again(error: ModelError) -> None:
    """A wrong key, nonsense, or a server that asks for ten minutes."""
    desk, one = Desk(), Spoken("one", [(error,)])
    with pytest.raises(type(error)):
        run(desk.ask(one, task="explain"))
    assert (one.asked, desk.slept) == (1, [])


def test_ghost_text_is_never_tried_again() -> None:
    """The next key asks anyway."""
    desk, one = Desk(), Spoken("one", [(Refused(503, "", "busy"),), DONE])
    with pytest.raises(Refused):
        run(desk.ask(one))
    assert one.asked == 1


@pytest.mark.parametrize("error", [Refused(404, "", "gone"), Refused(400, "model_not_found", "gone")])
def test_a_model_that_is_no_more_is_followed_by_its_successor(error: Refused) -> None:
    """In the same call, before the next model of the route."""
    desk, old, new, two = Desk(), Spoken("old", [(error,)]), Spoken("new", [DONE]), Spoken("two", [DONE])
    desk.after["old"] = steps(new)[0]
    assert run(desk.ask(old, two))[-1] == Usage(10, 0, 1, served="new")
    assert two.asked == 0


def test_a_hedge_asks_the_next_when_the_first_is_slow() -> None:
    """Whoever speaks first is listened to, the other one is closed at once."""
    desk, slow, quick = Desk(), Spoken("slow", [(5.0, *DONE)]), Spoken("quick", [DONE])
    assert run(desk.ask(slow, quick, manners=Manners(hedge=0.01)))[-1] == Usage(10, 0, 1, served="quick")
    assert (slow.asked, slow.closed, desk.notes) == (1, 1, [])
    prompt, unused = Spoken("prompt", [DONE]), Spoken("unused", [DONE])
    assert run(desk.ask(prompt, unused, manners=Manners(hedge=1.0)))[-1] == Usage(10, 0, 1, served="prompt")
    assert unused.asked == 0


def test_a_hedge_survives_all_but_one_failure() -> None:
    """A failure starts the next at once; the last one is told when all fail."""
    desk = Desk()
    models = Spoken("one", [(Garbled("no"),)]), Spoken("two", [(TimedOut("no"),)]), Spoken("three", [DONE])
    assert run(desk.ask(*models, manners=Manners(hedge=60.0)))[-1] == Usage(10, 0, 1, served="three")
    with pytest.raises(ModelError):
        run(Desk().ask(*models[:2], manners=Manners(hedge=60.0)))


@pytest.mark.parametrize("manners", [Manners(), Manners(hedge=0.001), Manners(patience=9.0)])
def test_leaving_closes_every_stream(manners: Manners) -> None:
    """By closing the answer and by cancelling who reads it; nothing is noted against the models."""

    async def leave() -> None:
        desk, one, two = Desk(), Spoken("one", [(0.01, *DONE, 9.0)]), Spoken("two", [(0.01, *DONE, 9.0)])
        call = Call("inline", (Message("user", "x"),), 8)
        answer = desk.router.stream(steps(one, two), call, manners)
        await anext(answer)
        await answer.aclose()
        task = asyncio.create_task(desk.ask(one, two, manners=manners))
        await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (one.closed, two.closed) == (one.asked, two.asked)
        assert desk.notes == [] and len(desk.router.ready(steps(one, two))) == 2

    run(leave())


def test_a_breaker_waits_longer_each_time_and_lets_one_try() -> None:
    """2, 4, 8 ... 60 seconds; while one request finds out, no other goes; success forgets it all."""
    desk = Desk()
    waits: list[float] = []
    for _ in range(7):
        desk.breakers.failed("a", Unreachable("no"))
        assert not desk.breakers.ready("a")
        resting = desk.breakers.resting("a")
        assert resting is not None
        waits.append(resting[1])
        desk.now += resting[1]
        assert desk.breakers.ready("a")
    assert waits == pytest.approx([FIRST_PAUSE * 2**n for n in range(5)] + [LONGEST_PAUSE] * 2)
    desk.breakers.begin("a")
    assert not desk.breakers.ready("a")
    desk.breakers.left("a")
    assert desk.breakers.ready("a")
    desk.breakers.worked("a")
    desk.breakers.failed("a", Unreachable("no"))
    assert (desk.breakers.resting("a") or (None, 0.0))[1] == pytest.approx(FIRST_PAUSE)


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (RateLimited(30.0), 30.0),
        (RateLimited(999_999.0), 3600.0),
        (Refused(503, "", "busy", 7.0), 7.0),
        (Refused(401, "", "no"), LASTING),
        (Refused(429, "insufficient_quota", "no", 1.0), LASTING),
        (TimedOut("no"), FIRST_PAUSE),
    ],
)
def test_a_breaker_heeds_what_the_server_asks_for(error: ModelError, wait: float) -> None:
    """Retry-After is kept, within reason; what nothing changes by itself is left alone for long."""
    desk = Desk()
    desk.breakers.failed("a", error)
    assert (desk.breakers.resting("a") or (error, 0.0))[1] == pytest.approx(wait)


def test_editors_do_not_come_back_at_the_same_moment() -> None:
    """The pause is spread by a quarter to both sides."""
    spread = []
    for chance in (0.0, 1.0):
        breakers = Breakers(lambda: 0.0, lambda chance=chance: chance)  # type: ignore[misc]
        breakers.failed("a", Unreachable("no"))
        spread.append((breakers.resting("a") or (None, 0.0))[1])
    assert spread == pytest.approx([0.75 * FIRST_PAUSE, 1.25 * FIRST_PAUSE])
