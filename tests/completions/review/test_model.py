"""A whole change before a model: who is asked what, what becomes of its answers, and what when it fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from linnet_completions.models.protocol import Call, TimedOut, Unreachable, Usage
from linnet_completions.review.change import Inputs, find_change
from linnet_completions.review.model import (
    AT_ONCE,
    MOST_CALLS,
    Material,
    Opinion,
    material,
    opinion,
    with_opinion,
)
from linnet_completions.review.review import Progress, review
from tests.completions.review.parts import BASE, HEAD, parts
from tests.completions.scripted import Event, Kept, Scripted, Way
from tests.repositories import scratch


def finding(quote: str, **more: object) -> str:
    """A finding as a model writes it."""
    usual: dict[str, object] = {
        "line": 6,
        "severity": "error",
        "class": "correctness",
        "title": f"Wrong: {quote}",
        "consequence": "It fails.",
        "confidence": 0.9,
    }
    return json.dumps({"quote": quote, **usual, **more}) + "\n"


def asked(
    model: Scripted,
    shown: Material | None = None,
    kept: Kept | None = None,
    most: int = 5,
    classes: Sequence[str] = (),
) -> Opinion:
    """What a model says of the usual change."""
    route = Way(model, Kept() if kept is None else kept)
    return asyncio.run(opinion(shown or Material(parts(), ()), (), route, most=most, classes=classes))


def several(count: int) -> Material:
    """A change of several files."""
    return Material(tuple(parts(BASE, HEAD, f"shop/cart{number}.py")[0] for number in range(count)), ())


DIVISION = "return sum(item.price for item in items) / len(items)"


def test_findings_stream_in() -> None:
    """What the model says in whatever pieces becomes findings."""
    text = f"<think>{{hm</think>```json\n{finding(DIVISION)}```"
    given = asked(Scripted(*text, Usage()))
    assert [(each.path, each.start.line, each.message) for each in given.findings] == [
        ("shop/cart.py", 5, f"Wrong: {DIVISION}")
    ]
    assert (given.unseen, given.failure, given.label) == ((), "", "custom gpt-4.1-mini")


def test_nothing_to_report() -> None:
    """An answer that says so is no finding and no complaint."""
    assert asked(Scripted("[]")) == Opinion("custom gpt-4.1-mini", (), ())


@pytest.mark.parametrize(
    "answer", ["The change looks good!", "{" * 999, "[1, 2]", '{"quote": "half', "\x00\ud83d"]
)
def test_garbage(answer: str) -> None:
    """An answer that cannot be read leaves a note by the file, and no finding."""
    given = asked(Scripted(answer))
    assert given.findings == ()
    assert [(each.path, each.reason) for each in given.unseen] == [
        ("shop/cart.py", "the model's answer could not be read")
    ]


def test_invented_findings_are_dropped() -> None:
    """A quote that is nowhere in the change is no finding."""
    model = Scripted(finding("os.remove(path)"), finding(DIVISION), finding("import json"))
    assert [each.quote.strip() for each in asked(model).findings] == [DIVISION]


def test_a_flood_is_stopped() -> None:
    """A model that does not stop is not read to its end, and its answer is not kept."""
    model, kept = Scripted(*(finding(DIVISION, title=f"t{number}") for number in range(99))), Kept()
    assert len(asked(model, kept=kept).findings) == 1
    assert (model.closed, kept) == (1, {})


def test_at_most_so_many() -> None:
    """The whole change has at most as many findings as are wanted, the surest."""
    counts = iter(range(99))
    model = Scripted(script=lambda call: [finding(DIVISION, confidence=0.7 + next(counts) / 100)])
    given = asked(model, several(9), most=3)
    assert sorted(each.confidence for each in given.findings) == pytest.approx([0.76, 0.77, 0.78])


@pytest.mark.parametrize(
    ("classes", "count"), [((), 2), (("all",), 2), (("model",), 2), (("security",), 1), (("bugs",), 0)]
)
def test_classes(classes: tuple[str, ...], count: int) -> None:
    """Classes that were not asked for are left out."""
    model = Scripted(finding(DIVISION), finding('file = open(path, "w")', **{"class": "security"}))
    assert len(asked(model, classes=classes).findings) == count


def test_a_second_time_nobody_is_asked() -> None:
    """The same change again costs nothing; a file that changed since is asked about alone."""
    model, kept = Scripted(finding(DIVISION)), Kept()
    first = asked(model, several(3), kept)
    assert asked(model, several(3), kept) == first
    assert len(model.asked) == 3
    changed = Material((*several(2).parts, *parts(BASE, HEAD + "x = 1\n")), ())
    asked(model, changed, kept)
    assert len(model.asked) == 4


def test_few_calls_at_a_time() -> None:
    """Calls run side by side, but no more of them than a provider bears."""
    model = Scripted("[", "]")
    heard: list[Progress] = []
    route = Way(model, Kept())
    asyncio.run(opinion(several(12), (), route, most=5, report=heard.append))
    assert model.at_once == AT_ONCE
    assert [each.done for each in heard] == list(range(1, 13))


@pytest.mark.parametrize("error", [Unreachable("No connection."), TimedOut("Too late.")])
def test_a_model_that_fails(error: Unreachable | TimedOut) -> None:
    """After the first failure no call begins; what was found stands, and each file without an answer is named."""
    calls = iter(range(99))

    def script(call: Call) -> Sequence[Event]:
        return [finding(DIVISION)] if next(calls) == 0 else [error]

    model = Scripted(script=script)
    given = asked(model, several(20))
    assert given.failure == str(error)
    assert len(model.asked) <= AT_ONCE + 1
    paths = {each.path for each in given.unseen} | {each.path for each in given.findings}
    assert paths == {part.path for part in several(20).parts}
    assert {each.reason for each in given.unseen} == {"the model did not answer"}
    assert len(given.findings) == 1


def test_cancelling_closes_all_streams() -> None:
    """Whoever stops waiting closes every stream upstream."""
    model = Scripted(*("x" * 99))

    async def run() -> None:
        work = asyncio.create_task(opinion(several(3), (), Way(model, Kept()), most=5))
        await model.begun.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(run())
    assert (model.open, bool(model.asked)) == (0, True)


@pytest.mark.slow
def test_every_reviewed_file_is_accounted_for(tmp_path: Path) -> None:
    """Files that were reviewed are shown to the model, or named with the reason; secret files never leave."""
    made = scratch(tmp_path)
    made.commit({"a.py": "a = 1\n", "gone.py": "b = 1\n", "empty.py": "c = 1\n", "same.lock": "x\n"})
    made.write(
        {
            "a.py": "a = 2\n",
            "gone.py": None,
            "empty.py": "",
            ".env": "PASSWORD=hunter2hunter2\n",
            "id_rsa": "-----BEGIN RSA PRIVATE KEY-----\nabc\n",
            "package-lock.json": "{}\n",
        }
    )
    change = find_change(made.root, Inputs(worktree=True))
    report = review(change)
    shown = material(change, report)
    assert [part.path for part in shown.parts] == ["a.py"]
    secret = "never sent: it holds secrets"
    assert {each.path: each.reason for each in shown.unseen} == {
        ".env": secret,
        "id_rsa": secret,
        "empty.py": "not shown to the model: only lines were removed",
    }
    assert {part.path for part in shown.parts} | {each.path for each in shown.unseen} == {
        each.path for each in report.reviewed
    }


@pytest.mark.slow
def test_a_huge_change_is_not_sent_whole(tmp_path: Path) -> None:
    """A change has a greatest number of calls; files beyond it are named."""
    made = scratch(tmp_path)
    made.commit({"a.txt": "\n"})
    made.write({f"f{number:03}.py": f"x = {number}\n" for number in range(MOST_CALLS + 5)})
    change = find_change(made.root, Inputs(worktree=True))
    shown = material(change, review(change))
    assert (len(shown.parts), len(shown.unseen)) == (MOST_CALLS, 5)


@pytest.mark.slow
def test_the_report_has_both(tmp_path: Path) -> None:
    """Mechanical findings come first, the model's behind them; the report names the model."""
    made = scratch(tmp_path)
    made.commit({"a.py": "def f(x):\n    return x\n"})
    made.write({"a.py": "def f(x):\n    return conut / len(x)\n"})
    change = find_change(made.root, Inputs(worktree=True))
    report = review(change)
    route = Way(Scripted(finding("def f(x):", line=1)), Kept())
    shown = material(change, report)
    assert shown.parts[0].reported == ("line 2: Undefined name `conut` [ruff/F821]",)
    both = with_opinion(report, asyncio.run(opinion(shown, report.findings, route, most=5)))
    assert [each.source for each in both.findings] == ["bugs", "model"]
    assert both.model == "custom gpt-4.1-mini"
