"""What each file may import and do: the architecture as a table. Adding an arrow means adding it here, in the open."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

CONTEXT, COMPLETIONS, SERVER = "linnet_context", "linnet_completions", "linnet_server"
# For each package: our packages and the libraries it may import.
LAYERS: dict[str, tuple[set[str], set[str]]] = {
    CONTEXT: (
        set(),
        {"numpy", "pathspec", "tiktoken", "tree_sitter", "tree_sitter_language_pack", "unidiff"},
    ),
    COMPLETIONS: (
        {CONTEXT},
        {
            "ast_grep_py",
            "cryptography",
            "detect_secrets",
            "diskcache",
            "h2",
            "httpcore2",
            "httpx2",
            "lizard",
            "numpy",
            "orjson",
            "redis",
            "ruff",
            "yaml",
        },
    ),
    SERVER: (
        {COMPLETIONS, CONTEXT},
        {"cattrs", "click", "keyring", "lsprotocol", "orjson", "platformdirs", "pygls", "rich"},
    ),
}
_GRAMMARS = ("c", "cpp", "go", "java", "javascript", "python", "rust", "typescript")
GRAMMARS = {f"tree_sitter_{name}" for name in _GRAMMARS}
# What reaches out of the process or belongs to an edge; the context is a pure function.
FORBIDDEN = {
    CONTEXT: {"asyncio", "socket", "http", "urllib", "ssl", "multiprocessing"},
    COMPLETIONS: set[str](),
    SERVER: set[str](),
}
# Libraries and modules that few places may import.
_HTTP = tuple(
    f"linnet_completions/models/{name}.py"
    for name in ("http", "network", "obstacles", "transport", "sockets")
)
ONLY: dict[str, tuple[str, ...]] = {
    "tiktoken": ("linnet_context/tokens.py",),
    "pathspec": ("linnet_context/ignores.py",),
    "unidiff": ("linnet_context/diff.py",),
    "ast_grep_py": ("linnet_completions/review/patterns/",),
    "yaml": ("linnet_completions/review/patterns/own.py",),
    "httpx2": _HTTP,
    "httpcore2": _HTTP,
    "h2": _HTTP,
    "diskcache": ("linnet_completions/cache/store.py",),
    "redis": ("linnet_completions/cache/redis.py",),
    "cryptography": ("linnet_completions/cache/sealing.py",),
    "lsprotocol": ("linnet_server/lsp/", "linnet_server/bench/stock.py"),
    "pygls": ("linnet_server/lsp/", "linnet_server/bench/stock.py"),
    "click": ("linnet_server/cli/",),
    "keyring": ("linnet_server/keychain.py",),
    "rich": ("linnet_server/cli/",),
    "pickle": (),
    "subprocess": (
        "linnet_context/process.py",
        "linnet_completions/review/",
        "linnet_completions/worker/",
        "linnet_server/bench/",
        "linnet_server/cli/",
        "linnet_server/client.py",
    ),
}
# Calls that few places may make. Reading files goes through `files.py`, which never leaves the workspace's root.
READERS = (
    "linnet_context/files.py",
    "linnet_context/index/store.py",
    "linnet_context/tokens.py",
    "linnet_server/",
    # These read data of their own package.
    "linnet_context/units.py",
    "linnet_context/forest.py",
    "linnet_completions/engine/network.py",
    "linnet_completions/models/prices.py",
    # And this one its own code.
    "linnet_completions/review/engines.py",
)
TERMINAL = ("linnet_server/cli/",)
# The environment is read at the edge; the module that starts programs hands it on unread.
ENVIRONMENT = (*TERMINAL, "linnet_context/process.py")
READS = {"read_text", "read_bytes"}
# A model is asked through the egress gate alone.
ASKERS = ("linnet_completions/models/outbound.py", "linnet_server/gate.py")


@dataclass(frozen=True)
class Violation:
    """A line that breaks the table."""

    path: str
    line: int
    what: str


def violations(path: str, text: str) -> list[Violation]:
    """What a file does that it may not; `path` starts with its package."""
    tree = ast.parse(text)
    return [Violation(path, line, what) for line, what in (*_imports(path, tree), *_calls(path, tree))]


def _imports(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    package = PurePosixPath(path).parts[0]
    ours, theirs = LAYERS[package]
    allowed = (
        {package} | ours | theirs | (GRAMMARS if package == CONTEXT else set()) | set(sys.stdlib_module_names)
    )
    for line, name in _imported(tree):
        misplaced = name in ONLY and not path.startswith(ONLY[name])
        if name not in allowed or name in FORBIDDEN[package] or misplaced:
            yield line, f"imports {name}"


def _imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Call) and _called(node) == "import_module":
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node.lineno, first.value.partition(".")[0]


def _calls(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _called(node)
            reads = name in READS or name == "open" and isinstance(node.func, ast.Name)
            if reads and not path.startswith(READERS):
                yield node.lineno, f"calls {name}"
            if name == "stream" and not path.startswith(ASKERS):
                yield node.lineno, "asks a model past the gate"
            if name == "print" and not path.startswith(TERMINAL):
                yield node.lineno, "prints"
        elif isinstance(node, ast.Attribute) and _is_environment(node) and not path.startswith(ENVIRONMENT):
            yield node.lineno, f"reads os.{node.attr}"


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _is_environment(node: ast.Attribute) -> bool:
    return node.attr in ("environ", "getenv") and isinstance(node.value, ast.Name) and node.value.id == "os"
