"""What was learned can be asked while it grows, follows every change, and is read from the cache after a restart."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet_completions.engine.engine import Engine
from linnet_completions.engine.lexer import Vocabulary
from linnet_completions.engine.library import Library
from linnet_context.text import Document, Position


def built(files: dict[str, str], cache: Path | None = None) -> Library:
    library = Library(Vocabulary(), cache)
    for _ in library.build(files.items()):
        pass
    return library


def learned(library: Library) -> dict[str, list[str]]:
    """The words of the living copies of each file; a file that lives twice fails."""
    found: dict[str, list[str]] = {}
    for segment in library.segments:
        for source in segment.sources():
            assert source.path not in found
            found[source.path] = [library.vocabulary.words[code >> 1] for code in source.codes.tolist()]
    return found


def many(count: int) -> dict[str, str]:
    """Files of about 100 tokens each."""
    return {f"src/file_{number:04}.py": f"value_{number} = call(1, 2)\n" * 12 for number in range(count)}


def test_all_files_are_learned() -> None:
    """A build learns every file once and leaves few segments."""
    files = many(1500)
    library = built(files)
    assert learned(library).keys() == files.keys()
    assert len(library.segments) == 1


def test_asked_while_it_is_built() -> None:
    """Half-way through a build its first files already give drafts."""
    engine = Engine()
    engine.opened(Document.of("src/new.py", "python", "wonderful = cal"))
    files = {"src/a.py": "wonderful = call_by_name(1)\n" * 2000, **many(1000)}
    early = False
    for _ in engine.build(files.items()):
        early = early or bool(engine.draft("src/new.py", Position(0, 15)))
        if early:
            break
    assert early


def test_a_change_during_a_build_wins() -> None:
    """A file learned by itself while a build runs keeps that text, whenever the build comes to it."""
    files = many(400)
    for step in (0, 3, 200, 395, 10_000):
        library = Library(Vocabulary(), None)
        for count, _ in enumerate(library.build(files.items())):
            if count == step:
                library.learn("src/file_0300.py", "changed = 1\n")
                library.learn("src/file_0002.py", None)
        if step != 10_000:
            assert learned(library)["src/file_0300.py"][1:] == ["changed", "=", "1"]
            assert "src/file_0002.py" not in learned(library)
        assert len(learned(library)) == 400 - (step != 10_000)


OPERATION = st.tuples(
    st.sampled_from("abcd"), st.sampled_from([None, "", "x = 1\n", "y\n" * 5, "long + text\n" * 50])
)


@settings(max_examples=40)
@given(st.lists(OPERATION, max_size=12))
def test_learning_one_by_one(operations: list[tuple[str, str | None]]) -> None:
    """After any changes exactly the last text of each file lives, and words are counted by it."""
    library, expected = Library(Vocabulary(), None), dict[str, str]()
    for path, text in operations:
        library.learn(path, text)
        expected.pop(path, None)
        if text:
            expected[path] = text
    assert learned(library) == learned(built(expected))
    counts = {word: library.vocabulary.files[token] for word, token in library.vocabulary.ids.items()}
    for word in ("x", "y", "long"):
        assert counts.get(word, 0) == sum(word in text.split() for text in expected.values())


def test_overlays_stay_few() -> None:
    """Many single changes leave a handful of segments."""
    library = built(many(300))
    for number in range(120):
        library.learn(f"src/file_{number:04}.py", f"again_{number} = call(3)\n" * 5)
    assert len(library.segments) <= 8
    assert len(learned(library)) == 300


def test_restart(tmp_path: Path) -> None:
    """A second start takes unchanged files from the cache, word for word with the same ids."""
    files = many(50) | {"empty.py": "", "odd.py": "\ud800 = '\0'\n\n\n\tx\r\n"}
    cold = built(files, tmp_path / "cache")
    warm = built(files | {"src/file_0001.py": "new = 1\n"}, tmp_path / "cache")
    assert learned(warm) == learned(cold) | {"src/file_0001.py": ["\n", "new", "=", "1"]}
    assert warm.vocabulary.words[: len(cold.vocabulary)] == cold.vocabulary.words
    assert {path: [s.place(1) for s in warm.segments] for path in files} == {
        path: [s.place(1) for s in cold.segments] for path in files
    }


def test_the_cache_is_private_and_replaceable(tmp_path: Path) -> None:
    """The cache's files are ours alone, and a damaged one only costs time."""
    files = many(30)
    cold = built(files, tmp_path / "cache")
    for file in (tmp_path / "cache").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
        file.write_bytes(file.read_bytes()[:-40])
    assert learned(built(files, tmp_path / "cache")) == learned(cold)


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    """Without a place for the cache everything is still learned."""
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert len(learned(built(many(5), tmp_path / "cache"))) == 5


def test_files_that_fail_end_the_build() -> None:
    """An error of the caller's own iterator is the caller's to see."""

    def files() -> Iterator[tuple[str, str]]:
        yield "a.py", "x = 1\n"
        raise OSError("gone")

    library = Library(Vocabulary(), None)
    with pytest.raises(OSError, match="gone"):
        for _ in library.build(files()):
            pass
