"""An edit from beginning to end: which lines, what is asked, and what becomes of the answer."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from linnet_completions.edit import comments, prompt, testfile
from linnet_completions.edit.blocks import Refused
from linnet_completions.edit.change import Span, applied
from linnet_completions.edit.grounds import wrong_claim
from linnet_completions.edit.languages import extension_of
from linnet_completions.edit.layout import Layout, layout
from linnet_completions.edit.proposal import Asked, Kind, Proposal, proposed
from linnet_context.effects import statement
from linnet_context.extents import extent
from linnet_context.languages import language_of
from linnet_context.outline import Definition, Outline, docstring, enclosing, outline
from linnet_context.text import Document, Position, split_lines

if TYPE_CHECKING:
    from linnet_completions.models.protocol import Call
    from linnet_completions.models.redaction import Redactor
    from linnet_context.index.index import Index
    from linnet_context.snippet import Context

# More lines than a model writes in one answer without leaving some out.
MOST_LINES = 300
_NEAR = 12
_EXAMPLE_LINES = 60
_EXAMPLES = 3
_BODIES = ("function", "method", "class", "type")
_NO_MODULE = re.compile(r"\W")


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be done with the lines `first`..`last` (0-based, both included) of a document.

    `words` is the instruction of a rewriting, or the message of the problem to be fixed; `language` is what to
    translate to. One line alone means the definition around it, except for a rewriting of several.
    """

    kind: Kind
    first: int
    last: int
    words: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question and what its answer is held against. `call` is masked already.

    `document` is the text that was asked about, `target` the one that is changed: another for tests, None for a file
    that is to be made at `path`.
    """

    request: Request
    call: Call
    document: Document
    target: Document | None
    path: str
    span: Span
    name: str = ""
    style: comments.Style = "comment"
    layout: Layout | None = None
    masks: Mapping[str, str] = field(default_factory=dict[str, str])


Subject = tuple[Span, Definition | None]


def prepared(
    index: Index, document: Document, request: Request, budget: int, redactor: Redactor
) -> Prepared | Refused:
    """The question that a request makes of a document, without secrets."""
    found = outline(document.text(), document.language)
    span, definition = _subject(document, found, request)
    if request.kind == "document" and definition is None:
        return Refused("There is no definition here that could be documented.")
    if span.last - span.first + 1 > MOST_LINES:
        return Refused(
            f"These are {span.last - span.first + 1} lines; at most {MOST_LINES} are changed at once."
        )
    material = _Material(index, document, span, definition, budget, redactor)
    if request.kind == "document" and definition is not None:
        return material.documenting(request, definition)
    if request.kind == "tests":
        return material.testing(request)
    if request.kind == "translate":
        return material.translating(request)
    if request.kind == "rewrite" and not request.words.strip():
        return Refused("There is no instruction.")
    return material.rewriting(request)


def judged(index: Index, asked: Prepared, answer: str, *, cut: bool = False) -> Proposal | Refused:
    """What becomes of a model's answer."""

    def known(name: str) -> bool:
        return bool(index.definitions(name)) or bool(index.uses(name))

    if asked.request.kind == "document":
        definition = _definition_at(asked.document, asked.span, asked.name)
        if definition is None:
            return Refused("The definition is gone.")
        return comments.documented(asked.document, definition, asked.style, answer, cut=cut)
    if asked.target is None:
        language = language_of(asked.path) or "plaintext"
        return testfile.created(asked.path, language, answer, known, cut=cut)
    if asked.layout is not None:
        return testfile.added(asked.target, asked.layout, answer, known, cut=cut)
    question = Asked(asked.request.kind, asked.span, asked.name, asked.masks)
    made = proposed(asked.document, question, answer, known, cut=cut)
    return made if isinstance(made, Refused) else _grounded(index, asked, made)


def _grounded(index: Index, asked: Prepared, made: Proposal) -> Proposal:
    """A rewriting with a remark about what it says of others and is known not to be so."""
    document, span = asked.document, asked.span
    inside = [change for change in made.changes if not change.outside]
    text = split_lines(applied(document, inside))
    last = span.last + len(text) - len(document.lines)
    lines = [line.rstrip("\r\n") for line in text[span.first : last + 1]]
    wrong = wrong_claim(index, document, span, lines)
    return replace(made, notes=(*made.notes, wrong), doubts=True) if wrong else made


def _subject(document: Document, found: Outline, request: Request) -> Subject:
    """The lines that a request means, and the definition that they are."""
    last = len(document.lines) - 1
    first, end = sorted((min(max(0, request.first), last), min(max(0, request.last), last)))
    if request.kind == "translate" and first == 0 and end >= last - 1:
        return Span(0, last), None
    if request.kind in ("rewrite", "simplify", "translate") and first != end:
        whole = next((one for one in found.definitions if _lines(document, one) == Span(first, end)), None)
        return Span(first, end), whole
    definition = _around(found, first, request.kind)
    lines = _lines(document, definition) if definition is not None else None
    if request.kind == "fix" and (lines is None or lines.last - lines.first > MOST_LINES // 2):
        return _near(document, first, end), None
    if lines is None:
        return Span(*statement(document.text(), document.language, first)), None
    return Span(min(first, lines.first), max(lines.last, first)), definition


def _around(found: Outline, line: int, kind: Kind) -> Definition | None:
    """The innermost definition that can be worked on: a variable cannot be documented or tested, what holds it can."""
    around = [one for one in found.definitions if one.line <= line <= one.end_line and one.kind in _BODIES]
    if around:
        return around[-1]
    return enclosing(found, line) if kind not in ("document", "tests") else None


def _lines(document: Document, definition: Definition) -> Span | None:
    lines = extent(document.text(), document.language, definition)
    return Span(lines.first, lines.last) if lines is not None else None


def _near(document: Document, first: int, last: int) -> Span:
    """Some lines round a place, from one blank line to another where there is one."""
    start, end = max(0, first - _NEAR), min(len(document.lines) - 1, last + _NEAR)
    blank = [line for line in range(start, end + 1) if not document.line(line).strip()]
    start = max((line + 1 for line in blank if line < first), default=start)
    end = min((line - 1 for line in blank if line > last), default=end)
    return Span(start, max(end, start))


def _definition_at(document: Document, span: Span, name: str) -> Definition | None:
    found = outline(document.text(), document.language).definitions
    return next((one for one in found if one.name == name and span.holds(one.line)), None)


@dataclass(frozen=True, slots=True)
class _Material:
    """What a question is made from."""

    index: Index
    document: Document
    span: Span
    definition: Definition | None
    budget: int
    redactor: Redactor

    @property
    def lines(self) -> list[str]:
        return [self.document.line(line) for line in range(self.span.first, self.span.last + 1)]

    @property
    def name(self) -> str:
        return self.definition.name if self.definition is not None else ""

    def rewriting(self, request: Request) -> Prepared:
        context, masks = self._gathered(0.2, 0.2)
        call = prompt.rewriting(
            request.kind,
            self.document.path,
            self.document.language,
            self.lines,
            self.span.first,
            context,
            request.words,
        )
        return self._made(request, call, masks, self.document)

    def documenting(self, request: Request, definition: Definition) -> Prepared:
        others = list(self._others())
        style = comments.style_of(self.document, others)
        context, masks = self._gathered(0.0, 0.0)
        call = prompt.documenting(
            self.document.path,
            self.document.language,
            definition.name,
            self.lines,
            context,
            comments.DESCRIBED[style],
            self._examples(definition),
        )
        return self._made(request, call, masks, self.document, style=style)

    def testing(self, request: Request) -> Prepared | Refused:
        plan = layout(self.document, self.index.files(), self.index.text)
        if plan is None:
            return Refused(f"Where tests of {self.document.language} are kept is not known.")
        text = self.index.text(plan.path) if plan.exists else None
        inside = plan.path == self.document.path
        if plan.exists and plan.path not in self.index.files() and not inside:
            return Refused(f"The tests would go to {plan.path}, which is left out of what is used here.")
        existing = "" if inside else self._head_of(plan.path if plan.exists else plan.example)
        context, masks = self._gathered(0.0, 0.0, plan.path if plan.exists else plan.example)
        call = prompt.testing(
            self.document.path,
            self.document.language,
            self.name,
            self.lines,
            context,
            plan.framework,
            plan.path,
            existing,
        )
        target = None
        if inside:
            target = self.document
        elif text is not None:
            target = Document.of(plan.path, language_of(plan.path) or self.document.language, text)
        return self._made(request, call, masks, target, plan.path, plan=plan)

    def translating(self, request: Request) -> Prepared | Refused:
        end = extension_of(request.language)
        if end is None:
            return Refused(f"`{request.language}` is no language that is known here.")
        stem = posixpath.splitext(posixpath.basename(self.document.path))[0]
        whole = self.span.first == 0 and self.span.last >= len(self.document.lines) - 2
        name = stem if whole else f"{stem}_{_NO_MODULE.sub('_', self.name) or self.span.first + 1}"
        path = posixpath.join(posixpath.dirname(self.document.path), f"{name}.{end}")
        if path == self.document.path:
            return Refused(f"{path} is written in {request.language} already.")
        if self.index.text(path) is not None:
            return Refused(f"There is a file {path} already, and nothing is overwritten.")
        context, masks = self._gathered(0.0, 0.0)
        call = prompt.translating(
            self.document.path, self.document.language, self.lines, context, request.language, path
        )
        return self._made(request, call, masks, None, path)

    def _made(
        self,
        request: Request,
        call: Call,
        masks: Mapping[str, str],
        target: Document | None,
        path: str = "",
        *,
        style: comments.Style = "comment",
        plan: Layout | None = None,
    ) -> Prepared:
        from linnet_completions.models.masks import masked

        return Prepared(
            request,
            masked(call, masks),
            self.document,
            target,
            path or self.document.path,
            self.span,
            self.name,
            style,
            plan,
            masks,
        )

    def _gathered(self, prefix: float, suffix: float, *shown: str) -> tuple[Context, dict[str, str]]:
        """Related code, and the masks of all that the question shows, looked for in whole texts."""
        from linnet_completions.models.cleaned import gather_cleaned
        from linnet_completions.models.masks import masks_of
        from linnet_context.budget import Mix

        mix = Mix(prefix=prefix, suffix=suffix, frame=0.1, places=0.0, installed=0.1)
        place = Position(self.span.first, 0)
        found = gather_cleaned(
            self.index, self.document, place, "explain", self.budget, self.redactor, mix=mix
        )
        texts = [text for path in (*shown, *self._near_paths()) if path and (text := self.index.text(path))]
        return found.context, {**found.masks, **masks_of(texts, self.redactor)}

    def _near_paths(self) -> Sequence[str]:
        """Files of the same language, those of the same folder first."""
        language, folder = self.document.language, posixpath.dirname(self.document.path)
        same = [
            path
            for path in self.index.files()
            if language_of(path) == language and path != self.document.path
        ]
        return sorted(same, key=lambda path: posixpath.dirname(path) != folder)[:_NEAR]

    def _others(self) -> Sequence[str]:
        return [text for path in self._near_paths() if (text := self.index.text(path))]

    def _examples(self, definition: Definition) -> str:
        """Documentation of other definitions of the file, for its style."""
        text, language = self.document.text(), self.document.language
        others = (one for one in outline(text, language).definitions if one.kind == definition.kind)
        found: list[str] = []
        for one in others:
            words = "" if one.name == definition.name else docstring(text, language, one)
            if words:
                found.append("\n".join(words.split("\n")[: _EXAMPLE_LINES // _EXAMPLES]))
            if len(found) == _EXAMPLES:
                break
        return "\n---\n".join(found)

    def _head_of(self, path: str) -> str:
        text = self.index.text(path) if path else None
        return "\n".join((text or "").split("\n")[:_EXAMPLE_LINES])
