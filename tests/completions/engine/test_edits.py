"""What was changed in one document is evidence in the others."""

from __future__ import annotations

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.engine.abstraction import abstraction
from linnet_completions.engine.edits import MOST, Edits, Hunk, Recent
from linnet_completions.engine.engine import Engine
from linnet_completions.engine.lexer import Vocabulary
from linnet_context.languages import language_of
from linnet_context.text import Document, Position, Splice
from linnet_context.uncommitted import Changed

SPLICE = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 4))


def document_of(path: str, *lines: str) -> Document:
    return Document.of(path, language_of(path) or "", "\n".join(lines))


def edited(edits: Edits, document: Document, first: int, last: int, *lines: str) -> Document:
    """The document with the lines first..last-1 replaced, which `edits` is told."""
    document, splice = document.spliced(Splice(first, last, tuple(f"{line}\n" for line in lines)), 1)
    edits.changed(document, [splice])
    return document


def texts(edits: Edits, path: str, language: str = "python") -> list[tuple[str, int, str]]:
    """All changed lines that count for a document: path, number and text."""
    return [
        (hunk.path, number, line.strip())
        for hunk in edits.elsewhere(path, language)
        for number, line in enumerate(hunk.lines, hunk.first)
    ]


@given(st.lists(SPLICE, max_size=8))
def test_changed_lines_move_with_the_text(splices: list[tuple[int, int, int]]) -> None:
    """After any edits the changed lines are exactly those that an edit wrote."""
    edits, document = Edits(), document_of("a.py", *map(str, range(6)), "")
    marks = [False] * len(document.lines)
    for number, (one, other, size) in enumerate(splices):
        first, last = sorted((min(one, len(marks) - 1), min(other, len(marks) - 1)))
        marks[first:last] = [True] * size
        document = edited(edits, document, first, last, *(f"new {number}" for _ in range(size)))
    runs = [list(run) for _, run in groupby(range(len(marks)), key=marks.__getitem__)]
    lines = list(document.lines)
    assert edits.elsewhere("b.py", "python") == [
        Hunk("a.py", run[0], tuple(lines[run[0] : run[-1] + 1])) for run in runs if marks[run[0]]
    ]


def test_the_latest_document_counts_most() -> None:
    """Other documents of the same language count, the one changed last stands nearest."""
    edits = Edits()
    for path in ("one.py", "two.py", "web.ts", "open.py", "one.py"):
        edited(edits, document_of(path, "a", "b"), 0, 1, path)
    assert texts(edits, "open.py") == [("two.py", 0, "two.py"), ("one.py", 0, "one.py")]
    assert texts(edits, "web.tsx", "typescriptreact") == [("web.ts", 0, "web.ts")]


def test_only_the_latest_lines_count() -> None:
    """However much is changed, a bounded number of lines counts, and less is remembered of closed documents."""
    edits = Edits()
    for path in ("old.py", "mid.py", "new.py"):
        edited(edits, document_of(path, ""), 0, 1, *(f"{path} {number}" for number in range(MOST // 2 + 100)))
        edits.closed(path)
    found = texts(edits, "open.py")
    assert len(found) == MOST // 2 + 100
    assert {path for path, _, _ in found} == {"new.py"}
    edited(edits, document_of("huge.py", ""), 0, 1, *map(str, range(2 * MOST)))
    assert len(texts(edits, "open.py")) == MOST


def test_closing_forgets_nothing() -> None:
    """A closed document keeps its changed lines, and has them again when it is opened."""
    edits = Edits()
    document = edited(edits, document_of("a.py", "a", "b", "c"), 1, 2, "changed")
    edits.closed("a.py")
    assert texts(edits, "b.py") == [("a.py", 1, "changed")]
    edits.opened(document_of("a.py", "above", *(line.strip() for line in document.lines)))
    assert texts(edits, "b.py") == [("a.py", 2, "changed")]


def test_splices_that_do_not_fit() -> None:
    """Where the splices do not lead to the document, no line of it counts as changed, until one is."""
    edits, document = Edits(), document_of("a.py", "a", "b")
    edits.changed(document, [Splice(5, 9, ("x\n",) * 9)])
    assert texts(edits, "b.py") == []
    edited(edits, document, 1, 2, "c")
    assert texts(edits, "b.py") == [("a.py", 1, "c")]


def test_version() -> None:
    """A document's own changes do not touch what others give it."""
    edits = Edits()
    document = edited(edits, document_of("a.py", "a"), 0, 1, "b")
    before = edits.version("a.py"), edits.version("b.py")
    edited(edits, document, 0, 1, "c")
    assert edits.version("a.py") == before[0]
    assert edits.version("b.py") != before[1]


def test_places() -> None:
    """Every token of the changed lines knows its file and line, over blank lines too."""
    vocabulary = Vocabulary()
    hunks = [Hunk("a.py", 7, ("x = 1\n", "\n", "y = 2\n")), Hunk("b.py", 0, ("\n", "z = 3\n"))]
    recent = Recent(hunks, vocabulary, abstraction(vocabulary, 0))
    found = {
        vocabulary.words[token]: recent.place(position)
        for position, token in enumerate(recent.stack.tokens)
        if vocabulary.words[token] in ("x", "2", "3")
    }
    assert found == {"x": ("a.py", 7), "2": ("a.py", 9), "3": ("b.py", 1)}


def test_drafts_take_up_what_was_just_written() -> None:
    """A line written in one document is drafted in another, with its place, and no longer once it is gone."""
    engine, line = Engine(), 'registry.attach("cache", timeout=settings.cache_timeout)'
    one = document_of("one.py", "import registry", "", "")
    engine.opened(one)
    engine.opened(document_of("two.py", "import registry", "", "registry.at"))
    place = Position(2, len("registry.at"))
    assert engine.draft("two.py", place) == []
    written, splice = one.spliced(Splice(1, 2, (line + "\n",)), 1)
    engine.changed(written, [splice])
    (draft,) = engine.draft("two.py", place)
    assert line.startswith("registry.at" + draft.text)
    assert (draft.path, draft.line) == ("one.py", 1)
    cleared, splice = written.spliced(Splice(1, 2, ()), 2)
    engine.changed(cleared, [splice])
    assert engine.draft("two.py", place) == []


def recalled(*changes: tuple[str, dict[int, str]], documents: tuple[Document, ...] = ()) -> Edits:
    """Edits that recall lines from before the session."""
    edits = Edits()
    edits.recall([Changed(path, lines) for path, lines in changes], {one.path: one for one in documents})
    return edits


def test_lines_from_before_the_session() -> None:
    """What was changed before the session counts, but less than what is changed in it, and only once."""
    edits = recalled(("a.py", {0: "a\n", 1: "b\n", 4: "e\n"}), ("b.py", {0: "x\n"}))
    edited(edits, document_of("c.py", "", "last"), 0, 1, "new")
    edited(edits, document_of("a.py", *"abcdef"), 2, 3, "C")
    assert texts(edits, "open.py") == [("b.py", 0, "x"), ("c.py", 0, "new"), ("a.py", 2, "C")]
    edits.recall([Changed("a.py", {0: "a\n"}), Changed("d.py", {3: "d\n"})], {})
    assert texts(edits, "open.py") == [("d.py", 3, "d"), ("c.py", 0, "new"), ("a.py", 2, "C")]


def test_lines_from_before_the_session_move_with_an_open_document() -> None:
    """In an open document recalled lines are found by their text and follow its edits."""
    document = document_of("a.py", "a", "  b", "c")
    edits = recalled(("a.py", {1: "b\n"}), documents=(document,))
    edited(edits, document, 0, 1, "new", "newer")
    assert texts(edits, "open.py") == [("a.py", 0, "new"), ("a.py", 1, "newer"), ("a.py", 2, "b")]
