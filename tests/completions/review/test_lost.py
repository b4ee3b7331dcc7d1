"""What a change took from a line and left the rest of: a raise, a throw, the f of a string."""

from __future__ import annotations

import pytest

from .helpers import found_in, rules_of

CASES = [
    ("a.py", "    raise Http404(x)\n", "    Http404(x)\n", "pattern/lost-raise"),
    ("a.py", "    raise ValueError(x)\n", "    ValueError(x)\n", "ruff/PLW0133"),
    ("a.js", "  throw new Failure(x);\n", "  new Failure(x);\n", "pattern/lost-raise"),
    ("a.js", "  throw failure(x);\n", "  failure(x);\n", "pattern/lost-raise"),
    ("a.java", "  throw new Failure(x);\n", "  new Failure(x);\n", "pattern/lost-raise"),
    ("a.cpp", "  throw Failure(x);\n", "  Failure(x);\n", "pattern/lost-raise"),
    ("a.py", '    print(f"{x} is {y}")\n', '    print("{x} is {y}")\n', "ruff/RUF027"),
    ("a.py", '    print(f"{sum(x)} all")\n', '    print("{sum(x)} all")\n', "pattern/lost-f"),
    ("a.py", "    print('a', f'{x[0]}')\n", "    print('a', '{x[0]}')\n", "pattern/lost-f"),
]
AROUND = {
    "py": ("def f(x, y):\n    print(y)\n", ""),
    "js": ("function f(x) {\n", "}\n"),
    "java": ("class A { void f(int x) {\n", "} }\n"),
    "cpp": ("void f(int x) {\n", "}\n"),
}


def texts(path: str, old: str, new: str) -> tuple[str, str]:
    before, after = AROUND[path.rpartition(".")[2]]
    return before + new + after, before + old + after


@pytest.mark.parametrize(("path", "old", "new", "rule"), CASES)
def test_lost(path: str, old: str, new: str, rule: str) -> None:
    """It is found once, at its line."""
    head, base = texts(path, old, new)
    (found,) = found_in(head, base, path)
    assert (found.rule, found.quote) == (rule, new.rstrip("\n"))


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("a.py", "    raise Http404(x)\n", "    return Http404(x)\n"),
        ("a.py", "    raise Http404(x)\n", "    print(Http404(x))\n"),
        ("a.py", '    print(f"{x}")\n', '    print("{x}".format(x=x))\n'),
        ("a.py", '    print(f"{x}")\n', "    print(x)\n"),
        ("a.py", '    print(f"x")\n', '    print("x")\n'),
        ("a.md", "throw it(x)\n", "it(x)\n"),
    ],
)
def test_what_was_only_rewritten(path: str, old: str, new: str) -> None:
    """Other changes of such lines are nothing."""
    head, base = texts(path, old, new) if path != "a.md" else (new, old)
    assert rules_of(head, base, path) == []
