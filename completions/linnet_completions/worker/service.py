"""The worker's side of its protocol: which message does what."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from linnet_completions.ghost.complete import Ask
from linnet_completions.worker.workshop import Workshop
from linnet_context.text import Document, Position, Splice

Message = dict[str, Any]


class Service:
    """Workspace folders by name, and the messages about them. `send` takes a notification to the server."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._workshops: dict[str, Workshop] = {}
        self._work: list[tuple[str, Iterator[Any]]] = []
        self._reported = 0.0

    # What is asked

    def handle(self, method: str, params: Message) -> Any:
        """Run one message; the result of a request, None for a notification. LookupError for an unknown method."""
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
        workshop = self._workshops.get(params["root"])
        if workshop is not None and all(name != params["root"] for name, _ in self._work):
            self._work.append((params["root"], workshop.work()))

    def on_forget(self, params: Message) -> None:
        """A folder that is no longer part of the workspace."""
        self._workshops.pop(params["root"], None)
        self._work = [entry for entry in self._work if entry[0] != params["root"]]

    def on_opened(self, params: Message) -> None:
        self._of(params).opened(_document(params))

    def on_spliced(self, params: Message) -> None:
        splices = [Splice(first, last, tuple(lines)) for first, last, lines in params["splices"]]
        self._of(params).spliced(params["path"], splices, params["version"])

    def on_closed(self, params: Message) -> None:
        self._of(params).closed(params["path"])

    def on_refresh(self, params: Message) -> None:
        self._of(params).refresh(params["paths"])

    def on_complete(self, params: Message) -> Any:
        ask = Ask(params["limit"], params["confidence"], tuple(params["languages"]))
        return self._of(params).complete(params["path"], Position(params["line"], params["column"]), ask)

    def on_context(self, params: Message) -> Any:
        workshop = self._of(params)
        document = workshop.document(params["path"])
        if document is None:
            return None
        position = Position(params["line"], params["column"])
        return workshop.gather(document, position, params["task"], params["budget"], params.get("deadline"))

    def on_facts(self, params: Message) -> Any:
        workshop = self._of(params)
        document = workshop.document(params["path"])
        return None if document is None else workshop.facts(document, params["first"], params["last"])

    def on_ping(self, params: Message) -> Any:
        return params

    def _of(self, params: Message) -> Workshop:
        return self._workshops[params["root"]]

    # Work between messages

    @property
    def busy(self) -> bool:
        """Whether there is background work left."""
        return bool(self._work)

    def step(self) -> None:
        """Do one short step of the background work."""
        root, work = self._work[0]
        progress = next(work, None)
        if progress is None:
            self._work.pop(0)
            self._send({"method": "learned", "params": {"root": root}})
        elif time.monotonic() - self._reported > 0.1:
            self._reported = time.monotonic()
            params = {"root": root, "done": progress.done, "total": progress.total}
            self._send({"method": "progress", "params": params})

    def drop_step(self) -> None:
        """Give up the background work that has just failed; what was learned so far stays."""
        self._work.pop(0)


def _document(params: Message) -> Document:
    return Document.of(params["path"], params["language"], params["text"], params["version"])
