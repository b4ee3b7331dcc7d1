"""How much a learned file counts for the file being edited."""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import dirname, splitext

from linnet_context.languages import language_of

_SAME_FOLDER = 3.0
_SAME_PART = 1.5
_OTHER_LANGUAGE = 0.05
# Languages that share their idiom count as one.
_FAMILY = {
    "javascriptreact": "javascript",
    "typescript": "javascript",
    "typescriptreact": "javascript",
    "c": "cpp",
    "objective-c": "cpp",
}


def weights(paths: Sequence[str], alive: Sequence[int], path: str, language: str) -> list[float]:
    """A weight for each learned file; 0 for dead ones and for the edited file itself, whose buffer counts instead."""
    folder, part, family = dirname(path), path.split("/", 1)[0], _FAMILY.get(language, language)
    result = []
    for other, living in zip(paths, alive, strict=True):
        if not living or other == path:
            result.append(0.0)
            continue
        same_part = other.split("/", 1)[0] == part
        weight = _SAME_FOLDER if dirname(other) == folder else _SAME_PART if same_part else 1.0
        result.append(weight if _family(other) == family else weight * _OTHER_LANGUAGE)
    return result


def related(path: str, language: str) -> bool:
    """Whether a file shares its idiom with a language."""
    return _family(path) == _FAMILY.get(language, language)


def _family(path: str) -> str:
    language = language_of(path) or splitext(path)[1]
    return _FAMILY.get(language, language)
