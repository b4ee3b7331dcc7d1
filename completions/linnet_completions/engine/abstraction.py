"""Code with its names made anonymous, so that a pattern is found again under other names."""

from __future__ import annotations

from .lexer import ANY_NUMBER, ANY_WORD, NUMBER, WORD, Vocabulary

# Words of the grammars themselves. They are part of a pattern even in a workspace too small to tell.
_KEYWORDS = """
    and any as assert async await bool boolean break byte case catch char class const continue crate def default
    defer del delete do double elif else enum except export extends false final finally float fmt fn for from func
    function global go goto if impl implements import in include instanceof int interface is lambda let long loop
    match mod module mut namespace new nil None nonlocal not null number object or override package pass private
    protected pub public raise range readonly ref require return select self Self short signed sizeof static str
    string struct super switch template this throw throws trait true True False try type typedef typename typeof
    undefined union unsafe unsigned use using var virtual void while where with yield
    """
_SHARE = 0.08  # A word in this share of the files belongs to the house's idiom and keeps its name.
_LEAST = 4


class Abstraction(dict[int, int]):
    """Token -> the same token, or ANY_WORD or ANY_NUMBER; filled as it is asked."""

    def __init__(self, vocabulary: Vocabulary, common: frozenset[int]) -> None:
        self.kinds = vocabulary.kinds
        self.common = common

    def __missing__(self, token: int) -> int:
        kind = self.kinds[token]
        if kind == NUMBER:
            result = ANY_NUMBER
        elif kind == WORD and token not in self.common:
            result = ANY_WORD
        else:
            result = token
        self[token] = result
        return result


def abstraction(vocabulary: Vocabulary, files: int) -> Abstraction:
    """The abstraction that fits what was learned so far, from `files` files."""
    limit = max(_LEAST, _SHARE * files)
    common = {token for token, count in enumerate(vocabulary.files) if count >= limit}
    common.update(map(vocabulary.id_of, _KEYWORDS.split()))
    return Abstraction(vocabulary, frozenset(common))
