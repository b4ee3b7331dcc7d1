"""The click group: commands loaded when they are used, the flags that hold everywhere, one way to end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple

import click

from linnet_context.problems import Problem
from linnet_server.cli.common import App
from linnet_server.cli.main import version_line

INTERRUPTED = 130
FAILED = 2
# What a shell reports for a process that SIGPIPE ended: whoever read our output had enough of it.
READER_GONE = 141


class Entry(NamedTuple):
    """One command: its heading in the help, where it lives, its one-line help."""

    heading: str
    target: str
    help: str


COMMANDS = {
    "complete": Entry("Code", "complete:complete", "The ghost text that an editor would get at a place."),
    "explain": Entry("Code", "explain:explain", "Explain a symbol, a range or a file."),
    "fix": Entry("Code", "edits:fix", "Fix what is wrong at a place; safe fixes offline."),
    "document": Entry("Code", "edits:document", "Document a definition in the project's style."),
    "tests": Entry("Code", "edits:tests", "Write tests where the project keeps them."),
    "edit": Entry("Code", "edits:edit", "Rewrite some lines as you say."),
    "simplify": Entry("Code", "edits:simplify", "Make some lines simpler to read."),
    "translate": Entry("Code", "edits:translate", "Translate a file to another language."),
    "review": Entry("Code", "review:review", "Review a change before somebody else does."),
    "context": Entry("Insight", "context:context", "Show exactly what would be sent for a place, and why."),
    "index": Entry("Insight", "index:index", "Build or show the index of the workspace."),
    "stats": Entry(
        "Insight", "stats:stats", "What was shown, accepted and kept, how fast, and what it cost."
    ),
    "doctor": Entry("Set up", "doctor:doctor", "Check what works here, with a fix for what does not."),
    "bench": Entry("Insight", "bench:bench", "Measure how fast Linnet is on this machine."),
    "models": Entry("Set up", "models:models", "Show the models you chose, what they accept and cost."),
    "auth": Entry("Set up", "auth:auth", "Keep the keys of providers in the system's keyring."),
    "cache": Entry("Set up", "cache:cache", "Show or clear what is kept on disk."),
    "config": Entry("Set up", "config:config", "Show settings and where they come from; trust a workspace."),
    "demo": Entry("Set up", "demo:demo", "See Linnet at work on a bundled sample, in under a minute."),
    "serve": Entry("Editors", "", "Start the language server."),
}


def _flag(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def store(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        if value:
            setattr(context.find_object(App), name, value)

    return store


def _show_version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        click.echo(version_line(), nl=False)
        context.exit()


def everywhere() -> list[click.Option]:
    """The options that every command takes, before or after its name."""
    common: dict[str, Any] = {"expose_value": False, "is_eager": True}
    switch: dict[str, Any] = {"is_flag": True, **common}
    file = click.Path(path_type=Path)
    return [
        click.Option(["--offline"], help="Never use the network.", callback=_flag("offline"), **switch),
        click.Option(
            ["--config"],
            type=file,
            metavar="FILE",
            help="Read FILE instead of your own settings file.",
            callback=_flag("config"),
            **common,
        ),
        click.Option(["--quiet"], help="Print results and errors only.", callback=_flag("quiet"), **switch),
        click.Option(["--verbose"], help="Print more of what is done.", callback=_flag("verbose"), **switch),
        click.Option(
            ["--debug"], help="Show a traceback when something fails.", callback=_flag("debug"), **switch
        ),
        click.Option(["--version"], help="Show the version and exit.", callback=_show_version, **switch),
    ]


def with_flags(command: click.Command) -> click.Command:
    """Give a command and those below it the options that hold everywhere, `-h`, and nearest names."""
    taken = {word for parameter in command.params for word in parameter.opts}
    command.params.extend(option for option in everywhere() if not taken & set(option.opts))
    command.context_settings.setdefault("help_option_names", ["-h", "--help"])
    if isinstance(command, click.Group):
        for child in command.commands.values():
            with_flags(child)
    return command


class ReaderGone(Exception):
    """Whoever read our output has left. Not an OSError, since click makes exit code 1 (our "findings") of those."""


@contextmanager
def telling_when_the_reader_leaves() -> Iterator[None]:
    """Turns a broken pipe into `ReaderGone`."""
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGone from error


class Shell(click.Group):
    """`linnet`: knows the names of its commands, and imports the one that is asked for."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with telling_when_the_reader_leaves():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with telling_when_the_reader_leaves():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None or not entry.target:
            return None
        if cmd_name not in self.commands:
            module, _, name = entry.target.partition(":")
            command = getattr(import_module(f"linnet_server.cli.{module}"), name)
            self.add_command(with_flags(command), cmd_name)
        return self.commands[cmd_name]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS:
            raise Problem(
                f"There is no command `{args[0]}`.", _nearest(args[0], list(COMMANDS), "linnet --help")
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for heading in dict.fromkeys(entry.heading for entry in COMMANDS.values()):
            rows = [(f"{name:<{width}}", e.help) for name, e in COMMANDS.items() if e.heading == heading]
            with formatter.section(heading):
                formatter.write_dl(rows)


def _nearest(word: str, known: Sequence[str], help_command: str) -> str:
    near = get_close_matches(word, known, 1)
    return f"Did you mean `{near[0]}`?" if near else f"See `{help_command}`."


def shell() -> Shell:
    """The group with all of its options; built anew for each run, since it collects the commands it has loaded."""
    text = (
        "A small, fast coding copilot: completes, explains and reviews code in every editor that speaks LSP.\n\n"
        "Without a provider chosen by you it works on this machine alone and never uses the network. "
        "Start with `linnet demo`."
    )
    group = Shell("linnet", help=text, context_settings={"max_content_width": 110})
    with_flags(group)
    return group


def run(words: Sequence[str]) -> int:
    """Run one command line; returns its exit code. Nothing but a bug under --debug leaves a traceback."""
    app = App()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # A terminal that cannot show a letter gets its number.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _invoke(words, app)
        sys.stdout.flush()
        return code
    except (ReaderGone, BrokenPipeError):
        _abandon_stdout()
        return READER_GONE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Problem as problem:
        if app.debug:
            raise
        return _fail(f"{problem.what} {problem.remedy}")
    except click.exceptions.NoArgsIsHelpError as error:  # `linnet config` alone asks what there is.
        click.echo(error.format_message())
        return 0
    except click.ClickException as error:
        return _fail(_usage(error))
    except Exception as error:
        if app.debug:
            raise
        kind = "" if isinstance(error, OSError) else f"{type(error).__name__}: "
        return _fail(f"{kind}{error}. Run again with --debug to see where this happened.")


def _invoke(words: Sequence[str], app: App) -> int:
    group = shell()
    try:
        result = group.main(list(words), prog_name="linnet", standalone_mode=False, obj=app)
    except SystemExit as end:  # A command may end itself; click does so when its reader is gone.
        result = end.code
    return result if isinstance(result, int) else 0


def _usage(error: click.ClickException) -> str:
    message = error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.NoSuchOption) and context is not None:
        known = [word for parameter in context.command.get_params(context) for word in parameter.opts]
        help_command = f"{context.command_path} --help"
        return f"There is no option `{error.option_name}`. {_nearest(error.option_name, known, help_command)}"
    return message if context is None else f"{message} See `{context.command_path} --help`."


def _fail(text: str) -> int:
    sys.stderr.write(f"linnet: {text}\n")
    return FAILED


def _abandon_stdout() -> None:
    """Let the interpreter flush what is left into nothing at its end, without a complaint."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
