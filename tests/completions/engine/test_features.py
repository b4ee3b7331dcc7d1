"""What the models are told of candidates, and how far learned files count."""

from __future__ import annotations

import pytest

from linnet_completions.engine.features import NAMES, OF_CANDIDATE, Traits
from linnet_completions.engine.lexer import NEWLINE, Vocabulary
from linnet_completions.engine.line import brackets
from linnet_completions.engine.locality import weights
from linnet_completions.engine.search import Position
from linnet_context.text import Position as Place
from tests.completions.engine.workspaces import engine_for
from tests.fixture import fixture

TEXT = "def total(items):\n    return sum(item.price for item in items)\n\ndef other(items):\n    return sum(<cursor>"


def described(part: str = "") -> dict[str, dict[str, float]]:
    """The named features of each candidate after the cursor; the last is anything else."""
    given = fixture(TEXT)
    found = engine_for(given).look(given.path, Place(given.cursor.line, given.cursor.column))
    assert found is not None
    predictor, cursor = found
    candidates, rows = predictor.described(Position(cursor.line, part))
    names = [predictor.vocabulary.words[token] for token in candidates]
    return {
        name: dict(zip(NAMES, row, strict=True)) for name, row in zip([*names, "else"], rows, strict=True)
    }


def test_rows() -> None:
    """Each candidate has a row with all features, and so has anything else."""
    rows = described()
    assert max(rows, key=lambda name: rows[name]["mix"]) == "item"
    assert rows["item"]["word"] == 1.0
    assert rows["else"]["something_else"] == 1.0
    assert sum(row["something_else"] for row in rows.values()) == 1.0
    assert rows["item"]["after_opener"] == 1.0 == rows["else"]["depth"] * 5


def test_only_words_that_begin_as_typed() -> None:
    """With a typed beginning only words that begin so are candidates, the beginning itself among them if it is one."""
    assert set(described("it")) == {"item", "items", "else"}
    assert described("item")["item"]["finished"] == 1.0


def test_traits() -> None:
    """Words are known by their parts, brackets by their side."""
    vocabulary = Vocabulary()
    traits, start = Traits(vocabulary), OF_CANDIDATE.index("word")
    assert traits[vocabulary.id_of("getHTTPUser_name2")].parts == {"get", "http", "user", "name"}
    for word, name in [
        ("x", "word"),
        (")", "closer"),
        ("{", "opener"),
        ("42", "number"),
        ("+=", "punctuation"),
    ]:
        assert traits[vocabulary.id_of(word)].numbers[OF_CANDIDATE.index(name) - start] == 1.0
    assert traits[NEWLINE].numbers[OF_CANDIDATE.index("line_end") - start] == 1.0


@pytest.mark.parametrize(
    ("text", "wanted", "quote", "closed"),
    [("f(a[b", "]", "", 0), ("f(')", ")", "'", 0), ("f(')')", "", "", 0), ("})", "", "", 2), ("", "", "", 0)],
)
def test_brackets(text: str, wanted: str, quote: str, closed: int) -> None:
    """Open brackets and strings are told from the tokens of a line; brackets in strings do not count."""
    vocabulary = Vocabulary()
    state = brackets(vocabulary, tuple(code >> 1 for code in vocabulary.codes(text)))
    assert (state.wanted, state.quote, state.closed) == (wanted, quote, closed)


def test_locality() -> None:
    """The same folder counts most, other languages hardly, the edited file and dead ones not at all."""
    paths = ["src/a.ts", "src/b.tsx", "src/lib/c.js", "other/d.ts", "src/e.py", "src/open.ts", "src/dead.ts"]
    found = weights(paths, [1, 1, 1, 1, 1, 1, 0], "src/open.ts", "typescript")
    assert found[0] == found[1] > found[2] > found[3] > found[4] > 0
    assert found[5:] == [0.0, 0.0]
