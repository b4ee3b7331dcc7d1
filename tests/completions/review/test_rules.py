"""Each class of mistake is found when a change brings it, and passed over when it was there before."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from linnet_completions.review import rules
from linnet_completions.review.checks import Checks
from linnet_completions.review.ruff_rules import AT_A_DISTANCE, MAY_BE_EXPECTED, NOT_IN_TESTS, RULES
from linnet_completions.review.sides import Pair
from linnet_context.diff import between
from linnet_context.git import ChangedFile

from .helpers import found_in, rules_of

pytestmark = pytest.mark.slow

CLEAN = "import os\n\n\ndef load(name, seen=None):\n    return os.path.join(name, str(seen))\n"
BUGS = {
    "F821": "def f():\n    return conut\n",
    "F823": "x = 1\n\ndef f():\n    print(x)\n    x = 2\n    return x\n",
    "F811": "def f():\n    return 1\n\ndef f():\n    return 2\n",
    "F507": "text = '%s %s' % (1,)\n",
    "F524": "text = '{} {name}'.format(1)\n",
    "F601": "table = {'a': 1, 'a': 2}\n",
    "F631": "def f(x):\n    assert (x, 'message')\n",
    "F632": "def f(x):\n    return x is 'a'\n",
    "F901": "def f():\n    raise NotImplemented\n",
    "B006": "def f(x, seen=[]):\n    seen.append(x)\n",
    "B012": "def f():\n    try:\n        g()\n    finally:\n        return 1\n\n\ndef g(): pass\n",
    "B015": "def f(x):\n    x == 1\n",
    "B016": "def f():\n    raise 'no'\n",
    "B018": "def f(x):\n    x.close\n",
    "B023": "def f(items):\n    return [lambda: item for item in items]\n",
    "E722": "def f(x):\n    try:\n        x()\n    except:\n        pass\n",
    "PLE0237": "class A:\n    __slots__ = ('x',)\n    def __init__(self):\n        self.y = 1\n",
    "PLE1205": "import logging\nlogging.error('one %s', 1, 2)\n",
    "PLR0124": "def f(x):\n    return x == x\n",
    "PLW0127": "def f(x):\n    x = x\n    return x\n",
    "PLW0133": "def f(x):\n    if not x:\n        ValueError('x')\n",
    "PLW1501": "open('x', 'rwx')\n",
    "RUF006": "import asyncio\nasync def f():\n    asyncio.create_task(f())\n",
    "RUF008": "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: list = []\n",
    "RUF027": "def f(name):\n    return 'hello {name}'\n",
    "S506": "import yaml\nyaml.load('x')\n",
    "SIM222": "def f(x):\n    if x or True:\n        return 1\n",
    "T100": "def f():\n    breakpoint()\n",
    "ASYNC251": "import time\nasync def f():\n    time.sleep(1)\n",
}


def test_a_clean_text_has_nothing() -> None:
    """Nothing is found in a text without mistakes."""
    assert rules_of(CLEAN) == []


@pytest.mark.parametrize("code", BUGS)
def test_bugs(code: str) -> None:
    """A bug is found in a new file and when it is added to an old one, and is silent when it was there before."""
    bug = BUGS[code]
    assert rules_of(bug) == [f"ruff/{code}"]
    assert rules_of(CLEAN + bug, CLEAN) == [f"ruff/{code}"]
    assert rules_of(bug + "\n\nlast = 1\n", bug) == []


@pytest.mark.parametrize("code", BUGS)
def test_old_bugs_that_move_or_are_reindented(code: str) -> None:
    """A mistake that only moved down, or that was rewritten where it stood, is not the change's."""
    bug = BUGS[code]
    indented = "if True:\n" + "".join(f"    {line}\n" if line else "\n" for line in bug.splitlines())
    assert rules_of("first = 1\n" + bug, bug) == []
    assert rules_of(indented, bug) == []


def test_every_rule_is_known_to_ruff() -> None:
    """The curated set names rules that the installed ruff has, and none that only warn of style by mistake."""
    program = rules.ruff_program()
    assert program is not None
    listed = subprocess.run(
        [program, "rule", "--all", "--output-format=json"], capture_output=True, check=True
    )
    known = {rule["code"] for rule in json.loads(listed.stdout) if "Removed" not in rule["status"]}
    assert set(RULES) <= known
    assert set(RULES) >= AT_A_DISTANCE | MAY_BE_EXPECTED | NOT_IN_TESTS


@pytest.mark.parametrize(
    ("base", "text", "line"),
    [
        ("import os\n\nprint(os.sep)\n", "\nprint(os.sep)\n", 1),
        ("def f(x):\n    return x\n", "def f(y):\n    return x\n", 1),
    ],
)
def test_a_name_loses_its_definition(base: str, text: str, line: int) -> None:
    """Taking away a definition is found at the use that it leaves behind, which the change does not touch."""
    (found,) = found_in(text, base)
    assert (found.rule, found.start.line) == ("ruff/F821", line)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "tests/test_x.py",
            "import pytest\n\ndef test(x):\n    with pytest.raises(AttributeError):\n        x.gone\n",
        ),
        ("tests/test_x.py", "def test(x):\n    assert x == x\n"),
        ("tests/data/case.py", "print(undefined_name)\n"),
        ("tests/data/broken.py", "def f(:\n"),
        ("x.py", "print(_('translated'))\n"),
        ("x.py", 'def f(app, get):\n    get("/apps/{app}/info")\n'),
        ("x.py", 'def version() -> "as":\n    return []\n'),
        ("x.py", "import pdb\n\ndebugger = pdb\n"),
        ("x.py", "def f():\n    return conut  # noqa: F821\n"),
        ("{{cookiecutter.name}}/x.py", "import {{ cookiecutter.name }}\n"),
        ("x.py", "{% if a %}\nimport b\n{% endif %}\n"),
    ],
)
def test_what_is_written_on_purpose(path: str, text: str) -> None:
    """Tests of failures, test data, templates, names of the surroundings and lines marked noqa are passed over."""
    assert rules_of(text, None, path) == []


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("if not x:\n        ShopError(x)", 1),
        ("if x:\n            return\n    ShopError(x)", 1),
        ("if not x:\n        errors.ShopError(  # why\n            x,\n        )", 1),
        ("return [\n        ShopError(x),\n        ShopError(x)\n    ]", 0),
        ("raise \\\n        ShopError(x)", 0),
        ("return (\n        ShopError(x)\n    )", 0),
        ("ShopError(x).show()", 0),
        ('"""Like this:\n\n    ShopError(x)\n    """', 0),
        ("ShopError(x)  # noqa: PLW0133", 0),
    ],
)
def test_exceptions_of_the_project(body: str, count: int) -> None:
    """An exception that is made and not raised is found by its name; ruff knows those of Python alone."""
    text = f"import errors\nfrom errors import ShopError\n\n\ndef f(x):\n    {body}\n"
    assert rules_of(text) == ["ruff/PLW0133"] * count


def test_further_rules() -> None:
    """Rules from the settings are checked too; what is no rule's name never reaches ruff's command line."""
    program = rules.ruff_program()
    assert program is not None
    text = "def f():\n    try:\n        return 1\n    except ValueError:\n        raise KeyError\n"
    more = rules.bugs(program, "x.py", text, ["B904", "--config=evil.toml", "A B"])
    assert [each.rule for each in more or ()] == ["ruff/B904"]


def test_configuration_of_the_workspace_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ruff.toml or a variable that would turn all rules off changes nothing."""
    (tmp_path / "ruff.toml").write_text('lint.ignore = ["F821"]\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUFF_IGNORE", "F821")
    assert rules_of(BUGS["F821"]) == ["ruff/F821"]


def test_without_ruff() -> None:
    """Without ruff the syntax is still checked, and the report says what was not."""
    checks = Checks(ruff=None)
    text = "def f(:\n"
    pair = Pair(ChangedFile("x.py", "", "added"), between("x.py", None, text), None, text)
    assert [each.rule for each in checks.checked(pair).findings] == ["syntax/python"]
    assert len(checks.notes) == 1
    assert "were not checked" in checks.notes[0]


def test_a_ruff_that_fails_is_noted(tmp_path: Path) -> None:
    """A ruff that prints nonsense is as good as none."""
    program = tmp_path / "ruff"
    program.write_text("#!/bin/sh\necho nonsense\n")
    program.chmod(0o755)
    assert rules.bugs(program, "x.py", "a = 1\n") is None
    assert rules.bugs(tmp_path / "gone", "x.py", "a = 1\n") is None
