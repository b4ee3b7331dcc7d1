"""The front door: the short way to the language server, and one way for everything to end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from linnet_context.problems import Problem
from linnet_server.cli import main as front
from linnet_server.cli import shell
from linnet_server.cli.main import command_of, main, serve_options, tcp_address

Add = Callable[[str, Callable[[], object]], None]


@pytest.fixture
def add(monkeypatch: pytest.MonkeyPatch) -> Iterator[Add]:
    """Adds a command that does what the test wants."""

    def command(name: str, does: Callable[[], object]) -> None:
        module = type(sys)(f"linnet_server.cli.{name}")
        module.__dict__[name] = click.command(name)(does)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(shell.COMMANDS, name, shell.Entry("Test", f"{name}:{name}", "A test."))

    yield command


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ([], None),
        (["serve"], "serve"),
        (["--offline", "serve", "--stdio"], "serve"),
        (["--config", "serve", "review"], "review"),
        (["--config=serve", "demo"], "demo"),
        (["--config"], None),
        (["--help"], None),
    ],
)
def test_the_command_is_the_first_word(words: list[str], name: str | None) -> None:
    """Flags before the command are skipped, with the value of `--config`."""
    assert command_of(words) == name


def test_serve_reads_its_options() -> None:
    """Flags before and after `serve` count alike."""
    words = [
        "--offline",
        "serve",
        "--tcp=localhost:0",
        "--config",
        "c.toml",
        "--debug",
        "--clientProcessId=7",
    ]
    options = serve_options(words, {"A": "b"})
    assert (options.tcp, options.config, options.offline, options.debug) == (
        ("localhost", 0),
        "c.toml",
        True,
        True,
    )
    assert (options.quiet, options.verbose, options.environ) == (False, False, {"A": "b"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["serve", "--sdio"], "does not know --sdio. Did you mean --stdio?"),
        (["serve", "serve"], "does not know serve."),
        (["serve", "--tcp"], "--tcp needs a value."),
        (["serve", "--tcp", "nowhere"], "is no HOST:PORT."),
        (["serve", "--tcp", "127.0.0.1:70000"], "is no HOST:PORT."),
        (["serve", "--tcp", "127.0.0.1:²"], "is no HOST:PORT."),
        (["serve", "--tcp", "0.0.0.0:80"], "is not a loopback address"),
        (["serve", "--config", "none.toml"], "There is no settings file none.toml."),
        (["serve", "--tcp", ":80"], "is not a loopback address"),
        (["serve", "--tcp", "127.0.0.1.evil.invalid:80"], "is not a loopback address"),
    ],
)
def test_serve_refuses_what_it_does_not_know(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong option ends with exit code 2, one sentence what and one what to do."""
    assert main(words) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("text", ["127.0.0.1:0", "127.8.8.8:65535", "localhost:80", "[::1]:2087", "::1:2087"])
def test_loopback_addresses_are_taken(text: str) -> None:
    """Every way to write an address of this machine."""
    host, port = tcp_address(text)
    assert (host.strip("[]"), port) == (text.rpartition(":")[0].strip("[]"), int(text.rpartition(":")[2]))


def test_serve_has_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    """`linnet serve --help` and `--version` print and end, without starting a server."""
    assert main(["serve", "--help"]) == 0
    assert main(["serve", "--version"]) == 0
    out = capsys.readouterr().out
    assert "--tcp HOST:PORT" in out
    assert out.endswith(front.version_line())


@pytest.mark.slow
def test_the_way_to_the_server_imports_next_to_nothing() -> None:
    """Neither click nor rich nor anything slow stands before the answer to `initialize`."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "from linnet_server.cli.main import serve_options\n"
        "serve_options(['serve', '--stdio'], {})\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True)
    theirs = {name for name in done.stdout.split() if not name.startswith("linnet_")}
    assert theirs <= {"__future__"}


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`linnet`, `linnet --help` and `linnet -h` show the commands by headings, each with its line."""
    texts = []
    for words in ([], ["--help"], ["-h"]):
        assert main(words) == 0
        texts.append(capsys.readouterr().out)
    assert len(set(texts)) == 1
    for name, entry in shell.COMMANDS.items():
        assert f"  {name} " in texts[0]
        assert entry.help in texts[0]


@pytest.mark.parametrize("name", [name for name, entry in shell.COMMANDS.items() if entry.target])
def test_every_command_has_help_and_the_common_flags(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command explains itself and takes the flags that hold everywhere."""
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    for option in ("--offline", "--config", "--quiet", "--verbose", "--debug", "--version", "-h, --help"):
        assert option in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["revew"], "There is no command `revew`. Did you mean `review`?"),
        (["zzz"], "There is no command `zzz`. See `linnet --help`."),
        (["--oflline"], "There is no option `--oflline`. Did you mean `--offline`?"),
        (["doctor", "--jsn"], "There is no option `--jsn`. Did you mean `--json`?"),
        (["config", "shwo"], "Did you mean 'show'?"),
        (["doctor", "extra"], "See `linnet doctor --help`."),
        (["config", "show", "--config", "none.toml"], "There is no settings file none.toml."),
    ],
)
def test_a_slip_is_met_with_the_nearest_name(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, one line on stderr, nothing on stdout."""
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("linnet: ")
    assert said in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    "words",
    [["--offline", "config", "show"], ["config", "show", "--offline"], ["config", "--offline", "show"]],
)
def test_flags_hold_wherever_they_stand(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Before the command, behind it, or between it and its own command."""
    assert main(words) == 0
    assert "offline = true  # command line" in capsys.readouterr().out


def raising(error: BaseException) -> Callable[[], object]:
    """A command that fails in a way."""

    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Problem("It is wrong.", "Mend it."), 2, "linnet: It is wrong. Mend it.\n"),
        (KeyError("x"), 2, "linnet: KeyError: 'x'. Run again with --debug to see where this happened.\n"),
        (PermissionError(13, "Permission denied"), 2, "linnet: [Errno 13] Permission denied. Run again"),
        (SystemExit(1), 1, ""),
        (click.exceptions.Exit(1), 1, ""),
    ],
)
def test_every_end_has_its_exit_code(
    add: Add, error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A problem or a bug is 2 and one line; a command may end with a code of its own."""
    add("failing", raising(error))
    assert main(["failing"]) == code
    assert capsys.readouterr().err.startswith(said)


def test_an_interrupt_is_130(add: Add) -> None:
    """Ctrl-C ends with 130 and no traceback."""
    add("failing", raising(KeyboardInterrupt()))
    assert main(["failing"]) == 130


@pytest.mark.parametrize("words", [["--debug", "failing"], ["failing", "--debug"]])
def test_debug_shows_the_traceback(add: Add, words: list[str]) -> None:
    """With --debug the error itself comes through."""
    add("failing", raising(KeyError("x")))
    with pytest.raises(KeyError):
        main(words)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise there")
@pytest.mark.parametrize("words", [["config", "schema"], ["--help"], ["config", "show", "--help"]])
def test_a_reader_that_leaves_is_no_error(words: list[str]) -> None:
    """`linnet config schema | head -0` is quiet, and is not taken for a review with findings."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-I", "-m", "linnet_server", *words],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.slow
def test_a_terminal_without_the_letters_gets_their_numbers(tmp_path: Path) -> None:
    """What an encoding lacks is written as its number, and nothing fails."""
    (tmp_path / "linnet.toml").write_text("context.ignore = ['späť']", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "linnet_server", "config", "show"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=True,
    )
    assert 'context.ignore = ["spä\\u0165"]'.encode("latin-1") in done.stdout


@pytest.mark.slow
def test_the_workspace_cannot_stand_in_for_a_module(tmp_path: Path) -> None:
    """Started in a folder with files named like modules, `python -I -m linnet_server` runs none of them."""
    for name in ("linnet_server.py", "click.py", "json.py", "server.py"):
        (tmp_path / name).write_text("raise SystemExit('shadowed')")
    done = subprocess.run(
        [sys.executable, "-I", "-m", "linnet_server", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == front.version_line()
