"""What became of a suggestion, as far as the document tells."""

from __future__ import annotations

from linnet_completions.ghost.item import Item
from linnet_completions.ghost.outcome import PATIENCE, Accepted, Event, Outcomes
from linnet_completions.ghost.reuse import Shown
from linnet_context.text import Document, Position

START = Document.of("a.py", "python", "x = \ny = 1\n")
PLACE = Position(0, 4)
TEXT = "hello(name)"


class Told:
    """Outcomes of one document with a suggestion on the screen, and what was told of them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.took: list[Accepted] = []
        self.outcomes = Outcomes(self.events.append, self.took.append)
        self.outcomes.shown("a", Shown(START, PLACE, (Item(TEXT, 0, "local", 0.8),)))

    def typed(self, *texts: str) -> list[str]:
        """The document with each of these texts at the place, one after the other; what was told."""
        for text in texts:
            self.outcomes.changed("a", written(text))
        return [event.what for event in self.events]


def written(text: str) -> Document:
    return START.edited(PLACE, PLACE, text, 2)[0]


def test_a_text_that_is_there_at_once_was_accepted() -> None:
    """Clients that say nothing are understood from the change."""
    told = Told()
    assert told.typed(TEXT) == ["shown", "accepted"]
    assert told.took == [Accepted("a", PLACE, TEXT, "local", "python")]


def test_words_that_are_there_at_once_were_accepted_in_part() -> None:
    """Taking a suggestion word by word counts once, and as a whole when all of it was taken."""
    assert Told().typed("hello", "hello(nam", TEXT) == ["shown", "accepted_partly"]
    assert Told().typed("hello", TEXT) == ["shown", "accepted_partly", "accepted"]


def test_what_was_typed_by_hand_is_neither() -> None:
    """Typing the same letter by letter tells nothing of acceptance."""
    assert Told().typed(*(TEXT[:end] for end in range(1, len(TEXT) + 1))) == ["shown"]


def test_the_client_and_the_change_count_once() -> None:
    """A command beside the change is the same acceptance."""
    told = Told()
    assert told.outcomes.accepted() == Accepted("a", PLACE, TEXT, "local", "python")
    assert told.outcomes.accepted() is None
    assert told.typed(TEXT) == ["shown", "accepted"]


def test_another_text_turns_it_down() -> None:
    """After a few keys that go elsewhere the text is not offered here again; elsewhere it is."""
    told = Told()
    assert told.typed("b", "by", "bye") == ["shown", "rejected"]
    assert told.outcomes.refuses(START, PLACE, TEXT)
    assert not told.outcomes.refuses(START, PLACE, "hello(other)")
    assert not told.outcomes.refuses(START, Position(1, 4), TEXT)
    told.outcomes.forgiven("other.py")
    assert told.outcomes.refuses(START, PLACE, TEXT)
    told.outcomes.forgiven(START.path)
    assert not told.outcomes.refuses(START, PLACE, TEXT)


def test_a_mended_slip_turns_nothing_down() -> None:
    """A wrong letter and its removal are no opinion."""
    told = Told()
    assert PATIENCE > 2
    assert told.typed("x", "", "h", "hx", "h", "he") == ["shown"]


def test_what_is_taken_back_is_turned_down() -> None:
    """A text that was accepted and undone is not offered again at once."""
    told = Told()
    assert told.typed(TEXT, "") == ["shown", "accepted", "rejected"]
    assert told.outcomes.refuses(START, PLACE, TEXT)


def test_what_is_left_of_a_suggestion_is_nothing_new() -> None:
    """Showing the rest while one types through it counts as the same suggestion."""
    told = Told()
    told.typed("he")
    told.outcomes.shown("a", Shown(written("he"), Position(0, 6), (Item(TEXT[2:], 0, "local", 0.8),)))
    assert [event.what for event in told.events] == ["shown"]


def test_kept_is_what_stands_in_the_document_still() -> None:
    """A text that was changed since, or whose document is closed, was not kept."""
    told = Told()
    told.typed(TEXT)
    for document in (written(TEXT), written("bye"), None):
        told.outcomes.looked_for(told.took[0], "kept_30s", document)
    assert [event.what for event in told.events].count("kept_30s") == 1
