"""The document at hand as the index sees it, kept while its text stays the same."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from ..outline import Outline, declared
from ..text import Document
from .corpus import Corpus
from .names import family_of
from .segment import Segment, Stamp, build_segment, make_record

_KEPT = 4


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """An unsaved text: its lines without endings, its outline, and a segment of this one file."""

    lines: tuple[str, ...]
    outline: Outline
    segment: Segment


class OwnTexts:
    """The latest few; a gather at another place of the same text finds it ready."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, str], Own] = OrderedDict()

    def of(self, document: Document, corpus: Corpus) -> Own:
        text = document.text()
        key = document.path, document.language, text
        own = self._kept.get(key)
        if own is None:
            own = self._kept[key] = _read(document, text, corpus)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return own


def _read(document: Document, text: str, corpus: Corpus) -> Own:
    found = declared(text, document.language)
    stamp = Stamp(-1, 0, 0, 0)
    family = family_of(document.language)
    record = make_record(document.path, stamp, text, family, found.definitions, corpus.vocabulary)
    lines = tuple(line.rstrip("\r\n") for line in document.lines)
    return Own(lines, found, build_segment([record]))
