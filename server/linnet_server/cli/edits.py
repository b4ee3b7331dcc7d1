"""`linnet fix`, `document`, `tests`, `edit`, `simplify` and `translate`: changes of code, as a diff or applied."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from difflib import unified_diff
from typing import TYPE_CHECKING, Any, TypeVar

import click

from linnet_context.problems import Problem
from linnet_server.cli.answers import is_chosen, opener
from linnet_server.cli.common import App, Place, open_document, parse_place, visible

if TYPE_CHECKING:
    from linnet_completions.edit.blocks import Refused
    from linnet_completions.edit.edit import Prepared, Request
    from linnet_completions.edit.proposal import Proposal
    from linnet_completions.review.finding import Candidate
    from linnet_context.index.index import Index
    from linnet_server.settings import Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def _options(function: _Command) -> _Command:
    """What all of these commands take."""
    for decorator in (
        click.pass_obj,
        click.option("--json", "as_json", is_flag=True, help="Print the edit as JSON."),
        click.option("--apply", is_flag=True, help="Change the files; without it the diff is printed."),
    ):
        function = decorator(function)  # type: ignore[assignment]
    return function


@click.command()
@click.argument("place", metavar="PATH[:LINE[-LINE]]")
@click.option(
    "--problem", metavar="TEXT", help="What is wrong, for example a compiler's message (needs a model)."
)
@_options
def fix(app: App, place: str, problem: str | None, as_json: bool, apply: bool) -> None:
    """Fix what is wrong at a LINE, or in a whole file.

    Without --problem it is what Linnet's own checks find there: safe fixes are made offline, and what is left goes
    to the model that you chose.
    """
    asked = _Asked(app, parse_place(place))
    if problem is None:
        proposal = _offline(asked)
        if proposal is not None:
            asked.finish(proposal, as_json=as_json, apply=apply)
            return
        found = _problem(asked)
        asked.first = asked.last = found.start.line
        problem = f"{found.message} {found.consequence}".strip()
    asked.finish(asked.by_model("fix", problem), as_json=as_json, apply=apply)


@click.command()
@click.argument("place", metavar="PATH:LINE")
@_options
def document(app: App, place: str, as_json: bool, apply: bool) -> None:
    """Document the function, method or class around a LINE, in the project's own style (needs a model)."""
    asked = _Asked(app, parse_place(place))
    asked.finish(asked.by_model("document"), as_json=as_json, apply=apply)


@click.command()
@click.argument("place", metavar="PATH:LINE")
@_options
def tests(app: App, place: str, as_json: bool, apply: bool) -> None:
    """Write tests for the function or class around a LINE, where the project keeps its tests (needs a model)."""
    asked = _Asked(app, parse_place(place))
    asked.finish(asked.by_model("tests"), as_json=as_json, apply=apply)


@click.command()
@click.argument("place", metavar="PATH:LINE[-LINE]")
@click.argument("instruction", nargs=-1, required=True)
@_options
def edit(app: App, place: str, instruction: Sequence[str], as_json: bool, apply: bool) -> None:
    """Rewrite the definition around a LINE, or a range of lines, as an INSTRUCTION says (needs a model)."""
    asked = _Asked(app, parse_place(place))
    asked.finish(asked.by_model("rewrite", " ".join(instruction)), as_json=as_json, apply=apply)


@click.command()
@click.argument("place", metavar="PATH:LINE[-LINE]")
@_options
def simplify(app: App, place: str, as_json: bool, apply: bool) -> None:
    """Make the definition around a LINE, or a range of lines, simpler to read (needs a model)."""
    asked = _Asked(app, parse_place(place))
    asked.finish(asked.by_model("simplify"), as_json=as_json, apply=apply)


@click.command()
@click.argument("place", metavar="PATH[:LINE[-LINE]]")
@click.argument("language")
@_options
def translate(app: App, place: str, language: str, as_json: bool, apply: bool) -> None:
    """Translate a file, or a part of it, to another LANGUAGE, into a new file beside it (needs a model)."""
    asked = _Asked(app, parse_place(place))
    asked.finish(asked.by_model("translate", language=language), as_json=as_json, apply=apply)


class _Asked:
    """What is to be changed: its document, and what is found out about it when it is asked for."""

    def __init__(self, app: App, place: Place) -> None:
        self._app = app
        self.root, self.document = open_document(place)
        self.settings: Settings = app.settings(self.root)
        self.first = 0 if place.line is None else place.line
        self.last = place.end_line if place.end_line is not None else self.first
        if place.line is None:
            self.last = len(self.document.lines) - 1

    def by_model(self, kind: Any, words: str = "", language: str = "") -> Proposal:
        """The edit that the chosen model proposes; a Problem where there is none."""
        from linnet_completions.edit.blocks import Refused
        from linnet_completions.edit.edit import Request

        self._may_ask()
        made = self._made(Request(kind, self.first, self.last, words, language))
        if isinstance(made, Refused):
            raise Problem(made.reason, "Nothing was changed.")
        return made

    def finish(self, proposal: Proposal, *, as_json: bool, apply: bool) -> None:
        """Print the edit, and make it where that was asked for."""
        before = None if proposal.created is not None else self._text(proposal.path)
        after = _after(proposal, before)
        if apply:
            self._save(proposal.path, before, after)
        difference = _difference(proposal.path, before, after)
        if as_json:
            value = {
                "path": proposal.path,
                "diff": difference,
                "notes": list(proposal.notes),
                "applied": apply,
            }
            self._app.json(value)
            return
        _print(self._app, difference)
        for note in proposal.notes:
            self._app.note(note)
        if apply:
            self._app.note(f"{proposal.path} was {'made' if before is None else 'changed'}.")

    def _may_ask(self) -> None:
        from linnet_context.files import refusal

        remedy = "Set `provider` in your settings (see `linnet config path`)."
        if not is_chosen(self.settings, "edit"):
            raise Problem("This needs a model, and none is set up.", remedy)
        if self.settings.offline:
            raise Problem("This needs a model, and Linnet is offline.", "Leave out `--offline`.")
        if reason := refusal(self.root, self.document.path, self.settings.context.ignore):
            raise Problem(f"{self.document.path} is never sent ({reason}).", "Name another file.")

    def _made(self, request: Request) -> Proposal | Refused:
        from linnet_completions.edit.blocks import Refused
        from linnet_completions.edit.edit import prepared
        from linnet_completions.models.protocol import ModelError
        from linnet_completions.models.redaction import Redactor
        from linnet_context import tokens
        from linnet_server.assemble import index_for
        from linnet_server.cli.index import build

        tokens.load()
        index = index_for(self.root, self.settings)
        build(self._app, index, [self.document.path])
        budget = self.settings.context.budget_tokens
        question = prepared(index, self.document, request, budget, Redactor())
        if isinstance(question, Refused):
            return question
        try:
            return asyncio.run(self._answer(index, question))
        except ModelError as error:
            raise Problem(f"The model did not answer: {error}", "See `linnet doctor`.") from None

    async def _answer(self, index: Index, question: Prepared) -> Proposal | Refused:
        from linnet_completions.edit.ask import asked
        from linnet_completions.edit.edit import judged

        async def judge(text: str, cut: bool) -> Proposal | Refused:
            return judged(index, question, text, cut=cut)

        async with opener(self._app, self.settings, "edit")() as route:
            if route is None:
                raise Problem("This needs a model, and none is set up.", "Set `provider` in your settings.")
            self._app.note(f"Asking {route.label} ...")
            return await asked(question.call, route, judge)

    def _text(self, path: str) -> str:
        from linnet_context.files import read

        return self.document.text() if path == self.document.path else read(self.root, path) or ""

    def _save(self, path: str, before: str | None, after: str) -> None:
        from linnet_context.files import save

        reason = save(self.root, path, before, after)
        if reason is not None:
            raise Problem(
                f"{path} was not written: {reason}.", "Run the command again without --apply to see it."
            )


def _offline(asked: _Asked) -> Proposal | None:
    """The safe fixes of what our checks find on the lines, made together; None where there are none."""
    from linnet_completions.edit.change import applied, differences
    from linnet_completions.edit.proposal import Proposal
    from linnet_completions.edit.safe import safe_fixes
    from linnet_completions.review.ruff_rules import RULES
    from linnet_context.text import Document

    document, told = asked.document, list[str]()
    # One fix may move the next, so that each is looked for in the text that the one before left.
    while fixes := safe_fixes(document, tuple(RULES), asked.first, asked.last):
        first = fixes[0]
        text = applied(document, first.proposal.changes)
        asked.last += text.count("\n") - document.text().count("\n")
        document = Document.of(document.path, document.language, text)
        told.append(f"{first.message.rstrip('.')} ({first.rule}).")
    if not told:
        return None
    changes = differences(asked.document, document.text())
    return Proposal(asked.document.path, 0, changes, notes=tuple(told))


def _problem(asked: _Asked) -> Candidate:
    """The first thing that our checks find wrong on the lines."""
    from linnet_completions.review import parsing, rules

    path, text = asked.document.path, asked.document.text()
    program = rules.ruff_program()
    found = rules.bugs(program, path, text) if program and rules.is_python(path) else None
    candidates = parsing.syntax_errors(path, text) if found is None else found
    for one in candidates:
        if asked.first <= one.start.line <= asked.last:
            return one
    raise Problem("Linnet's checks find nothing wrong there.", "Say what is wrong with `--problem TEXT`.")


def _after(proposal: Proposal, before: str | None) -> str:
    from linnet_completions.edit.change import applied
    from linnet_context.text import Document

    if proposal.created is not None:
        return proposal.created
    return applied(Document.of(proposal.path, "plaintext", before or ""), proposal.changes)


def _difference(path: str, before: str | None, after: str) -> str:
    """A unified diff that `git apply` takes."""
    lines = unified_diff(
        _broken(before or ""), _broken(after), "/dev/null" if before is None else f"a/{path}", f"b/{path}"
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _broken(text: str) -> list[str]:
    """Lines as git sees them."""
    lines = [f"{line}\n" for line in text.split("\n")]
    return lines[:-1] if text.endswith("\n") or not text else [*lines[:-1], lines[-1][:-1]]


def _print(app: App, difference: str) -> None:
    console = app.console()
    if not console.is_terminal:
        app.out(difference.rstrip("\n"))
        return
    from rich.text import Text

    for line in visible(difference.rstrip("\n")).split("\n"):
        style = "bold" if line.startswith(("---", "+++")) else _STYLES.get(line[:1], "")
        console.print(Text(line, style=style))
