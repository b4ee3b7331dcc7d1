"""What the engines of a review are, as one digest: it changes with their code, and with the libraries they stand on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable

from linnet_context.grammars import PACKAGES

# Where findings come from: the rules, the scanner for secrets, and what parses and compares texts.
_CODE = ("linnet_completions.review", "linnet_completions.secrets", "linnet_context")
_LIBRARIES = ("ast-grep-py", "detect-secrets", "ruff", "tree-sitter", "unidiff")
_READ = (".py", ".scm")


@cache
def digest() -> str:
    """The engines installed here, in hexadecimal digits. Reads their code once in a process."""
    libraries = (*_LIBRARIES, *PACKAGES)
    return digest_of([files(name) for name in _CODE], [f"{name} {_version(name)}" for name in libraries])


def digest_of(folders: Sequence[Traversable], words: Sequence[str]) -> str:
    """The digest of all code below some folders, by name and content, and of words."""
    parts = [(name, content) for folder in folders for name, content in sorted(_code(folder))]
    return hashlib.sha256(repr((parts, words)).encode()).hexdigest()


def _code(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            yield from _code(entry, f"{name}/")
        elif name.endswith(_READ):
            yield name, hashlib.sha256(entry.read_bytes()).digest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
