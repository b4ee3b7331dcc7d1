"""Where a project keeps the tests of a file, and with which framework they are written."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from linnet_context.languages import is_test_path, language_of
from linnet_context.text import Document

Read = Callable[[str], str | None]
"""The text of a file of the workspace by its path; None where there is none."""
Where = Literal["beside", "folder", "mirrored", "flat"]

_FORMS = {
    "python": ("test_{stem}{end}", "{stem}_test{end}"),
    "go": ("{stem}_test{end}",),
    "java": ("{stem}Test{end}", "{stem}Tests{end}", "{stem}IT{end}"),
    "javascript": ("{stem}.test{end}", "{stem}.spec{end}", "{stem}-test{end}"),
    "c": ("test_{stem}{end}", "{stem}_test{end}", "{stem}_tests{end}"),
}
_FAMILY = {
    "javascriptreact": "javascript",
    "typescript": "javascript",
    "typescriptreact": "javascript",
    "cpp": "c",
}
_FOLDERS = ("tests", "test", "__tests__", "spec", "specs")
# What shows a framework in a test file, the surest first.
_SIGNS = {
    "python": (
        ("pytest", ("import pytest", "from pytest")),
        ("unittest", ("unittest",)),
        ("pytest", ("def test_",)),
    ),
    "go": (("testify", ("stretchr/testify",)), ("testing", ('"testing"',))),
    "java": (("JUnit 5", ("org.junit.jupiter",)), ("JUnit 4", ("org.junit.",)), ("TestNG", ("org.testng",))),
    "javascript": (
        ("Vitest", ("from 'vitest'", 'from "vitest"')),
        ("node:test", ("node:test",)),
        ("AVA", ("from 'ava'", 'from "ava"')),
        ("Mocha with Chai", ("from 'chai'", 'from "chai"', "require('chai')", 'require("chai")')),
        ("Jest", ("@jest/globals", "jest.", "expect(")),
    ),
    "rust": (("Rust's own tests", ("#[test]",)),),
    "c": (
        ("GoogleTest", ("gtest",)),
        ("Catch2", ("catch2", "catch.hpp")),
        ("doctest", ("doctest",)),
        ("cmocka", ("cmocka",)),
        ("Check", ("check.h",)),
    ),
}
_USUAL = {
    "python": "pytest",
    "go": "testing",
    "java": "JUnit 5",
    "javascript": "Jest",
    "rust": "Rust's own tests",
    "c": "assert.h",
}
_PACKAGES = (
    ("vitest", "Vitest"),
    ("jest", "Jest"),
    ("mocha", "Mocha with Chai"),
    ("ava", "AVA"),
    ("node --test", "node:test"),
)
_MOST_READ = 20
_MANIFESTS = ("package.json", "pyproject.toml", "setup.py", "go.mod", "pom.xml", "build.gradle")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where tests go: the `path` of their file, whether it `exists`, the `framework`, and a test file to learn from.

    `inside` is true when they belong into the tested file itself, as in Rust.
    """

    path: str
    framework: str
    exists: bool
    example: str = ""
    inside: bool = False


def layout(document: Document, paths: Sequence[str], read: Read) -> Layout | None:
    """Where the tests of a document belong in a workspace with these source files; None for languages unknown to us."""
    family = _FAMILY.get(document.language, document.language)
    if family == "rust":
        return Layout(document.path, _USUAL["rust"], True, inside=True)
    if family not in _FORMS:
        return None
    project = _project(document.path, read)
    inside = [path for path in paths if path.startswith(project)]
    tests = [path for path in inside if is_test_path(path) and _family(path) == family]
    near = sorted(tests, key=lambda path: -_shared(path, document.path))
    framework = _framework(document.path, family, near, read)
    example = next((path for path in near if _is_of_form(path, family)), "")
    if is_test_path(document.path) and _is_of_form(document.path, family):
        return Layout(document.path, framework, True, document.path)
    sources = [path for path in inside if not is_test_path(path)]
    existing = [path for path in near if _tests(path, document.path, family, sources)]
    if existing:
        return Layout(existing[0], framework, True, existing[0])
    path = _new_path(document.path, family, project, tests, sources)
    return Layout(path, framework, read(path) is not None, example)


def _family(path: str) -> str:
    language = language_of(path) or ""
    return _FAMILY.get(language, language)


def _names(path: str, family: str) -> list[str]:
    stem, end = posixpath.splitext(posixpath.basename(path))
    return [form.format(stem=stem, end=end) for form in _FORMS[family]]


def _project(path: str, read: Read) -> str:
    """The folder (with its slash; "" for the root) of the package or module that a file belongs to."""
    folder = posixpath.dirname(path)
    while folder and all(read(f"{folder}/{name}") is None for name in _MANIFESTS):
        folder = posixpath.dirname(folder)
    return f"{folder}/" if folder else ""


def _tests(test: str, path: str, family: str, sources: Sequence[str]) -> bool:
    """Whether a test file is that of a file, and not that of another with the same name."""
    if posixpath.basename(test) not in _names(path, family):
        return False
    if family == "go":
        return posixpath.dirname(test) == posixpath.dirname(path)
    stem = posixpath.splitext(posixpath.basename(path))[0]
    same = [one for one in sources if posixpath.splitext(posixpath.basename(one))[0] == stem]
    return all(_shared(one, test) <= _shared(path, test) for one in same)


def _is_of_form(path: str, family: str) -> bool:
    return _tested(path, family) is not None


def _tested(path: str, family: str) -> tuple[str, str] | None:
    """The form of a test file's name and the stem of the file that it tests."""
    base = posixpath.splitext(posixpath.basename(path))[0]
    for form in _FORMS[family]:
        before, _, after = form.removesuffix("{end}").partition("{stem}")
        if base.startswith(before) and base.endswith(after) and len(base) > len(before) + len(after):
            return form, base[len(before) : len(base) - len(after) or None]
    return None


def _framework(path: str, family: str, tests: Sequence[str], read: Read) -> str:
    counts: Counter[str] = Counter()
    for test in tests[:_MOST_READ]:
        text = read(test) or ""
        found = (name for name, signs in _SIGNS[family] if any(sign in text for sign in signs))
        counts.update(list(islice(found, 1)))
    if counts:
        return counts.most_common(1)[0][0]
    return (_packaged(path, read) if family == "javascript" else "") or _USUAL[family]


def _packaged(path: str, read: Read) -> str:
    """The framework that the nearest package.json names."""
    folder = posixpath.dirname(path)
    while True:
        text = read(posixpath.join(folder, "package.json"))
        if text is not None:
            return next((name for word, name in _PACKAGES if word in text), "")
        if not folder:
            return ""
        folder = posixpath.dirname(folder)


def _new_path(path: str, family: str, project: str, tests: Sequence[str], sources: Sequence[str]) -> str:
    """The name of a test file as the project would give it."""
    stem, end = posixpath.splitext(posixpath.basename(path))
    folder = posixpath.dirname(path)
    pairs = list(_pairs(family, tests, sources))
    forms = Counter(form for form, _, _, _ in pairs) or Counter(
        found[0] for test in tests if (found := _tested(test, family))
    )
    form = forms.most_common(1)[0][0] if forms else _FORMS[family][0]
    name = form.format(stem=stem, end=end)
    if family == "java" and "src/main/java" in path:
        return posixpath.join(folder.replace("src/main/java", "src/test/java"), name)
    wheres = Counter((where, base) for _, where, base, _ in pairs)
    where, base = wheres.most_common(1)[0][0] if wheres else _usual_where(family, project, tests)
    if where == "beside":
        return posixpath.join(folder, name)
    if where == "folder":
        return posixpath.join(folder, base, name)
    if where == "flat":
        return posixpath.join(base, name)
    below = folder.partition("/")[2] if _drops_first(pairs) else folder
    return posixpath.join(base, below, name)


def _usual_where(family: str, project: str, tests: Sequence[str]) -> tuple[Where, str]:
    if family in ("go", "javascript"):
        return "beside", ""
    tops = (path.removeprefix(project).partition("/")[0] for path in tests)
    roots = Counter(top for top in tops if top in _FOLDERS)
    return "flat", project + (roots.most_common(1)[0][0] if roots else "tests")


def _pairs(
    family: str, tests: Sequence[str], sources: Sequence[str]
) -> Iterator[tuple[str, Where, str, bool]]:
    """For each test file whose tested file is known: the form of its name, where it lies, below what, and whether it
    mirrors the folders without their first."""
    by_stem: dict[str, list[str]] = {}
    for source in sources:
        by_stem.setdefault(posixpath.splitext(posixpath.basename(source))[0], []).append(source)
    for test in tests:
        tested = _tested(test, family)
        candidates = by_stem.get(tested[1], []) if tested else []
        if tested is None or not candidates:
            continue
        source = max(candidates, key=lambda path: _shared(path, test))
        yield (tested[0], *_relation(posixpath.dirname(source), posixpath.dirname(test)))


def _relation(source: str, test: str) -> tuple[Where, str, bool]:
    if source == test:
        return "beside", "", False
    if posixpath.dirname(test) == source and posixpath.basename(test) in _FOLDERS:
        return "folder", posixpath.basename(test), False
    root, _, below = test.partition("/")
    if below and below == source:
        return "mirrored", root, False
    if below and below == source.partition("/")[2]:
        return "mirrored", root, True
    return "flat", test, False


def _drops_first(pairs: Sequence[tuple[str, Where, str, bool]]) -> bool:
    return sum(drops for _, where, _, drops in pairs if where == "mirrored") * 2 > sum(
        where == "mirrored" for _, where, _, _ in pairs
    )


def _shared(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count
