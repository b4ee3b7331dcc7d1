"""Rules that a project writes itself."""

from __future__ import annotations

import pytest

from linnet_completions.review.patterns import matches, own
from linnet_context.problems import Problem

RULES = """\
id: no-print
language: Python
severity: error
message: Use the log
note: |
  Nobody reads
  standard output.
rule:
  pattern: print($$$ARGUMENTS)
---
id: no-any
language: ts
rule: {kind: predefined_type, regex: ^any$}
---
id: named
language: go
rule: {pattern: f($A)}
constraints: {A: {regex: ^x$}}
"""


def test_rules_of_a_file() -> None:
    """Each document is a rule; severity is a warning where none is given."""
    patterns = own.read(RULES, "rules.yml")
    assert [(each.name, each.severity) for each in patterns] == [
        ("no-print", "error"),
        ("no-any", "warning"),
        ("named", "warning"),
    ]
    (found,) = matches("a.py", "def f():\n    print(1)\n", patterns)
    assert (found.rule, found.message, found.consequence) == (
        "pattern/no-print",
        "Use the log",
        "Nobody reads standard output.",
    )
    assert [each.rule for each in matches("a.ts", "let x: any = 1;\n", patterns)] == ["pattern/no-any"]
    go = "package a\n\nfunc g() {\n\tf(x)\n\tf(y)\n}\n"
    assert len(matches("a.go", go, patterns)) <= 1
    assert own.read("", "rules.yml") == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("id: [", "is no YAML"),
        ("!!python/object/apply:os.system ['true']", "is no YAML"),
        ("- 1", "no rule"),
        ("id: x\nlanguage: Cobol\nrule: {kind: x}", "lacks an id, a language"),
        ("language: Python\nrule: {kind: x}", "lacks an id"),
        ("id: x\nlanguage: Python", "lacks an id"),
        ("id: x\nlanguage: Python\nrule: {kind: nonsense}", "refused by ast-grep"),
        ("id: x\nlanguage: Python\nrule: {regex: '('}", "refused by ast-grep"),
        ("id: x\nlanguage: Python\nrule: {nonsense: 1}", "refused by ast-grep"),
    ],
)
def test_what_is_no_rule(text: str, what: str) -> None:
    """What is wrong is said in a sentence that names the file."""
    with pytest.raises(Problem, match=what) as caught:
        own.read(text, "rules.yml")
    assert "rules.yml" in caught.value.what
    assert "\n" not in caught.value.what
