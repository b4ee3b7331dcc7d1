"""Secrets that are told by what stands around them: a name, an address, a header, a command's option."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .names import HINT, strength
from .randomness import is_chosen, is_hex, is_mixed, is_random, is_stand_in, is_uuid

Span = tuple[str, int, int]

_NAMED = re.compile(
    r"""(?P<name>(?<![\w$-])[\w$-]*\w)[\])"'`\\]{0,3}
        (?:(?:\s*:\s*|\s+)[\w&'.<>\[\] |*?]{1,40}?(?=\s*=\s*[\w@$]{0,2}["'`(]))?  # A type between a name and its value.
        (?:\[\w*\])?
        \s{0,20}(?P<by>:=|=>|->|[!=]?={1,3}|:|,|\()\s{0,20}(?:[(\[{]\s*)?
        (?:[@$]?[a-zA-Z]{0,2}(?P<quote>\"\"\"|'''|["'`]|\\["'])(?P<quoted>(?:(?!(?P=quote))[^\\]|\\.){1,4000})
          |(?P<bare>(?:(?!\\[nrt"'])[^\s"'`;&,(){}<>\[\]|]){1,4000}))""",
    re.VERBOSE,
)
# Values that hold more than the secret; their own rules find where it begins.
_FOUND_ELSEWHERE = re.compile(
    r"\s*(?:-----BEGIN |(?:Bearer|Basic|Token|ApiKey) |[a-zA-Z][\w+.-]*://|(?:\w+=[^;]*;){2})"
)
# Where to look, and not what to use.
_REFERENCE = re.compile(
    r"[./~][\w./-]*|[\w-]+(?:/[\w.-]+)+|https?://[^@]*"
    r"|[\w.-]+\.(?:ya?ml|json|toml|py|js|ts|go|rs|txt|pem|key|crt|com|org|net|io)"
    r"|(?:sha\d+|md5)[-:$].*|arn:.*|projects/.*|(?:vault|env|file|ssm|op):.*"
)
# Regular expressions and format strings are full of odd characters.
_PATTERN = re.compile(
    r"\^.*|.*\\[dws].*|(?:[^%]*%[sd](?![a-zA-Z0-9])){2,}.*|.*\[[^\]]*-[^\]]*\].*|.*\(\?.*|%[sd].*"
)
# A word with a number behind it, a constant, a number: a password may be that, a key never is.
_WORD = re.compile(r"[a-z]+(?:[-_.:][a-z]+)*(?:[-_.]?v?[0-9]{1,3})?|[A-Z]+(?:_[A-Z0-9]+)*|[\d.,_+-]+")
_CODE = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]*)+!?|.*[(\[{].*|self|this")
# Lines that only assign, as in settings files: nothing else than a value can stand behind the sign.
_SETTING = re.compile(r"[\s+>#/*;-]*(?:export\s+|set\s+|-\s+)?[\w.\"'-]+\s*(?:=|:\s)\s*\S+\s*(?:#.*|//.*)?")
_ENVIRONMENT = re.compile(r"[\s+>-]*(?:export\s+)?[A-Z][A-Z0-9_]*=\S+(?:\s+[\w./-].*)?")
_LONGEST_REFERENCE = 200


def named(line: str) -> Iterator[Span]:
    """Values that are assigned to, compared with or passed under a telling name."""
    at = 0
    while match := _NAMED.search(line, at):
        at = match.end("name") + 1
        if not HINT.search(match["name"].lower()):
            continue
        which = "bare" if match["quoted"] is None else "quoted"
        if _is_secret(match, which, line):
            yield "password", *match.span(which)
            at = match.end(which)


def _is_secret(match: re.Match[str], which: str, line: str) -> bool:
    value, by, sure = (
        match[which].rstrip(".:" if which == "bare" else ""),
        match["by"],
        strength(match["name"]),
    )
    if not sure or by == "," and line[match.end("name")] not in "\"'`":
        return False
    if is_stand_in(value) or _is_reference(value, sure) or _FOUND_ELSEWHERE.match(value):
        return False
    if which == "bare":
        return (
            by not in (",", "(", "->") and not _CODE.fullmatch(value) and _is_bare_secret(value, sure, line)
        )
    return _is_quoted_secret(value, sure, by)


def _is_reference(value: str, sure: int) -> bool:
    if len(value) > _LONGEST_REFERENCE:
        return False
    if _PATTERN.fullmatch(value) or is_uuid(value) and sure < 2:
        return True
    if is_random(value):
        return False
    return _REFERENCE.fullmatch(value) is not None or sure < 3 and _WORD.fullmatch(value) is not None


def _is_quoted_secret(value: str, sure: int, by: str) -> bool:
    if " " in value:
        return False
    if is_random(value):
        return True
    if sure < 2:
        return False
    if by in (",", "("):
        return len(value) >= 8 and is_chosen(value) and (by == "(" or not value.isidentifier())
    return len(value) >= 6 and (sure == 3 or is_chosen(value))


def _is_bare_secret(value: str, sure: int, line: str) -> bool:
    if is_random(value) and (not value.isidentifier() or sum(map(str.isdigit, value)) >= 3):
        return True
    if sure == 3 and len(value) >= 6 and _ENVIRONMENT.fullmatch(line):
        return True
    if sure < 2 or not is_chosen(value):
        return False
    if _ENVIRONMENT.fullmatch(line):
        return True
    long = len(value) >= (8 if sure == 3 else 10)
    if value.isidentifier() and not (long and any(map(str.isdigit, value)) and is_mixed(value)):
        return False
    return _SETTING.fullmatch(line) is not None


_DIGIT_GROUPS = re.compile(r"[0-9]+")
_ENCODED = re.compile(r"(?<![\w+/=.-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/=.-])")
_DIGESTS = re.compile(
    r"sha-?\d{1,3}|public|integrity|checksum|digest|md5|hash|commit|revision|resolved|fingerprint|etag",
    re.IGNORECASE,
)


def encoded(line: str) -> Iterator[Span]:
    """Long random values that nothing names, with letters of both cases: no hash in hexadecimal digits."""
    for match in _ENCODED.finditer(line):
        if _is_encoded(match[0]) and not _DIGESTS.search(line):
            yield "encoded", *match.span()


def _is_encoded(value: str) -> bool:
    digits, upper, lower = (sum(map(of, value)) for of in (str.isdigit, str.isupper, str.islower))
    if min(digits, upper, lower) < 3 or len(_DIGIT_GROUPS.findall(value)) < 2:
        return False
    return not is_hex(value) and not is_uuid(value) and is_random(value)
