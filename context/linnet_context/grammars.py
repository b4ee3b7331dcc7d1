"""tree-sitter grammars by LSP language id, each loaded when it is first needed."""

from __future__ import annotations

from functools import cache
from importlib import import_module, metadata

import tree_sitter

# language id: (module of its wheel, the function in it that gives the grammar)
_BUNDLED = {
    "python": ("tree_sitter_python", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "javascriptreact": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "typescriptreact": ("tree_sitter_typescript", "language_tsx"),
    "go": ("tree_sitter_go", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "java": ("tree_sitter_java", "language"),
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
}
BUNDLED: frozenset[str] = frozenset(_BUNDLED)
"""Language ids that every installation can parse."""

_PACK = "tree_sitter_language_pack"
PACKAGES: tuple[str, ...] = (*sorted({module.replace("_", "-") for module, _ in _BUNDLED.values()}), _PACK)
"""The distributions that grammars come from."""
# Where the pack of all languages calls a language otherwise than the language server protocol does.
_PACK_NAMES = {
    "cuda-cpp": "cuda",
    "go.mod": "gomod",
    "jsonc": "json",
    "lisp": "commonlisp",
    "makefile": "make",
    "objective-c": "objc",
    "restructuredtext": "rst",
    "shellscript": "bash",
}


@cache
def grammar(language: str) -> tree_sitter.Language | None:
    """The grammar of a language, or None where none is installed; never reaches for the network."""
    if language in _BUNDLED:
        module, function = _BUNDLED[language]
        return tree_sitter.Language(getattr(import_module(module), function)())
    return _packed(_PACK_NAMES.get(language, language))


def _packed(name: str) -> tree_sitter.Language | None:
    try:
        # From version 1 on the pack downloads its grammars while a program runs.
        if int(metadata.version(_PACK).partition(".")[0]) > 0:
            return None
        found: tree_sitter.Language = import_module(_PACK).get_language(name)
    except (ImportError, LookupError, OSError, ValueError):
        return None
    return found
