"""An unsaved text counts as if it stood in the place of its saved version."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from linnet_context.index.index import Index
from linnet_context.index.names import word_parts
from linnet_context.index.standing import Standing, standing_of
from linnet_context.text import Document

SAVED = "def weigh_parcel(parcel):\n    return parcel.net + parcel.box\n"
UNSAVED = "def weigh_crate(crate):\n    return weigh_parcel(crate)\n\n\ndef weigh_crate(crate): ...\n"
OTHER = "from depot import weigh_parcel\n\nweigh_parcel(parcel=1)\n"


def _index(folder: Path, depot: str) -> Index:
    folder.mkdir()
    (folder / "depot.py").write_text(depot, encoding="utf-8")
    (folder / "other.py").write_text(OTHER, encoding="utf-8")
    index = Index(folder)
    for _ in index.build():
        pass
    return index


def _standing(index: Index, text: str) -> Standing:
    document = Document.of("depot.py", "python", text)
    return standing_of(index.corpus("python"), index.own(document), document.path)


def _by_name(index: Index, found: Standing) -> dict[str, tuple[int, int, float]]:
    names = index.corpus("python").vocabulary.names
    columns = found.uses.tolist(), found.definitions.tolist(), np.round(found.idf, 9).tolist()
    rows = zip(names, *columns, strict=True)
    return {name: (uses, defined, idf) for name, uses, defined, idf in rows if uses or defined}


def _parts(index: Index, found: Standing) -> dict[str, float]:
    vocabulary = index.corpus("python").vocabulary
    parts = vocabulary.parts()
    by_part = {
        part: float(found.part_uses[number])
        for name in vocabulary.names
        for part, number in zip(
            word_parts(name), parts.of(np.array([vocabulary.ids[name]]))[0].tolist(), strict=True
        )
    }
    return {part: uses for part, uses in by_part.items() if uses}


def test_an_unsaved_text_counts_like_a_saved_one(tmp_path: Path) -> None:
    """All counts are those of an index in whose folder the text was saved."""
    one, other = _index(tmp_path / "one", SAVED), _index(tmp_path / "other", UNSAVED)
    unsaved, saved = _standing(one, UNSAVED), _standing(other, UNSAVED)
    assert _by_name(one, unsaved) == _by_name(other, saved)
    assert _parts(one, unsaved) == _parts(other, saved)
    assert (unsaved.block_count, unsaved.names_in) == (saved.block_count, saved.names_in) == (2, 6)


def test_it_is_kept_until_the_text_or_a_file_changes(tmp_path: Path) -> None:
    """Asking again counts nothing again; a change of the text or of another file is seen at once."""
    index = _index(tmp_path / "one", SAVED)
    first = _standing(index, SAVED)
    before = _by_name(index, first)
    assert _standing(index, SAVED) is first
    assert _by_name(index, _standing(index, UNSAVED))["weigh_crate"][1] == 2
    index.update("other.py", OTHER + "weigh_parcel(2)\n")
    after = _by_name(index, _standing(index, SAVED))
    assert after["weigh_parcel"][0] == before["weigh_parcel"][0] + 1
