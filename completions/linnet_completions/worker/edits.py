"""Edits in the worker: the questions that are on their way, and what becomes of their answers."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import asdict
from itertools import count
from typing import TYPE_CHECKING, Any

from linnet_context.languages import language_of
from linnet_context.text import Document

if TYPE_CHECKING:
    from linnet_completions.edit.edit import Prepared
    from linnet_completions.edit.proposal import Proposal
    from linnet_completions.worker.workshop import Workshop

Message = dict[str, Any]
# Questions that nobody came back to are forgotten beyond this number.
_MOST = 32


class Edits:
    """Prepared questions by number. Used by the worker's one thread."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._asked: OrderedDict[int, tuple[Workshop, Prepared, Proposal | None]] = OrderedDict()

    def prepare(self, workshop: Workshop, params: Message) -> Message | None:
        """{number, call, path, title} for {path, kind, first, last, words, language, budget}; {refused} says why not."""
        from linnet_completions.edit.blocks import Refused
        from linnet_completions.edit.edit import Request, prepared

        document, index = workshop.document(params["path"]), workshop.index
        if document is None or index is None:
            return None
        if reason := workshop.refusal(document.path):
            return {"refused": f"{document.path} is never sent ({reason})."}
        request = Request(
            params["kind"],
            params["first"],
            params["last"],
            params.get("words", ""),
            params.get("language", ""),
        )
        found = prepared(index, document, request, params["budget"], workshop.redactor)
        if isinstance(found, Refused):
            return {"refused": found.reason}
        number = next(self._numbers)
        self._asked[number] = workshop, found, None
        while len(self._asked) > _MOST:
            self._asked.popitem(last=False)
        return {"number": number, "call": asdict(found.call), "path": found.path, "name": found.name}

    def judge(self, params: Message) -> Message | None:
        """The proposal that the answer to a question makes: {number, answer, cut}."""
        from linnet_completions.edit.blocks import Refused
        from linnet_completions.edit.edit import judged

        entry = self._asked.get(params["number"])
        if entry is None or (index := entry[0].index) is None:
            return None
        workshop, asked, _ = entry
        made = judged(index, asked, params["answer"], cut=params["cut"])
        if isinstance(made, Refused):
            return {"refused": made.reason}
        self._asked[params["number"]] = workshop, asked, made
        return self.move(params)

    def move(self, params: Message) -> Message | None:
        """The proposal for the document as it is now: {number}."""
        from linnet_completions.edit.blocks import Refused
        from linnet_completions.edit.proposal import moved

        workshop, asked, made = self._asked.get(params["number"], (None, None, None))
        if workshop is None or asked is None or made is None:
            return None
        if asked.target is None:
            return plain(made)
        now = moved(made, asked.target, _current(workshop, asked.target))
        return {"refused": now.reason} if isinstance(now, Refused) else plain(now)


def _current(workshop: Workshop, target: Document) -> Document | None:
    """The document as it is now: in the editor, or else on the disk."""
    opened = workshop.document(target.path)
    if opened is not None:
        return opened
    text = workshop.index.text(target.path) if workshop.index is not None else None
    return None if text is None else Document.of(target.path, language_of(target.path) or "plaintext", text)


def safe_fixes(document: Document, params: Message) -> list[Message]:
    """The safe fixes of broken rules on some lines: [{rule, message, proposal}] for {rules, first, last}."""
    from linnet_completions.edit.safe import safe_fixes as found

    return [
        {"rule": one.rule, "message": one.message, "line": one.line, "proposal": plain(one.proposal)}
        for one in found(document, params["rules"], params["first"], params["last"])
    ]


def plain(proposal: Proposal) -> Message:
    """A proposal as JSON; each change is {start, end, text, outside, why} with [line, column] in code points."""
    changes = [
        {
            "start": [change.start.line, change.start.column],
            "end": [change.end.line, change.end.column],
            "text": change.text,
            "outside": change.outside,
            "why": change.why,
        }
        for change in proposal.changes
    ]
    return {
        "path": proposal.path,
        "version": proposal.version,
        "changes": changes,
        "created": proposal.created,
        "notes": list(proposal.notes),
        "doubts": proposal.doubts,
    }
