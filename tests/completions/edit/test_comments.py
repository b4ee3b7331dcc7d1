"""Documentation: the project's style is found, the words go where the language wants them, and code stays as it is."""

from __future__ import annotations

import pytest

from linnet_completions.edit.blocks import Refused
from linnet_completions.edit.change import applied
from linnet_completions.edit.comments import Style, documented, style_of
from linnet_completions.edit.proposal import Proposal
from linnet_context.outline import outline
from linnet_context.text import Document

GOOGLE = 'def one(a):\n    """One.\n\n    Args:\n        a: A.\n    """\n'
NUMPY = 'def one(a):\n    """One.\n\n    Parameters\n    ----------\n    a : int\n    """\n'
SPHINX = 'def one(a):\n    """One.\n\n    :param a: A.\n    :returns: One.\n    """\n'
PLAIN = 'def one(a):\n    """One."""\n'


@pytest.mark.parametrize(
    ("language", "text", "others", "style"),
    [
        ("python", "x = 1\n", [GOOGLE, GOOGLE, NUMPY], "google"),
        ("python", "x = 1\n", [NUMPY, NUMPY, SPHINX], "numpy"),
        ("python", SPHINX, [GOOGLE, GOOGLE], "sphinx"),
        ("python", "x = 1\n", [PLAIN], "plain"),
        ("python", "x = 1\n", [], "google"),
        ("typescript", "", [], "jsdoc"),
        ("go", "", [], "go"),
        ("rust", "", [], "rustdoc"),
        ("java", "", [], "javadoc"),
        ("cpp", "", [], "doxygen"),
        ("ruby", "", [], "comment"),
    ],
)
def test_the_style_of_a_project(language: str, text: str, others: list[str], style: Style) -> None:
    """The file's own documentation counts most, then that of its neighbours, then the custom of the language."""
    assert style_of(Document.of("a", language, text), others) == style


def made(language: str, text: str, name: str, style: Style, answer: str) -> str | Refused:
    document = Document.of("a", language, text)
    definition = next(one for one in outline(text, language).definitions if one.name == name)
    proposal = documented(document, definition, style, answer)
    return proposal if isinstance(proposal, Refused) else applied(document, proposal.changes)


@pytest.mark.parametrize(
    ("language", "text", "name", "style", "answer", "expected"),
    [
        (
            "python",
            "class A:\n    @property\n    def size(self):\n        return 1\n",
            "size",
            "google",
            "How large it is.\n\nReturns:\n    A number.",
            (
                'class A:\n    @property\n    def size(self):\n        """How large it is.\n\n        Returns:\n            A number.\n'
                '        """\n        return 1\n'
            ),
        ),
        (
            "python",
            'def one(a):\n    """Old\n    words."""\n    return a\n',
            "one",
            "plain",
            '"""New words."""',
            'def one(a):\n    """New words."""\n    return a\n',
        ),
        (
            "python",
            "def one(a):\r\n    return a\r\n",
            "one",
            "plain",
            "```python\ndef one(a):\n    '''It says \\d.'''\n    return a\n```",
            'def one(a):\r\n    r"""It says \\d."""\r\n    return a\r\n',
        ),
        (
            "typescript",
            "export class A {\n  /* eslint-disable */\n  size(): number {\n    return 1;\n  }\n}\n",
            "size",
            "jsdoc",
            "/**\n * How large it is.\n * @returns a number, never */\n */",
            (
                "export class A {\n  /* eslint-disable */\n  /**\n   * How large it is.\n   * @returns a number, never\n   */\n"
                "  size(): number {\n    return 1;\n  }\n}\n"
            ),
        ),
        (
            "go",
            "package a\n\n// Old words.\nfunc Size() int { return 1 }\n",
            "Size",
            "go",
            "Size is how large it is.",
            "package a\n\n// Size is how large it is.\nfunc Size() int { return 1 }\n",
        ),
        (
            "go",
            "package a\n\n//go:noinline\nfunc Size() int { return 1 }\n",
            "Size",
            "go",
            "// Size is how large it is.",
            "package a\n\n//go:noinline\n// Size is how large it is.\nfunc Size() int { return 1 }\n",
        ),
        (
            "rust",
            "/// Old.\n#[inline]\npub fn size() -> u32 {\n    1\n}\n",
            "size",
            "rustdoc",
            "How large it is.\n\n# Panics\n\nNever.",
            "/// How large it is.\n///\n/// # Panics\n///\n/// Never.\n#[inline]\npub fn size() -> u32 {\n    1\n}\n",
        ),
    ],
)
def test_words_go_where_the_language_wants_them(
    language: str, text: str, name: str, style: Style, answer: str, expected: str
) -> None:
    """Inside or above, indented, instead of older documentation but beside other comments."""
    assert made(language, text, name, style, answer) == expected


@pytest.mark.parametrize(
    ("text", "answer", "reason"),
    [
        ("def one(a): return a\n", "One.", "no place"),
        ('def one(a):\n    """One."""\n    return a\n', "One.", "changes nothing"),
        ('def one(a):\n    """One."""; return a\n', "Two.", "shares a line"),
        ("def one(a):\n    return a\n", "", "no code"),
        ("def one(a):\n    return a\n", "REDACTED_1", "no documentation"),
        ("def one(a):\n    return a\n", "```\nOne", "cut"),
    ],
)
def test_refusals(text: str, answer: str, reason: str) -> None:
    """Where documentation has no place, or an answer is none, nothing is changed."""
    refused = made("python", text, "one", "plain", answer)
    assert isinstance(refused, Refused) and reason in refused.reason


@pytest.mark.parametrize("answer", ["One.\n\n:param b: B.", "One.\n\n@param {number} b - B."])
def test_parameters_that_are_not_there_are_marked(answer: str) -> None:
    """A documented parameter that the signature lacks is told."""
    text = "def one(a):\n    return a\n"
    document = Document.of("a", "python", text)
    (definition,) = outline(text, "python").definitions
    proposal = documented(document, definition, "sphinx", answer)
    assert isinstance(proposal, Proposal) and proposal.doubts and "`b`" in proposal.notes[0]
