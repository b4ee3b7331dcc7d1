"""Open documents hold what the client's edits make, and the worker's copies follow, whatever the client sends."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.worker.client import Worker
from linnet_context.syntax import Tree, errors, parse
from linnet_context.text import Document, Splice, split_lines
from linnet_server.lsp.capabilities import ENCODINGS
from linnet_server.lsp.documents import LARGEST, changed, opened
from linnet_server.lsp.features import sync
from linnet_server.lsp.features.status import status_of
from linnet_server.lsp.session import Client, Session, State
from linnet_server.settings import Settings

URI, PATH = "file:///a.py", "/a.py"
EDITS = 100_000
TEXTS = (
    "",
    "x",
    "\n",
    "\r",
    "\r\n",
    "\n\r",
    "🐦",
    "é🐦\u2028",
    "a\rb",
    "a\r\nb\n",
    "\x0b\x0c",
    "abc def",
    "\ud800",
)
# What a fresh document holds; each is edited some hundred times before another takes its place.
STARTS = ("", "a", "a\n", "a\r\nb\r\nc", "🐦🐦\n\n🐦", "\r\r\r", "def f():\n    return 1\n" * 30)
EDITS_OF_ONE = 250
WIDTHS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "utf-16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "utf-32": len,
}


class Mirror(Worker):
    """A worker that only keeps its copy of the documents, from what it is told."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}

    @property
    def pid(self) -> int | None:
        return None

    def notify(self, method: str, params: dict[str, Any]) -> None:
        if method == "opened":
            self.documents[params["path"]] = Document.of(params["path"], "python", params["text"])
        elif method == "closed":
            del self.documents[params["path"]]
        elif method == "spliced":
            document = self.documents[params["path"]]
            for first, last, lines in params["splices"]:
                document, _ = document.spliced(Splice(first, last, tuple(lines)), params["version"])
            self.documents[params["path"]] = document


class Reference:
    """The same documents as one string each: slow, and plain to see that it is right."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self._width = WIDTHS[encoding]

    def apply(self, change: dict[str, Any]) -> None:
        span = change.get("range")
        if span is None:
            self.text = change["text"]
            return
        start, end = sorted((self._offset(span["start"]), self._offset(span["end"])))
        self.text = self.text[:start] + change["text"] + self.text[end:]

    def _offset(self, place: dict[str, int]) -> int:
        lines = split_lines(self.text)
        number = max(0, place["line"])
        if number >= len(lines):
            return len(self.text)
        line = lines[number].rstrip("\r\n")
        column = 0
        while column < len(line) and self._width(line[: column + 1]) <= place["character"]:
            column += 1
        return sum(map(len, lines[:number])) + column


def session_for(encoding: str) -> tuple[Session, Mirror]:
    mirror = Mirror()
    client = Client.of({"capabilities": {"general": {"positionEncodings": [encoding]}}})
    return Session(client, State(settings=Settings()), mirror), mirror


def open_text(session: Session, text: str) -> None:
    item = {"uri": URI, "languageId": "python", "version": 1, "text": text}
    sync.did_open(session, {"textDocument": item})


def random_change(chance: random.Random, lines: int) -> dict[str, Any]:
    """Mostly an edit inside the text, sometimes outside of it or backwards, sometimes all of the text."""
    text = chance.choice(TEXTS)
    if chance.random() < 0.02:
        return {"text": text * 3}
    start = {"line": chance.randint(-1, lines + 1), "character": chance.randint(-1, 12)}
    if chance.random() < 0.5:
        return {"range": {"start": start, "end": start}, "text": text}
    end = {"line": start["line"] + chance.choice((0, 0, 0, 1, 3)), "character": chance.randint(0, 14)}
    if chance.random() < 0.02:
        start, end = end, start
    return {"range": {"start": start, "end": end}, "text": text}


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_many_random_edits(encoding: str) -> None:
    """After each batch the document, its size and the worker's copy are what editing a plain string gives."""
    chance = random.Random(encoding)
    session, mirror = session_for(encoding)
    done = 0
    while done < EDITS // len(ENCODINGS):
        start = chance.choice(STARTS)
        reference = Reference(start, encoding)
        open_text(session, start)
        for _ in range(EDITS_OF_ONE):
            lines = session.state.documents[URI].document.lines
            changes = [random_change(chance, len(lines)) for _ in range(chance.choice((1, 1, 1, 2, 5)))]
            for change in changes:
                reference.apply(change)
            # Versions may be missing, repeated or run backwards: the order of arrival is what counts.
            version = chance.choice((None, 0, 1, 7, -3))
            item = {"uri": URI, "version": version}
            sync.did_change(session, {"textDocument": item, "contentChanges": changes})
            now = session.state.documents[URI]
            assert now.document.text() == reference.text
            assert list(now.document.lines) == split_lines(reference.text)
            assert now.size == len(reference.text)
            assert list(mirror.documents[PATH].lines) == list(now.document.lines)
            done += len(changes)
        sync.did_close(session, {"textDocument": {"uri": URI}})
        assert not mirror.documents and not session.state.documents


@given(st.lists(st.text(st.sampled_from("ab\r\n🐦"), max_size=30), max_size=6))
def test_clients_that_send_the_whole_text(texts: list[str]) -> None:
    """A change without a range replaces everything; the worker is told of the lines that differ."""
    session, mirror = session_for("utf-16")
    open_text(session, "first\nsecond\n")
    for version, text in enumerate(texts, 2):
        item = {"uri": URI, "version": version}
        sync.did_change(session, {"textDocument": item, "contentChanges": [{"text": text}]})
        assert session.state.documents[URI].document.text() == text
        assert mirror.documents[PATH].text() == text


@pytest.mark.parametrize("second", ["b = 2\n", "x" * (LARGEST + 1)], ids=["small", "large"])
def test_a_document_that_is_opened_twice(second: str) -> None:
    """The second text is what counts, also when it is one that is left alone."""
    session, mirror = session_for("utf-16")
    open_text(session, "a = 1\n")
    open_text(session, second)
    assert session.state.documents[URI].document.text() == second
    assert [copy.text() for copy in mirror.documents.values()] == ([second] if len(second) < LARGEST else [])


def test_changes_of_a_document_that_is_not_open() -> None:
    """A client that changes, saves or closes what it never opened is not understood, and breaks nothing."""
    session, mirror = session_for("utf-16")
    item = {"uri": URI, "version": 2}
    sync.did_change(session, {"textDocument": item, "contentChanges": [{"text": "x"}]})
    sync.did_close(session, {"textDocument": item})
    assert not session.state.documents and not mirror.documents


STATEMENTS = (
    "value = {'a': [1, 2, 3], 'b': (4, 5)}\n",
    "def f(one, two=2, *rest):\n    return one + two\n",
    "class C:\n    '''Doc 🐦.'''\n\n    def m(self):\n        yield from ()\n",
    "for each in range(10):\n    print(f'{each!r} é')\n",
    "# A comment, and a blank line.\n\n",
    "if True:\n    pass\nelse:\n    raise ValueError('''a\nb''')\n",
)


def shape(tree: Tree | None) -> list[tuple[str, int, int]]:
    """Every node of a tree in order: kind and bytes."""
    assert tree is not None
    found, waiting = [], [tree.root]
    while waiting:
        node = waiting.pop()
        found.append((node.type, node.start_byte, node.end_byte))
        waiting.extend(reversed(node.children))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_trees_kept_through_edits(ending: str) -> None:
    """A tree that followed the edits is the tree of the text, as long as the text has no errors."""
    chance = random.Random(ending)
    parts: list[str] = list(STATEMENTS)
    document = opened({"uri": URI, "text": "".join(parts).replace("\n", ending)}, ())
    tree = parse(document.document)
    for version in range(300):
        at = chance.randrange(len(parts))
        line = "".join(parts[:at]).count("\n")
        lines = parts[at].count("\n") if len(parts) > 12 or chance.random() < 0.3 else 0
        new = "" if lines and chance.random() < 0.5 else chance.choice(STATEMENTS)
        parts[at : at + bool(lines)] = [new]
        span = {"start": {"line": line, "character": 0}, "end": {"line": line + lines, "character": 0}}
        change = {"range": span, "text": new.replace("\n", ending)}
        document, splices = changed(document, [change], version, "utf-16")
        assert document.document.text() == "".join(parts).replace("\n", ending)
        tree = parse(document.document, tree, splices)
        assert tree is not None and not errors(tree)
        assert shape(tree) == shape(parse(document.document))


def test_a_text_that_grows_too_large_is_left_alone() -> None:
    """Past the limit the worker forgets it and the status names it; below the limit all is as before."""
    session, mirror = session_for("utf-16")
    open_text(session, "a = 1\n")
    span = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    for number, (text, served) in enumerate([("x" * LARGEST, False), ("y", False), ("", True)]):
        if served:
            span["end"] = {"line": 0, "character": LARGEST + 1}
        changes = [{"range": span, "text": text}]
        sync.did_change(session, {"textDocument": {"uri": URI, "version": number}, "contentChanges": changes})
        assert (PATH in mirror.documents) is served
        assert ("a.py" in status_of(session)["message"]) is not served
    assert mirror.documents[PATH].text() == session.state.documents[URI].document.text() == "a = 1\n"
