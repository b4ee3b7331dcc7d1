"""What exists, as far as a workspace tells: names, members of modules and classes, parameters of functions.

Every answer is True, False for what surely does not exist, or None where nobody can know.
"""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from linnet_context.index.names import family_of
from linnet_context.outline import Definition, Import, Outline, outline
from linnet_context.text import Document, Position

if TYPE_CHECKING:
    from linnet_context.index.index import Index

_MODULE_NAMES = (
    "__name__ __file__ __doc__ __path__ __package__ __spec__ __loader__ __builtins__ __debug__ __class__"
)
_GO = """append any bool byte cap clear close comparable complex complex128 complex64 copy delete error false float32
    float64 imag int int16 int32 int64 int8 iota len make max min new nil panic print println real recover rune string
    true uint uint16 uint32 uint64 uint8 uintptr"""
_SCRIPT = """arguments undefined globalThis window document self console require module exports process fetch
    setTimeout clearTimeout setInterval clearInterval setImmediate clearImmediate queueMicrotask structuredClone
    requestAnimationFrame cancelAnimationFrame parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent
    encodeURI decodeURI escape unescape eval atob btoa alert confirm prompt navigator location history localStorage
    sessionStorage performance crypto super this import describe it test expect beforeEach afterEach beforeAll afterAll
    suite jest vi assert global name event top parent origin screen open close print stop focus blur scroll scrollTo
    matchMedia getComputedStyle getSelection postMessage addEventListener removeEventListener dispatchEvent"""
BUILTINS = {
    "python": frozenset({*dir(builtins), *_MODULE_NAMES.split()}),
    "go": frozenset(_GO.split()),
    "javascript": frozenset(_SCRIPT.split()),
}
_STAR = re.compile(r"^\s*from\s+\S+\s+import\s*\(?\s*\*", re.MULTILINE)
_CLASS = re.compile(r"\s*class\s+(\w+)")
_DYNAMIC = re.compile(r"__getattr__|__getattribute__|setattr\(|globals\(\)|__dict__|__all__\s*\+=|namedtuple")
# A signature that long may have been cut.
_LONGEST_SIGNATURE = 150
_PLAIN_DECORATORS = frozenset({"staticmethod", "classmethod"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a function takes: the most positional arguments, and the keywords."""

    positional: int
    keywords: frozenset[str]


class World:
    """What exists for one place of a document. `index` is None for a text that belongs to no folder."""

    def __init__(self, index: Index | None, document: Document, position: Position) -> None:
        self._index = index
        self._document = document
        self._position = position
        self._family = family_of(document.language)

    def name(self, name: str, *, called: bool) -> bool | None:
        """Whether a name stands for something: in scope here, or anywhere in the workspace, whence it can be imported."""
        if name in BUILTINS.get(self._family, ()) or self._indexed(name) or self._written(name):
            return True
        if (
            len(name) < 2
            or self._family not in BUILTINS
            or (self._index is not None and not self._index.complete)
        ):
            return None
        if self._family == "javascript" and (not called or name[:1].isupper() or "$" in name):
            return None  # The browser and the runtime know hundreds of names.
        if self._family == "python" and _STAR.search(self._text):
            return None
        return False

    def attribute(self, owner: str, name: str) -> bool | None:
        """Whether what `owner` stands for has an attribute."""
        if name.startswith("__") or self._document.language != "python":
            return None
        if owner in ("self", "cls"):
            return self._class_has(self._class_around, name) if self._class_around else None
        module = next((one for one in self._outline.imports if _called(one) == owner), None)
        return self._imported_has(module, name) if module is not None else None

    def importable(self, module: str, name: str) -> bool | None:
        """Whether a module of the workspace has a name."""
        return self._module_has(Import(module, name, "", 0), name) if name != "*" else None

    def parameters(self, owner: str) -> Parameters | None:
        """What a function of the workspace takes; None where nobody can know."""
        if self._document.language != "python":
            return None
        head, _, name = owner.rpartition(".")
        if head in ("self", "cls"):
            return self._function(name, self._class_around) if self._class_around else None
        return self._function(name, "") if not head else None

    # What is written where

    @cached_property
    def _text(self) -> str:
        return self._document.text()

    @cached_property
    def _outline(self) -> Outline:
        return outline(self._text, self._document.language)

    @cached_property
    def _class_around(self) -> str:
        """The class whose body the place is in, by indentation: a body that is being written may not parse."""
        least = 1 << 20
        for number in range(self._position.line, -1, -1):
            line = self._document.line(number)
            indent = len(line) - len(line.lstrip())
            if not line.strip() or indent >= least:
                continue
            if (found := _CLASS.match(line)) and number < self._position.line:
                return found[1]
            least = indent
        return ""

    def _written(self, name: str) -> bool:
        """Whether a name stands in the document; half of it, right before the cursor, does not count."""
        return any(has_word(line, name) for line in self._document.lines if name in line)

    def _indexed(self, name: str) -> bool:
        if self._index is None:
            return False
        corpus = self._index.corpus(self._document.language)
        number = corpus.vocabulary.ids.get(name)
        return number is not None and number < len(corpus.files) and bool(corpus.files[number])

    # Modules

    def _module_has(self, found: Import, name: str) -> bool | None:
        if self._index is None or not self._index.complete:
            return None
        files = self._index.resolver().files(replace(found, name=name), self._document.path, "python")
        if not files:
            return None
        # What the resolver finds for a name that is a module itself is that module.
        if any(_stem(path) == name for path in files):
            return True
        texts = [self._index.text(path) for path in files]
        if any(text is None or _STAR.search(text) or _DYNAMIC.search(text) for text in texts):
            return None
        return any(has_word(text or "", name) for text in texts)

    def _imported_has(self, found: Import, name: str) -> bool | None:
        if self._index is None:
            return None
        if not found.name:
            return self._module_has(found, name)
        files = self._index.resolver().files(found, self._document.path, "python")
        if any(_stem(path) == found.name for path in files):
            return self._module_has(Import(_joined(found), "", "", 0), name)
        return None

    # Classes

    def _class_has(self, parent: str, name: str) -> bool | None:
        if self._written(name) or _DYNAMIC.search(self._text):
            return True
        own = next((one for one in self._outline.definitions if one.name == parent), None)
        if own is None or own.kind != "class":
            return None
        return self._bases_have(own, self._document.path, name, depth=5)

    def _bases_have(self, own: Definition, path: str, name: str, depth: int) -> bool | None:
        bases = _bases(own.signature)
        if bases is None or not depth:
            return None
        for base in bases:
            found = [one for one in self._definitions(base) if one[1].kind == "class"]
            if len(found) != 1:
                return None
            where, definition = found[0]
            text = (
                self._text
                if where == self._document.path
                else (self._index and self._index.text(where)) or ""
            )
            if _DYNAMIC.search(text) or has_word(text, name):
                return None
            if self._bases_have(definition, where, name, depth - 1) is not False:
                return None
        return False

    def _definitions(self, name: str) -> list[tuple[str, Definition]]:
        """Where a name is defined, once; the document's own definitions as they are now."""
        path = self._document.path
        mine = [(path, one) for one in self._outline.definitions if one.name == name]
        others = self._index.definitions(name) if self._index is not None and self._index.complete else ()
        return mine + [found for found in others if found[0] != path]

    # Functions

    def _function(self, name: str, parent: str) -> Parameters | None:
        mine = [one for one in self._outline.definitions if one.name == name]
        imported = any(_called(one) == name for one in self._outline.imports)
        if len(mine) == 1 and not imported and mine[0].parent == parent:
            return _parameters(mine[0], self._text)
        if mine or parent or not imported or self._index is None:
            return None
        found = [one for one in self._definitions(name) if not one[1].parent]
        text = self._index.text(found[0][0]) if len(found) == 1 else None
        return _parameters(found[0][1], text) if text is not None else None


def has_word(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None


def _called(found: Import) -> str:
    return found.alias or found.name or found.module


def _joined(found: Import) -> str:
    return found.module + found.name if found.module.endswith(".") else f"{found.module}.{found.name}"


def _stem(path: str) -> str:
    parts = path.removesuffix(".pyi").removesuffix(".py").split("/")
    return parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]


def _bases(signature: str) -> tuple[str, ...] | None:
    """The base classes of a class, by name; None where they cannot be told."""
    if len(signature) > _LONGEST_SIGNATURE:
        return None
    try:
        (node,) = ast.parse(signature.rstrip(" :") + ": pass").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(node, ast.ClassDef) or node.keywords:
        return None
    names = [base.id for base in node.bases if isinstance(base, ast.Name)]
    return tuple(name for name in names if name != "object") if len(names) == len(node.bases) else None


def _parameters(found: Definition, text: str) -> Parameters | None:
    """The parameters of a function that takes no others; None for what is no such function."""
    if found.kind not in ("function", "method") or len(found.signature) > _LONGEST_SIGNATURE:
        return None
    decorators = _decorators(text, found.line)
    if decorators is None:
        return None
    try:
        (node,) = ast.parse(found.signature.rstrip(" :") + ": pass").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    takes = node.args
    if takes.vararg is not None or takes.kwarg is not None:
        return None
    positional = [one.arg for one in (*takes.posonlyargs, *takes.args)]
    if found.kind == "method" and "staticmethod" not in decorators:
        positional = positional[1:]
    keywords = {one.arg for one in (*takes.args, *takes.kwonlyargs)}
    return Parameters(len(positional), frozenset(keywords))


def _decorators(text: str, line: int) -> frozenset[str] | None:
    """The decorators above a line; None if one may change what the function takes."""
    lines = text.split("\n", line)[:line]
    found: set[str] = set()
    for above in reversed(lines):
        word = above.strip()
        if not word.startswith("@"):
            return (
                None
                if word.endswith((")", ",")) and not word.startswith(("#", "def ")) and "@" in word
                else frozenset(found)
            )
        if word[1:] not in _PLAIN_DECORATORS:
            return None
        found.add(word[1:])
    return frozenset(found)
