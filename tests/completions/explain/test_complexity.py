"""The complexity of one function's text."""

from __future__ import annotations

import pytest

from linnet_completions.explain.complexity import Complexity, complexity


@pytest.mark.parametrize(
    ("language", "name", "text", "expected"),
    [
        ("python", "f", "    def f(a):\n        if a:\n            return 1\n        return 2\n", (2, 4)),
        ("python", "f", "def f(a):\n    def g(b):\n        return b or a\n    return g\n", (2, 4)),
        (
            "go",
            "F",
            "func (s *S) F(a int) error {\n\tif a > 0 {\n\t\treturn nil\n\t}\n\treturn nil\n}",
            (2, 6),
        ),
        (
            "typescript",
            "find",
            "async find(key: K): Promise<R> {\n  if (a && b) {\n    return 1\n  }\n}\n",
            (3, 5),
        ),
        ("typescript", "f", "const f = (x: X): R => {\n  return x ? 1 : 2;\n}", (2, 3)),
        ("java", "run", "public int run(int a) {\n  return a > 0 ? 1 : 2;\n}", (2, 3)),
        ("rust", "push", "pub fn push(&mut self) {\n    if a { b() }\n}", (2, 3)),
        ("cpp", "scale", "double n::C::scale(double by) const {\n  if (by) return 1;\n}", (2, 3)),
    ],
)
def test_complexity(language: str, name: str, text: str, expected: tuple[int, int]) -> None:
    """Paths and lines of code are counted from the function's text alone, functions inside it included."""
    assert complexity(text, language, name) == Complexity(*expected)


@pytest.mark.parametrize(
    ("language", "text"),
    [("python", "def ("), ("python", ""), ("typescript", "{{{{"), ("elm", "f x = x"), ("c", "f(" * 1000)],
)
def test_what_cannot_be_measured(language: str, text: str) -> None:
    """Text that holds no function of that name has no complexity."""
    assert complexity(text, language, "f") is None
