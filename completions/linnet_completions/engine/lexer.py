"""One lexer for all languages: words, numbers, operators, and line breaks that say how the indentation changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# The first ids of every vocabulary. Their spellings hold a line break, so no text can produce them.
NEWLINE, INDENT, DEDENT, START, UNKNOWN, ANY_WORD, ANY_NUMBER = range(7)
_SPECIAL = ("\n", "\n>", "\n<", "\n\0", "\n?", "\nword", "\nnumber")
FIRST_REAL = len(_SPECIAL)

DEPTH = 12  # The longest context that is compared, in tokens.

_BREAK = 2 * NEWLINE
OTHER, WORD, NUMBER = range(3)  # The kinds of tokens.

# A longer line is data or generated text: reading it would cost more than it could ever teach.
LONGEST_LINE = 1000
LONGEST_WORD = 80
WIDTH = 21  # Bits of an id: three of them fit into one number.
MOST_WORDS = 2**WIDTH - 2

_TOKEN = re.compile(
    r" ?(?:[^\W\d]\w*|\d[\w.]*|=>|->|::|:=|==|!=|<=|>=|&&|\|\||\+=|-=|\*=|/=|\.\.\.|\*\*|//|\?\.|\S)"
)
_SPLIT = _TOKEN.findall
_LINES = re.compile(rf"\n|{_TOKEN.pattern}")
# The same for ASCII, a quarter faster.
_ASCII_LINES = re.compile(
    _LINES.pattern.replace(r"[^\W\d]\w*", "[A-Za-z_][A-Za-z0-9_]*")
    .replace(r"\d[\w.]*", "[0-9][A-Za-z0-9_.]*")
    .replace(r"\S", r"[^\s\x1c-\x1f]"),
    re.ASCII,
)


class Vocabulary:
    """Words and their ids. A token's code is ``2 * id``, plus 1 when a blank stands before it.

    Words are only ever added, so an id stays valid for the life of the vocabulary.
    """

    def __init__(self) -> None:
        self.words: list[str] = list(_SPECIAL)
        self.kinds = bytearray(FIRST_REAL)
        # In how many learned files a word occurs; 0 for words seen in open documents alone.
        self.files = [0] * FIRST_REAL
        self.ids: dict[str, int] = {}
        # The code of a spelling, which is a word with or without its blank, or a line break.
        self._codes = _Codes(self)
        self.code_of = self._codes.__getitem__
        self._starts: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self.words)

    def id_of(self, word: str) -> int:
        """The id of a word, which is added when it is new."""
        found = self.ids.get(word)
        return self._add(word) if found is None else found

    def codes(self, line: str) -> list[int]:
        """The codes of one line; the blanks around the line are ignored."""
        return list(map(self.code_of, _SPLIT(line.lstrip()[:LONGEST_LINE])))

    def codes_of(self, lines: Sequence[str]) -> list[list[int]]:
        """The codes of each of several lines; the blanks around them, and their endings, are ignored."""
        if not lines:
            return []
        codes = self.codes_after_breaks([line.lstrip() for line in lines])
        starts = [place for place, code in enumerate(codes) if code == _BREAK]
        return [codes[start + 1 : end] for start, end in zip(starts, [*starts[1:], len(codes)], strict=True)]

    def codes_after_breaks(self, texts: Iterable[str]) -> list[int]:
        """The codes of lines that do not begin with blanks, NEWLINE's before each line's."""
        joined = "\n" + "\n".join([text[:LONGEST_LINE].rstrip() for text in texts])
        pattern = _ASCII_LINES if joined.isascii() else _LINES
        return list(map(self.code_of, pattern.findall(joined)))

    def compact(self) -> None:
        """Free what can be worked out again: the codes of spellings, most of which no open document holds."""
        self._codes.clear()

    def starting(self, part: str) -> list[int]:
        """Ids of the words that start with `part`, which is not empty."""
        found, words = self._starts.get(part[:2], []), self.words
        return [word for word in found if words[word].startswith(part)] if len(part) > 2 else found

    def _add(self, word: str) -> int:
        if not word.isprintable() or len(word) > LONGEST_WORD or len(self.words) >= MOST_WORDS:
            return UNKNOWN  # Nothing that may be proposed.
        number = self.ids[word] = len(self.words)
        self.words.append(word)
        self.files.append(0)
        kind = _kind(word)
        self.kinds.append(kind)
        if kind == WORD:
            self._starts.setdefault(word[:1], []).append(number)
            if len(word) > 1:
                self._starts.setdefault(word[:2], []).append(number)
        return number


class _Codes(dict[str, int]):
    """Code of a spelling with or without its blank; a miss adds the word."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def __missing__(self, spelling: str) -> int:
        if spelling == "\n":
            self[spelling] = _BREAK
            return _BREAK
        blank = spelling[0] == " "
        code = self[spelling] = 2 * self._vocabulary.id_of(spelling[1:] if blank else spelling) + blank
        return code


def indentation(line: str) -> int:
    """How many characters of white space lead the line; -1 when it is blank."""
    rest = len(line.lstrip())
    return len(line) - rest if rest else -1


def line_break(before: int, width: int) -> int:
    """The break token between lines that are `before` and `width` deep."""
    return NEWLINE if width == before else INDENT if width > before else DEDENT


def is_word_character(character: str) -> bool:
    return character.isalnum() or character == "_"


def _kind(word: str) -> int:
    first = word[0]
    if first.isdigit():
        return NUMBER
    return WORD if first == "_" or first.isalpha() else OTHER
