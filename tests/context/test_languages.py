"""File names to languages."""

from __future__ import annotations

import pytest

from linnet_context.languages import SOURCE_LANGUAGES, comment_prefix, is_test_path, language_of


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a/b.py", "python"),
        ("stubs/x.pyi", "python"),
        ("A.PY", "python"),
        ("ui/App.jsx", "javascriptreact"),
        ("ui/App.tsx", "typescriptreact"),
        ("x.mts", "typescript"),
        ("include/x.h", "cpp"),
        ("x.c", "c"),
        ("deploy/Dockerfile", "dockerfile"),
        ("deploy/Dockerfile.dev", "dockerfile"),
        ("CMakeLists.txt", "cmake"),
        ("run.sh", "shellscript"),
        ("lib/x.rb", "ruby"),
        ("README.md", "markdown"),
        (".gitignore", None),
        (".py", None),
        ("LICENSE", None),
        ("x.unknown", None),
        ("", None),
    ],
)
def test_language(path: str, language: str | None) -> None:
    """The name of a file alone tells its language."""
    assert language_of(path) == language


def test_source_languages_are_those_one_programs_in() -> None:
    """Prose and data are no source, languages without a grammar of ours are."""
    assert {"python", "typescriptreact", "ruby", "shellscript"} <= SOURCE_LANGUAGES
    assert not {"markdown", "json", "yaml", "plaintext"} & SOURCE_LANGUAGES


@pytest.mark.parametrize(
    ("language", "prefix"),
    [("python", "#"), ("go", "//"), ("lua", "--"), ("markdown", ""), ("nobody-knows", "#")],
)
def test_comment_prefix(language: str, prefix: str) -> None:
    """A line comment starts as the language has it."""
    assert comment_prefix(language) == prefix


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/test_x.py", True),
        ("pkg/x_test.go", True),
        ("src/a.test.ts", True),
        ("src/a.spec.tsx", True),
        ("src/test/java/A.java", True),
        ("src/OrderServiceTest.java", True),
        ("conftest.py", True),
        ("__tests__/x.js", True),
        ("src/latest.py", False),
        ("src/contest.go", False),
        ("src/attest/x.rs", False),
        ("src/testing_tools.py", False),
        ("src/Unit.java", False),
        ("src/EXIT.java", False),
    ],
)
def test_test_path(path: str, expected: bool) -> None:
    """Tests are told from the code by folder and file name, never by a mere part of a word."""
    assert is_test_path(path) == expected
