"""What is documented of installed symbols that some lines use: read as text, never imported and never run."""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from linnet_context.files import read
from linnet_context.imports import Import, imported_name
from linnet_context.languages import language_of
from linnet_context.outline import Definition, Outline, docstring, outline
from linnet_context.resolve.installed import spoken_of

if TYPE_CHECKING:
    from linnet_context.index.index import Index
    from linnet_context.text import Document

_MOST = 8
_MOST_TEXT = 300_000
_LONGEST = 200
_HANDED_ON = 3
_SENTENCE = re.compile(r"(?s)(.+?[.!?])(?:\s|\Z)")


@dataclass(frozen=True, slots=True)
class Described:
    """A symbol of an installed package or of Python's own library: where it is from, its signature, its first words."""

    module: str
    name: str
    signature: str
    words: str


def described(
    index: Index, document: Document, found: Outline, first: int, last: int
) -> tuple[Described, ...]:
    """What lines `first`..`last` of a document use from elsewhere, at most 8 in the order of the imports."""
    lines = [document.line(line) for line in range(first, last + 1)]
    used = set(re.findall(r"\w+", "\n".join(lines)))
    outer = [one for one in found.imports if not first <= one.line <= last]
    return tuple(islice(_all(index, document, outer, lines, used), _MOST))


def _all(
    index: Index, document: Document, imports: Sequence[Import], lines: Sequence[str], used: set[str]
) -> Iterator[Described]:
    told = set[tuple[str, str]]()
    for local, one in spoken_of(imports, lines):
        if local not in used or one.name in ("", "*") or (one.module, one.name) in told:
            continue
        told.add((one.module, one.name))
        known = _of_environment(index, document, one)
        if known is None and document.language == "python":
            known = _of_library(one.module, one.name)
        if known is not None:
            yield known


def _of_environment(index: Index, document: Document, one: Import) -> Described | None:
    installed = index.packages.lookup(one, document.path)
    if installed is None:
        return None
    text = read(index.root, installed.path) or ""
    return Described(
        one.module, one.name, installed.head.text, _words(text, installed.path, installed.head.name)
    )


@lru_cache(maxsize=256)
def _of_library(module: str, name: str) -> Described | None:
    """A symbol of Python's own library, looked for in the files that its module hands it on from."""
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return None
    at = module
    for _ in range(_HANDED_ON):
        path, text, shown = _library_file(at)
        one = _defined(shown.definitions, name)
        if one is not None:
            return Described(module, name, one.signature, _words(text, path, name))
        handed = next((each for each in shown.imports if imported_name(each) == name and each.name), None)
        if handed is None:
            return None
        at, name = _absolute(at, path, handed.module), handed.name
    return None


@lru_cache(maxsize=32)
def _library_file(module: str) -> tuple[str, str, Outline]:
    root = Path(sysconfig.get_path("stdlib"))
    stem = module.replace(".", "/")
    for path in (f"{stem}/__init__.py", f"{stem}.py"):
        text = read(root, path)
        if text is not None and len(text) <= _MOST_TEXT:
            return path, text, outline(text, "python")
    return "", "", Outline()


def _absolute(module: str, path: str, relative: str) -> str:
    name = relative.lstrip(".")
    dots = len(relative) - len(name)
    if not dots:
        return name
    parts = module.split(".") if path.endswith("__init__.py") else module.split(".")[:-1]
    return ".".join([*parts[: len(parts) - dots + 1], *([name] if name else [])])


def _defined(definitions: Sequence[Definition], name: str) -> Definition | None:
    return next((one for one in definitions if one.name == name and not one.parent), None)


def _words(text: str, path: str, name: str) -> str:
    """The first sentence of a definition's documentation."""
    language = language_of(path) or ""
    if len(text) > _MOST_TEXT:
        return ""
    one = _defined(outline(text, language).definitions, name)
    words = " ".join(docstring(text, language, one).split("\n\n")[0].split()) if one is not None else ""
    sentence = _SENTENCE.match(words)
    words = sentence[1] if sentence else words
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"
