"""Everything that is known of one workspace folder: index, engine, open documents and their trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from linnet_completions.checks.grounding import Ungrounded, ungrounded
from linnet_completions.checks.judging import Judgement, judged
from linnet_completions.engine.draft import Draft
from linnet_completions.engine.engine import Engine
from linnet_completions.ghost.complete import Ask, Inside, Outcome, Sources, complete
from linnet_completions.models.masks import masks_of
from linnet_completions.models.redaction import Redactor
from linnet_context import files
from linnet_context.claims import claims, claims_at
from linnet_context.languages import SOURCE_LANGUAGES, language_of
from linnet_context.syntax import Tree, ended, in_string_or_comment, new_errors, parse
from linnet_context.text import Document, Position, Splice
from linnet_context.uncommitted import Changed, uncommitted

if TYPE_CHECKING:
    from linnet_completions.explain.facts import FactSheet
    from linnet_completions.models.cleaned import Cleaned
    from linnet_context.gather import Task
    from linnet_context.index.index import Index, Progress
    from linnet_context.snippet import Context

# Steps of the engine's learning for each of the index's.
ENGINE_SHARE = 2
# Steps that the engine is ahead: the open file's folder is learned before anything else is looked at.
HEAD_START = 50
# Files looked at in one step of a walk.
WALK_STEP = 50
# Documents opened or changed lately that count more than others when context is gathered.
VISITS = 12
# Seconds between two steps while git is waited for.
_PATIENCE = 0.01


@dataclass(slots=True)
class _Open:
    """An open document and the tree of an earlier version, with the splices since.

    `taught`: whether the engine knows it. A refused one would teach it what is proposed in other documents.
    """

    document: Document
    taught: bool
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
        self.engine = Engine(cache=cache)
        self._cache = cache
        self._index: Index | None = None
        self._open: dict[str, _Open] = {}
        self._unindexed: set[str] = set()
        self._visited: dict[str, None] = {}
        self.redactor = Redactor()
        self._learned: dict[str, tuple[int, int]] | None = None

    # Documents

    def opened(self, document: Document) -> None:
        taught = self.refusal(document.path) is None
        self._open[document.path] = _Open(document, taught)
        self._visit(document.path)
        self._unindexed.add(document.path)
        if taught:
            self.engine.opened(document)

    def spliced(self, path: str, splices: Sequence[Splice], version: int) -> None:
        """Bring an open document up to date; an unknown path is ignored."""
        entry = self._open.get(path)
        if entry is None:
            return
        for splice in splices:
            entry.document, _ = entry.document.spliced(splice, version)
        entry.splices.extend(splices)
        self._visit(path)
        self._unindexed.add(path)
        if entry.taught:
            self.engine.changed(entry.document, splices)

    def _visit(self, path: str) -> None:
        self._visited.pop(path, None)
        self._visited[path] = None
        if len(self._visited) > VISITS:
            del self._visited[next(iter(self._visited))]

    def closed(self, path: str) -> None:
        self._open.pop(path, None)
        self._unindexed.discard(path)
        self.engine.closed(path)
        self.refresh([path])

    def refresh(self, paths: Sequence[str]) -> None:
        """Read files again that changed on disk; an open document is the truth about its own."""
        index = self.index
        if index is None or self.root is None:
            return
        for path in paths:
            if path in self._open:
                continue
            usable = language_of(path) in SOURCE_LANGUAGES and not files.refusal(self.root, path, self.ignore)
            if usable:
                index.update(path, None)
            self.engine.learn(path, files.read(self.root, path) if usable else None)

    @property
    def index(self) -> Index | None:
        """The folder's index, told of what was typed since it was last asked; None without a folder."""
        if self.root is None:
            return None
        if self._index is None:  # Made late, since it loads numpy: the first ghost text needs neither.
            from linnet_context.index.index import Index

            self._index = Index(self.root, cache=self._cache, ignore=self.ignore)
        for path in sorted(self._unindexed):
            self._index.update(path, self._open[path].document.text())
        self._unindexed.clear()
        return self._index

    def rest(self) -> None:
        """Nothing is asked at the moment: let go of memory that the next question can have again at once."""
        if self._index is not None:
            self._index.rest()

    def document(self, path: str) -> Document | None:
        entry = self._open.get(path)
        return entry.document if entry else None

    # Background work

    def work(self) -> Iterator[Progress | None]:
        """Bring index and engine up to date with the disk, what is near the open documents first.

        Yields after each short step how far the index is, or None while there is nothing to measure.
        """
        learning = self.learn()
        for _ in range(HEAD_START):
            yield next(learning, None)
        index = self.index
        if index is None:
            return
        for progress in index.build(list(self._open)):
            yield progress
            # The engine makes the ghost text, so it gets the larger share while both are learning.
            for _ in range(ENGINE_SHARE):
                yield next(learning, None)
        yield from learning

    def learn(self) -> Iterator[None]:
        """The engine's part of the work. The second time only what changed since is read."""
        if self.root is None:
            return
        with ThreadPoolExecutor(1, "git") as thread:  # git may take seconds, for which nothing waits.
            asked = self._ask_git(thread, self.root) if self._learned is None else None
            changed = False
            for other in self._learn_files(self.root):
                changed |= other
                if asked and asked.done():
                    self.engine.recall(asked.result())
                    asked = None
                yield
            asked = self._ask_git(thread, self.root) if changed else asked
            while asked and not asked.done():
                wait([asked], _PATIENCE)
                yield
            if asked:
                self.engine.recall(asked.result())

    def _ask_git(self, thread: Executor, root: Path) -> Future[tuple[Changed, ...]]:
        """What is not committed, in documents that are open and in files."""
        documents = {path: entry.document.text() for path, entry in self._open.items() if entry.taught}
        return thread.submit(uncommitted, root, self.ignore, documents)

    def _learn_files(self, root: Path) -> Iterator[bool]:
        """Yields whether the files are others than the last time."""
        found: dict[str, tuple[int, int]] = {}
        for number, file in enumerate(files.walk(root, self.ignore)):
            if language_of(file.path) in SOURCE_LANGUAGES:
                found[file.path] = (file.size, file.mtime_ns)
            if number % WALK_STEP == 0:
                yield False
        before, self._learned = self._learned, found
        if before is None:
            for _ in self.engine.build(self._texts(nearest_first(list(found), list(self._open)))):
                yield False
            return
        for path in sorted(before.keys() | found.keys()):
            if before.get(path) != found.get(path):
                self.engine.learn(path, files.read(root, path) if path in found else None)
                yield True

    def _texts(self, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
        assert self.root is not None
        for path in paths:
            text = files.read(self.root, path)
            if text is not None:
                yield path, text

    # Answers

    def complete(self, path: str, position: Position, ask: Ask) -> Outcome:
        """Ghost text for a place in an open document."""
        entry = self._open.get(path)
        if entry is None:
            return Outcome((), ("gate: the document is not open",))
        if reason := self.refusal(path):
            return Outcome((), (f"gate: {reason}",))
        if not entry.taught:  # It was refused when it was opened.
            self.engine.opened(entry.document)
            entry.taught = True
        place = entry.document.clamp(position)

        def draft(limit: int, inside: Inside) -> list[Draft]:
            return self.engine.draft(path, place, limit, inside, ask.confidence)

        def breaks(text: str, replaced: int) -> bool:
            return self._breaks(entry, place, text, replaced)

        def inside() -> Inside:
            tree = entry.current_tree()
            return in_string_or_comment(tree, place) if tree else None

        return complete(entry.document, place, ask, Sources(draft, inside, breaks))

    def judge(self, path: str, position: Position, text: str) -> Judgement:
        """How a model's text goes in at a place of an open document: what of it may stand there, and why no more."""
        from linnet_context.world import World  # It loads numpy, which the first ghost text does without.

        entry = self._open.get(path)
        if entry is None:
            return Judgement(None, "the document is not open")
        document, place = entry.document, entry.document.clamp(position)
        tree = entry.current_tree()
        # The index as it is: bringing it up to date takes longer than a key may, and the document speaks for itself.
        world = World(self._index, document, place) if self.root is None or self._index is not None else None

        def breaks(text: str, replaced: int) -> bool:
            return self._breaks(entry, place, text, replaced)

        def wrong(text: str, replaced: int) -> Ungrounded | None:
            if tree is None or world is None:
                return None
            return ungrounded(claims(document, tree, place, text, replaced), world)

        return judged(text, document.after(place), breaks, wrong)

    def ended(self, path: str, position: Position, text: str) -> int | None:
        """Where in a text (code points) the block is over that it continues at a place; None while it is not."""
        entry = self._open.get(path)
        tree = entry.current_tree() if entry is not None else None
        if entry is None or tree is None:
            return None
        return ended(entry.document, tree, entry.document.clamp(position), text)

    def imports(self, path: str, position: Position, text: str) -> tuple[tuple[int, str], ...]:
        """The imports that a text needs which was inserted at a place of an open document: (line, statement) each."""
        from linnet_context.importing import needed

        entry, index = self._open.get(path), self.index
        tree = entry.current_tree() if entry is not None else None
        if entry is None or index is None or tree is None:
            return ()
        place = entry.document.clamp(position)
        used = claims_at(tree, tree.byte(place), text)
        names = tuple(claim for claim in used.claims if claim.name not in used.bound)
        return tuple((one.line, one.text) for one in needed(index, entry.document, place, text, names))

    def _breaks(self, entry: _Open, place: Position, text: str, replaced: int) -> bool:
        tree = entry.current_tree()
        return tree is not None and new_errors(entry.document, tree, place, text, replaced)

    def refusal(self, path: str) -> str | None:
        """Why a document may not leave, or None."""
        if self.root is not None:
            return files.refusal(self.root, path, self.ignore)
        return "secret file" if files.is_secret(path) else None

    def gather(
        self, document: Document, position: Position, task: Task, budget: int, deadline: float | None = None
    ) -> Cleaned | None:
        """What would be sent for a place, without secrets; None for a text that belongs to no folder."""
        from linnet_completions.models.cleaned import gather_cleaned

        index = self.index
        if index is None:
            return None
        recent = [path for path in reversed(self._visited) if path != document.path]
        return gather_cleaned(index, document, position, task, budget, self.redactor, deadline, recent)

    def learn_installed(self, document: Document) -> Iterator[None] | None:
        """Steps that read what a document's imports lead to in the folder's environments; None: nothing new."""
        return self.index.learn_installed(document) if self.index is not None else None

    def masks(self, document: Document) -> dict[str, str]:
        """What must not leave of a document alone."""
        return masks_of([document.text()], self.redactor)

    def facts(self, document: Document, first: int, last: int) -> FactSheet | None:
        """The fact sheet of a range of lines, without its history: that needs git, which may be slow."""
        from linnet_completions.explain.facts import facts

        index = self.index
        return facts(index, document, first, last, None) if index else None

    def stamp(self) -> tuple[object, ...]:
        """Changes with all that a fact sheet depends on beside its document: the index, the last commit."""
        from linnet_context.git import stamp

        index = self.index
        return (index.changes, index.complete, *(stamp(self.root) if self.root else ())) if index else ()

    def question(self, document: Document, first: int, last: int, budget: int) -> Question | None:
        """What a model needs to explain a range of lines; None for a file that may not leave.

        Secrets are taken out of the whole document before any of its lines is chosen.
        """
        from linnet_completions.explain.explain import gathered
        from linnet_completions.explain.facts import facts
        from linnet_completions.models.cleaned import context_masks

        index = self.index
        if index is None or self.root is None or files.refusal(self.root, document.path, self.ignore):
            return None
        safe, own = self.redactor.redact(document.text()), self.masks(document)
        if safe.found:
            document = Document.of(document.path, document.language, safe.text, document.version)
        sheet = facts(index, document, first, last, None)
        context = gathered(index, document, sheet, budget)
        masks = {**own, **context_masks(index, document, context, self.redactor)}
        return Question(sheet, context, masks)


@dataclass(frozen=True, slots=True)
class Question:
    """What goes to a model when lines are to be explained, and the masks of what must not."""

    sheet: FactSheet
    context: Context
    masks: dict[str, str]


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
