"""Which language a file is written in, told from its name alone; light enough for any start-up path."""

from __future__ import annotations

import re
from posixpath import basename

_EXTENSIONS = {
    "python": "py pyi pyw",
    "javascript": "js mjs cjs",
    "javascriptreact": "jsx",
    "typescript": "ts mts cts",
    "typescriptreact": "tsx",
    "go": "go",
    "rust": "rs",
    "java": "java",
    "c": "c",
    # A header says nothing about its language. The C++ grammar reads nearly all of C, the reverse fails.
    "cpp": "cpp cc cxx c++ hpp hh hxx h++ h ipp tpp inl",
    "clojure": "clj cljs cljc edn",
    "cmake": "cmake",
    "csharp": "cs csx",
    "css": "css",
    "cuda-cpp": "cu cuh",
    "dart": "dart",
    "elixir": "ex exs",
    "elm": "elm",
    "erlang": "erl hrl",
    "fsharp": "fs fsi fsx",
    "graphql": "graphql gql",
    "groovy": "groovy gradle",
    "haskell": "hs lhs",
    "html": "html htm xhtml",
    "ini": "ini cfg conf",
    "json": "json",
    "jsonc": "jsonc",
    "julia": "jl",
    "kotlin": "kt kts",
    "latex": "tex sty",
    "less": "less",
    "lisp": "lisp el",
    "lua": "lua",
    "makefile": "mk",
    "markdown": "md markdown",
    "nix": "nix",
    "objective-c": "m",
    "objective-cpp": "mm",
    "ocaml": "ml mli",
    "perl": "pl pm",
    "php": "php",
    "plaintext": "txt",
    "powershell": "ps1 psm1 psd1",
    "proto": "proto",
    "r": "r",
    "restructuredtext": "rst",
    "ruby": "rb rake gemspec",
    "scala": "scala sc sbt",
    "scss": "scss",
    "shellscript": "sh bash zsh ksh",
    "solidity": "sol",
    "sql": "sql",
    "svelte": "svelte",
    "swift": "swift",
    "terraform": "tf tfvars",
    "toml": "toml",
    "verilog": "v sv svh",
    "vhdl": "vhd vhdl",
    "vim": "vim",
    "vue": "vue",
    "xml": "xml xsd xsl svg",
    "yaml": "yaml yml",
    "zig": "zig",
}
_BY_EXTENSION = {extension: name for name, group in _EXTENSIONS.items() for extension in group.split()}
_BY_NAME = {
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "makefile": "makefile",
    "gnumakefile": "makefile",
    "cmakelists.txt": "cmake",
    "gemfile": "ruby",
    "rakefile": "ruby",
    "vagrantfile": "ruby",
    "jenkinsfile": "groovy",
    "sconstruct": "python",
    "sconscript": "python",
    ".bashrc": "shellscript",
    ".bash_profile": "shellscript",
    ".profile": "shellscript",
    ".zshrc": "shellscript",
    ".vimrc": "vim",
    "go.mod": "go.mod",
}
# Written to be read or configured rather than run: nobody defines or calls a symbol in them.
_NOT_SOURCE = frozenset(
    [
        "css",
        "graphql",
        "html",
        "ini",
        "json",
        "jsonc",
        "latex",
        "less",
        "markdown",
        "plaintext",
        "restructuredtext",
        "scss",
        "toml",
        "xml",
        "yaml",
    ]
)
SOURCE_LANGUAGES: frozenset[str] = frozenset(_EXTENSIONS) - _NOT_SOURCE
SOURCE_EXTENSIONS: tuple[str, ...] = tuple(
    sorted(extension for extension, name in _BY_EXTENSION.items() if name in SOURCE_LANGUAGES)
)
"""The endings of their files' names, without the dot."""
"""LSP ids of the languages that programs are written in, with and without a grammar."""

_PREFIXES = {
    "//": "c cpp csharp cuda-cpp dart fsharp go go.mod groovy java javascript javascriptreact jsonc kotlin less "
    "objective-c objective-cpp php proto rust scala scss solidity swift typescript typescriptreact verilog zig",
    "--": "elm haskell lua sql vhdl",
    ";": "clojure ini lisp",
    "%": "erlang latex",
    '"': "vim",
    "": "css html json markdown ocaml plaintext restructuredtext svelte vue xml",
}
_BY_LANGUAGE = {name: prefix for prefix, group in _PREFIXES.items() for name in group.split()}

_TEST_FOLDERS = frozenset({"test", "tests", "__tests__", "spec", "specs", "e2e", "testdata", "test-fixtures"})
_TEST_NAME = re.compile(
    r"^(?:test_.*|.*[_.-](?:test|tests|spec|e2e)|conftest|.*[a-z0-9](?:Test|Tests|TestCase|IT|Spec)|Test[A-Z].*|tests?)$"
)


def language_of(path: str) -> str | None:
    """The LSP language id of a file by its name, or None for a name that tells nothing."""
    name = basename(path).lower()
    if known := _BY_NAME.get("dockerfile" if name.startswith("dockerfile.") else name):
        return known
    stem, dot, extension = name.rpartition(".")
    if dot and stem:
        return _BY_EXTENSION.get(extension)
    return None


def comment_prefix(language: str) -> str:
    """What starts a comment that ends with its line; empty for languages that have none."""
    return _BY_LANGUAGE.get(language, "#")


def is_test_path(path: str) -> bool:
    """Whether a path (posix, relative to its root) holds tests, by the customs of the languages we know."""
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0] or name
    return any(folder in _TEST_FOLDERS for folder in folders) or _TEST_NAME.match(stem) is not None
