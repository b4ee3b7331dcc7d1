"""The server's state: one mutable session on the loop's thread, frozen snapshots everywhere else."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from linnet_completions.engine.thresholds import DEFAULT_CONFIDENCE, QUIET_CONFIDENCE
from linnet_completions.ghost.outcome import Event, Outcomes
from linnet_completions.ghost.recent import Recent
from linnet_completions.ghost.reuse import Shown
from linnet_completions.worker.client import Worker
from linnet_context.text import Position, Splice
from linnet_server.assemble import workspace_cache
from linnet_server.lsp.capabilities import encoding_for, pulls_diagnostics, shows_ghost_text
from linnet_server.lsp.documents import Opened, rooted
from linnet_server.lsp.notes import Note, shifted
from linnet_server.settings import Settings

if TYPE_CHECKING:
    from linnet_completions.explain.prompt import Turn
    from linnet_completions.ghost.tally import Tally
    from linnet_server.gate import Gate
    from linnet_server.lsp.flights import Flights
    from linnet_server.taste import Taste

# Editors with a pause of their own before they ask: Neovim's is 200 ms, Helix has a setting.
WAIT_THEMSELVES = frozenset({"neovim", "helix"})
# The last steps that are kept to tell why there is a ghost text, or none.
_STEPS = 16
NOWHERE = ""  # The name of the folder of all texts that belong to no workspace folder.


@dataclass(frozen=True, slots=True)
class EditSupport:
    """What a client can do with edits: apply them for us, tell versions, remark on changes, create files, ask late."""

    applies: bool
    versions: bool
    annotates: bool
    creates: bool
    resolves: bool

    @classmethod
    def of(cls, capabilities: Mapping[str, Any]) -> EditSupport:
        workspace = capabilities.get("workspace") or {}
        edit = workspace.get("workspaceEdit") or {}
        action = (capabilities.get("textDocument") or {}).get("codeAction") or {}
        late = (action.get("resolveSupport") or {}).get("properties") or ()
        operations = edit.get("resourceOperations") or ()
        # Neovim does not announce document changes, but says what can only stand in them.
        return cls(
            applies=bool(workspace.get("applyEdit")),
            versions=bool(edit.get("documentChanges") or operations),
            annotates=edit.get("changeAnnotationSupport") is not None,
            creates="create" in operations,
            resolves="edit" in late and bool(action.get("dataSupport")),
        )


@dataclass(frozen=True, slots=True)
class Client:
    """What matters of the client's `initialize`."""

    name: str
    encoding: str
    pulls_diagnostics: bool
    shows_progress: bool
    shows_documents: bool
    shows_ghost_text: bool
    edits: EditSupport
    watches_files: bool

    @property
    def waits_itself(self) -> bool:
        """Whether the client asks only after a pause in the typing, so that another of ours would come on top."""
        return self.name.lower() in WAIT_THEMSELVES

    @property
    def is_neovim(self) -> bool:
        """It never says that the user asked, and takes line endings for its own."""
        return self.name.lower() == "neovim"

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Client:
        capabilities = params.get("capabilities") or {}
        window, workspace = (capabilities.get(part) or {} for part in ("window", "workspace"))
        return cls(
            name=(params.get("clientInfo") or {}).get("name") or "",
            encoding=encoding_for(dict(params)),
            pulls_diagnostics=pulls_diagnostics(dict(params)),
            shows_progress=bool(window.get("workDoneProgress")),
            shows_documents=bool((window.get("showDocument") or {}).get("support")),
            shows_ghost_text=shows_ghost_text(dict(params)),
            edits=EditSupport.of(capabilities),
            watches_files=bool((workspace.get("didChangeWatchedFiles") or {}).get("dynamicRegistration")),
        )


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation about lines `first`..`last` (0-based; -1: the file) of a document; `turns`, the last one last."""

    opened: Opened
    first: int
    last: int
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """All that requests may read. A write replaces it as a whole, so whoever holds one holds one moment."""

    settings: Settings
    roots: tuple[Path, ...] = ()
    documents: Mapping[str, Opened] = field(default_factory=dict[str, Opened])
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict[str, tuple[Note, ...]])
    enabled: bool = True
    switched_off: frozenset[str] = frozenset()  # Language ids.

    @property
    def confidence(self) -> float:
        """How sure the embedded engine must be before it shows something."""
        return QUIET_CONFIDENCE if self.settings.engine.mode == "quiet" else DEFAULT_CONFIDENCE

    @property
    def too_large(self) -> tuple[str, ...]:
        """The names of the open documents that nothing is done for."""
        names = (opened.document.path for opened in self.documents.values() if not opened.served)
        return tuple(sorted(PurePosixPath(name).name for name in names))

    @property
    def completes(self) -> bool:
        """Whether ghost text is on at all."""
        return self.enabled and self.settings.completion.enabled


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one request sees: the state when its message came, and its document, if it has an open one."""

    state: State
    client: Client
    opened: Opened | None


class Session:
    """The only mutable state; touched by the event loop's thread alone."""

    def __init__(self, client: Client, state: State, worker: Worker, flights: Flights | None = None) -> None:
        self.client = client
        self.state = state
        self.worker = worker
        self.flights = flights
        self.gate: Gate | None = None
        self.choosing: asyncio.Task[None] | None = None
        self.taste: Taste | None = None
        self.trouble = ""
        self.shown: dict[str, Shown] = {}
        self.recent: dict[str, Recent] = {}
        self.counts_kinds_from_zero = False
        self.worker_alive = False
        self.learning: set[str] = set()
        self.last_status: dict[str, Any] = {}
        self.menus: dict[str, Opened] = {}
        self.talks: dict[str, Talk] = {}
        self.safe_fixes: tuple[object, Any] = ((), None)
        self.accepted = 0
        self.accepted_partly = 0
        self.outcomes = Outcomes(self._count)
        self.tally: Tally | None = None
        self.why: dict[str, tuple[Position, deque[str]]] = {}
        self.latency_ms = 0.0

    async def chosen(self) -> None:
        """Wait until the way to the models is loaded, if the user chose one."""
        if self.choosing is not None:
            # Whoever waits may be cancelled, and the loading goes on.
            await asyncio.wait((self.choosing,))

    def ask_why(self, uri: str, position: Position) -> None:
        """From now on what is said is about another place."""
        self.why[uri] = (position, deque(maxlen=_STEPS))

    def say(self, uri: str, step: str) -> None:
        """A step on the way to a ghost text, or to none: a few words, for who asks; they are never logged."""
        if uri in self.why:
            self.why[uri][1].append(step)

    def _count(self, event: Event) -> None:
        """Something became of a suggestion."""
        if event.what == "accepted":
            self.accepted += 1
        elif event.what == "accepted_partly":
            self.accepted_partly += 1
        if self.tally is not None:
            self.tally.add(event)

    def snapshot(self, uri: str | None) -> Snapshot:
        opened = self.state.documents.get(uri) if uri is not None else None
        return Snapshot(self.state, self.client, opened)

    def current(self, uri: str) -> Opened | None:
        """The document as it is now; a request compares it with its snapshot's before it answers."""
        return self.state.documents.get(uri)

    def open(self, opened: Opened) -> None:
        self.close(opened.uri)  # A client may open a document twice, and in another language.
        self._keep(opened)
        if opened.served:
            self.worker.notify("opened", opened_message(opened))

    def change(self, opened: Opened, splices: tuple[Splice, ...]) -> None:
        before = self.state.documents.get(opened.uri)
        self._keep(opened)
        self._follow(opened)
        self.outcomes.changed(opened.uri, opened.document)
        notes = self.state.notes.get(opened.uri)
        if notes:
            for splice in splices:
                notes = shifted(notes, splice)
            self.set_notes(opened.uri, notes)
        if before is not None and before.served:
            if opened.served:
                self.worker.notify("spliced", spliced_message(opened, splices))
            else:
                self.worker.notify("closed", closed_message(opened))
        elif opened.served:
            self.worker.notify("opened", opened_message(opened))

    def close(self, uri: str) -> None:
        opened = self.state.documents.get(uri)
        if opened is None:
            return
        documents = {key: value for key, value in self.state.documents.items() if key != uri}
        self.state = replace(self.state, documents=documents)
        self.forget_shown(uri)
        self.outcomes.forgiven(opened.document.path)
        self.menus.pop(uri, None)
        if self.flights is not None:
            self.flights.close(uri)
        if opened.served:
            self.worker.notify("closed", closed_message(opened))

    def configure(self, settings: Settings) -> None:
        """New settings; folders whose cache or exclusions changed are learned anew."""
        before = self.state.settings
        self.state = replace(self.state, settings=settings)
        # Under these settings something else may be shown, by somebody else.
        self.shown.clear()
        self.recent.clear()
        if self.flights is not None:
            self.flights.forget()
        if (before.context.ignore, before.cache.dir) != (settings.context.ignore, settings.cache.dir):
            for name in (NOWHERE, *map(str, self.state.roots)):
                self.worker.notify("forget", {"root": name})
            for message in worker_state(self.state):
                self.worker.notify(message["method"], message["params"])

    def set_roots(self, roots: tuple[Path, ...]) -> None:
        """Other workspace folders; open documents go to the folder that they are in now."""
        before, self.state = self.state, replace(self.state, roots=roots)
        for root in set(before.roots) - set(roots):
            self.worker.notify("forget", {"root": str(root)})
        for root in set(roots) - set(before.roots):
            self.worker.notify("folder", folder_message(str(root), self.state.settings))
        for opened in before.documents.values():
            moved = rooted(opened, roots)
            if (moved.root, moved.document.path) == (opened.root, opened.document.path):
                continue
            self._keep(moved)
            self.forget_shown(opened.uri)
            if opened.served:
                self.worker.notify("closed", closed_message(opened))
                self.worker.notify("opened", opened_message(moved))
        for root in set(roots) - set(before.roots):
            self.worker.notify("start", {"root": str(root)})

    def set_notes(self, uri: str, notes: tuple[Note, ...]) -> None:
        others = {key: value for key, value in self.state.notes.items() if key != uri}
        self.state = replace(self.state, notes={**others, uri: notes} if notes else others)

    def forget_shown(self, uri: str) -> None:
        """Nothing that was shown in a document is right any more."""
        self.shown.pop(uri, None)
        self.recent.pop(uri, None)
        self.outcomes.closed(uri)
        self.why.pop(uri, None)

    def _follow(self, opened: Opened) -> None:
        """A model's answer that the document's new text contradicts is ended at once."""
        if self.flights is not None:
            self.flights.changed(opened.uri, opened.document)

    def _keep(self, opened: Opened) -> None:
        self.state = replace(self.state, documents={**self.state.documents, opened.uri: opened})


def worker_state(state: State) -> Iterator[dict[str, Any]]:
    """The messages that tell a new worker all it must know."""
    for name in (NOWHERE, *map(str, state.roots)):
        yield {"method": "folder", "params": folder_message(name, state.settings)}
    for opened in state.documents.values():
        if opened.served:
            yield {"method": "opened", "params": opened_message(opened)}
    for name in (NOWHERE, *map(str, state.roots)):
        yield {"method": "start", "params": {"root": name}}


def folder_message(name: str, settings: Settings) -> dict[str, Any]:
    cache = str(workspace_cache(Path(name), settings)) if name else None
    return {"root": name, "cache": cache, "ignore": settings.context.ignore}


def closed_message(opened: Opened) -> dict[str, Any]:
    return {"root": opened.root, "path": opened.document.path}


def spliced_message(opened: Opened, splices: tuple[Splice, ...]) -> dict[str, Any]:
    return {
        "root": opened.root,
        "path": opened.document.path,
        "version": opened.document.version,
        "splices": [(splice.first, splice.last, splice.lines) for splice in splices],
    }


def opened_message(opened: Opened) -> dict[str, Any]:
    document = opened.document
    return {
        "root": opened.root,
        "path": document.path,
        "language": document.language,
        "version": document.version,
        "text": document.text(),
    }
