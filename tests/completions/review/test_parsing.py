"""Syntax errors of several languages are found when they are new."""

from __future__ import annotations

import pytest

from .helpers import found_in, rules_of

pytestmark = pytest.mark.slow

BROKEN = {
    "a.py": ("def f(x):\n    return x\n", "def f(x:\n    return x\n"),
    "a.js": ("function f() { return 1 }\n", "function f() { return 1\n"),
    "a.ts": ("const a: number = 1;\n", "const a: = 1;\n"),
    "a.tsx": ("const a = <p>x</p>;\n", "const a = <p>x</p;\n"),
    "a.go": ("package a\n\nfunc f() int { return 1 }\n", "package a\n\nfunc f() int { return 1\n"),
    "a.rs": ("fn f() -> i32 { 1 }\n", "fn f() -> i32 { 1\n"),
    "A.java": ("class A { int f() { return 1; } }\n", "class A { int f() { return 1; }\n"),
    "a.c": ("int f(void) { return 1; }\n", "int f(void) { return (1; }\n"),
    "a.cpp": ("int f() { return 1; }\n", "int f() { return 1;\n"),
    "a.json": ('{"a": 1}\n', '{"a": 1,}\n'),
    "a.toml": ("a = 1\n", "a = \n"),
}


@pytest.mark.parametrize("path", BROKEN)
def test_syntax_errors(path: str) -> None:
    """A text that no longer parses has one error; one that never did has none; one that was mended has none."""
    good, bad = BROKEN[path]
    (found,) = found_in(bad, good, path)
    assert (found.source, found.severity) == ("syntax", "error")
    assert found.quote in bad.splitlines()
    assert rules_of(bad + "\n", bad, path) == []
    assert rules_of(good, bad, path) == []


@pytest.mark.parametrize("path", [path for path in BROKEN if not path.endswith((".c", ".cpp"))])
def test_new_files(path: str) -> None:
    """A new file that does not parse is an error, too."""
    assert len(rules_of(BROKEN[path][1], None, path)) == 1


@pytest.mark.parametrize(
    ("path", "base", "text"),
    [
        ("a.h", None, "BEGIN_NAMESPACE\nclass API Thing { SLOT(x) };\nEND_NAMESPACE\n"),
        ("a.c", "int a;\n", "int a;\nMODULE(x) FIELD(y)\nBEGIN {\n}\n"),
        ("a.c", "int f(){\n}\n", "int f(){\n#ifdef A\nif (x) {\n#else\nif (y) {\n#endif\n}\n}\n"),
        ("a.js", None, "// @flow\nfunction f(x: ?number %checks) {}\n"),
        ("tsconfig.json", None, '{\n  // comment\n  "a": 1,\n}\n'),
        ("a.json", None, ""),
    ],
)
def test_what_only_looks_broken(path: str, base: str | None, text: str) -> None:
    """Macros, extensions of a language and comments in JSON are passed over."""
    assert rules_of(text, base, path) == []


CONFLICT = "<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> side\n"


@pytest.mark.parametrize(
    ("path", "rules"), [("a.yaml", ["syntax/conflict"]), ("a.md", []), ("Makefile", ["syntax/conflict"])]
)
def test_conflict_markers(path: str, rules: list[str]) -> None:
    """All three markers of a conflict on added lines are an error, but not in prose about conflicts."""
    assert rules_of(CONFLICT, None, path) == rules
    assert rules_of(CONFLICT + "more\n", CONFLICT, path) == []
    assert rules_of("=======\n", None, path) == []


@pytest.mark.parametrize(
    "text", ["\0", "\x1b[31m", "\udcff", "(" * 5000, "\u2028", "\ufeff", "a\r\n" * 3, "x" * 100_000]
)
@pytest.mark.parametrize("path", ["a.py", "a.js", "a.json", "a.toml", "a.unknown"])
def test_nothing_raises(path: str, text: str) -> None:
    """Any text can be reviewed."""
    for each in found_in(text, None, path):
        assert each.path == path
