"""`linnet explain`: what is known about a symbol, a range of lines or a file, and what a model makes of it."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import cached_property
from typing import TYPE_CHECKING

import click

from linnet_context.problems import Problem
from linnet_server.cli.answers import is_chosen, opener
from linnet_server.cli.common import App, Place, open_document, parse_place, visible

if TYPE_CHECKING:
    from linnet_completions.explain.facts import FactSheet
    from linnet_context.index.index import Index
    from linnet_context.text import Document
    from linnet_server.cli.conversation import Conversation
    from linnet_server.settings import Settings

# Fields that count from 0 inside, and from 1 for everybody outside.
_COUNTED = frozenset({"line", "first", "last", "end_line", "column"})


@click.command()
@click.argument("place", metavar="PATH[:LINE[-LINE]]")
@click.option("--facts", "facts_only", is_flag=True, help="Print the fact sheet; never ask a model.")
@click.option("--ask", metavar="TEXT", help="Ask a question about it (needs a model).")
@click.option("-i", "interactive", is_flag=True, help="Go on asking (needs a model).")
@click.option(
    "--problem", metavar="TEXT", default="", help="Explain this message of a compiler or linter, too."
)
@click.option("--json", "as_json", is_flag=True, help="Print the fact sheet and the answer as JSON.")
@click.pass_obj
def explain(
    app: App,
    place: str,
    facts_only: bool,
    ask: str | None,
    interactive: bool,
    problem: str,
    as_json: bool,
) -> None:
    """Explain the symbol around a LINE, a range of lines, a whole file, or a problem there.

    Prints a fact sheet: signature, documentation, who calls it and what it calls in the workspace, what it raises
    and changes, tests that mention it, its last commits. If you chose a provider, its model explains the code, too.
    """
    wanted = "--ask" if ask is not None else "-i" if interactive else ""
    if wanted and facts_only:
        raise Problem(f"`{wanted}` asks a model and `--facts` asks none.", "Leave out one of them.")
    if interactive and as_json:
        raise Problem("`-i` is a conversation and prints no JSON.", "Leave out one of `-i` and `--json`.")
    subject = _Subject(app, parse_place(place), problem)
    asks = not facts_only and subject.may_ask(wanted)
    if as_json:
        _print_json(app, subject, ask, asks)
        return
    if ask is None:
        _print(app, subject)
    if not asks:
        return
    talk = subject.conversation()
    if talk.ask(ask, heading=ask is None) is None and wanted:
        raise _no_model(wanted)
    if interactive:
        talk.go_on()


def _no_model(option: str) -> Problem:
    return Problem(
        f"`{option}` needs a model, and none is set up.",
        f"Leave out `{option}` for the fact sheet, or set `provider` in your settings (see `linnet config path`).",
    )


class _Subject:
    """What is explained: its document, and what is found out about it when it is asked for."""

    def __init__(self, app: App, place: Place, problem: str = "") -> None:
        self._app = app
        self.problem = problem
        self.root, self.document = open_document(place)
        self.settings: Settings = app.settings(self.root)
        self._first = 0 if place.line is None else place.line
        self._last = place.end_line if place.end_line is not None else self._first
        if place.line is None:
            self._last = len(self.document.lines) - 1

    @cached_property
    def index(self) -> Index:
        """The index of the workspace, brought up to date."""
        from linnet_server.assemble import index_for
        from linnet_server.cli.index import build

        index = index_for(self.root, self.settings)
        build(self._app, index, [self.document.path])
        return index

    @cached_property
    def rule(self) -> str:
        """The page about the lint rule that the problem names, or ""."""
        from linnet_completions.explain.rule import rule_in, rule_page

        return rule_page(rule_in(self.problem)) if self.problem else ""

    @cached_property
    def sheet(self) -> FactSheet:
        """The facts about it."""
        return self._facts(self.document)

    def _facts(self, document: Document) -> FactSheet:
        from linnet_completions.explain.facts import facts
        from linnet_context.git import repository

        root = self.root if repository(self.root) is not None else None
        return facts(self.index, document, self._first, self._last, root)

    def may_ask(self, wanted: str) -> bool:
        """Whether a model may be asked; a Problem when it may not and an option (`wanted`) needs one."""
        from linnet_context.files import refusal

        if not is_chosen(self.settings, "explain"):
            if wanted:
                raise _no_model(wanted)
            return False
        reason = refusal(self.root, self.document.path, self.settings.context.ignore)
        told = "Linnet is offline" if self.settings.offline else ""
        if reason:
            told = f"{self.document.path} is never sent ({reason})"
        if told and wanted:
            raise Problem(f"`{wanted}` needs a model, and {told}.", f"Leave out `{wanted}`.")
        if told:
            self._app.note(f"{told}, so no model is asked.")
        return not told

    def conversation(self) -> Conversation:
        """A conversation about it. Secrets are taken out of whole texts before any of their lines is chosen."""
        from linnet_completions.explain.explain import gathered
        from linnet_completions.explain.ground import ground_of
        from linnet_completions.models.cleaned import context_masks
        from linnet_completions.models.masks import covered, masks_of
        from linnet_completions.models.redaction import Redactor
        from linnet_context import tokens
        from linnet_context.text import Document
        from linnet_server.cli.conversation import Conversation

        tokens.load()
        document, sheet, text = self.document, self.sheet, self.document.text()
        redactor = Redactor()
        safe = redactor.redact(text).text
        if safe != text:
            document = Document.of(document.path, document.language, safe)
            sheet = self._facts(document)
        context = gathered(self.index, document, sheet, self.settings.context.budget_tokens)
        masks = context_masks(self.index, document, context, redactor)
        chunks = tuple(replace(chunk, text=covered(chunk.text, masks)) for chunk in context.chunks)
        context = replace(context, chunks=chunks)
        way = opener(self._app, self.settings, "explain")
        ground = ground_of(self.index, self.document)
        problem = f"{self.problem}\n\n{self.rule}".strip() if self.problem else ""
        own = masks_of([text], redactor)
        return Conversation(
            self._app, way, sheet, context, ground, redactor.redact(problem).text, {**own, **masks}
        )


def _print_json(app: App, subject: _Subject, ask: str | None, asks: bool) -> None:
    said = subject.conversation().ask(ask, quietly=True) if asks else None
    if said is None and ask is not None:
        raise _no_model("--ask")
    answer = None if said is None else {"question": ask, "model": said.model, "markdown": said.markdown}
    facts = _outside(asdict(subject.sheet))
    app.json({"facts": facts, "problem": subject.problem, "rule": subject.rule, "answer": answer})


def _print(app: App, subject: _Subject) -> None:
    from linnet_completions.explain.render import to_markdown

    text = to_markdown(subject.sheet, subject.problem, subject.rule)
    console = app.console()
    if not console.is_terminal:
        app.out(text.rstrip("\n"))
        return
    from rich.markdown import Markdown

    console.print(Markdown(visible(text), hyperlinks=False), soft_wrap=False)


def _outside(value: object) -> object:
    """A value as it goes into JSON, with lines and columns counted from 1."""
    if isinstance(value, dict):
        return {
            key: one + 1 if key in _COUNTED and isinstance(one, int) else _outside(one)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_outside(one) for one in value]
    return value
