"""The gate: what does not pass, what is taken out, what is counted, logged and closed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from linnet_completions.models.audit import Audit
from linnet_completions.models.outbound import NotChosen, Offline, Outbound, OverBudget, Policy
from linnet_completions.models.protocol import (
    Call,
    Message,
    ModelError,
    Refused,
    Text,
    TimedOut,
    Unreachable,
    Usage,
)
from linnet_completions.models.spend import Budget, Spend
from tests.completions.secrets.planting import everything

URL = "https://models.example.com/v1"
CALL = Call("inline", (Message("system", "Complete."), Message("user", "def area(")), max_tokens=100)
OPEN = Policy(offline=False, chosen={"custom": URL}, budget=Budget(1.0, 20.0))
Result = TypeVar("Result")


@dataclass
class Scripted:
    """A model that says what it was given to say, and notes what it was asked."""

    script: tuple[Text | Usage | ModelError, ...] = (Text("width"), Text(", height"))
    provider: str = "custom"
    name: str = "mini"
    base_url: str = URL
    asked: list[Call] = field(default_factory=list[Call])
    closed: int = 0

    def fills(self, call: Call) -> bool:
        return call.fill is not None

    async def stream(self, call: Call) -> AsyncGenerator[Text | Usage]:
        self.asked.append(call)
        try:
            for each in self.script:
                await asyncio.sleep(0)
                if isinstance(each, ModelError):
                    raise each
                yield each
        finally:
            self.closed += 1


def words(text: str) -> int:
    """A tokenizer that anybody can follow."""
    return len(text.split())


def dollars(provider: str, model: str, usage: Usage) -> float | None:
    """A dollar for a thousand tokens; a model called "unknown" has no price."""
    if model == "unknown":
        return None
    return ((usage.prompt_tokens or 0) + (usage.completion_tokens or 0)) / 1000


class Desk:
    """An outbound gate with files of its own."""

    def __init__(self, folder: Path, policy: Policy = OPEN, *, content: bool = False) -> None:
        self.log = folder / "audit.jsonl"
        self.spend = Spend(folder / "spend.json", lambda: date(2026, 11, 20))
        self.policy = policy
        self.gate = Outbound(
            lambda: self.policy,
            count=words,
            cost=dollars,
            spend=self.spend,
            audit=Audit(self.log, content=content),
            now=lambda: datetime(2026, 11, 20, 10, tzinfo=UTC),
        )

    def entries(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def run(self, work: Callable[[], Coroutine[object, object, Result]]) -> Result:
        """Run on a loop, then see that everything is written."""

        async def whole() -> Result:
            try:
                return await work()
            finally:
                await self.gate.aclose()

        return asyncio.run(whole())

    def ask(self, model: Scripted, call: Call = CALL) -> list[Text | Usage]:
        async def whole() -> list[Text | Usage]:
            return [each async for each in self.gate.stream(model, call)]

        return self.run(whole)


def test_an_answer_comes_through_with_its_usage_last(tmp_path: Path) -> None:
    """Where the provider counts nothing, tokens are counted here and priced."""
    desk, model = Desk(tmp_path), Scripted()
    answer = desk.ask(model)
    # Three words in two messages, and four tokens for the frame of each.
    assert answer == [Text("width"), Text(", height"), Usage(11, None, 2, 0.013)]
    assert desk.spend.spent().day == 0.013


def test_the_providers_own_figures_hold(tmp_path: Path) -> None:
    """What the provider says it used and charged is what is logged and paid."""
    desk = Desk(tmp_path)
    said = Usage(500, 400, 20, 0.25)
    assert desk.ask(Scripted((Text("x"), said)))[-1] == said
    [entry] = desk.entries()
    assert (entry["counted"], entry["cached_tokens"], entry["cost_usd"]) == ("provider", 400, 0.25)
    assert desk.spend.spent().day == 0.25


@pytest.mark.parametrize("end", [None, Unreachable("gone")], ids=["closed", "broken"])
def test_what_is_said_of_the_prompt_counts_when_the_end_is_not_heard(
    end: ModelError | None, tmp_path: Path
) -> None:
    """An answer that we close, or that breaks off, is paid by the provider's count of its prompt and ours of its words."""
    desk = Desk(tmp_path)
    script = (
        Usage(500, 400, None, written_tokens=50),
        Text("width height"),
        *([end] if end else [Text("x")]),
    )

    async def first() -> None:
        async with aclosing(desk.gate.stream(Scripted(script), CALL)) as answer:
            assert await anext(answer) == Text("width height")
            if end:
                with pytest.raises(Unreachable):
                    await anext(answer)

    desk.run(first)
    [entry] = desk.entries()
    assert (entry["prompt_tokens"], entry["cached_tokens"], entry["completion_tokens"]) == (500, 400, 2)
    assert (entry["counted"], entry["cost_usd"]) == ("here", 0.502)


@pytest.mark.parametrize(
    ("policy", "model", "refusal"),
    [
        (Policy(True, {"custom": URL}, OPEN.budget), Scripted(), Offline),
        (Policy(False, {}, OPEN.budget), Scripted(), NotChosen),
        (Policy(False, {"openai": URL}, OPEN.budget), Scripted(), NotChosen),
        (OPEN, Scripted(base_url="https://evil.example.com/v1"), NotChosen),
        (OPEN, Scripted(base_url="http://models.example.com/v1"), NotChosen),
        (OPEN, Scripted(base_url="nonsense"), NotChosen),
        (Policy(False, {"custom": URL}, Budget(0.05, 20.0)), Scripted(), OverBudget),
        (Policy(False, {"custom": URL}, Budget(1.0, 0.05)), Scripted(), OverBudget),
        (Policy(False, {"custom": URL}, Budget(0.0, 20.0)), Scripted(name="unknown"), OverBudget),
    ],
)
def test_a_closed_gate_sends_nothing(
    tmp_path: Path, policy: Policy, model: Scripted, refusal: type[ModelError]
) -> None:
    """Offline, a provider or an address that was not chosen, a spent budget: the model is never asked."""
    desk = Desk(tmp_path, policy)
    with pytest.raises(refusal):
        desk.ask(model)
    assert model.asked == []
    assert desk.entries() == []


def test_a_change_of_settings_holds_at_once(tmp_path: Path) -> None:
    """The policy is asked for each call."""
    desk, model = Desk(tmp_path), Scripted()

    async def twice() -> None:
        _ = [each async for each in desk.gate.stream(model, CALL)]
        desk.policy = Policy(True, OPEN.chosen, OPEN.budget)
        with pytest.raises(Offline):
            _ = [each async for each in desk.gate.stream(model, CALL)]

    desk.run(twice)
    assert len(model.asked) == 1


def test_no_planted_secret_reaches_a_model_or_a_log(tmp_path: Path) -> None:
    """Of all kinds of secrets, in messages and stop strings, none is in what is sent or kept; they are counted."""
    desk, model = Desk(tmp_path, Policy(False, OPEN.chosen, Budget(1e6, 1e6)), content=True), Scripted()
    planted = everything(seed=11)

    async def all_of_them() -> None:
        for each in planted:
            call = Call("explain", (Message("user", each.text),), max_tokens=10, stop=(each.text,))
            _ = [piece async for piece in desk.gate.stream(model, call)]

    desk.run(all_of_them)
    kept = desk.log.read_text()
    for each, call, entry in zip(planted, model.asked, desk.entries(), strict=True):
        sent = call.messages[0].content + "".join(call.stop)
        assert [part for part in each.parts if part in sent or part in kept] == []
        assert entry["redacted"]


def test_a_reader_that_leaves_closes_the_stream_upstream_and_pays_for_what_it_read(tmp_path: Path) -> None:
    """An early stop is the ordinary end of ghost text."""
    desk, model = Desk(tmp_path), Scripted(tuple(Text("word ") for _ in range(50)))

    async def leave() -> None:
        async with aclosing(desk.gate.stream(model, CALL)) as answer:
            async for _ in answer:
                break
        assert model.closed == 1

    desk.run(leave)
    [entry] = desk.entries()
    assert (entry["status"], entry["completion_tokens"], entry["counted"]) == ("closed", 1, "here")
    assert desk.spend.spent().day == 0.012


def test_a_cancelled_reader_closes_the_stream_upstream(tmp_path: Path) -> None:
    """Cancelling the task that reads reaches the model before the task has ended."""
    desk = Desk(tmp_path)
    started, closed = asyncio.Event(), asyncio.Event()

    class Silent(Scripted):
        async def stream(self, call: Call) -> AsyncGenerator[Text | Usage]:
            started.set()
            try:
                await asyncio.sleep(60)
                yield Text("never")
            finally:
                closed.set()

    async def cancel() -> None:
        async def read() -> None:
            _ = [each async for each in desk.gate.stream(Silent(), CALL)]

        task = asyncio.create_task(read())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert closed.is_set()

    desk.run(cancel)
    assert desk.entries()[0]["status"] == "closed"


@pytest.mark.parametrize(
    ("script", "status", "paid"),
    [
        ((Refused(401, "", "The key is wrong."),), "Refused", False),
        ((Unreachable("Nobody there."),), "Unreachable", False),
        ((Text("a"), Unreachable("It broke.")), "Unreachable", True),
        ((TimedOut("Too late."),), "TimedOut", True),
    ],
)
def test_a_failure_is_logged_and_paid_for_if_work_was_done(
    tmp_path: Path, script: tuple[Text | ModelError, ...], status: str, paid: bool
) -> None:
    """The model's error comes through; a request that was refused costs nothing."""
    desk = Desk(tmp_path)
    with pytest.raises(ModelError):
        desk.ask(Scripted(script))
    assert desk.entries()[0]["status"] == status
    assert (desk.spend.spent().day > 0) is paid


def test_calls_on_their_way_count_towards_the_budget(tmp_path: Path) -> None:
    """Two calls that fit one by one do not both pass when together they may cost too much."""
    desk, model = Desk(tmp_path, Policy(False, OPEN.chosen, Budget(0.15, 20.0))), Scripted()

    async def both() -> None:
        async with aclosing(desk.gate.stream(model, CALL)) as first:
            await anext(first)
            with pytest.raises(OverBudget):
                await anext(desk.gate.stream(model, CALL))
        _ = [each async for each in desk.gate.stream(model, CALL)]

    desk.run(both)
    assert len(model.asked) == 2


def test_warming_up_sends_nothing(tmp_path: Path) -> None:
    """The first call may be prepared for as soon as there is time."""
    desk = Desk(tmp_path)
    desk.run(desk.gate.warm)
    assert desk.entries() == []


def test_what_would_be_sent_can_be_seen_beforehand(tmp_path: Path) -> None:
    """`redacted` shows a call as it would leave, and sends nothing."""
    desk = Desk(tmp_path)
    planted = everything(seed=3)[0]
    safe, kinds = desk.gate.redacted(Call("inline", (Message("user", planted.text),), 5))
    assert planted.parts[0] not in safe.messages[0].content
    assert sum(kinds.values()) == 1
    assert desk.run(lambda: asyncio.sleep(0)) is None
