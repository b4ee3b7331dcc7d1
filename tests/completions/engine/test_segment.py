"""A segment finds every context that a plain search finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.engine.abstraction import abstraction
from linnet_completions.engine.lexer import ANY_WORD, DEPTH, START, Vocabulary
from linnet_completions.engine.reader import Reader
from linnet_completions.engine.segment import ContextArray, Positions, Segment, Source, _sorted, table


def learned(files: dict[str, str]) -> tuple[Vocabulary, Segment]:
    vocabulary, sources = Vocabulary(), []
    for version, (path, text) in enumerate(files.items()):
        reader = Reader(vocabulary)
        reader.feed(text.splitlines())
        sources.append(Source(path, version, reader.codes, reader.gaps))
    names = abstraction(vocabulary, len(files))
    return vocabulary, Segment(sources, names, table(names, 0, len(vocabulary)))


@given(
    st.lists(st.integers(7, 10), min_size=1, max_size=80),
    st.lists(st.integers(7, 10), min_size=1, max_size=15),
)
def test_intervals_are_the_occurrences(stream: list[int], nearest: list[int]) -> None:
    """For each context length the interval holds exactly the places where the context stands."""
    tokens = [START, *stream, START]
    array = ContextArray(np.array(tokens, np.int32))
    found = array.intervals(nearest)
    for length in range(1, min(DEPTH, len(nearest)) + 1):
        here = nearest[:length][::-1]
        expected = {
            at for at in range(len(tokens)) if at - length >= -1 and tokens[at - length + 1 : at + 1] == here
        }
        actual = set(array.order.between(*found[length - 1])) if length <= len(found) else set()
        assert actual == expected


def test_equal_contexts_stay_in_order() -> None:
    """Positions with the same context are sorted by position, so that answers can be repeated anywhere."""
    array = ContextArray(np.array([START, *([7] * 200), START], np.int32))
    (low, high) = array.intervals([7] * DEPTH)[-1]
    positions = array.order.between(low, high)
    assert positions == sorted(positions)


def test_words_never_seen() -> None:
    """A context that ends in an unknown word is found nowhere."""
    assert ContextArray(np.array([START, 7, START], np.int32)).intervals([1000, 7]) == []


def test_place() -> None:
    """A position leads back to its path and line, blank lines included."""
    vocabulary, segment = learned({"a.py": "one\n\n\n  two\n", "b.py": "\nthree four\n"})
    places = {
        vocabulary.words[segment.ids[segment.exact.tokens[at]]]: segment.place(at)
        for at in range(1, len(segment) - 1)
    }
    assert places["two"] == ("a.py", 3)
    assert places["four"] == ("b.py", 1)


def test_blanks() -> None:
    """Before each token it is known whether a blank stands there, also where files begin within a byte of bits."""
    vocabulary, segment = learned({"a.py": "a = b+ c\n", "b.py": "d +e(f, g)\n", "c.py": "h ,i\n"})
    blank = {
        vocabulary.words[segment.ids[segment.exact.tokens[at]]]
        for at in range(len(segment))
        if segment.space(at)
    }
    assert blank == {"=", "b", "c", "+", "g", ","}
    again = {source.path: source.codes.tolist() for source in segment.sources()}
    assert again["b.py"][1:] == vocabulary.codes("d +e(f, g)")
    assert again["c.py"][1:] == vocabulary.codes("h ,i")


def test_positions_of_long_streams() -> None:
    """Positions that need more than two bytes come back, one by one and several at once."""
    order = np.arange(200_000, dtype=np.int32)[::-1].copy()
    positions = Positions(order)
    assert [positions[at] for at in (0, 70_000, 199_999)] == [199_999, 129_999, 0]
    assert positions.between(10, 199_990, 30_000) == order[10:199_990:30_000].tolist()


def test_sources_come_back() -> None:
    """The living files of a segment can be sorted again."""
    _, segment = learned({"a.py": "x = 1\n", "b.py": "y = 2\n"})
    segment.alive[0] = 0
    (kept,) = segment.sources()
    assert (kept.path, list(kept.codes)) == ("b.py", segment.codes(1).tolist())


@given(st.lists(st.integers(0, 2**42 - 1), max_size=60), st.lists(st.integers(0, 3), max_size=60))
def test_sorting_by_digits(large: list[int], small: list[int]) -> None:
    """Keys of any size are sorted, equal ones as they stood."""
    keys = np.array([*large, *small], np.uint64)
    order, first = _sorted(keys, 42)
    assert order.tolist() == sorted(range(len(keys)), key=keys.tolist().__getitem__)
    expected = [at == 0 or keys[order[at]] != keys[order[at - 1]] for at in range(len(keys))]
    assert first.tolist() == expected


def test_patterns() -> None:
    """A context is found under other names; one with punctuation never seen is not."""
    vocabulary, segment = learned({"a.py": "total = price(one)\n"})
    found = segment.patterns([code >> 1 for code in reversed(vocabulary.codes("sum = cost(two"))])
    assert len(found) == 5
    assert segment.patterns([code >> 1 for code in reversed(vocabulary.codes("sum @"))]) == []


def test_table() -> None:
    """The table of the abstraction holds what it says of each token."""
    vocabulary, segment = learned({"a.py": "return x + 42\n"})
    names = segment.abstraction
    assert table(names, 2, len(vocabulary)).tolist() == [names[token] for token in range(2, len(vocabulary))]


@pytest.mark.parametrize(("word", "kept"), [("return", True), ("customer", False), ("+", True)])
def test_abstraction(word: str, kept: bool) -> None:
    """Keywords and operators keep their name, names of one file lose it."""
    vocabulary = Vocabulary()
    token = vocabulary.id_of(word)
    assert abstraction(vocabulary, 1)[token] == (token if kept else ANY_WORD)
