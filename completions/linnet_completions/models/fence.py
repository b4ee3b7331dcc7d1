"""Marks what is data in a prompt, so that nothing inside can pass for the end of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, slots=True)
class Fence:
    """A pair of marks around data. Equal texts have equal marks, so that prompts stay cacheable."""

    mark: str

    @classmethod
    def around(cls, texts: Iterable[str]) -> Fence:
        """Marks that occur in none of the texts, in whatever letters."""
        whole = "\n".join(texts).upper()
        return cls(next(mark for number in count(1) if (mark := f"DATA-{number}") not in whole))

    def wrap(self, label: str, text: str) -> str:
        """A text between its marks; the label says what it is, on the line of the first."""
        return f"<{self.mark} {one_line(label)}>\n{text.rstrip()}\n</{self.mark}>"


def one_line(text: str) -> str:
    """Words that a file's name or a model brought, as one line of visible characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
