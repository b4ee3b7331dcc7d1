"""Where tests belong is learned from the tests that there are."""

from __future__ import annotations

import pytest

from linnet_completions.edit.layout import Layout, layout
from linnet_context.languages import language_of
from linnet_context.text import Document


def of(path: str, files: dict[str, str]) -> Layout | None:
    document = Document.of(path, language_of(path) or "", "")
    return layout(document, [each for each in files if language_of(each) not in ("json", "toml")], files.get)


@pytest.mark.parametrize(
    ("path", "files", "expected", "framework", "exists"),
    [
        ("shop/prices.py", {"shop/prices.py": ""}, "tests/test_prices.py", "pytest", False),
        (
            "shop/prices.py",
            {"shop/prices.py": "", "test/test_prices.py": "import unittest"},
            "test/test_prices.py",
            "unittest",
            True,
        ),
        (
            "shop/prices.py",
            {"shop/prices.py": "", "shop/errors.py": "", "shop/errors_test.py": "def test_a(): pass"},
            "shop/prices_test.py",
            "pytest",
            False,
        ),
        (
            "shop/deep/prices.py",
            {"shop/deep/prices.py": "", "shop/deep/a.py": "", "tests/deep/test_a.py": "import pytest"},
            "tests/deep/test_prices.py",
            "pytest",
            False,
        ),
        (
            "src/shop/deep/prices.py",
            {"src/shop/deep/a.py": "", "tests/src/shop/deep/test_a.py": ""},
            "tests/src/shop/deep/test_prices.py",
            "pytest",
            False,
        ),
        ("shop/price.go", {"shop/price.go": ""}, "shop/price_test.go", "testing", False),
        (
            "shop/price.go",
            {"shop/other_test.go": 'import "github.com/stretchr/testify/assert"'},
            "shop/price_test.go",
            "testify",
            False,
        ),
        (
            "src/price.ts",
            {"package.json": '{"devDependencies": {"vitest": "^3"}}'},
            "src/price.test.ts",
            "Vitest",
            False,
        ),
        (
            "src/price.ts",
            {"src/other.ts": "", "src/__tests__/other.spec.ts": "jest.fn()"},
            "src/__tests__/price.spec.ts",
            "Jest",
            False,
        ),
        (
            "app/src/main/java/shop/Price.java",
            {"app/src/test/java/shop/OtherTest.java": "import org.junit.Test;"},
            "app/src/test/java/shop/PriceTest.java",
            "JUnit 4",
            False,
        ),
        (
            "render/yaml.go",
            {"render/yaml.go": "", "binding/yaml.go": "", "binding/yaml_test.go": ""},
            "render/yaml_test.go",
            "testing",
            False,
        ),
        (
            "one/src/index.ts",
            {
                "one/package.json": "jest",
                "one/src/index.ts": "",
                "two/package.json": "vitest",
                "two/src/index.ts": "",
                "two/src/tests/index.test.ts": "",
            },
            "one/src/index.test.ts",
            "Jest",
            False,
        ),
        (
            "libs/one/shop/price.py",
            {"libs/one/pyproject.toml": "", "tests/test_price.py": "import unittest"},
            "libs/one/tests/test_price.py",
            "pytest",
            False,
        ),
        ("src/price.c", {"tests/test_other.c": "#include <cmocka.h>"}, "tests/test_price.c", "cmocka", False),
    ],
)
def test_where_and_how(path: str, files: dict[str, str], expected: str, framework: str, exists: bool) -> None:
    """Names, folders and the framework are those of the project; without tests those of the language."""
    found = of(path, files)
    assert found is not None
    assert (found.path, found.framework, found.exists) == (expected, framework, exists)


def test_rust_tests_its_files_inside() -> None:
    """Unit tests of Rust stand in the file that they test."""
    found = of("src/lib.rs", {"src/lib.rs": ""})
    assert found is not None and found.inside and found.path == "src/lib.rs"


def test_a_language_without_customs() -> None:
    """Where nobody knows where tests belong nothing is guessed."""
    assert of("a.lua", {"a.lua": ""}) is None
