"""What the page about review and the files for CI say works as it stands."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from linnet_completions.review.patterns import own
from linnet_server.cli.shell import run
from tests.repositories import Scratch, scratch

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="the commands are for a shell")]

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("  #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]
BUG = "def f(x):\n    return x is 'a' or conut\n"


@pytest.fixture
def made(tmp_path: Path) -> Scratch:
    """A branch with a mistake in a commit and others in the working tree."""
    made = scratch(tmp_path / "project")
    made.commit({"src/a.py": "x = 1\n"})
    made.git("switch", "--quiet", "--create", "feature")
    made.commit({"src/a.py": BUG})
    made.write({"src/b.py": BUG})
    return made


def shell(made: Scratch, script: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a script with bash, our own programs first on the PATH."""
    path = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))
    given = {**os.environ, "PATH": path, **environ}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=made.root,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_page(
    made: Scratch, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command of the page does what it should: it finds something or nothing, and is understood."""
    monkeypatch.chdir(made.root)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    if "--baseline" in command:
        run(shlex.split("review --base main --write-baseline linnet-baseline.json"))
    if "|" in command:
        done = shell(made, command)
        code, out, err = done.returncode, done.stdout, done.stderr
    else:
        code = run(shlex.split(command)[1:])
        out, err = capsys.readouterr()
    assert code in (0, 1), err
    assert "Traceback" not in err
    assert out or "git apply" in command


def test_the_page_has_commands() -> None:
    """The page is read as it is meant."""
    assert len(COMMANDS) > 15


def test_the_rule_of_the_page() -> None:
    """The rule that the page shows is one."""
    (text,) = (block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "language:" in block)
    assert [each.name for each in own.read(text, "review-rules.yml")] == ["no-print"]


def test_the_page_names_every_option_and_form(made: Scratch) -> None:
    """What `linnet review --help` offers without a model stands on the page."""
    from linnet_server.cli.forms import FORMS

    assert [form for form in FORMS if f"`{form}`" not in PAGE] == []
    offered = set(re.findall(r"--[a-z-]+", shell(made, "linnet review --help").stdout))
    offered -= set(re.findall(r"--[a-z-]+", shell(made, "linnet --help").stdout))
    elsewhere = {"--help", "--no-model", "--soft-fail", "--output", "--format"}
    assert sorted(each for each in offered - elsewhere if each not in PAGE) == []


def hooks() -> list[dict[str, Any]]:
    value: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return value


def test_hooks_of_pre_commit(made: Scratch) -> None:
    """The default hook reviews what is staged, without a network, and fails on a mistake; the other waits to be asked."""
    first, second = hooks()
    assert (first["stages"], second["stages"]) == (["pre-commit"], ["manual"])
    assert "--offline" in first["entry"]
    assert not first["pass_filenames"]
    assert shell(made, first["entry"]).returncode == 0
    made.git("add", "src/b.py")
    done = shell(made, first["entry"])
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "src/b.py:2:24: error: Undefined name `conut` [ruff/F821]",
        "src/b.py:2:12: warning: Use `==` to compare constant literals [ruff/F632]",
    ]


def test_a_hook_of_git(made: Scratch) -> None:
    """As a hook of `git commit -a` it sees what will be committed."""
    hook = made.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f"#!/bin/sh\nexec {shutil.which('linnet', path=sysconfig.get_path('scripts'))} review --staged\n"
    )
    hook.chmod(0o755)
    made.write({"src/a.py": "y = other\n"})
    with pytest.raises(subprocess.CalledProcessError) as caught:
        made.git("commit", "-a", "-m", "x")
    assert b"Undefined name `other`" in caught.value.stderr + caught.value.output


def test_the_action(made: Scratch, tmp_path: Path) -> None:
    """The action's own script reviews a pull request: annotations, a summary, SARIF, and a failure."""
    action = yaml.safe_load((ROOT / "editors/ci/github/action.yml").read_text())
    install, step = action["runs"]["steps"]
    assert "${{" not in step["run"] + install["run"]
    summary, sarif = tmp_path / "summary.md", tmp_path / "out.sarif"
    given = {
        "BASE": made.git("rev-parse", "main"),
        "DEFAULT_BRANCH": "main",
        "FAIL_ON": action["inputs"]["fail-on"]["default"],
        "SARIF": str(sarif),
        "BASELINE": "",
        "SHARD": action["inputs"]["shard"]["default"],
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    assert given.keys() - {"GITHUB_STEP_SUMMARY"} == step["env"].keys()
    done = shell(made, step["run"], **given)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error title=ruff/F821,file=src/a.py,line=2")
    assert "src/b.py" not in done.stdout
    assert "**error** `src/a.py:2`" in summary.read_text()
    assert '"version": "2.1.0"' in sarif.read_text()
    assert shell(made, step["run"], **{**given, "FAIL_ON": "never"}).returncode == 0


def test_the_action_on_a_new_branch(made: Scratch, tmp_path: Path) -> None:
    """Where a push has no commit before it, the default branch is what it is compared with."""
    made.git("update-ref", "refs/remotes/origin/main", "main")
    step = yaml.safe_load((ROOT / "editors/ci/github/action.yml").read_text())["runs"]["steps"][1]
    given = {
        "BASE": "0" * 40,
        "DEFAULT_BRANCH": "main",
        "FAIL_ON": "error",
        "SARIF": "",
        "BASELINE": "",
        "SHARD": "1/1",
    }
    done = shell(made, step["run"], **given, GITHUB_STEP_SUMMARY=str(tmp_path / "s.md"))
    assert done.returncode == 1, done.stderr


def test_the_job_of_gitlab(made: Scratch) -> None:
    """The job's script writes both reports and fails."""
    job = yaml.safe_load((ROOT / "editors/ci/gitlab/linnet.yml").read_text())["linnet-review"]
    base = made.git("rev-parse", "main")
    done = shell(made, "\n".join(job["script"]), CI_MERGE_REQUEST_DIFF_BASE_SHA=base, LINNET_FAIL_ON="error")
    assert done.returncode == 1, done.stderr
    for name in job["artifacts"]["reports"].values():
        assert (made.root / name).stat().st_size > 100


def test_python_is_ours() -> None:
    """The commands above are those of this environment."""
    assert Path(sysconfig.get_path("scripts"), "linnet").exists(), sys.prefix
