"""How complex a function is, measured by lizard."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

_ENDINGS = {
    "python": "py",
    "javascript": "js",
    "javascriptreact": "jsx",
    "typescript": "ts",
    "typescriptreact": "tsx",
    "go": "go",
    "rust": "rs",
    "java": "java",
    "c": "c",
    "cpp": "cpp",
    "csharp": "cs",
    "kotlin": "kt",
    "lua": "lua",
    "php": "php",
    "ruby": "rb",
    "scala": "scala",
    "swift": "swift",
}
# Languages whose methods are only understood inside a class.
_IN_CLASS = frozenset({"java", "javascript", "javascriptreact", "typescript", "typescriptreact"})
_WRAPPED = "class Wrapper {{\n{}\n}}\n"
# lizard loses its way in some texts, which shows when it ends a function early.
_COVERED = 0.6
# lizard reads about 10,000 lines a second.
_MOST_LINES = 3000


@dataclass(frozen=True, slots=True)
class Complexity:
    """`cyclomatic`: independent paths through a function (1 is a straight one); `lines` that hold code."""

    cyclomatic: int
    lines: int


def complexity(text: str, language: str, name: str) -> Complexity | None:
    """The complexity of a function from its text; None where it cannot be measured."""
    ending = _ENDINGS.get(language)
    if ending is None or text.count("\n") > _MOST_LINES:
        return None
    found = _measured(dedent(text) if language == "python" else text, ending, name, 0)
    if found is None and language in _IN_CLASS:
        return _measured(_WRAPPED.format(text), ending, name, 2)
    return found


def _measured(text: str, ending: str, name: str, wrapping: int) -> Complexity | None:
    import lizard

    try:
        measured = lizard.analyze_file.analyze_source_code(f"text.{ending}", text)
    except (RecursionError, IndexError, ValueError, AttributeError):
        return None  # lizard trips over some broken texts.
    named = (one for one in measured.function_list if one.name.replace("::", ".").rpartition(".")[2] == name)
    function = next(named, None)
    if function is None or function.end_line - function.start_line + 1 < _COVERED * text.count("\n"):
        return None
    # Functions inside a function are measured apart, but a reader has to understand them too.
    paths = 1 + sum(one.cyclomatic_complexity - 1 for one in measured.function_list)
    return Complexity(paths, measured.nloc - wrapping)
