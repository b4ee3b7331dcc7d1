"""From a model's answer to an edit that applies exactly, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from linnet_completions.edit import guards, hunks
from linnet_completions.edit.blocks import CUT, Refused, blocks, code_of
from linnet_completions.edit.change import (
    Change,
    Span,
    applied,
    differences,
    ending,
    rebased,
    replaced,
    shift,
)
from linnet_completions.edit.names import Known, unknown_names
from linnet_completions.edit.placing import Placed, import_line, placed
from linnet_context.outline import Outline, outline
from linnet_context.text import Document, Position

Kind = Literal["fix", "document", "tests", "rewrite", "simplify", "translate"]
KINDS: tuple[Kind, ...] = ("fix", "document", "tests", "rewrite", "simplify", "translate")
# Kinds after which everything that was defined before must still be there.
_KEEPING = frozenset({"fix", "simplify"})
UNCHANGED = Refused("The answer changes nothing.")
EDITED = Refused("These lines were edited meanwhile, so the answer is not for them any more.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """An edit of one file. `changes` are of the text of `version`; or the file is to be made with the text `created`.

    `notes` say what a reader should know before it is applied, one sentence each; `doubts` is true when one of
    them is a reason to look at it first. `about` are the lines that the model saw and spoke of.
    """

    path: str
    version: int
    changes: tuple[Change, ...] = ()
    created: str | None = None
    notes: tuple[str, ...] = ()
    doubts: bool = False
    about: Span | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The lines that are to be replaced, and what the answer is held against.

    `name` is the definition that the lines are, or "". `masks` are the lines that left with placeholders for secrets.
    """

    kind: Kind
    span: Span
    name: str = ""
    masks: Mapping[str, str] = field(default_factory=dict[str, str])


def proposed(
    document: Document, asked: Asked, answer: str, known: Known, *, cut: bool = False
) -> Proposal | Refused:
    """The edit that an answer (`cut` when it came to its greatest length) makes of a document; pure."""
    if cut:
        return CUT
    found = outline(document.text(), document.language)
    given = _given(document, found, asked, answer)
    if isinstance(given, Refused):
        return given
    old = [document.line(line) for line in range(asked.span.first, asked.span.last + 1)]
    lines = guards.unmasked(given.lines, asked.masks)
    if isinstance(lines, Refused):
        return lines
    if guards.elided(old, lines):
        return Refused("The answer leaves out code that it does not replace.")
    return checked(document, found, asked, replace(given, lines=tuple(lines)), known)


def checked(
    document: Document, found: Outline, asked: Asked, given: Placed, known: Known
) -> Proposal | Refused:
    """The edit that puts lines in the place of a span, if all that must hold of it holds."""
    text = replaced(document, asked.span, given.lines)
    if text == document.text():
        return UNCHANGED
    bad = guards.unclean("\n".join(given.lines)) or guards.broken(document, text)
    if bad is not None:
        return bad
    imports = _imports(document, found, given.imports)
    changes = (*imports, *differences(document, text))
    whole = applied(document, changes)
    if bad := guards.broken(document, whole):
        return bad
    after = Document.of(document.path, document.language, whole)
    grown = len(given.lines) - (asked.span.last - asked.span.first + 1)
    here = outline(text, document.language)
    if asked.name and not guards.defines(here, asked.span, grown):
        return Refused(f"The answer does not define `{asked.name}`.")
    gone = guards.lost(found, here, asked.span, grown)
    if gone and asked.kind in _KEEPING:
        return Refused(f"The answer leaves out {listed(gone)}.")
    added = sum(change.text.count("\n") for change in imports)
    fresh = range(asked.span.first + added, asked.span.first + added + len(given.lines))
    unknown = unknown_names(document.text(), after, fresh, known)
    notes = tuple(_notes(document, given.imports, imports, gone, unknown))
    return Proposal(
        document.path, document.version, changes, notes=notes, doubts=bool(notes), about=asked.span
    )


def moved(proposal: Proposal, before: Document, now: Document | None) -> Proposal | Refused:
    """A proposal for a document as it is now; `before` is the one that it was made for."""
    if proposal.created is not None:
        return proposal
    if now is None:
        return Refused("The document was closed meanwhile.")
    changes = rebased(before, now, proposal.changes)
    if changes is None or (proposal.about and shift(before.lines, now.lines, proposal.about) is None):
        return EDITED
    if before.lines is not now.lines and guards.broken(now, applied(now, changes)):
        return EDITED
    return replace(proposal, changes=changes, version=now.version)


def _given(document: Document, found: Outline, asked: Asked, answer: str) -> Placed | Refused:
    """What an answer, code or difference, has for the span."""
    answer = answer.replace("\r\n", "\n").replace("\r", "\n")
    difference = _difference(answer)
    if difference:
        stated = hunks.file_of(difference)
        if stated and not (document.path == stated or document.path.endswith("/" + stated)):
            return Refused(f"The answer is for another file ({stated}).")
        lines = [document.line(line) for line in range(len(document.lines))]
        done = hunks.patched(lines, asked.span, difference)
        return done if isinstance(done, Refused) else Placed(tuple(done))
    like = "\n".join(document.line(line) for line in range(asked.span.first, asked.span.last + 1))
    code = code_of(answer, document.language, document.path, asked.name, like)
    if isinstance(code, Refused):
        return code
    if hunks.is_difference(code):
        return Refused("The answer mixes code with a difference.")
    return placed(document, found, asked.span, asked.name, code)


def _difference(answer: str) -> str:
    """The difference that an answer consists of, or ""."""
    found = blocks(answer)
    marked = [block for block in found if block.language in ("diff", "patch", "udiff")]
    if len(marked) == 1 and len(found) == 1:
        return marked[0].text if marked[0].closed else ""
    return answer if not found and hunks.is_difference(answer.strip("\n")) else ""


def _imports(document: Document, found: Outline, statements: Sequence[str]) -> tuple[Change, ...]:
    """Import statements put where the file has its others."""
    line = import_line(document, found) if statements else None
    if line is None:
        return ()
    last = len(document.lines) - 1
    place = Position(line, 0) if line <= last else Position(last, len(document.lines[last]))
    end = ending(document)
    text = "".join(line + end for line in "\n".join(statements).split("\n"))
    before = end if place.column else ""
    return (Change(place, place, before + text, outside=True, why="An import that the edit needs"),)


def _notes(
    document: Document,
    wanted: Sequence[str],
    imports: Sequence[Change],
    gone: Sequence[str],
    unknown: Sequence[str],
) -> list[str]:
    notes = []
    if imports:
        notes.append(
            f"Outside the lines you asked about it adds an import at line {imports[0].start.line + 1}."
        )
    elif wanted:
        first = wanted[0].split("\n")[0].strip()
        notes.append(f"It needs an import that was not added: {first}")
    if gone:
        notes.append(f"It no longer defines {listed(gone)}.")
    if unknown:
        notes.append(f"Unknown in this workspace: {listed(unknown)}.")
    if not guards.is_checked(document.language):
        notes.append(f"Its syntax was not checked, since there is no grammar for {document.language}.")
    return notes


def listed(names: Sequence[str]) -> str:
    """Names as a sentence mentions them."""
    return ", ".join(f"`{name}`" for name in names)
