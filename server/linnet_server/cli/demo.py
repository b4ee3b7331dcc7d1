"""`linnet demo`: what Linnet does, seen in under a minute on a bundled sample workspace."""

from __future__ import annotations

import sys
import time

import click

from linnet_context.problems import Problem
from linnet_server.cli.common import App
from linnet_server.cli.tour import EDITED, EXPLAINED, Ghost, Note, Tour, tour
from linnet_server.client import ClientError

NEXT = """\
What to do next

  In your editor   Have it start `linnet serve` for every language. Neovim 0.12 or newer, in init.lua:

                     vim.lsp.config('linnet', { cmd = { 'linnet', 'serve' }, root_markers = { '.git' } })
                     vim.lsp.enable('linnet')
                     vim.lsp.inline_completion.enable()

                   Any other editor that speaks LSP: run `linnet serve`; it talks on standard input and output.
  On your code     linnet complete PATH:LINE     the ghost text at the end of a line
                   linnet explain PATH:LINE      what a function is, who calls it, who changed it
                   linnet review                 what is wrong with your uncommitted changes
  When in doubt    linnet doctor                 what works here, and how to mend what does not
  Your choice      linnet config show --all      every setting; nothing leaves this machine unless you choose
                                                 a provider
"""


@click.command()
@click.pass_obj
def demo(app: App) -> None:
    """See Linnet at work on a bundled sample, in under a minute.

    Completes, explains and reviews through the real language server, with no key and no network.
    """
    start = time.perf_counter()
    app.note("Starting the language server on a copy of the sample workspace ...")
    try:
        with tour(app.environ) as one:
            missing = [part for part, show in PARTS.items() if not show(app, one)]
    except ClientError as error:
        app.detail(str(error))
        raise Problem(
            "The language server did not answer.", "Run `linnet doctor` to see what is wrong."
        ) from error
    if missing:
        raise Problem(f"Nothing came of: {', '.join(missing)}.", "Run `linnet doctor` to see what is wrong.")
    app.out(NEXT)
    app.note(f"The demo took {time.perf_counter() - start:.1f} s, with no key and no network.")


def _completions(app: App, one: Tour) -> bool:
    _heading(app, "Ghost text", "typed, then what the embedded engine adds after learning the other files")
    shown = [_ghost(app, ghost) for ghost in one.ghosts()]
    app.out("")
    return any(shown)


def _ghost(app: App, ghost: Ghost) -> bool:
    app.styled((f"{ghost.path}:{ghost.line}", "cyan"), (f"  {ghost.milliseconds:.0f} ms", "dim"))
    # Without colours these marks tell the ghost text from what was typed.
    opening, closing = (
        ("", "")
        if sys.stdout.isatty()
        else (
            "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}",
            "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}",
        )
    )
    proposal = f"{opening}{ghost.text}{closing}" if ghost.text else " (nothing it is sure enough of)"
    app.styled((f"    {ghost.before.expandtabs(4)}", ""), (proposal, "italic green"))
    return bool(ghost.text)


def _explanation(app: App, one: Tour) -> bool:
    path, header = EXPLAINED
    _heading(app, "Explanation", f"`{header}` of {path}: facts from the code, nothing made up")
    markdown = one.explanation().strip()
    if sys.stdout.isatty():
        from rich.markdown import Markdown

        app.console().print(Markdown(markdown))
    else:
        app.out(markdown)
    app.out("")
    return bool(markdown)


def _review(app: App, one: Tour) -> bool:
    _heading(app, "Review", f"an edit of {EDITED.path} that is not even saved")
    app.styled((EDITED.text.strip("\n"), "dim"))
    app.out("")
    notes = one.notes()
    for note in notes:
        _note(app, note)
    app.out("")
    return bool(notes)


def _note(app: App, note: Note) -> None:
    app.styled((f"{note.path}:{note.line}", "cyan"), (f"  {note.code}", "bold"), (f"  {note.message}", ""))


def _heading(app: App, title: str, text: str) -> None:
    app.styled((title, "bold"), (f": {text}", ""))
    app.out("")


PARTS = {"ghost text": _completions, "explanation": _explanation, "review": _review}
