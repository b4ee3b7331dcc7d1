"""`linnet review`: what it prints, how it ends, and that no repository steers the terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from linnet_server.cli.forms.text import plain
from linnet_server.cli.shell import run
from tests.fixture import expect
from tests.repositories import Scratch, scratch

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent / "golden" / "review"
TOKEN = "ghp_" + "x8Kd02LmPqRs7TuVwZyAbC4dEfGhIj5kLmNo"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]")

Review = Callable[..., tuple[int, str, str]]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A repository with a change of several kinds in its working tree; the current folder."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    made = scratch(tmp_path / "project")
    monkeypatch.chdir(made.root)
    made.commit(
        {"shop/cart.py": "import math\n\n\nclass Cart:\n    def total(self):\n        return math.pi\n"}
    )
    return made.write(
        {
            "shop/cart.py": (
                "import math\n\n\nclass Cart:\n    def total(self, seen=[]):\n        if not seen:\n"
                '            ValueError("empty")\n        return math.fsum(prices)\n'
            ),
            "deploy.yaml": f"user: ada\ntoken: {TOKEN}\n",
            "web/cart.ts": "export function total(prices: number[] {\n  return 1;\n}\n",
            "package-lock.json": "{}\n",
        }
    )


@pytest.fixture
def review(capsys: pytest.CaptureFixture[str]) -> Review:
    def call(*words: str) -> tuple[int, str, str]:
        code = run(["review", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.mark.parametrize("form", ["text", "concise", "json"])
def test_formats(made: Scratch, review: Review, form: str) -> None:
    """The result as people and programs read it."""
    code, out, err = review("--format", form)
    assert (code, err) == (1, "")
    assert TOKEN not in out
    expect(out, GOLDEN / f"{form}.txt")


def test_json_is_json(made: Scratch, review: Review) -> None:
    """--json is --format json, versioned, with places that count from 1."""
    code, out, _ = review("--json", "shop")
    value = json.loads(out)
    assert (code, value["version"], value["checks"]) == (1, 1, "mechanical")
    assert [(each["line"], each["column"], each["symbol"]) for each in value["findings"]][:1] == [
        (7, 13, "Cart.total")
    ]


def test_nothing_found(made: Scratch, review: Review) -> None:
    """A clean change says what was looked at, and that it was looked at mechanically."""
    made.commit()
    made.write({"new.py": "x = 1\n"})
    code, out, err = review()
    assert (code, err) == (0, "")
    expect(out, GOLDEN / "nothing.txt")


def test_no_change(made: Scratch, review: Review) -> None:
    """Without any change there is nothing to say and nothing to fail."""
    made.commit()
    code, out, _ = review()
    assert code == 0
    assert "Reviewed 0 files" in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--fail-on", "warning"], 1),
        (["--fail-on", "warning", "warning.py"], 1),
        (["--fail-on", "error", "warning.py"], 0),
        (["warning.py"], 0),
        (["clean.py", "--fail-on", "info"], 0),
        (["nope.py"], 2),
        (["--staged", "--worktree"], 2),
        (["--fail-on", "sometimes"], 2),
        (["--patch", "nope.patch"], 2),
        (["--commit", "nope"], 2),
    ],
)
def test_exit_codes(made: Scratch, review: Review, words: list[str], code: int) -> None:
    """0 fine, 1 findings at or above --fail-on, 2 what cannot be done, with one line about it."""
    made.write({"warning.py": "def f(x=[]):\n    return x\n", "clean.py": "x = 1\n"})
    found, _, err = review(*words)
    assert found == code
    assert bool(err) == (code == 2)
    assert err.count("\n") == (code == 2)


def test_fail_on_from_the_settings(made: Scratch, review: Review) -> None:
    """review.fail_on of the workspace holds unless the flag says otherwise."""
    made.git("stash", "--quiet", "--include-untracked")
    made.commit({"linnet.toml": '[review]\nfail_on = "never"\n'})
    made.git("stash", "pop", "--quiet")
    assert review()[0] == 0
    assert review("--fail-on", "error")[0] == 1


def test_outside_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, review: Review) -> None:
    """The message says what is missing and what to do."""
    monkeypatch.chdir(tmp_path)
    code, out, err = review()
    assert (code, out) == (2, "")
    assert "not inside a git repository" in err
    assert "patch" in err


def linnet(*words: str, folder: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-I", "-m", "linnet_server", "review", *words]
    return subprocess.run(command, cwd=folder, input=stdin, capture_output=True, check=False)


def test_a_patch_from_standard_input(made: Scratch) -> None:
    """--patch - reads the diff that another program writes."""
    patch = made.git("diff").encode() + b"\n"
    done = linnet("--patch", "-", "--format", "concise", folder=made.root, stdin=patch)
    assert done.returncode == 1, done.stderr
    assert b"shop/cart.py:8:26: error: Undefined name `prices` [ruff/F821]" in done.stdout
    (made.root / "my.patch").write_bytes(patch)
    assert linnet("--patch", "my.patch", "--format", "concise", folder=made.root).stdout == done.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_nothing_of_a_repository_steers_the_terminal(made: Scratch, review: Review) -> None:
    """Escapes in names, contents and messages are made visible, in every format."""
    evil = "\x1b]0;owned\x07\x1b[2J\u202e"
    name = f"evil{evil}\n.py"
    made.commit()
    made.git("commit", "--quiet", "--allow-empty", "-m", f"subject {evil}")
    made.write(
        {
            name: f"x = undefined_{'a'}  # {evil}\n",
            os.fsdecode(b"caf\xe9.py"): "print(conut)\n",
            f"s{evil}.lock": "x\n",
        }
    )
    for form in ("text", "concise", "json"):
        code, out, _ = review("--worktree", "--format", form)
        assert code == 1
        assert not CONTROL.search(out), repr(out)
        assert "undefined_a" in out
    made.git("add", "--all")
    made.git("commit", "--quiet", "-m", f"subject {evil}")
    assert not CONTROL.search(review("--commit", "HEAD")[1])


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_on_a_terminal(made: Scratch) -> None:
    """On a terminal the text is the same with colours; with NO_COLOR there are none, and escapes stay visible."""
    made.write({"shop/cart.py": "x = conut  # \x1b[2J [bold]not markup[/bold]\n"})
    words = ["shop/cart.py"]
    coloured, bare = (on_terminal(made.root, words, variables) for variables in ({}, {"NO_COLOR": "1"}))
    assert "\x1b[1;31merror" in coloured
    assert "\x1b[2J" not in coloured
    assert "\\x1b[2J [bold]not markup[/bold]" in bare
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured).split() == re.sub(r"\x1b\[[\d;]*m", "", bare).split()


def on_terminal(folder: Path, words: list[str], variables: dict[str, str]) -> str:
    import pty

    ours, theirs = pty.openpty()
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **variables}
    command = [sys.executable, "-I", "-m", "linnet_server", "review", *words]
    with subprocess.Popen(command, cwd=folder, env=environ, stdout=theirs, stderr=subprocess.DEVNULL):
        os.close(theirs)
        parts = []
        while part := _read(ours):
            parts.append(part)
    os.close(ours)
    return b"".join(parts).decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux reports the end of a pseudo-terminal as an error.
        return b""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb", "a    b"),
        ("\x1b[0m", "\\x1b[0m"),
        ("a\nb", "a\\nb"),
        ("\udce9", "\\udce9"),
        ("\u202e", "\\u202e"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    """What would steer or deceive is shown as its code."""
    assert plain(text) == shown
