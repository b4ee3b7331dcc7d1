"""The index of one workspace: built in small steps, usable meanwhile, changed file by file, kept on disk."""

from __future__ import annotations

import posixpath
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ..exclusions import text_reason
from ..files import SourceFile, omission, read, walk
from ..imports import Import
from ..languages import SOURCE_LANGUAGES, language_of
from ..outline import Definition, Outline, definitions_of, outline
from ..resolve.configs import is_config
from ..resolve.handed import KnownImports
from ..resolve.installed import Packages, spoken_of
from ..resolve.resolver import Resolver
from ..snippet import LeftOut
from ..text import Document
from .corpus import Corpus
from .definitions import DefinitionTable, definition_table
from .names import AnyArray, family_of
from .own import Own, OwnTexts
from .segment import (
    FILE,
    LINE,
    NAME,
    Record,
    Segment,
    Stamp,
    digest_of,
    make_record,
    merge_segments,
    unused_record,
)
from .store import Generations
from .texts import Texts

CACHE_VERSION = 2
# A file changed this short before we read it may change again without a new modification time.
_RACY_NS = 2_000_000_000
_WALK_STEP = 64
# Seconds: how long another process is waited for at most, and between two looks.
_LONGEST_TURN, _TURN_PAUSE = 60.0, 0.01
_OUTLINES = 64
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Progress:
    """Files done of those that must be read; `total` is 0 while they are being looked for."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class IndexStats:
    """Sizes of an index; `left_out` counts, by reason, what the last walk passed over."""

    files: int
    lines: int
    names: int
    definitions: int
    array_bytes: int
    languages: tuple[tuple[str, int], ...]
    left_out: tuple[tuple[str, int], ...]


class Index:
    """Definitions, names and look-alike windows of a workspace's source files."""

    def __init__(self, root: Path, cache: Path | None = None, ignore: Sequence[str] = ()) -> None:
        """`cache`: folder to keep the arrays in between runs. `ignore`: further rules in gitignore's language."""
        self.root = root
        self.complete = False
        self.texts = Texts(root)
        self.packages = Packages(root)
        self._ignore = tuple(ignore)
        self._store = Generations(cache, "index", CACHE_VERSION) if cache is not None else None
        self._loaded = False
        self._unsaved = False
        self._corpora: dict[str, Corpus] = {}
        self._outlines: OrderedDict[str, tuple[int, Outline]] = OrderedDict()
        self._left_out: Counter[str] = Counter()
        self._configs: dict[str, tuple[int, int]] = {}
        self._imports = KnownImports(lambda path: self.outline(path).imports)
        self._resolver: tuple[object, Resolver] | None = None
        self._resolver_changes = -1
        self._tables: dict[str, tuple[int, DefinitionTable]] = {}
        self._own = OwnTexts()

    def is_kept(self) -> bool:
        """Whether an earlier run left an index of this workspace on the disk."""
        return self._store is not None and self._store.newest() is not None

    def build(self, first: Sequence[str] = ()) -> Iterator[Progress]:
        """Bring the index up to date with the disk in small steps, `first` and the files beside them first.

        May be called again at any time: only what changed is read. The cache is loaded in the first step and saved
        in the last; between two steps the index answers from what it has.
        """
        with ExitStack() as turn:
            if not self._loaded:
                yield from self._turn(turn)
                self._load()
            yield from self._build(first)

    def _turn(self, turn: ExitStack) -> Iterator[Progress]:
        """Where nothing is kept yet and another process is at it, wait for what it makes: one builds, all use it.

        It is not waited for longer than building takes; its lock is free when it ends, however that happens.
        """
        store = self._store
        end = time.monotonic() + _LONGEST_TURN
        while store is not None and store.newest() is None and time.monotonic() < end:
            if turn.enter_context(store.building()):
                return
            turn.close()
            yield Progress(0, 0)
            time.sleep(_TURN_PAUSE)

    def _build(self, first: Sequence[str]) -> Iterator[Progress]:
        yield Progress(0, 0)
        found: dict[str, SourceFile] = {}
        configs: dict[str, tuple[int, int]] = {}
        left_out: Counter[str] = Counter()
        for file in walk(self.root, self._ignore, lambda one: _count(left_out, one)):
            if language_of(file.path) in SOURCE_LANGUAGES:
                found[file.path] = file
                if len(found) % _WALK_STEP == 0:
                    yield Progress(0, 0)
            elif is_config(file.path):
                configs[file.path] = file.size, file.mtime_ns
        self._left_out = left_out
        if configs != self._configs:
            self._configs, self._resolver = configs, None
        self._remove_all_but(found)
        stale = _ordered([file for file in found.values() if self._is_stale(file)], first)
        for done, file in enumerate(stale):
            self._read(file)
            yield Progress(done + 1, len(stale))
        yield from self._settle(Progress(len(stale), len(stale)))
        self.complete = True
        for path in first:
            document = Document.of(path, language_of(path) or "plaintext", self.text(path) or "")
            for _ in self.learn_installed(document) or ():
                yield Progress(len(stale), len(stale))

    def learn_installed(self, document: Document) -> Iterator[None] | None:
        """Steps that read what a document's imports lead to in the workspace's own environments; None: nothing new."""
        path, own = document.path, self.own(document)
        resolver = self.resolver()
        wanted = (one for _, one in spoken_of(own.outline.imports, own.lines))
        fresh = [one for one in dict.fromkeys(wanted) if not self.packages.is_settled(one, path)]
        outside = [one for one in fresh if not resolver.files(one, path, document.language)]
        return self.packages.learn(path, outside) if outside else None

    def rebuild(self, first: Sequence[str] = ()) -> Iterator[Progress]:
        """Like `build`, but from nothing: what the cache holds is not used."""
        self._loaded = True
        self._corpora.clear()
        self._unsaved = True
        for path in self.texts.opened_paths():
            self._put_opened(path)
        yield from self.build(first)

    def update(self, path: str, text: str | None) -> None:
        """One file changed: `text` is that of an open document, None means that the disk holds the truth (again)."""
        self.texts.open(path, text)
        self._outlines.pop(path, None)
        if text is not None:
            self._put_opened(path)
        elif not self._is_wanted(path) or (data := read(self.root, path)) is None:
            self._remove(path)
        else:
            self._put(path, Stamp(-1, 0, 0, digest_of(data)), data)

    def rest(self) -> None:
        """Let go of the memory that holds what is on disk anyway; searching fetches it again."""
        if self._store is not None:
            self._store.rest()

    def follow(self, path: str) -> None:
        """Like `update` from the disk, and make ready what the next search would have to make."""
        self.update(path, None)
        language = language_of(path) or ""
        self.corpus(language).segments()
        self.definition_table(language)

    def document(self, path: str) -> Document:
        """A file of the workspace, or the open document of its path; empty when there is none."""
        return Document.of(path, language_of(path) or "plaintext", self.text(path) or "")

    def files(self) -> Sequence[str]:
        """Paths of the files that can be found, sorted."""
        return sorted(path for corpus in self._corpora.values() for path in corpus.used_paths())

    def text(self, path: str) -> str | None:
        """The text of an open document or of a file of the workspace; None when there is none to be read."""
        return self.texts.text(path)

    def outline(self, path: str) -> Outline:
        """The outline of a file; empty when it cannot be read or its language has no grammar."""
        text = self.texts.text(path) or ""
        digest = digest_of(text)
        kept = self._outlines.get(path)
        if kept is not None and kept[0] == digest:
            self._outlines.move_to_end(path)
            return kept[1]
        fresh = outline(text, language_of(path) or "plaintext")
        self._outlines[path] = digest, fresh
        if len(self._outlines) > _OUTLINES:
            self._outlines.popitem(last=False)
        return fresh

    def definitions(self, name: str) -> Sequence[tuple[str, Definition]]:
        """Where a name is defined, by path and line."""
        paths = set[str]()
        for corpus in self._corpora.values():
            number = corpus.vocabulary.ids.get(name)
            if number is None:
                continue
            for segment in corpus.segments():
                rows = segment.definitions
                start, end = np.searchsorted(rows[:, NAME], (number, number + 1))
                files = set(rows[start:end, FILE].tolist()) - segment.dead
                paths.update(segment.paths[file] for file in files)
        return [
            (path, one)
            for path in sorted(paths)
            for one in self.outline(path).definitions
            if one.name == name
        ]

    def definition_places(self, name: str) -> Sequence[tuple[str, int]]:
        """(path, line) wherever a name is defined, as `definitions` has them, without reading a file."""
        found = list[tuple[str, int]]()
        for family, corpus in self._corpora.items():
            number = corpus.vocabulary.ids.get(name)
            if number is not None:
                table = self.definition_table(family)
                start, end = (int(row[0]) for row in table.rows_of(np.array([number])))
                found += [(table.paths[row[FILE]], row[LINE]) for row in table.rows[:, start:end].T.tolist()]
        return sorted(found)

    def is_indexed(self, path: str) -> bool:
        """Whether a file is among those that can be found."""
        place = self.corpus(language_of(path) or "").place(path)
        return place is not None and bool(place[0].file_lines[place[1]])

    def uses(self, name: str) -> Sequence[tuple[str, int]]:
        """(path, line) wherever a name stands in code, definitions included, by path and line."""
        found = list[tuple[str, int]]()
        for corpus in self._corpora.values():
            number = corpus.vocabulary.ids.get(name)
            if number is None:
                continue
            for segment in corpus.segments():
                for place in segment.places_with(np.array([number]))[0].tolist():
                    row = slice(int(segment.line_rows[place]), int(segment.line_rows[place + 1]))
                    file, line = segment.file_of_line(place)
                    if file not in segment.dead and bool(
                        segment.code[row][segment.names[row] == number].any()
                    ):
                        found.append((segment.paths[file], line))
        return sorted(found)

    def corpus(self, language: str) -> Corpus:
        """The files of a language's family; an empty corpus when there are none."""
        return self._corpora.setdefault(family_of(language), Corpus())

    def own(self, document: Document) -> Own:
        """A document as it is now, seen as the index sees files."""
        return self._own.of(document, self.corpus(document.language))

    def definition_table(self, language: str) -> DefinitionTable:
        """All definitions in the files of a language's family."""
        corpus, family = self.corpus(language), family_of(language)
        kept = self._tables.get(family)
        if kept is None or kept[0] != corpus.changes:
            kept = self._tables[family] = corpus.changes, definition_table(corpus)
        return kept[1]

    @property
    def changes(self) -> int:
        """Grows with every change of what is indexed."""
        return sum(corpus.changes for corpus in self._corpora.values())

    def resolver(self) -> Resolver:
        """Resolves imports among the files there are now."""
        changes = self.changes
        if self._resolver is None or self._resolver_changes != changes:
            paths = frozenset(path for corpus in self._corpora.values() for path in corpus.used_paths())
            # Texts change with every key, the files that there are seldom.
            if self._resolver is None or self._resolver[0] != paths:
                self._resolver = (
                    paths,
                    Resolver(paths, self._configs, self.text, self._defines, self._imports_of),
                )
            else:
                self._resolver[1].forget()
            self._resolver_changes = changes
        return self._resolver[1]

    def _defines(self, path: str, name: str) -> bool:
        language = language_of(path) or ""
        number = self.corpus(language).vocabulary.ids.get(name)
        return number is not None and self.definition_table(language).has(number, path)

    def _imports_of(self, path: str) -> Sequence[Import]:
        stamp = self.corpus(language_of(path) or "").stamp(path)
        return self._imports.of(path, stamp.digest) if stamp is not None else ()

    def stats(self) -> IndexStats:
        languages: Counter[str] = Counter(language_of(path) or "" for path in self.files())
        segments = [segment for corpus in self._corpora.values() for segment in corpus.segments()]
        return IndexStats(
            files=sum(languages.values()),
            lines=sum(int(one.file_lines.sum()) for one in segments),
            names=sum(int((corpus.files > 0).sum()) for corpus in self._corpora.values()),
            definitions=sum(int(corpus.definitions.sum()) for corpus in self._corpora.values()),
            array_bytes=sum(array.nbytes for one in segments for array in one.arrays().values()),
            languages=tuple(sorted(languages.items(), key=lambda item: (-item[1], item[0]))),
            left_out=tuple(sorted(self._left_out.items(), key=lambda item: (-item[1], item[0]))),
        )

    def _is_stale(self, file: SourceFile) -> bool:
        if self.texts.opened(file.path) is not None:
            return False
        stamp = self.corpus(language_of(file.path) or "").stamp(file.path)
        return (
            stamp is None
            or (stamp.size, stamp.mtime_ns) != (file.size, file.mtime_ns)
            or file.mtime_ns > stamp.read_ns - _RACY_NS
        )

    def _read(self, file: SourceFile) -> None:
        now = time.time_ns()  # Taken before reading: a change that comes later then looks newer.
        text = read(self.root, file.path)
        digest = digest_of(text) if text is not None else 0
        stamp = Stamp(file.size, file.mtime_ns, now, digest)
        corpus = self.corpus(language_of(file.path) or "")
        older = corpus.stamp(file.path)
        if older is not None and older.digest == digest:
            if (older.size, older.mtime_ns) != (stamp.size, stamp.mtime_ns):
                self._unsaved = True
            corpus.restamp(file.path, stamp)
        else:
            self._put(file.path, stamp, text)

    def _put(self, path: str, stamp: Stamp, text: str | None) -> None:
        if (
            stamp.size >= 0
        ):  # A text that is only open is no reason to save: the next one would read its file again.
            self._unsaved = True
        self.corpus(language_of(path) or "").put(self.record(path, stamp, text))

    def _put_opened(self, path: str) -> None:
        text = self.texts.opened(path)
        if text is None or not self._is_wanted(path):
            self._remove(path)
        else:
            self._put(path, Stamp(-1, 0, 0, digest_of(text)), text)

    def _is_wanted(self, path: str) -> bool:
        """Whether a build would index a file at this path: ignored and secret files stay out when open, too."""
        return language_of(path) in SOURCE_LANGUAGES and omission(self.root, path, self._ignore) is None

    def record(self, path: str, stamp: Stamp, text: str | None) -> Record:
        """The record of a text; new names enter the vocabulary, the corpus stays as it is."""
        if text is None or text_reason(text) is not None:
            return unused_record(path, stamp)
        language = language_of(path) or "plaintext"
        found = definitions_of(text, language)
        return make_record(path, stamp, text, family_of(language), found, self.corpus(language).vocabulary)

    def _remove(self, path: str) -> None:
        corpus = self.corpus(language_of(path) or "")
        if corpus.stamp(path) is not None:
            self._unsaved = True
            corpus.remove(path)

    def _remove_all_but(self, found: dict[str, SourceFile]) -> None:
        for corpus in self._corpora.values():
            for path in [
                one for one in corpus.paths() if one not in found and self.texts.opened(one) is None
            ]:
                self._unsaved = True
                corpus.remove(path)

    def _settle(self, progress: Progress) -> Iterator[Progress]:
        """Merge what should be merged and save, in a helper thread while the index goes on answering."""
        with ThreadPoolExecutor(1, "linnet-index") as pool:
            for corpus in list(self._corpora.values()):
                for group in corpus.to_merge():
                    task = pool.submit(merge_segments, group)
                    while not _is_done(task):
                        yield progress
                    corpus.merged(group, task.result())
            if self._store is not None and self._unsaved:
                self._unsaved = False
                saving = pool.submit(self._store.save, *self._dump())
                saved = {family: corpus.sealed() for family, corpus in self._corpora.items()}
                while not _is_done(saving):
                    yield progress
                if (file_name := saving.result()) is not None:
                    mapping = pool.submit(self._store.mapped, file_name)
                    while not _is_done(mapping):
                        yield progress
                    _map(saved, mapping.result() or {})

    def _dump(self) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, Sequence[str]]]:
        arrays, strings = dict[str, np.ndarray[Any, Any]](), dict[str, Sequence[str]]()
        for family, corpus in self._corpora.items():
            if len(corpus):
                some_arrays, some_strings = corpus.dump()
                arrays |= {f"{family}:{name}": array for name, array in some_arrays.items()}
                strings |= {f"{family}:{name}": texts for name, texts in some_strings.items()}
        return arrays, strings

    def _load(self) -> None:
        self._loaded = True
        content = self._store.load() if self._store is not None else None
        if content is None:
            return
        arrays, strings = content
        families = sorted({name.partition(":")[0] for name in strings})
        for family in families:
            prefix = family + ":"
            corpus = Corpus.restored(_below(arrays, prefix), _below(strings, prefix))
            for path in self._corpora.pop(family, Corpus()).paths():  # Opened before the cache was loaded.
                corpus.remove(path)
            self._corpora[family] = corpus
        for path in self.texts.opened_paths():
            self._put_opened(path)


def _map(saved: Mapping[str, Sequence[Segment]], arrays: Mapping[str, AnyArray]) -> None:
    """Let segments look at what was saved of them, so that nothing is held in memory that nobody asks for."""
    for family, segments in saved.items():
        for number, segment in enumerate(segments):
            part = _below(arrays, f"{family}:{number}/")
            if part:
                segment.look_at(part)


def _is_done(task: Any) -> bool:
    try:
        task.exception(timeout=0.005)
    except TimeoutError:
        return False
    return True


def _below(items: Mapping[str, Value], prefix: str) -> dict[str, Value]:
    return {name[len(prefix) :]: value for name, value in items.items() if name.startswith(prefix)}


def _count(counter: Counter[str], left_out: LeftOut) -> None:
    counter[left_out.reason] += 1


def _ordered(files: Sequence[SourceFile], first: Sequence[str]) -> list[SourceFile]:
    """The named files, then those of their folders, then the others."""
    rank = {path: number for number, path in enumerate(first)}
    folders = {posixpath.dirname(path) for path in first}

    def key(file: SourceFile) -> tuple[int, int]:
        if file.path in rank:
            return 0, rank[file.path]
        return (1 if posixpath.dirname(file.path) in folders else 2), 0

    return sorted(files, key=key)
