"""One lexer for all languages: words, numbers, operators, and line breaks that say how the indentation changes."""

from __future__ import annotations

import re
from collections.abc import Iterable

# The first ids of every vocabulary. Their spellings hold a line break, so no text can produce them.
NEWLINE, INDENT, DEDENT, START, UNKNOWN, ANY_WORD, ANY_NUMBER = range(7)
_SPECIAL = ("\n", "\n>", "\n<", "\n\0", "\n?", "\nword", "\nnumber")
FIRST_REAL = len(_SPECIAL)

DEPTH = 12  # The longest context that is compared, in tokens.

OTHER, WORD, NUMBER = range(3)  # The kinds of tokens.

# A longer line is data or generated text: reading it would cost more than it could ever teach.
LONGEST_LINE = 1000
LONGEST_WORD = 80
MOST_WORDS = 2**21 - 2  # Ids must fit into the packed keys of `segment`.

_TOKEN = re.compile(
    r" ?(?:[^\W\d]\w*|\d[\w.]*|=>|->|::|:=|==|!=|<=|>=|&&|\|\||\+=|-=|\*=|/=|\.\.\.|\*\*|//|\?\.|\S)"
)
_SPLIT = _TOKEN.findall


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
        # The code of a spelling, which is a word with or without its blank.
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
        blank = spelling[0] == " "
        code = self[spelling] = 2 * self._vocabulary.id_of(spelling[1:] if blank else spelling) + blank
        return code


class Lexer:
    """Reads one file, all at once or in slices of lines.

    `codes` grows by the codes of each line that is not blank, led by the code of its break; `gaps` by its distance to
    the one before (at most 255; the first counts from line -1).
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.codes: list[int] = []
        self.gaps = bytearray()
        self._vocabulary = vocabulary
        self._depth = 0
        self._gap = 0

    def feed(self, lines: Iterable[str]) -> None:
        # Spelled out, for every line of the workspace comes by here.
        codes, gaps, code_of = self.codes, self.gaps, self._vocabulary.code_of
        depth, gap = self._depth, self._gap
        for line in lines:
            gap += 1
            text = line.lstrip()
            if text:
                width = len(line) - len(text)
                codes.append(2 * line_break(depth, width))
                codes.extend(map(code_of, _SPLIT(text[:LONGEST_LINE])))
                gaps.append(min(gap, 255))
                depth, gap = width, 0
        self._depth, self._gap = depth, gap


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
