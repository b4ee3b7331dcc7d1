"""A conversation with a model about some code, on the terminal."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linnet_completions.explain.claims import Checker, Ground
from linnet_completions.explain.prompt import Turn, recent
from linnet_completions.models.masks import Masks, Restorer
from linnet_completions.models.protocol import ModelError
from linnet_context.problems import Problem
from linnet_server.cli.common import App
from linnet_server.cli.page import Page

if TYPE_CHECKING:
    from linnet_completions.explain.facts import FactSheet
    from linnet_context.snippet import Context
    from linnet_server.cli.answers import Opener

USUAL = "Explain it."


@dataclass(frozen=True, slots=True)
class Said:
    """A whole answer, the model that gave it, and how it is told to a model: with placeholders for secrets."""

    model: str
    markdown: str
    safe: str


@dataclass(slots=True)
class Conversation:
    """Questions about what a sheet describes; each is asked with what was said before, as far as it fits."""

    app: App
    opened: Opener
    sheet: FactSheet
    context: Context | None
    ground: Ground
    problem: str = ""
    masks: Masks = field(default_factory=dict[str, str])
    history: list[Turn] = field(default_factory=list[Turn])

    def ask(self, question: str | None, *, quietly: bool = False, heading: bool = False) -> Said | None:
        """Print the answer as it comes (or nothing, `quietly`); None when the user chose no model.

        Problem when the model fails, behind what it said until then.
        """
        try:
            said = asyncio.run(self._answer(question, quietly, heading))
        except ModelError as error:
            remedy = "See `linnet doctor`; `linnet explain --facts` asks no model."
            raise Problem(f"The model did not answer: {error}", remedy) from None
        if said is not None:
            self.history = recent([*self.history, Turn(question or USUAL, said.safe)])
        return said

    def go_on(self) -> None:
        """Answer the lines of standard input until it ends or a line is empty."""
        while question := self._next():
            try:
                self.ask(question)
            except Problem as problem:
                self.app.note(f"linnet: {problem.what} {problem.remedy}")

    async def _answer(self, question: str | None, quietly: bool, heading: bool) -> Said | None:
        from linnet_completions.explain.explain import explain

        async with self.opened() as route:
            if route is None:
                return None
            if heading:
                self.app.out(f"\n## Explained by {route.label}\n")
            answer = explain(
                self.sheet,
                self.context,
                question,
                route.asking,
                route.answers,
                route.identity,
                self.history,
                self.problem,
            )
            page = Page(self.app, quietly=quietly)
            checker, restorer = Checker(self.ground), Restorer(self.masks)
            safe: list[str] = []

            def tell(text: str) -> None:
                safe.append(text)
                page.add(restorer.feed(text))

            try:
                async with aclosing(answer):
                    async for piece in answer:
                        tell(checker.feed(piece))
            finally:
                tell(checker.finish())
                page.add(restorer.finish())
                page.end()
        return Said(route.label, page.text, "".join(safe))

    def _next(self) -> str:
        if sys.stdin.isatty() and not self.app.quiet:
            sys.stderr.write("\nAsk (an empty line ends): ")
            sys.stderr.flush()
        return sys.stdin.readline().strip()
