"""Syntax trees: incremental parsing, errors, scopes, strings and comments."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet_context.offsets import Offsets
from linnet_context.syntax import Tree, ended, errors, in_string_or_comment, new_errors, parse, scopes
from linnet_context.text import Document, Position
from tests.fixture import fixture

SOURCES = {
    "python": 'class A:\n    """Ünï."""\n    def f(self):\r\n        return "𝔸" + x\n\n\ndef g(): pass\n',
    "typescript": "export class B<T> {\r\n  f(x: T) { return `𝔹 ${x}` }\n}\n// ende\nconst y = () => 1;",
    "go": 'package p\n\n// größe\nfunc F(a int) string {\n\treturn "𝔾"\n}\r\n',
    "cpp": "namespace n {\nstruct S { int x; };\r}\nint f() { return 'a'; }\n",
}
PIECES = [
    "x",
    "\n",
    "\r\n",
    "\r",
    "𝔸",
    "é",
    '"',
    '"""',
    "(",
    ")",
    "{",
    "}",
    ":",
    " ",
    "    ",
    "def f():\n",
    "//",
    "#",
    "",
]


def tree_of(document: Document) -> Tree:
    tree = parse(document)
    assert tree is not None
    return tree


def at(text: str, path: str = "main.py", language: str = "python") -> tuple[Document, Tree, Position]:
    """A document with a `<cursor>`, its tree and the cursor's place."""
    case = fixture(text)
    document = Document.of(path, language, case.text)
    return document, tree_of(document), case.cursor


def messages(document: Document) -> list[str]:
    return [problem.message for problem in errors(tree_of(document))]


@given(st.data(), st.sampled_from(sorted(SOURCES)))
@settings(max_examples=150, deadline=None)
def test_incremental_equals_fresh(data: st.DataObject, language: str) -> None:
    """However a text was edited, its tree is the one that parsing it from the start gives, and the old one stays."""
    document = Document.of("a", language, SOURCES[language])
    tree = tree_of(document)
    for version in range(1, data.draw(st.integers(2, 5))):
        before = str(tree.root)
        splices, edited = [], document
        for _ in range(data.draw(st.integers(1, 3))):
            size = len(edited.lines)
            start, end = [
                Position(data.draw(st.integers(0, size)), data.draw(st.integers(0, 30))) for _ in range(2)
            ]
            inserted = "".join(data.draw(st.lists(st.sampled_from(PIECES), max_size=4)))
            edited, splice = edited.edited(start, end, inserted, version)
            splices.append(splice)
        after = parse(edited, tree, splices)
        fresh = tree_of(edited)
        assert after is not None
        assert str(after.root) == str(fresh.root)
        assert after.root.end_byte == fresh.root.end_byte
        assert sum(after.offsets.sizes) == sum(fresh.offsets.sizes)
        assert str(tree.root) == before
        document, tree = edited, after


@given(st.lists(st.sampled_from(["a\n", "é𝔸\n", "\r\n", "x\r"]), min_size=1, max_size=1200), st.data())
@settings(max_examples=40, deadline=None)
def test_offsets_follow_edits(lines: list[str], data: st.DataObject) -> None:
    """The offset of any line is the number of bytes before it, also after an edit."""
    document = Document.of("a", "python", "".join(lines))
    offsets = Offsets.of(list(document.lines))
    for _ in range(3):
        first = data.draw(st.integers(0, len(document.lines) - 1))
        last = data.draw(st.integers(first, len(document.lines) - 1))
        new = data.draw(st.sampled_from(["", "é\n" * 700, "q"]))
        document, splice = document.edited(Position(first, 0), Position(last, 1), new, 1)
        offsets = offsets.spliced(document.lines, splice)
        line = data.draw(st.integers(0, len(document.lines)))
        expected = len("".join(list(document.lines)[:line]).encode())
        assert offsets.at(document.lines, line) == expected


def test_a_line_of_many_slices() -> None:
    """A line longer than a slice of the reader is read whole, wherever its characters fall."""
    text = "x = '" + "é𝔸" * 5000 + "'\ny = [" + "1, " * 5000 + "]\n"
    tree = tree_of(Document.of("a", "python", text))
    assert errors(tree) == ()
    assert tree.root.end_byte == len(text.encode())
    assert tree.root.named_child_count == 2


def test_an_old_tree_of_another_text_is_left_aside() -> None:
    """Splices that do not lead to the document's text give a fresh parse instead of a wrong tree."""
    old = tree_of(Document.of("a", "python", "a = 1\n"))
    document = Document.of("a", "python", "b = 1\n\n\nc = 2\n")
    after = parse(document, old, ())
    assert after is not None
    assert str(after.root) == str(tree_of(document).root)


def test_no_grammar() -> None:
    """A language without a grammar has no tree."""
    assert parse(Document.of("a.txt", "plaintext", "hello")) is None


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", "x = 1\n", []),
        ("python", "x = (1\n", ["unexpected `x`"]),
        ("python", "def f(:\n    pass\n", ["missing `)`"]),
        ("typescript", "if (x) {\n", ["missing `}`"]),
        ("java", "class A { int x = 1 }", ["missing `;`"]),
        ("python", "\ud800 \x00 = (", ["unexpected `\ud800`"]),
    ],
)
def test_errors(language: str, text: str, expected: list[str]) -> None:
    """Errors name the text that does not fit or the token that is missing."""
    assert messages(Document.of("a", language, text)) == expected


def test_errors_count_in_code_points() -> None:
    """An error behind characters of several bytes has its column in code points."""
    (problem,) = errors(tree_of(Document.of("a", "typescript", "let a = '𝔸é'; if (x) {")))
    assert (problem.line, problem.column) == (0, 22)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", "x = 'ab<cursor>'\n", "string"),
        ("python", "x = '<cursor>'\n", "string"),
        ("python", "x = 'ab'<cursor>\n", None),
        ("python", "x = <cursor>'ab'\n", None),
        ("python", "x = f'<cursor>ab'\n", "string"),
        ("python", "x = f'{a<cursor>}'\n", None),
        ("python", "x = f'{a} b<cursor>'\n", "string"),
        ("python", "x = f'a<cursor>{b}'\n", "string"),
        ("python", "x = f'{b}<cursor>'\n", "string"),
        ("python", "x = 'é𝔸', y<cursor>\n", None),
        ("python", "# note<cursor>\n", "comment"),
        ("python", "<cursor># note\n", None),
        ("python", "x = 'open<cursor>\ny = 1\n", "string"),
        ("python", "# it's fine\nx = (<cursor>\n", None),
        ("python", 'def f():\n    """Open <cursor>\n\ndef g(): pass\n', "string"),
        ("python", 'def f():\n    """\n    Doc <cursor>\n    """\n', "string"),
        ("typescript", "x = `a ${b<cursor>} c`", None),
        ("typescript", "x = `a<cursor> ${b} c`", "string"),
        ("typescript", "/* a */<cursor>", None),
        ("typescript", "/* a <cursor>*/", "comment"),
        ("typescript", "x = /ab<cursor>c/", "string"),
        ("go", "// a<cursor>", "comment"),
        ("go", "x := `raw <cursor>`", "string"),
        ("c", "char c = 'x<cursor>';", "string"),
        ("rust", "fn f<'a>(x: &'a<cursor> str) {", None),
        ("java", 'String s = "a<cursor>b";', "string"),
    ],
)
def test_in_string_or_comment(language: str, text: str, expected: str | None) -> None:
    """Text, comments and code are told apart, also while a string is still open."""
    _, tree, cursor = at(text, "main.py", language)
    assert in_string_or_comment(tree, cursor) == expected


SCOPES = [
    (
        "python",
        "class A:\n    def f(\n        self,\n    ):\n        x = 1\n        <cursor>\n\n    y = 2\n",
        [("A", "class", 0, 7, 0), ("f", "method", 1, 4, 3)],
    ),
    ("python", "def f():\n    pass\n\n<cursor>\n", []),
    ("python", "def f():\n    pass\n    <cursor>\n\nx = 1\n", [("f", "function", 0, 1, 0)]),
    (
        "typescript",
        "class B {\n  m() {\n    const g = () => {\n      <cursor>\n    }\n  }\n}",
        [("B", "class", 0, 6, 0), ("m", "method", 1, 5, 1), ("g", "function", 2, 4, 2)],
    ),
    ("go", "package p\nfunc (s *S) Run(\n\ta int,\n) {\n\t<cursor>\n}\n", [("Run", "function", 1, 5, 3)]),
    (
        "rust",
        "impl S {\n    fn f(&self) {\n        <cursor>\n    }\n}\n",
        [("S", "class", 0, 4, 0), ("f", "method", 1, 3, 1)],
    ),
    (
        "java",
        "class A {\n  void f() {\n<cursor>\n  }\n}",
        [("A", "class", 0, 4, 0), ("f", "method", 1, 3, 1)],
    ),
    (
        "cpp",
        "namespace n {\nint *f(int x)\n{\n<cursor>\n}\n}",
        [("n", "module", 0, 5, 0), ("f", "function", 1, 4, 2)],
    ),
]


@pytest.mark.parametrize(("language", "text", "expected"), SCOPES)
def test_scopes(language: str, text: str, expected: list[tuple[str, str, int, int, int]]) -> None:
    """The definitions around a place come outermost first, with the lines of their headers."""
    _, tree, cursor = at(text, "main.py", language)
    found = [(s.name, s.kind, s.first, s.last, s.header_last) for s in scopes(tree, cursor)]
    assert found == expected


@pytest.mark.parametrize(
    ("language", "text", "inserted", "replaced", "expected"),
    [
        ("python", "def f():\n    <cursor>\n", "return x", 0, False),
        ("python", "def f():\n    <cursor>\n", "return foo(a, [b", 0, False),
        ("python", "def f():\n    <cursor>\n", "for x", 0, False),
        ("python", "def f():\n    <cursor>\n", "if x and", 0, False),
        ("python", "def f():\n    <cursor>\n", "return x)", 0, True),
        ("python", "def f():\n    <cursor>\n", "= 1", 0, True),
        ("python", "def f():\n    <cursor>\n", "else:", 0, True),
        ("python", "print(<cursor>)\n", "x)", 0, True),
        ("python", "print(<cursor>)\n", "x)", 1, False),
        ("python", "x = <cursor>\n", "y", 0, False),
        ("python", "x = <cursor>\ny = (\n", "y", 0, False),
        ("typescript", "function f() {\n  <cursor>\n}\n", "if (x) {", 0, False),
        ("typescript", "function f() {\n  <cursor>\n}\n", "const x = y.map((z) =>", 0, False),
        ("typescript", "function f() {\n  <cursor>\n}\n", "return x }", 0, True),
        ("go", "package p\nfunc f() {\n\t<cursor>\n}\n", "if err != nil {", 0, False),
        ("go", "package p\nfunc f() {\n\t<cursor>\n}\n", "x := := y", 0, True),
        ("java", "class A { void f() { <cursor> } }", "int x = 1", 0, False),
        ("rust", "fn f() { <cursor> }", "let x = vec![1", 0, False),
        ("cpp", "int f() { <cursor> }", "return a + ", 0, False),
        ("cpp", "int f() {\n<cursor>\n}", "try {", 0, False),
        ("cpp", "int f() { <cursor> }", "return a + )", 0, True),
        ("java", "class A {\n  <cursor>\n}\n", "public void run(String name)", 0, False),
        ("java", "class A {\n  <cursor>\n}\n", "public void run(String name))", 0, True),
        ("go", "package p\n<cursor>\n", "func F(a int) (string, error) {", 0, False),
        ("go", "package p\n<cursor>\n", "type T struct {", 0, False),
        ("go", "package p\nfunc f() {\n\t<cursor>\n}\n", "for _, x := range", 0, False),
        ("rust", "<cursor>\n", "pub fn f<T>(x: &T) -> Result<T, E> {", 0, False),
        ("rust", "fn f() {\n    <cursor>\n}\n", "match x {", 0, False),
        ("rust", "fn f() {\n    <cursor>\n}\n", "let Some(x) =", 0, False),
        ("typescript", "<cursor>\n", "export async function f(a: A,", 0, False),
        ("typescript", "<cursor>\n", "export interface Shape extends Base", 0, False),
        ("typescript", "<cursor>\n", "type Id", 0, False),
        ("typescript", "<cursor>\n", "import { a, b", 0, False),
        ("typescript", "<cursor>\n", "import { a } from", 0, False),
        ("typescript", "f(<cursor>)\n", "a, (b) => {", 0, False),
        ("typescriptreact", "const a = <cursor>;\n", "<b>", 0, False),
        ("javascript", "<cursor>\n", "const {a, b} =", 0, False),
        ("python", "for i<cursor>\n", " in range(3):", 0, False),
        ("python", "<cursor>\n", "x = [y for y", 0, False),
        ("python", "<cursor>\n", "with open(path) as file", 0, False),
        ("python", "<cursor>\n", "from a import", 0, False),
        ("python", "<cursor>\n", "from a import (b,", 0, False),
        ("python", "try:\n    pass\n<cursor>\n", "except ValueError as", 0, False),
        ("python", "<cursor>\n", "@dataclass(frozen=", 0, False),
        ("python", "x = {\n    <cursor>\n}\n", '"a": 1,', 0, False),
    ],
)
def test_new_errors(language: str, text: str, inserted: str, replaced: int, expected: bool) -> None:
    """A text that cannot stand there is told from one that can, or that merely waits for more."""
    document, tree, cursor = at(text, "main.py", language)
    assert new_errors(document, tree, cursor, inserted, replaced) == expected


@pytest.mark.parametrize(
    ("language", "text", "inserted", "expected"),
    [
        (
            "python",
            "def f():\n    <cursor>\n\nx = 1\n",
            "a = 1\n    return a\n\ndef g():\n",
            "a = 1\n    return a",
        ),
        ("python", "def f():\n    <cursor>\n\nx = 1\n", "a = 1\n    return a\n", None),
        ("python", "if a:\n    <cursor>\n", "b()\nc()\n", "b()"),
        ("go", "package a\n\nfunc f() {\n\t<cursor>\n", "g()\n}\n\nfunc h() {\n", "g()\n}"),
        ("typescript", "function f() {\n  <cursor>\n", "g();\n}\nh();\n", "g();\n}"),
        ("typescript", "function f() {\n  <cursor>\n", "g();\n  h();\n", None),
    ],
)
def test_a_text_is_over_where_its_block_is(
    language: str, text: str, inserted: str, expected: str | None
) -> None:
    """What comes behind the block that is being written is another suggestion."""
    found = fixture(text)
    document = Document.of(found.path, language, found.text)
    tree = parse(document)
    assert tree is not None
    end = ended(document, tree, found.cursor, inserted)
    assert (None if end is None else inserted[:end]) == expected
