"""The project's own linters: run only when asked, understood, and kept to what the change touched."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path

import pytest

from linnet_completions.review.change import Inputs, find_change
from linnet_completions.review.linters import before, found
from linnet_completions.review.review import Report, review
from tests.repositories import Scratch, scratch

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")]


def program(folder: Path, name: str, output: str, code: int = 1) -> None:
    """A program that prints `output`, and writes its arguments beside itself."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.out").write_text(output)
    script = (
        f'#!/bin/sh\nprintf "%s\\n" "$@" > "{folder}/{name}.asked"\ncat "{folder}/{name}.out"\nexit {code}\n'
    )
    (folder / name).write_text(script)
    (folder / name).chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tools = tmp_path / "tools"
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    return tools


@pytest.fixture
def made(tmp_path: Path) -> Scratch:
    return scratch(tmp_path / "project")


ESLINT = [
    {
        "filePath": "/web/a.js",
        "messages": [
            {
                "ruleId": "no-undef",
                "severity": 2,
                "message": "x  is\nnot defined",
                "line": 2,
                "column": 3,
                "endLine": 2,
                "endColumn": 4,
            }
        ],
    }
]
OXLINT = {
    "diagnostics": [
        {
            "filename": "web/a.js",
            "message": "m",
            "code": "eslint(no-undef)",
            "severity": "error",
            "labels": [{"span": {"line": 2, "column": 3}}],
        }
    ]
}
GOLANGCI = {
    "Issues": [
        {"FromLinter": "errcheck", "Text": "m", "Pos": {"Filename": "web/a.js", "Line": 2, "Column": 3}}
    ]
}
CLIPPY = {
    "reason": "compiler-message",
    "message": {
        "code": {"code": "clippy::unwrap_used"},
        "level": "error",
        "message": "m",
        "spans": [
            {
                "is_primary": True,
                "file_name": "web/a.js",
                "line_start": 2,
                "column_start": 3,
                "line_end": 2,
                "column_end": 4,
            }
        ],
    },
}
SHELLCHECK = [
    {
        "file": "web/a.js",
        "line": 2,
        "endLine": 2,
        "column": 3,
        "endColumn": 4,
        "level": "warning",
        "code": 2086,
        "message": "m",
    }
]


@pytest.mark.parametrize(
    ("mark", "name", "path", "output", "rule"),
    [
        ("eslint.config.js", "eslint", "web/a.js", json.dumps(ESLINT), "eslint/no-undef"),
        (".oxlintrc.json", "oxlint", "web/a.js", json.dumps(OXLINT), "oxlint/no-undef"),
        (
            ".golangci.yml",
            "golangci-lint",
            "a.go",
            json.dumps(GOLANGCI) + "\n1 issue\n",
            "golangci-lint/errcheck",
        ),
        ("Cargo.toml", "cargo", "src/a.rs", json.dumps(CLIPPY) + "\n{}\n", "clippy/unwrap_used"),
        (".shellcheckrc", "shellcheck", "a.sh", json.dumps(SHELLCHECK), "shellcheck/SC2086"),
    ],
)
def test_outputs(tools: Path, made: Scratch, mark: str, name: str, path: str, output: str, rule: str) -> None:
    """Each linter is asked in its own words, and its answer is understood."""
    program(tools, name, output.replace("/web/a.js", f"{made.root}/web/a.js"))
    made.write({mark: "", path: "x\n"})
    result, notes = found(made.root, [path])
    assert notes == []
    ((where, (candidate,)),) = result.items()
    assert (where, candidate.rule, candidate.source) == ("web/a.js", rule, "linters")
    assert (candidate.start.line, candidate.start.column) == (1, 2)
    asked = (tools / f"{name}.asked").read_text().split("\n")
    assert not any(word.startswith("-") for word in asked[asked.index("--") + 1 :]) if "--" in asked else True


def test_not_configured(tools: Path, made: Scratch) -> None:
    """A linter that the project does not use is not run."""
    program(tools, "eslint", "[]")
    made.write({"a.js": "x\n"})
    assert found(made.root, ["a.js"]) == ({}, [])
    assert not (tools / "eslint.asked").exists()


@pytest.mark.parametrize("output", ["", "oops", "{}", '[{"filePath": 1}]'])
def test_an_answer_that_is_none(tools: Path, made: Scratch, output: str) -> None:
    """A linter that fails is named, and the review goes on."""
    program(tools, "eslint", output, 2)
    made.write({"eslint.config.js": "", "a.js": "x\n"})
    result, notes = found(made.root, ["a.js"])
    assert result == {}
    assert notes == [] or notes[0].startswith("eslint could not be used")


def test_a_program_that_is_missing(made: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configured linter that is not installed is told."""
    monkeypatch.setenv("PATH", "/nonexistent")
    made.write({"eslint.config.js": "", "a.js": "x\n"})
    assert found(made.root, ["a.js"])[1] == [
        "eslint is configured here and was not found, so it was not asked."
    ]


def test_only_what_the_change_brought(tools: Path, made: Scratch) -> None:
    """Of what a linter says of a file, what lies on added lines counts, and only of the text that it saw."""
    messages = [
        {"ruleId": "no-undef", "severity": 2, "message": "m", "line": line, "column": 1} for line in (1, 2)
    ]
    program(
        made.root / "node_modules" / ".bin",
        "eslint",
        json.dumps([{"filePath": "a.js", "messages": messages}]),
    )
    made.commit({"eslint.config.js": "", "a.js": "one();\n"})
    made.write({"a.js": "one();\ntwo();\n"})
    change = find_change(made.root, Inputs(worktree=True))
    told, _ = found(made.root, [file.path for file in change.files])
    assert [(each.rule, each.start.line) for each in review(change, further=told).findings] == [
        ("eslint/no-undef", 1)
    ]
    made.git("add", "a.js")
    made.write({"a.js": "one();\ntwo();\nthree();\n"})
    assert review(find_change(made.root, Inputs(staged=True)), further=told).findings == ()


def linted(made: Scratch) -> Report:
    """The working tree's review with the project's linters, as the command line makes it."""
    change = find_change(made.root, Inputs(worktree=True))
    told, notes = found(made.root, [file.path for file in change.files])
    return review(change, further=told, earlier=partial(before, made.root), notes=notes)


def lines_of(report: Report) -> list[tuple[str, int]]:
    return [(each.rule, each.start.line + 1) for each in report.findings if each.source == "linters"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # The line was too long before, and it is still.
        (f"x = {'1' * 40}\n", f"x = {'1' * 41}\n", []),
        (f"x = {'1' * 40}\n", f"x = {'1' * 40}\ny = {'2' * 40}\n", [("ruff/E501", 2)]),
        (f"x = {'1' * 40}\n", f"y = {'2' * 40}\nx = {'1' * 41}\n", [("ruff/E501", 2)]),
        ("x = 1\n", f"x = {'1' * 40}\n", [("ruff/E501", 1)]),
        # An import that is not used any more stands on a line that nobody touched.
        ("import os\n\nprint(os.sep)\n", "import os\n\nprint(1)\n", []),
        ("print(conut)\n", "print(conut)\nx = 1\n", []),
    ],
)
def test_a_real_linter_before_and_after(
    made: Scratch, old: str, new: str, expected: list[tuple[str, int]]
) -> None:
    """What the project's own ruff, with its configuration, said of the text before the change is not told again."""
    made.commit({"ruff.toml": 'line-length = 30\nlint.select = ["E501", "F"]\n', "a.py": old})
    made.write({"a.py": new})
    report = linted(made)
    assert report.notes == ()
    assert lines_of(report) == expected


def test_a_file_that_is_new(made: Scratch) -> None:
    """All that a linter says of a new file is new."""
    made.commit({"ruff.toml": 'lint.select = ["E501"]\nline-length = 30\n'})
    made.write({"a.py": f"x = {'1' * 40}\n"})
    assert lines_of(linted(made)) == [("ruff/E501", 1)]


def test_an_ignored_finding_that_was_there_before(made: Scratch) -> None:
    """A comment that takes back what a linter says is of use, though the linter said so before, too."""
    made.commit(
        {
            "ruff.toml": 'line-length = 30\nlint.select = ["E501"]\n',
            "a.py": f"x = {'1' * 40}  # linnet: ignore[E501]\n",
        }
    )
    made.write({"a.py": f"x = {'1' * 41}  # linnet: ignore[E501]\n"})
    report = linted(made)
    assert (report.findings, report.ignored) == ((), ())


def test_a_linter_that_cannot_tell_of_before(tools: Path, made: Scratch) -> None:
    """Where a linter fails on the text before, what it says of added lines counts, whatever else the rule reaches."""
    output = json.dumps([{"filePath": "a.js", "messages": [ESLINT[0]["messages"][0]]}])
    program(tools, "eslint", output)
    script = (tools / "eslint").read_text()
    (tools / "eslint").write_text(
        script.replace("#!/bin/sh\n", '#!/bin/sh\ncase "$*" in *--stdin*) exit 2;; esac\n')
    )
    made.commit({"eslint.config.js": "", "a.js": "one();\n"})
    made.write({"a.js": "one();\n  two();\n"})
    assert before(made.root, "a.js", "one();\n", {"eslint"}) == {}
    assert lines_of(linted(made)) == [("eslint/no-undef", 2)]


def test_no_name_is_an_option(tools: Path, made: Scratch) -> None:
    """The path of a file is one word with the option that it belongs to, and its text comes by standard input."""
    program(tools, "eslint", "[]")
    assert before(made.root, "--fix $x.js", "one();\n", {"eslint", "oxlint"}) == {"eslint": ()}
    assert (tools / "eslint.asked").read_text().split("\n")[-2] == "--stdin-filename=--fix $x.js"
