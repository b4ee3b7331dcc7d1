"""What `linnet review` can be asked for: fixes, baselines, several outputs, shards, rules of the base commit."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from linnet_server.cli.shell import run
from linnet_server.settings import trust
from linnet_server.settings.files import read_workspace_file
from tests.repositories import Scratch, scratch

from .reviewing import Review, linnet

pytestmark = pytest.mark.slow

BUG = "print(conut)\n"
IDENTITY = "def f(x):\n    return x is 'a'\n"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A repository with one commit; the current folder."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    made = scratch(tmp_path / "project")
    monkeypatch.chdir(made.root)
    made.commit({"main.py": "x = 1\n"})
    return made


@pytest.fixture
def review(capsys: pytest.CaptureFixture[str]) -> Review:
    return Review(capsys)


# Outputs


def test_several_outputs(made: Scratch, review: Review, tmp_path: Path) -> None:
    """One run writes as many forms as are asked for, and prints one."""
    made.write({"main.py": BUG})
    sarif, junit = tmp_path / "r.sarif", tmp_path / "r=1.xml"
    done = review("--format", "concise", "--output", f"sarif={sarif}", "--output", f"junit={junit}")
    assert (done.code, done.err) == (1, "")
    assert done.out == "main.py:1:7: error: Undefined name `conut` [ruff/F821]\n"
    assert json.loads(sarif.read_text())["version"] == "2.1.0"
    assert 'failures="1"' in junit.read_text()


@pytest.mark.parametrize("word", ["sarif", "sarif=", "html=x", "=x"])
def test_an_output_that_is_none(made: Scratch, review: Review, word: str) -> None:
    """An output needs a form and a file."""
    done = review("--output", word)
    assert (done.code, done.out) == (2, "")


def test_an_output_that_cannot_be_written(made: Scratch, review: Review) -> None:
    """The message names the file."""
    done = review("--output", "json=/nonexistent/x")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "/nonexistent/x cannot be written" in done.err


def test_annotations_in_github_actions(
    made: Scratch, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a workflow the result is annotations, unless another form is asked for."""
    made.write({"main.py": BUG})
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert review().out.startswith(
        "::error title=ruff/F821,file=main.py,line=1,endLine=1,col=7,endColumn=12::"
    )
    assert review("--format", "concise").out.startswith("main.py:1:7: error")


def test_most_findings(made: Scratch, review: Review) -> None:
    """review.max_findings and --max-findings cut what people see; the exit code and programs see everything."""
    made.write({"main.py": "".join(f"print(name_{letter})\n" for letter in "abcdefgh")})
    assert review().out.count("error: Undefined") == 5
    assert "3 more findings" in review().out
    assert review("--max-findings", "0").out.count("error: Undefined") == 8
    assert len(review.json("--max-findings", "1").rules) == 8
    assert review("--max-findings", "1").code == 1


@pytest.mark.skipif(os.name == "nt", reason="needs links")
@pytest.mark.parametrize("option", ["--output", "--write-baseline"])
def test_no_output_leaves_through_a_link(made: Scratch, review: Review, tmp_path: Path, option: str) -> None:
    """A link in the repository does not carry what is written to a file outside of it."""
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (made.root / "result.json").symlink_to(outside)
    word = "result.json" if option == "--write-baseline" else "json=result.json"
    done = review(option, word)
    assert (done.code, outside.read_text()) == (2, "mine")
    assert "leads out of" in done.err


# Fixes


def test_diff(made: Scratch, review: Review) -> None:
    """--diff prints safe fixes as a patch that git applies; nothing is changed by it."""
    made.commit({"main.py": IDENTITY})
    done = review("--diff", "--commit", "HEAD")
    assert done.out.startswith("diff --git a/main.py b/main.py\n")
    assert "+    return x == 'a'" in done.out
    (made.root / "p").write_text(done.out)
    made.git("apply", "--check", "p")
    assert (made.root / "main.py").read_text() == IDENTITY
    assert "1 warning in commit" in done.err


def test_fix(made: Scratch, review: Review) -> None:
    """--fix makes safe fixes in the working tree and reports what is left."""
    made.commit({"main.py": IDENTITY + BUG})
    done = review("--fix", "--json", "--commit", "HEAD")
    assert (made.root / "main.py").read_text() == IDENTITY.replace("is", "==") + BUG
    assert done.rules == ["ruff/F821"]
    assert done.err == "Fixed 1 finding in 1 file.\n"


def test_fix_over_uncommitted_work(made: Scratch, review: Review) -> None:
    """Over work that git does not have, --fix says so and how to take the fixes back; the command works."""
    text = "y = 1\r\n" + IDENTITY.replace("\n", "\r\n")
    made.write({"main.py": text, "new file.py": IDENTITY})
    (made.root / "main.py").chmod(0o755)
    done = review("--fix")
    assert "uncommitted work in main.py, new file.py" in done.err
    assert "x == 'a'\r\n" in (made.root / "main.py").read_bytes().decode()
    assert (made.root / "main.py").stat().st_mode & 0o777 == 0o755
    assert os.system(done.err.strip().splitlines()[-1]) == 0
    assert (made.root / "main.py").read_bytes() == text.encode()
    assert (made.root / "new file.py").read_text() == IDENTITY


def test_unsafe_fixes_are_asked_for(made: Scratch, review: Review) -> None:
    """What may change the meaning is only named, until --unsafe-fixes is given."""
    made.write({"main.py": "def f():\n    ValueError('x')\n"})
    done = review("--fix")
    assert "1 fix may change what was meant" in done.err
    assert "Nothing was fixed" in done.err
    review("--fix", "--unsafe-fixes")
    assert (made.root / "main.py").read_text() == "def f():\n    raise ValueError('x')\n"


def test_fix_leaves_other_texts_alone(made: Scratch, review: Review) -> None:
    """A file that is not as it was reviewed is not written, and neither is one behind a link."""
    made.write({"main.py": IDENTITY})
    made.git("add", "main.py")
    made.write({"main.py": "z = 1\n" + IDENTITY})
    done = review("--fix", "--staged")
    assert "Nothing was changed in main.py: it was changed meanwhile." in done.err
    assert (made.root / "main.py").read_text() == "z = 1\n" + IDENTITY


def test_diff_and_fix(made: Scratch, review: Review) -> None:
    """One of the two."""
    assert review("--diff", "--fix").code == 2


# Baselines


def test_baseline(made: Scratch, review: Review) -> None:
    """What a baseline accepts is left out and counted; what comes later is found."""
    made.write({"main.py": BUG})
    done = review("--write-baseline", "known.json")
    assert (done.code, done.err) == (0, "known.json accepts 1 finding.\n")
    done = review("--baseline", "known.json", "main.py")
    assert done.code == 0
    assert "1 finding accepted by the baseline." in done.out
    made.write({"main.py": BUG + "def f():\n    return other\n"})
    assert [
        each["message"] for each in review.json("--baseline", "known.json", "main.py").value["findings"]
    ] == ["Undefined name `other`"]


def test_baseline_of_the_base(made: Scratch, review: Review) -> None:
    """A change cannot add to the baseline that it is judged by."""
    made.commit(
        {
            "known.json": '{"version": 1, "findings": []}\n',
            "linnet.toml": '[review]\nbaseline = "known.json"\n',
        }
    )
    made.write({"main.py": BUG})
    review("--write-baseline", "known.json")
    done = review("--baseline", "known.json", "main.py")
    assert done.code == 1
    assert "known.json differs from the base commit's" in done.err
    assert review("main.py").code == 1
    made.git("add", "known.json")
    made.git("commit", "--quiet", "-m", "accept")
    assert review("main.py").code == 0


@pytest.mark.parametrize("text", [None, "no json"])
def test_a_baseline_that_is_none(made: Scratch, review: Review, text: str | None) -> None:
    """A missing or foreign baseline is an error: nothing may be taken for accepted."""
    made.write({"known.json": text} if text else {})
    done = review("--baseline", "known.json")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


# Rules of the base commit


def test_settings_of_the_base(made: Scratch, review: Review) -> None:
    """A change cannot loosen the settings it is judged by; that they differ is said."""
    made.write({"main.py": BUG, "linnet.toml": '[review]\nfail_on = "never"\nclasses = ["secrets"]\n'})
    done = review("main.py")
    assert done.code == 1
    assert "settings for review differ from those of the base commit" in done.err
    made.git("add", "linnet.toml")
    made.git("commit", "--quiet", "-m", "settings")
    assert review("main.py").code == 0


def test_rules_of_a_trusted_workspace(made: Scratch, review: Review) -> None:
    """A trusted workspace's own patterns count; an untrusted one's are not looked at."""
    rules = "id: no-print\nlanguage: Python\nseverity: error\nrule: {pattern: print($$$A)}\n"
    made.commit({"rules.yml": rules, "linnet.toml": '[review]\npatterns = ["rules.yml"]\n'})
    made.write({"main.py": "print(1)\n"})
    done = review.json()
    assert done.rules == []
    assert "`review.patterns` are yours to set" in done.err
    trust.grant(made.root, read_workspace_file(made.root).digest)
    assert review.json().rules == ["pattern/no-print"]
    made.write({"rules.yml": ""})
    assert review.json("main.py").rules == ["pattern/no-print"]
    made.commit({"rules.yml": "id: ["})
    made.write({"main.py": "print(2)\n"})
    done = review.json()
    assert "rules.yml is no YAML" in done.err


@pytest.mark.skipif(os.name == "nt", reason="the linter is a shell script")
def test_linters_only_with_leave(made: Scratch, review: Review) -> None:
    """A project's linter runs with --run-linters, or where its own trusted settings say so; never else."""
    (made.root / "node_modules/.bin").mkdir(parents=True)
    script = made.root / "node_modules/.bin/eslint"
    script.write_text(f"#!/bin/sh\ntouch {made.root}/ran\necho '[]'\n")
    script.chmod(0o755)
    made.commit(
        {
            "eslint.config.js": "",
            ".gitignore": "node_modules\nran\n",
            "linnet.toml": "[review]\nlinters = true\n",
        }
    )
    made.write({"a.js": "x();\n"})
    review()
    assert not (made.root / "ran").exists()
    review("--run-linters")
    assert (made.root / "ran").exists()
    (made.root / "ran").unlink()
    trust.grant(made.root, read_workspace_file(made.root).digest)
    review()
    assert (made.root / "ran").exists()


def test_linters_of_a_user_file(
    made: Scratch, review: Review, isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user's settings alone do not have the linters of every workspace run."""
    monkeypatch.setenv("LINNET_REVIEW_LINTERS", "true")
    made.commit({".shellcheckrc": ""})
    made.write({"a.sh": "x\n"})
    assert "shellcheck" not in review().err


# Shards, cache, interruption


def test_shards(made: Scratch, review: Review) -> None:
    """Each file of a change is in one of its shards."""
    made.write({f"f{number}.py": BUG for number in range(5)})
    found = [
        each["path"] for number in (1, 2) for each in review.json("--shard", f"{number}/2").value["reviewed"]
    ]
    assert sorted(found) == [f"f{number}.py" for number in range(5)]
    assert review("--shard", "3/2").code == 2
    assert review("--shard", "x").code == 2


def test_unchanged_files_are_remembered(
    made: Scratch, review: Review, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is as it was is not checked again, and says the same; --no-cache checks it anew."""
    from linnet_server.cli.shell import run

    made.write({"a.py": BUG, "b.py": IDENTITY, "c.js": "new Error('x');\n"})
    first = review.json()
    assert review.json().out == first.out
    counts = []
    for words in ([], ["--no-cache"]):
        run(["--verbose", "review", *words])
        counts.append(re.findall(r"(\d+) of (\d+) files did not change", capsys.readouterr().err))
    assert counts == [[("3", "3")], [("0", "3")]]
    made.write({"a.py": BUG + "x = 1\n"})
    run(["--verbose", "review"])
    assert "2 of 3 files did not change" in capsys.readouterr().err


def test_ignores_are_counted(made: Scratch, review: Review) -> None:
    """What comments take back is counted, and in the JSON, so that nobody hides it."""
    made.write({"main.py": "print(conut)  # linnet: ignore[F821]\n"})
    assert "1 finding ignored by comments." in review().out
    assert [each["rule"] for each in review.json().value["ignored"]] == ["ruff/F821"]


def test_observations_never_fail(made: Scratch, review: Review) -> None:
    """Observations are shown apart and do not end a run with a failure, whatever it fails on."""
    made.commit({"main.py": "def f(x):\n    if not x:\n        return 0\n    return 1 / x\n"})
    made.write({"main.py": "def f(x):\n    return 1 / x\n"})
    done = review("--fail-on", "info")
    assert done.code == 0
    assert "Observations, not defects:\n  main.py:2: A guard was removed from `f`.\n" in done.out


def test_a_broken_text_hides_nothing_else(made: Scratch, review: Review) -> None:
    """Beside a syntax error, other mistakes of the file are found."""
    made.write(
        {
            "main.py": "def f(x, seen=[]):\n    return x is 'a'\n\n\ndef g(:\n    pass\n\n\ntry:\n    f(1)\nexcept:\n    pass\n"
        }
    )
    assert sorted(review.json().rules) == ["ruff/B006", "ruff/E722", "ruff/F632", "syntax/python"]


def test_a_patch_anywhere(tmp_path: Path) -> None:
    """Outside of any repository a patch can be reviewed, by what stands in it."""
    patch = b"--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+print(conut)\n"
    done = linnet("--patch", "-", "--format", "concise", folder=tmp_path, stdin=patch)
    assert done.stdout == b"a.py:1:7: error: Undefined name `conut` [ruff/F821]\n", done.stderr


def test_callers_come_from_the_index(made: Scratch, review: Review) -> None:
    """Once the workspace is indexed, another function of the same name has no callers here; before, it may have."""
    text = "def price(x):\n    return x\n"
    made.commit({"shop.py": text, "bank.py": "def price(x):\n    return x\n\n\nprint(price(1))\n"})
    made.write({"shop.py": text.replace("(x)", "(x, tax)")})
    assert [each["about"] for each in review.json("--no-model").value["observations"]] == ["callers"]
    assert run(["index"]) == 0
    review.json("--no-model")  # Takes what the command above printed.
    assert review.json("--no-model").value["observations"] == []
