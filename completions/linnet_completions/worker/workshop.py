"""Everything that is known of one workspace folder: index, engine, open documents and their trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from linnet_completions.engine.draft import Draft
from linnet_completions.engine.engine import Engine
from linnet_completions.explain.facts import FactSheet, facts
from linnet_completions.ghost.complete import Ask, Inside, Outcome, Sources, complete
from linnet_context import files
from linnet_context.gather import Task, gather
from linnet_context.index.build import Progress
from linnet_context.index.index import Index
from linnet_context.snippet import Context
from linnet_context.syntax import Tree, in_string_or_comment, new_errors, parse
from linnet_context.text import Document, Position, Splice


@dataclass(slots=True)
class _Open:
    """An open document and the tree of an earlier version, with the splices since."""

    document: Document
    tree: Tree | None = None
    parsed: bool = False
    splices: list[Splice] = field(default_factory=list)

    def current_tree(self) -> Tree | None:
        if not self.parsed or self.splices:
            self.tree = parse(self.document, self.tree, tuple(self.splices))
            self.splices, self.parsed = [], True
        return self.tree


class Workshop:
    """One workspace folder, or with `root` None the texts that belong to no folder. Used by one thread only.

    Paths are relative to the root (posix). `work()` learns the folder step by step; every other method answers from
    what is known so far.
    """

    def __init__(self, root: Path | None, cache: Path | None = None, ignore: Sequence[str] = ()) -> None:
        self.root = root
        self.ignore = tuple(ignore)
        self.index = Index(root, cache=cache, ignore=ignore) if root else None
        self.engine = Engine(cache=cache)
        self._open: dict[str, _Open] = {}

    # Documents

    def opened(self, document: Document) -> None:
        self._open[document.path] = _Open(document)
        self.engine.opened(document)

    def spliced(self, path: str, splices: Sequence[Splice], version: int) -> None:
        """Bring an open document up to date; an unknown path is ignored."""
        entry = self._open.get(path)
        if entry is None:
            return
        for splice in splices:
            entry.document, _ = entry.document.spliced(splice, version)
        entry.splices.extend(splices)
        self.engine.changed(entry.document, splices)

    def closed(self, path: str) -> None:
        self._open.pop(path, None)
        self.engine.closed(path)
        self.refresh([path])

    def refresh(self, paths: Sequence[str]) -> None:
        """Read files again that changed on disk."""
        if self.index is None or self.root is None:
            return
        for path in paths:
            text = None if files.refusal(self.root, path, self.ignore) else files.read(self.root, path)
            self.index.update(path, text)
            self.engine.learn(path, text)

    def document(self, path: str) -> Document | None:
        entry = self._open.get(path)
        return entry.document if entry else None

    # Background work

    def work(self) -> Iterator[Progress]:
        """Learn the folder: the open documents' folders first, a short step at a time."""
        if self.index is None:
            return
        first = list(self._open)
        progress = Progress(0, 0)
        learning: Iterator[None] | None = None
        for progress in self.index.build(first):
            yield progress
            if learning is None and self.index.files():
                learning = self.engine.build(self._texts())
            # The engine makes the ghost text, so it gets the larger share while both are learning.
            for _ in range(2):
                if learning is not None:
                    next(learning, None)
        for _ in learning or self.engine.build(self._texts()):
            yield progress

    def _texts(self) -> Iterator[tuple[str, str]]:
        assert self.index is not None
        for path in nearest_first(self.index.files(), list(self._open)):
            text = self.index.text(path)
            if text is not None:
                yield path, text

    # Answers

    def complete(self, path: str, position: Position, ask: Ask) -> Outcome:
        """Ghost text for a place in an open document."""
        entry = self._open.get(path)
        if entry is None:
            return Outcome((), ("gate: the document is not open",))
        if self.root is not None and (reason := files.refusal(self.root, path, self.ignore)):
            return Outcome((), (f"gate: {reason}",))
        document, place = entry.document, entry.document.clamp(position)

        def draft(limit: int, inside: Inside) -> list[Draft]:
            return self.engine.draft(path, place, limit, inside)

        def breaks(text: str, replaced: int) -> bool:
            tree = entry.current_tree()
            return tree is not None and new_errors(document, tree, place, text, replaced)

        def inside() -> Inside:
            tree = entry.current_tree()
            return in_string_or_comment(tree, place) if tree else None

        return complete(document, place, ask, Sources(draft, inside, breaks))

    def gather(
        self, document: Document, position: Position, task: Task, budget: int, deadline: float | None = None
    ) -> Context | None:
        """What would be sent for a place; None for a text that belongs to no folder."""
        return gather(self.index, document, position, task, budget, deadline) if self.index else None

    def facts(self, document: Document, first: int, last: int) -> FactSheet | None:
        """The fact sheet of a range of lines, without its history: that needs git, which may be slow."""
        return facts(self.index, document, first, last, None) if self.index else None


def nearest_first(paths: Sequence[str], near: Sequence[str]) -> list[str]:
    """Paths with the folders of `near` first, then those that share more of their folders."""
    folders = [PurePosixPath(path).parent.parts for path in near]
    if not folders:
        return list(paths)

    def distance(path: str) -> int:
        parts = PurePosixPath(path).parent.parts
        return min(_apart(parts, folder) for folder in folders)

    return sorted(paths, key=distance)


def _apart(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return len(one) + len(other) - 2 * shared


def finish(workshop: Workshop, report: Callable[[Progress], None] = lambda progress: None) -> Workshop:
    """Do all background work now; for the command line, which has nothing else to do meanwhile."""
    for progress in workshop.work():
        report(progress)
    return workshop
