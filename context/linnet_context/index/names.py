"""Names as numbers: the identifiers of a text by line, and a vocabulary of names and their word parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
AnyArray = np.ndarray[Any, Any]

IDENTIFIER = re.compile(r"(?:[^\W\d]|\$)[\w$]*")
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\dA-Za-z_]+|\d+")
_MIN_PART = 3

# Keywords tell nothing about a place, and they would be the longest lists of all.
_PYTHON = """False None True and as assert async await break case class continue def del elif else except finally for from
    global if import in is lambda match nonlocal not or pass raise return try while with yield
    self cls args kwargs str int float bool bytes"""
_SCRIPT = """as async await break case catch class const continue default delete do else enum export extends false finally
    for from function if implements import in instanceof interface let new null of private protected public readonly
    return static super switch this throw true try type typeof undefined var void while with yield
    any boolean never number string unknown"""
_GO = """break case chan const continue default defer else fallthrough for func go goto if import interface map package
    range return select struct switch type var nil true false iota err error append len make new string bool byte
    int int64 int32 uint uint8 uint32 uint64 float64 any"""
_RUST = """as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move
    mut pub ref return self Self static struct super trait true type unsafe use where while
    str bool char u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64"""
_CURLY = """abstract auto bool boolean break byte case catch char class const constexpr continue default delete do double
    else enum explicit extends extern false final finally float for friend goto if implements import inline int
    interface long namespace new noexcept null nullptr operator override package private protected public register
    return short signed sizeof static struct super switch synchronized template this throw throws transient true try
    typedef typename union unsigned using var virtual void volatile while include define ifdef ifndef endif"""
_OTHERS = "and begin class def do done else elsif end false fi for function if in local nil not or return self then true"
_STOP = {"python": _PYTHON, "javascript": _SCRIPT, "go": _GO, "rust": _RUST, "c": _CURLY, "java": _CURLY}
_STOP_WORDS = {family: frozenset(words.split()) for family, words in _STOP.items()}
_OTHER_STOP_WORDS = frozenset(_OTHERS.split())

_QUOTED = r'"(?:\\.|[^"\\\n])*"|' r"'(?:\\.|[^'\\\n])*'"
_HASH = r"#[^\n]*"
_SLASH = r"//[^\n]*|/\*[\s\S]*?\*/"
_NAME = r"(?:[^\W\d]|\$)[\w$]*"
# What is no code, by family. Everything else that counts is a name or the end of a line.
_HIDDEN = {
    "python": rf'{_HASH}|"""[\s\S]*?"""|' rf"'''[\s\S]*?'''|{_QUOTED}",
    "go": rf"{_SLASH}|`[^`]*`|{_QUOTED}",
    "javascript": rf"{_SLASH}|{_QUOTED}",  # Template literals hold code: they count as code.
    "rust": rf'{_SLASH}|"(?:\\.|[^"\\])*"',
    "slash": rf"{_SLASH}|{_QUOTED}",
    "hash": rf"{_HASH}|{_QUOTED}",
}
_WORDS = re.compile(rf"{_NAME}|\n")
_FAMILIES = {
    "javascript": "javascript javascriptreact typescript typescriptreact vue svelte",
    "c": "c cpp cuda-cpp objective-c objective-cpp",
    "java": "java kotlin scala groovy",
}
_FAMILY = {language: family for family, group in _FAMILIES.items() for language in group.split()}
_SLASHED = frozenset(
    {"c", "java", "csharp", "swift", "dart", "php", "zig", "solidity", "verilog", "proto", "fsharp"}
)


def family_of(language: str) -> str:
    """Languages of one family use each other's names and are searched together; most are alone in theirs."""
    return _FAMILY.get(language, language)


@lru_cache(maxsize=64)
def _lexer(family: str) -> re.Pattern[str]:
    hidden = _HIDDEN.get(family) or _HIDDEN["slash" if family in _SLASHED else "hash"]
    return re.compile(rf"{_NAME}|\n|{hidden}")


def is_indexed(name: str, family: str) -> bool:
    """Whether a name is worth a number: not a keyword, not a single letter."""
    return len(name) > 1 and name not in _STOP_WORDS.get(family, _OTHER_STOP_WORDS)


class Vocabulary:
    """Numbers for names, in the order in which they were first met; only grows."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names: list[str] = list(names)
        self.ids: dict[str, int] = {name: number for number, name in enumerate(self.names)}
        self._part_ids: dict[str, int] = {}
        self._part_counts: list[int] = []
        self._part_list: list[int] = []
        self._parts: Parts | None = None

    def __len__(self) -> int:
        return len(self.names)

    def number(self, name: str) -> int:
        """The number of a name, a new one if need be."""
        number = self.ids.get(name)
        if number is None:
            number = self.ids[name] = len(self.names)
            self.names.append(name)
        return number

    def known(self, names: Iterable[str]) -> Ints:
        """The numbers of those names that have one, ascending."""
        return np.array(sorted({self.ids[name] for name in names if name in self.ids}), np.int32)

    def parts(self) -> Parts:
        """The word parts of every name, brought up to date."""
        done = len(self._part_counts)
        if self._parts is None or done < len(self.names):
            for name in self.names[done:]:
                parts = word_parts(name)
                self._part_counts.append(len(parts))
                # Most names are a part of themselves: their text is held once.
                texts = (name if part == name else part for part in parts)
                self._part_list += [self._part_ids.setdefault(text, len(self._part_ids)) for text in texts]
            counts = np.array(self._part_counts, np.int64)
            self._parts = Parts(pointers(counts), np.array(self._part_list, np.int32), len(self._part_ids))
        return self._parts


class Parts:
    """Word parts by name and names by word part, both as compressed rows."""

    __slots__ = ("by_name", "by_part", "count", "name_rows", "part_rows")

    def __init__(self, name_rows: NDArray[np.int64], by_name: Ints, count: int) -> None:
        self.name_rows = name_rows
        self.by_name = by_name
        self.count = count
        names = np.repeat(np.arange(len(name_rows) - 1, dtype=np.int32), np.diff(name_rows))
        self.by_part = names[np.argsort(by_name, kind="stable")]
        self.part_rows = pointers(np.bincount(by_name, minlength=count))

    def of(self, names: AnyArray) -> tuple[AnyArray, AnyArray]:
        """All parts of the names, and for each the index into `names` that it belongs to."""
        places, owner = spans(self.name_rows[names], self.name_rows[names + 1])
        return self.by_name[places], owner

    def names_with(self, parts: AnyArray) -> tuple[AnyArray, AnyArray]:
        """All names that have one of the parts, and for each the index into `parts` that it belongs to."""
        places, owner = spans(self.part_rows[parts], self.part_rows[parts + 1])
        return self.by_part[places], owner


def word_parts(name: str) -> list[str]:
    """A name in lower case and the words it consists of (camel case, underscores), sorted."""
    parts = {part.lower() for part in _PARTS.findall(name)}
    return sorted({name.lower(), *(part for part in parts if len(part) >= _MIN_PART)})


def lex(text: str, family: str, vocabulary: Vocabulary) -> tuple[Ints, Ints, Bools]:
    r"""Every name of a text: its number, its line, and whether it stands in code rather than a string or comment.

    Lines end with ``\n`` alone: see `plain_breaks`.
    """
    known, stop = vocabulary.ids, _STOP_WORDS.get(family, _OTHER_STOP_WORDS)
    names: list[int] = []
    lines: list[int] = []
    hidden: list[int] = []
    line = 0
    for token in _lexer(family).findall(text):
        number = known.get(token)
        if number is not None:
            names.append(number)
            lines.append(line)
        elif token == "\n":
            line += 1
        elif len(token) == 1 or token in stop:
            continue
        elif token[0] == "$" or token[0].isidentifier():
            names.append(vocabulary.number(token))
            lines.append(line)
        else:
            first = len(names)
            for word in _WORDS.findall(token):
                if word == "\n":
                    line += 1
                elif len(word) > 1 and word not in stop:
                    names.append(vocabulary.number(word))
                    lines.append(line)
            hidden.extend(range(first, len(names)))
    code = np.ones(len(names), np.bool_)
    code[hidden] = False
    return np.array(names, np.int32), np.array(lines, np.int32), code


def plain_breaks(text: str) -> str:
    r"""The same lines, each ending with ``\n``: ``\r\n`` and a lone ``\r`` end one, too."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def pointers(counts: AnyArray | Sequence[int]) -> NDArray[np.int64]:
    """Row starts (one more than rows) of compressed rows with these lengths."""
    result = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=result[1:])
    return result


def spans(starts: AnyArray, ends: AnyArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The concatenated ranges ``starts[i]..ends[i]``, and for each element the range it belongs to."""
    counts = np.asarray(ends, np.int64) - starts
    owner = np.repeat(np.arange(len(counts)), counts)
    shift = np.asarray(starts, np.int64) - (np.cumsum(counts) - counts)
    return np.arange(len(owner)) + np.repeat(shift, counts), owner
