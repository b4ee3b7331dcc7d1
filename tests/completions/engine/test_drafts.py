"""What the engine drafts, as somebody types the last line of small workspaces."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from linnet_completions.engine.draft import Draft
from linnet_completions.engine.engine import DEFAULT_CONFIDENCE, QUIET_CONFIDENCE, Engine
from linnet_context.text import Position
from tests.completions.engine.workspaces import document_of, engine_for
from tests.fixture import expect, fixture

HERE = Path(__file__).parent
WORKSPACES = sorted(path.stem for path in (HERE / "data").glob("*.txt"))

FILES = """\
//- shop/cart.py
def total_price(items):
    return sum(item.price for item in items)

def total_weight(items):
    return sum(item.weight for item in items)
"""


def typed(name: str) -> str:
    """The drafts at every column of the cursor's line, as it is typed."""
    given = fixture((HERE / "data" / f"{name}.txt").read_text(encoding="utf-8"))
    engine, document = engine_for(given), document_of(given)
    place, line = given.cursor, document.line(given.cursor.line)
    start = len(line) - len(line.lstrip())
    shown = []
    for column in range(start, place.column + 1):
        end = Position(place.line, len(document.line(place.line)))
        document, splice = document.edited(Position(place.line, 0), end, line[:column], column)
        engine.changed(document, [splice])
        drafts = engine.draft(given.path, Position(place.line, column))
        shown.append(f"{line[:column]}|{rendered(drafts)}")
    return "\n".join(shown) + "\n"


def rendered(drafts: list[Draft]) -> str:
    return "".join(f"{draft.text}\t<- {draft.path}:{draft.line}" for draft in drafts)


def drafts(text: str, limit: int = 1, gate: float = DEFAULT_CONFIDENCE) -> list[str]:
    """The drafts at the cursor of a workspace."""
    given = fixture(text)
    return [draft.text for draft in engine_for(given).draft(given.path, given.cursor, limit, gate=gate)]


@pytest.mark.parametrize("name", WORKSPACES)
def test_typing(name: str) -> None:
    """A line typed in a realistic workspace gets the drafts of its golden file."""
    expect(typed(name), HERE / "golden" / f"{name}.txt")


@pytest.mark.slow
def test_hash_seeds_change_nothing() -> None:
    """The drafts are the same in processes with different hash seeds."""
    script = "from tests.completions.engine.test_drafts import *\nfor name in WORKSPACES: print(typed(name))"
    answers = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE.parents[2])},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(answers) == 1
    assert len(answers.pop()) > 1000


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ("def total_size(items):\n    return sum(item.<cursor>", []),
        ("def total_price(items):\n    return sum(item.pr<cursor>", ["ice for item in items"]),
        ("def total_price(items):\n    return su<cursor>m(", []),
        ("def total_price(items):\n    return <cursor> for item in items)", ["sum(item.price"]),
        ("def total_price(items):\n    return sum(item.price for <cursor>)", ["item in items"]),
        ("def total_price(items):\n    return sum(item.price for item in items<cursor>)", []),
        ("no such words anywhere <cursor>", []),
    ],
)
def test_from_the_workspace(text: str, draft: list[str]) -> None:
    """A draft goes as far as it stays likely, fits what follows, and is left out where nothing is likely."""
    assert drafts(f"{FILES}//- shop/main.py\n{text}") == draft


def test_gate() -> None:
    """A higher gate gives a surer and so a shorter draft, or none."""
    text = f"{FILES}//- shop/main.py\ndef total_price(items):\n    return <cursor>"
    lengths = [
        len("".join(drafts(text, gate=gate))) for gate in (0.05, DEFAULT_CONFIDENCE, QUIET_CONFIDENCE, 1.0)
    ]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > lengths[-1] == 0


def test_alternatives() -> None:
    """Further drafts begin otherwise than the first."""
    text = f"{FILES}//- shop/main.py\ndef total_price(items):\n    return sum(item.<cursor>"
    found = drafts(text, limit=3, gate=0.05)
    assert {draft[:5] for draft in found} >= {"price", "weigh"}


def test_inside_a_string_a_draft_must_be_surer() -> None:
    """What passes in code can be too uncertain in a string, whether the caller or the line tells that it is one."""
    given = fixture(f"{FILES}//- shop/main.py\ndef total_price(items):\n    return <cursor>")
    engine = engine_for(given)
    (draft,) = engine.draft(given.path, given.cursor)
    surer = engine.draft(given.path, given.cursor, inside="string", gate=draft.confidence - 0.05)
    assert [one for one in surer if one.confidence < draft.confidence + 0.05] == []


def test_origin() -> None:
    """A draft says which line of which file supports it."""
    given = fixture(f"{FILES}//- shop/main.py\ndef total_price(items):\n    return sum(item.pr<cursor>")
    (draft,) = engine_for(given).draft(given.path, given.cursor)
    assert (draft.path, draft.line) == ("shop/cart.py", 1)


def test_documents_that_are_not_open_get_nothing() -> None:
    """Without the document's text there is no draft."""
    assert Engine().draft("a.py", Position(0, 0)) == []


def test_remembered_answers_are_the_same() -> None:
    """Typing along a line, asking twice and asking afresh give the same drafts."""
    given = fixture((HERE / "data" / "python.txt").read_text(encoding="utf-8"))
    kept, place = engine_for(given), given.cursor
    line = given.text.split("\n")[place.line]
    for column in range(8, len(line) + 1):
        document, splice = document_of(given).edited(
            Position(place.line, column), Position(place.line, len(line)), "", column
        )
        kept.changed(document, [splice])
        answers = [kept.draft(given.path, Position(place.line, column), 3) for _ in range(2)]
        fresh = engine_for(given)
        fresh.opened(document)
        assert answers == [fresh.draft(given.path, Position(place.line, column), 3)] * 2
