"""Where definitions begin and end, and where their documentation stands."""

from __future__ import annotations

import pytest

from linnet_context.extents import Extent, extent
from linnet_context.outline import outline


@pytest.mark.parametrize(
    ("language", "text", "name", "expected"),
    [
        (
            "python",
            '@one\n@two(\n    3,\n)\ndef f(a):\n    """Doc\n    more."""\n    return a\n',
            "f",
            Extent(0, 0, 7, (5, 6), 5),
        ),
        ("python", "def f(a): return a\n", "f", Extent(0, 0, 0)),
        ("python", "class A:\n    x = 1\n", "A", Extent(0, 0, 1, None, 1)),
        ("rust", "/// Doc.\n#[inline]\nfn f() {\n}\n", "f", Extent(0, 1, 3, (0, 0))),
        ("go", "package a\n\n// F is.\n// It is.\nfunc F() {\n}\n", "F", Extent(2, 4, 5, (2, 3))),
        ("typescript", "/** Doc. */\nexport const f = () => {\n  1;\n};\n", "f", Extent(0, 1, 3, (0, 0))),
        ("typescript", "let a = 1; // not of f\nfunction f() {}\n", "f", Extent(1, 1, 1)),
    ],
)
def test_extents(language: str, text: str, name: str, expected: Extent) -> None:
    """Decorators, attributes and comments right above belong to a definition."""
    definition = next(one for one in outline(text, language).definitions if one.name == name)
    assert extent(text, language, definition) == expected


def test_no_extent_where_there_is_no_grammar() -> None:
    """A language without a query has none."""
    (definition,) = outline("def f(): pass\n", "python").definitions
    assert extent("def f(): pass\n", "cobol", definition) is None
