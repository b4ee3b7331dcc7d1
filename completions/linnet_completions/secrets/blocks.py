"""Private keys: blocks of several lines between a header and a footer, either of which may be missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MARK = "PRIVATE KEY"
_HEADER = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d:[^\n]*")
_FOOTER = re.compile(r"-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|Private-MAC:")
# What may stand around a line of a key: indentation, the marks of a diff, of a comment, of a string.
_AROUND = r"[\s+\-|>#*/\"'`(,]*"
_BODY = re.compile(_AROUND + r"(?<!\\)(?P<run>[A-Za-z0-9/=][A-Za-z0-9+/=]*)(?:\\+[nrt])*[\"'`,;)+\s\\.]*")
_KEY_WORDS = re.compile(_AROUND + r"(?:[A-Z][\w-]{2,24}: [^\"]*|)[\"'`,;)+\s\\n]*")
_RUN = re.compile(r"(?:(?<=\\[nrt])|(?<![\\\w+/]))[A-Za-z0-9+/=]{16,}|(?<=\\n)[A-Za-z0-9+/=]+")
# A line of this length is surely a key's; no key has as many lines; and no line of one is as long.
_LONG, _FULL, _LONGEST = 40, 400, 160


def private_keys(text: str) -> Iterator[tuple[str, int, int]]:
    """The bodies of the private keys in a text, line by line: kind, start, end."""
    if _MARK not in text and "PuTTY-User-Key" not in text:
        return
    for header in _HEADER.finditer(text):
        yield from _after(text, header.end())
    for footer in _FOOTER.finditer(text):
        yield from _before(text, footer.start())


def _after(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """The rest of the header's line, then every line that may belong to the key."""
    end = _end_of_line(text, at)
    footer = _FOOTER.search(text, at, end)
    for run in _RUN.finditer(text, at, footer.start() if footer else end):
        yield "private-key", *run.span()
    if footer:
        return
    seen = False
    for _ in range(_FULL):
        start, end = end + 1, _end_of_line(text, end + 1)
        if start > len(text) or _FOOTER.search(text, start, end):
            return
        if end - start > _LONGEST:
            runs = [run.span() for run in _RUN.finditer(text, start, end)]
            yield from (("private-key", *run) for run in runs)
            if not runs:
                return
            continue
        body = _BODY.fullmatch(text, start, end)
        long = body is not None and len(body["run"]) >= _LONG
        if body and (long or _is_last(text, body["run"], end, seen)):
            yield "private-key", *body.span("run")
            seen = True
        elif not _KEY_WORDS.fullmatch(text, start, end):
            return


def _is_last(text: str, run: str, end: int, seen: bool) -> bool:
    """Whether a short line ends a key: the footer follows, or a longer line came and this one is no word."""
    if _FOOTER.search(text, end, _end_of_line(text, end + 1)):
        return True
    return seen and any(not letter.islower() for letter in run[1:]) or len(run) >= 16


def _before(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """The lines in front of a footer that may belong to a key, nearest first."""
    start = text.rfind("\n", 0, at) + 1
    for _ in range(_FULL):
        if start == 0:
            return
        end, start = start - 1, text.rfind("\n", 0, start - 1) + 1
        body = _BODY.fullmatch(text, start, end) if end - start <= _LONGEST else None
        if body is None:
            return
        yield "private-key", *body.span("run")


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
