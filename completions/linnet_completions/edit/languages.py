"""Languages by the names that people give them."""

from __future__ import annotations

from linnet_context.languages import language_of

_ENDS = {
    "python": "py",
    "javascript": "js",
    "typescript": "ts",
    "go": "go",
    "golang": "go",
    "rust": "rs",
    "java": "java",
    "c": "c",
    "c++": "cpp",
    "cpp": "cpp",
    "c#": "cs",
    "csharp": "cs",
    "kotlin": "kt",
    "swift": "swift",
    "ruby": "rb",
    "php": "php",
    "scala": "scala",
    "lua": "lua",
    "dart": "dart",
    "elixir": "ex",
    "haskell": "hs",
    "julia": "jl",
    "zig": "zig",
    "r": "r",
    "shell": "sh",
    "bash": "sh",
}
OFFERED = ("Python", "TypeScript", "Go", "Rust", "Java")
"""What is offered where nobody can be asked for a language."""


def extension_of(name: str) -> str | None:
    """The usual ending of a language's files, by its name or by that ending; None for what nobody has heard of."""
    word = name.strip().lower().lstrip(".")
    if word in _ENDS:
        return _ENDS[word]
    return word if word.isalnum() and language_of(f"text.{word}") is not None else None
