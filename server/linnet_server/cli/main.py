"""The console script. `linnet serve` goes straight to the language server; every other command goes through click."""

from __future__ import annotations

import os
import sys

from linnet_context.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linnet_server.lsp.options import ServeOptions

FLAGS = ("--offline", "--quiet", "--verbose", "--debug", "--watch-stalls")
SERVE_HELP = """\
Usage: linnet serve [--stdio | --tcp HOST:PORT]

  Start the language server. Editors run this command; it speaks LSP on standard input and output.

Options:
  --stdio          Speak on standard input and output (the default).
  --tcp HOST:PORT  Listen on a loopback address instead; port 0 takes any free port.
  --offline        Never use the network.
  --config FILE    Read FILE instead of your own settings file.
  --quiet          Log errors only.
  --verbose        Log more.
  --debug          Log everything, with tracebacks.
  --watch-stalls   Notify the client (linnet/stall) when the server stands still for more than 20 ms.
  --version        Show the version and exit.
  -h, --help       Show this message and exit.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if command_of(words) == "serve":
        return _serve(words)
    from linnet_server.cli.shell import run

    return run(words)


def command_of(words: Sequence[str]) -> str | None:
    """The name of the command: the first word that is neither an option nor the value of `--config`."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word == "--config":
            skip = True
        elif not word.startswith("-"):
            return word
    return None


def _serve(words: Sequence[str]) -> int:
    if {"-h", "--help"} & set(words):
        sys.stdout.write(SERVE_HELP)
        return 0
    if "--version" in words:
        sys.stdout.write(version_line())
        return 0
    try:
        options = serve_options(words, os.environ)
        if options.config is not None and not os.path.isfile(options.config):
            raise Problem(f"There is no settings file {options.config}.", "Check the path given to --config.")
        if options.tcp is None and not options.quiet and sys.stdin.isatty():
            sys.stderr.write(
                "linnet: waiting for an editor; this command speaks LSP, press Ctrl-C to leave it.\n"
            )
        from linnet_server.lsp.front import serve

        return serve(options) or 0
    except Problem as problem:
        if "--debug" in words:
            raise
        sys.stderr.write(f"linnet: {problem.what} {problem.remedy}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def version_line() -> str:
    """What `--version` prints."""
    from importlib.metadata import version

    return f"linnet {version('linnet')}\n"


def serve_options(words: Sequence[str], environ: Mapping[str, str]) -> ServeOptions:
    """Read the words of a `linnet serve` command line; a Problem names what is wrong with them."""
    from linnet_server.lsp.options import ServeOptions

    tcp, config, flags = None, None, set[str]()
    rest = list(reversed(words))
    seen = False
    while rest:
        word = rest.pop()
        name, _, value = word.partition("=")
        if word in FLAGS:
            flags.add(word)
        elif name in ("--tcp", "--config"):
            value = value or (rest.pop() if rest else "")
            if not value:
                raise Problem(f"{name} needs a value.", "See `linnet serve --help`.")
            if name == "--tcp":
                tcp = tcp_address(value)
            else:
                config = value
        elif word == "serve" and not seen:
            seen = True
        elif (
            word != "--stdio" and name != "--clientProcessId"
        ):  # Clients in Node add the latter by themselves.
            raise _unknown(word)
    return ServeOptions(
        tcp=tcp,
        config=config,
        offline="--offline" in flags,
        quiet="--quiet" in flags,
        verbose="--verbose" in flags,
        debug="--debug" in flags,
        watch_stalls="--watch-stalls" in flags,
        environ=environ,
    )


def tcp_address(text: str) -> tuple[str, int]:
    """`HOST:PORT` of a loopback address. The protocol knows no passwords, so no other machine may connect."""
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise Problem(f"`--tcp {text}` is no HOST:PORT.", "Use for example `--tcp 127.0.0.1:2087`.")
    if host not in ("localhost", "::1") and not _is_loopback_ipv4(host):
        raise Problem(
            f"`--tcp {text}` is not a loopback address, so other machines could connect.",
            "Use 127.0.0.1, ::1 or localhost; reach it from elsewhere through an SSH tunnel.",
        )
    return host, int(port)


def _is_loopback_ipv4(host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 4 and parts[0] == "127" and all(_is_byte(part) for part in parts)


def _is_byte(part: str) -> bool:
    return part.isascii() and part.isdigit() and int(part) < 256


def _unknown(word: str) -> Problem:
    from difflib import get_close_matches

    known = [*FLAGS, "--stdio", "--tcp", "--config", "--version", "--help"]
    near = get_close_matches(word, known, 1)
    remedy = f"Did you mean {near[0]}?" if near else "See `linnet serve --help`."
    return Problem(f"`linnet serve` does not know {word}.", remedy)
