"""What became of ghost text: accepted, in part, typed by hand, turned down, kept; inferred where the client is silent."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from linnet_completions.ghost.item import Item
from linnet_completions.ghost.reuse import Shown, between, followed, typed_through
from linnet_context.text import Document, Position

What = Literal["shown", "accepted", "accepted_partly", "rejected", "kept_30s", "kept_5min"]

# So much of a text at once (characters) was not typed.
AT_ONCE = 3
# A slip may be mended within so many keys, before it counts as turning the suggestion down.
PATIENCE = 3
# When an accepted text is looked for again (seconds).
LOOKS: tuple[tuple[float, What], ...] = ((30.0, "kept_30s"), (300.0, "kept_5min"))
_REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of a suggestion by `source` in a document of a `language`; `characters` of it."""

    what: What
    source: str
    language: str
    characters: int


@dataclass(slots=True)
class _Offer:
    """A suggestion on the screen, and what was typed of it (code points)."""

    document: Document
    position: Position
    item: Item
    typed: int = 0
    astray: int = 0
    accepted: bool = False
    in_part: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A text that somebody took, and where, to be looked for again later."""

    uri: str
    position: Position
    text: str
    source: str
    language: str


@dataclass(slots=True)
class Outcomes:
    """Follows the suggestion on the screen of each document. `tell(event)` is called for whatever becomes of it.

    `took(accepted)` is called with each text that was accepted, so that somebody looks for it again.
    """

    tell: Callable[[Event], None]
    took: Callable[[Accepted], None] = lambda accepted: None
    _last: Accepted | None = None
    _offers: dict[str, _Offer] = field(default_factory=dict[str, _Offer])
    _refused: deque[tuple[str, str, str]] = field(
        default_factory=lambda: deque[tuple[str, str, str]](maxlen=_REMEMBERED)
    )

    def shown(self, uri: str, shown: Shown) -> None:
        """Items are on the screen; what is left of those that were there already is nothing new."""
        item, offer = shown.items[0], self._offers.get(uri)
        if (
            offer is not None
            and not offer.accepted
            and self._rest(offer, shown.document, shown.position) == item.text
        ):
            return
        self._offers[uri] = _Offer(shown.document, shown.position, item)
        self._tell("shown", self._offers[uri], len(item.text))

    def changed(self, uri: str, document: Document) -> None:
        """The document is another one now: find out what that says of its suggestion."""
        offer = self._offers.get(uri)
        if offer is None:
            return
        place = followed(offer.document, document, offer.position)
        typed = between(document, offer.position, place) if place is not None else None
        if typed is None or not _agree(typed, offer.item.text):
            self._astray(uri, offer)
            return
        offer.astray = 0
        more = len(typed) - offer.typed
        offer.typed = len(typed)
        if offer.accepted and not typed:
            self._turned_down(uri, offer)  # It was taken and taken back.
        elif more >= AT_ONCE and not offer.accepted:
            if len(typed) >= len(offer.item.text):
                self._accept(uri, offer)
            elif not offer.in_part:
                offer.in_part = True
                self._tell("accepted_partly", offer, more)

    def accepted(self) -> Accepted | None:
        """The client says that the suggestion that was shown last was taken; which one that was, the first time."""
        uri = next(reversed(self._offers), None)
        offer = self._offers.get(uri) if uri is not None else None
        if uri is not None and offer is not None and not offer.accepted:
            self._accept(uri, offer)
        last, self._last = self._last, None
        return last

    def accepted_partly(self) -> None:
        """The client says that the head of the suggestion that was shown last was taken."""
        offer = next(reversed(self._offers.values()), None)
        if offer is not None and not offer.in_part and not offer.accepted:
            offer.in_part = True
            self._tell("accepted_partly", offer, offer.typed)

    def closed(self, uri: str) -> None:
        """Nothing more will become of the suggestion in a document."""
        self._offers.pop(uri, None)

    def forgiven(self, path: str) -> None:
        """What was turned down in a document may be offered there anew: it was closed."""
        for each in [each for each in self._refused if each[0] == path]:
            self._refused.remove(each)

    def refuses(self, document: Document, position: Position, text: str) -> bool:
        """Whether this very text was turned down at this very place."""
        place = document.path, document.before(position)
        return any(place == (path, before) and text == refused for path, before, refused in self._refused)

    def looked_for(self, accepted: Accepted, what: What, document: Document | None) -> None:
        """Look for an accepted text again: it is kept if it stands in its document still."""
        if document is not None and accepted.text.strip() in document.text().replace("\r\n", "\n"):
            self.tell(Event(what, accepted.source, accepted.language, len(accepted.text)))

    def _accept(self, uri: str, offer: _Offer) -> None:
        offer.accepted = True
        self._tell("accepted", offer, len(offer.item.text))
        self._last = Accepted(
            uri, offer.position, offer.item.text, offer.item.source, offer.document.language
        )
        self.took(self._last)

    def _astray(self, uri: str, offer: _Offer) -> None:
        offer.astray += 1
        if offer.accepted:
            del self._offers[uri]
        elif offer.astray >= PATIENCE:
            self._turned_down(uri, offer)

    def _turned_down(self, uri: str, offer: _Offer) -> None:
        del self._offers[uri]
        self._refused.append((offer.document.path, offer.document.before(offer.position), offer.item.text))
        self._tell("rejected", offer, len(offer.item.text))

    def _tell(self, what: What, offer: _Offer, characters: int) -> None:
        self.tell(Event(what, offer.item.source, offer.document.language, characters))

    @staticmethod
    def _rest(offer: _Offer, document: Document, position: Position) -> str | None:
        rest = typed_through(Shown(offer.document, offer.position, (offer.item,)), document, position)
        return rest.items[0].text if rest is not None else None


def _agree(typed: str, text: str) -> bool:
    """Whether one is the beginning of the other; brackets that the editor closed may stand behind what was typed."""
    if text.startswith(typed) or typed.startswith(text):
        return True
    return text.startswith(typed.rstrip(")]}\"'`>"))
