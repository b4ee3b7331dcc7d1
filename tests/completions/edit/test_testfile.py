"""Tests are added to what is there: imports to imports, tests to the end, and never twice."""

from __future__ import annotations

import pytest

from linnet_completions.edit.blocks import Refused
from linnet_completions.edit.change import applied
from linnet_completions.edit.layout import Layout
from linnet_completions.edit.testfile import added, created
from linnet_context.text import Document


def anything(name: str) -> bool:
    return True


def grown(language: str, text: str, answer: str, *, inside: bool = False) -> str | Refused:
    document = Document.of("a", language, text)
    made = added(document, Layout("a", "", True, inside=inside), answer, anything)
    return made if isinstance(made, Refused) else applied(document, made.changes)


MODULE = "pub fn one() -> u32 {\n    1\n}\n"
RUST_TEST = "#[test]\nfn it_is_one() {\n    assert_eq!(one(), 1);\n}"
INSIDE = "    #[test]\n    fn it_is_one() {\n        assert_eq!(one(), 1);\n    }\n"


@pytest.mark.parametrize(
    ("language", "text", "answer", "expected"),
    [
        (
            "python",
            "import a\n\n\ndef test_a():\n    pass\n\n\nif __name__ == '__main__':\n    main()\n",
            "```python\nimport a\nimport b\n\ndef test_b():\n    b.b()\n```",
            (
                "import a\nimport b\n\n\ndef test_a():\n    pass\n\n\ndef test_b():\n    b.b()\n\n\n"
                "if __name__ == '__main__':\n    main()\n"
            ),
        ),
        (
            "go",
            'package a\n\nimport "testing"\n\nfunc TestA(t *testing.T) {\n}\n',
            '```go\npackage a\n\nimport "testing"\n\nfunc TestB(t *testing.T) {\n\tB()\n}\n```',
            'package a\n\nimport "testing"\n\nfunc TestA(t *testing.T) {\n}\n\nfunc TestB(t *testing.T) {\n\tB()\n}\n',
        ),
    ],
)
def test_a_file_grows(language: str, text: str, answer: str, expected: str) -> None:
    """Only what is missing is added, where it belongs."""
    assert grown(language, text, answer) == expected


def test_rust_grows_a_module_for_tests() -> None:
    """A new module, or more in the one that there is, whether the answer brings its frame or not."""
    framed = f"#[cfg(test)]\nmod tests {{\n    use super::*;\n\n{INSIDE}}}"
    module = f"{MODULE}\n#[cfg(test)]\nmod tests {{\n    use super::*;\n\n{INSIDE}}}\n"
    assert grown("rust", MODULE, f"```rust\n{RUST_TEST}\n```", inside=True) == module
    assert grown("rust", MODULE, f"```rust\n{framed}\n```", inside=True) == module
    again = RUST_TEST.replace("it_is_one", "it_is_still_one")
    longer = module[: -len("}\n")] + "\n" + INSIDE.replace("it_is_one", "it_is_still_one") + "}\n"
    assert grown("rust", module, f"```rust\n{again}\n```", inside=True) == longer
    assert (
        grown("rust", module, f"```rust\n{framed.replace('it_is_one', 'it_is_still_one')}\n```", inside=True)
        == longer
    )


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("```python\ndef test_a():\n    pass\n```", "again"),
        ("```python\ndef test_b(:\n```", "syntax error"),
        ("```python\nimport a\n```", "no tests"),
        ("```python\ndef test_b():\n    key = 'REDACTED_1'\n```", "secret"),
        ("```python\ndef test_b():\n    # ... more tests ...\n    b()\n```", "leaves out"),
    ],
)
def test_refusals(answer: str, reason: str) -> None:
    """What is no test, or would be there twice, is not added."""
    refused = grown("python", "import a\n\n\ndef test_a():\n    pass\n", answer)
    assert isinstance(refused, Refused) and reason in refused.reason


def test_a_new_file_is_whole() -> None:
    """It parses on its own, ends in one line ending, and unknown names are told."""
    made = created("tests/test_a.py", "python", "```python\ndef test_a():\n    a()\n```", lambda name: False)
    assert not isinstance(made, Refused)
    assert (made.created, made.notes) == (
        "def test_a():\n    a()\n",
        ("Unknown in this workspace: `a`.",),
    )
    assert isinstance(created("a.go", "go", "```go\npackage a\n\nfunc {\n```", anything), Refused)
