"""What was suggested is found again by what was typed since."""

from __future__ import annotations

from linnet_completions.ghost.item import Item
from linnet_completions.ghost.recent import Recent
from linnet_completions.ghost.reuse import Shown
from linnet_context.text import Document, Position

START = Document.of("a.py", "python", "x = \ny = 1\n")
PLACE = Position(0, 4)


def shown(text: str) -> Shown:
    return Shown(START, PLACE, (Item(text, 0, "local", 0.8),))


def typed(text: str) -> tuple[Document, Position]:
    return START.edited(PLACE, PLACE, text, 2)[0], Position(0, 4 + len(text))


def test_a_mended_slip_brings_the_suggestion_back() -> None:
    """After a wrong letter and its removal the suggestion is there again, without asking anybody."""
    recent = Recent()
    recent.keep(shown("hello(a)"))
    assert recent.find(*typed("hex")) is None
    found = recent.find(*typed("he"))
    assert found is not None and found.items[0].text == "llo(a)"


def test_what_is_on_the_screen_may_only_grow() -> None:
    """With a beginning given, another text is no answer, a longer one is."""
    recent = Recent()
    recent.keep(shown("hello(a)"))
    recent.keep(shown("help"))
    assert recent.find(*typed("he"), "lp") is None
    found = recent.find(*typed("he"), "llo")
    assert found is not None and found.items[0].text == "llo(a)"


def test_the_newest_wins_and_the_oldest_are_forgotten() -> None:
    """Only so many are kept."""
    recent = Recent(most=2)
    for text in ("one", "other", "orange"):
        recent.keep(shown(text))
    found = recent.find(*typed("o"))
    assert found is not None and found.items[0].text == "range"
    assert recent.find(*typed("on")) is None


def test_a_forgotten_text_is_not_found() -> None:
    """What was turned down is not offered again."""
    recent = Recent()
    recent.keep(shown("hello(a)"))
    recent.forget("hello(a)")
    assert recent.find(*typed("he")) is None
