"""The worker's side of its protocol: which message does what."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linnet_completions.checks.insertion import Insertion
from linnet_completions.ghost.complete import Ask
from linnet_completions.worker.edits import Edits, safe_fixes
from linnet_completions.worker.jobs import Inquiry, explained, reviewed, reviewed_workspace
from linnet_completions.worker.sheets import Sheets
from linnet_completions.worker.workshop import Workshop
from linnet_context.checkout import Checkout
from linnet_context.text import Document, Position, Splice

if TYPE_CHECKING:
    from linnet_context.index.index import Progress

Message = dict[str, Any]
REPORT_EVERY = 0.1  # Seconds between two notifications of progress.
# More changed files than these are read in the background: another branch was checked out, say.
MANY_FILES = 16


@dataclass(frozen=True, slots=True)
class Job:
    """An answer that takes long and needs nothing that changes: it is worked out on another thread."""

    run: Callable[[], Any]


class Service:
    """Workspace folders by name, and the messages about them. `send` takes a notification to the server."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._workshops: dict[str, Workshop] = {}
        self._work: list[tuple[str, Iterator[Progress | None]]] = []
        self._reading: Iterator[None] | None = None
        self._again: set[str] = set()
        self._checkouts: dict[str, Checkout] = {}
        self._reported = 0.0
        self._edits = Edits()
        self._sheets = Sheets()

    # What is asked

    def handle(self, method: str, params: Message) -> Any:
        """Run one message; a request's result, or the job that gives it. LookupError for an unknown method."""
        handler = getattr(self, f"on_{method}", None)
        if handler is None:
            raise LookupError(method)
        return handler(params)

    def on_folder(self, params: Message) -> None:
        """A folder to know: {root, cache, ignore}; root "" holds the texts that belong to none."""
        name = params["root"]
        if name in self._workshops:
            return
        root, cache = (Path(name) if name else None), params.get("cache")
        self._workshops[name] = Workshop(root, Path(cache) if cache else None, params.get("ignore", ()))

    def on_start(self, params: Message) -> None:
        """Start learning a folder; sent behind its first documents, so that theirs come first."""
        root = params["root"]
        workshop = self._workshops.get(root)
        if workshop is None:
            return
        if any(name == root for name, _ in self._work):
            self._again.add(root)  # What is being read may have been looked at already.
        else:
            self._work.append((root, workshop.work()))

    def on_forget(self, params: Message) -> None:
        """A folder that is no longer part of the workspace."""
        self._workshops.pop(params["root"], None)
        self._checkouts.pop(params["root"], None)
        self._again.discard(params["root"])
        self._work = [entry for entry in self._work if entry[0] != params["root"]]

    def on_opened(self, params: Message) -> None:
        self._of(params).opened(_document(params))

    def on_spliced(self, params: Message) -> None:
        splices = [Splice(first, last, tuple(lines)) for first, last, lines in params["splices"]]
        self._of(params).spliced(params["path"], splices, params["version"])

    def on_closed(self, params: Message) -> None:
        self._of(params).closed(params["path"])

    def on_refresh(self, params: Message) -> None:
        if len(params["paths"]) > MANY_FILES:
            self.on_start(params)
        else:
            self._of(params).refresh(params["paths"])

    def on_complete(self, params: Message) -> Any:
        ask = Ask(params["limit"], params["confidence"], tuple(params["languages"]))
        return self._of(params).complete(params["path"], Position(params["line"], params["column"]), ask)

    def on_judge(self, params: Message) -> Any:
        """How a model's text goes in at a place: {text, replaced, reason}; `text` "" where it may not.

        `reason` says what was wrong with what was left out of it.
        """
        position = Position(params["line"], params["column"])
        found = self._of(params).judge(params["path"], position, params["text"])
        insertion = found.insertion or Insertion("", 0)
        return {"text": insertion.text, "replaced": insertion.replaced, "reason": found.reason}

    def on_ended(self, params: Message) -> Any:
        """Where the block is over that a text continues at a place, in code points; None while it is not."""
        position = Position(params["line"], params["column"])
        return self._of(params).ended(params["path"], position, params["text"])

    def on_imports(self, params: Message) -> Any:
        """The imports that an inserted text needs: [[line, statement], ...]."""
        position = Position(params["line"], params["column"])
        return self._of(params).imports(params["path"], position, params["text"])

    def on_context(self, params: Message) -> Any:
        """What would be sent for a place, without secrets, and the masks for whole calls: {context, redacted, masks}.

        `context` is None for a text that belongs to no folder. {refused} is the reason why a document may not leave.
        `within` are the seconds for gathering.
        """
        workshop = self._of(params)
        document = workshop.document(params["path"])
        if document is None:
            return None
        if reason := workshop.refusal(document.path):
            return {"refused": reason}
        position = Position(params["line"], params["column"])
        deadline = time.monotonic() + params["within"] if "within" in params else None
        found = workshop.gather(document, position, params["task"], params["budget"], deadline)
        self._reading = workshop.learn_installed(document)
        return found or {"context": None, "redacted": {}, "masks": workshop.masks(document)}

    def on_facts(self, params: Message) -> Any:
        """The fact sheet of lines (first -1: of the file), and the call that has a model explain them.

        {markdown, call, masks}; `call` is None where no `budget` is given, or the file may not leave. `ask`, `history`, `problem`
        and `code` are those of `Inquiry`. Its history is a job.
        """
        workshop = self._of(params)
        document, root = workshop.document(params["path"]), workshop.root
        if document is None or root is None:
            return None
        first, last = params["first"], params["last"]
        if first < 0:
            first, last = 0, len(document.lines)
        inquiry, budget = Inquiry.of(params), params.get("budget")
        # The lines themselves are a part of the key, so that their identity is that of no other lines.
        key = document.path, _Same(document.lines), first, last, budget, inquiry, workshop.stamp()
        kept = self._sheets.get(key)
        if kept is not None:
            return kept
        sheet = workshop.facts(document, first, last)
        if sheet is None:
            return None
        question = workshop.question(document, first, last, budget) if budget else None
        return Job(lambda: self._sheets.put(key, explained(sheet, document, root, question, inquiry)))

    def on_claims(self, params: Message) -> Any:
        """An explanation with its places linked below the URI `base`, and marked what is not there."""
        from linnet_completions.explain.claims import whole
        from linnet_completions.explain.ground import ground_of

        workshop = self._of(params)
        document, index = workshop.document(params["path"]), workshop.index
        if document is None or index is None:
            return params["text"]
        return whole(params["text"], ground_of(index, document, params.get("base") or ""))

    def on_review(self, params: Message) -> Any:
        """Notes on what an open document adds to its last commit: {message, notes}."""
        workshop = self._of(params)
        document, root = workshop.document(params["path"]), workshop.root
        return None if document is None or root is None else Job(lambda: reviewed(root, document))

    def on_reviewWorkspace(self, params: Message) -> Any:
        """Notes on all that is not committed: {message, files: {path: notes}}."""
        root, ignore = self._of(params).root, self._of(params).ignore
        return None if root is None else Job(lambda: reviewed_workspace(root, ignore))

    def on_editPrepare(self, params: Message) -> Any:
        """The question to a model that changes some lines: see `Edits.prepare`."""
        return self._edits.prepare(self._of(params), params)

    def on_editJudge(self, params: Message) -> Any:
        """What a model's answer to such a question makes of the document: see `Edits.judge`."""
        return self._edits.judge(params)

    def on_editMove(self, params: Message) -> Any:
        """The same for the document as it has become since."""
        return self._edits.move(params)

    def on_safeFixes(self, params: Message) -> Any:
        """Fixes of broken rules that need no model, for lines of an open document."""
        document = self._of(params).document(params["path"])
        return None if document is None else Job(lambda: safe_fixes(document, params))

    def on_ping(self, params: Message) -> Any:
        return params

    def _of(self, params: Message) -> Workshop:
        return self._workshops[params["root"]]

    # Work between messages

    @property
    def busy(self) -> bool:
        """Whether there is background work left."""
        return bool(self._work) or self._reading is not None

    def step(self) -> None:
        """Do one short step of the background work."""
        if self._reading is not None:  # Short, and what the next question of the same document needs.
            if next(self._reading, self) is self:
                self._reading = None
            return
        root, work = self._work[0]
        for progress in work:
            if progress is not None and time.monotonic() - self._reported > REPORT_EVERY:
                self._reported = time.monotonic()
                self._send(
                    {
                        "method": "progress",
                        "params": {"root": root, "done": progress.done, "total": progress.total},
                    }
                )
            return
        self._end_work()
        self._send({"method": "learned", "params": {"root": root}})

    def drop_step(self) -> None:
        """Give up the background work that has just failed; what was learned so far stays."""
        if self._reading is not None:
            self._reading = None
        else:
            self._end_work()

    def _end_work(self) -> None:
        root, _ = self._work.pop(0)
        if root in self._again:
            self._again.discard(root)
            self.on_start({"root": root})

    def rest(self) -> None:
        """There is nothing to do: let go of memory that the next question can have again at once."""
        for workshop in self._workshops.values():
            workshop.rest()

    def look(self) -> None:
        """Asked now and then while there is nothing to do: another branch may have been checked out meanwhile."""
        for root, workshop in self._workshops.items():
            if workshop.root is None:
                continue
            if root not in self._checkouts:
                self._checkouts[root] = Checkout(workshop.root)
            elif self._checkouts[root].has_moved():
                self.on_start({"root": root})


class _Same:
    """Equal to what wraps the very same object."""

    __slots__ = ("it",)

    def __init__(self, it: object) -> None:
        self.it = it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.it is other.it

    def __hash__(self) -> int:
        return id(self.it)


def _document(params: Message) -> Document:
    return Document.of(params["path"], params["language"], params["text"], params["version"])
