"""Secrets in the phrases of addresses, headers, connection strings and command lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .names import strength
from .randomness import is_chosen, is_random, is_stand_in

Span = tuple[str, int, int]

_CODE = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+|.*[(\[{].*")


def _is_credential(value: str) -> bool:
    return is_chosen(value) and not _CODE.fullmatch(value)


def _is_address_password(value: str) -> bool:
    return not is_stand_in(value)


def _is_header(value: str) -> bool:
    return is_chosen(value) or is_random(value)


def _is_key(value: str) -> bool:
    return not is_stand_in(value) and any(map(str.isdigit, value))


# Kind, pattern whose first group is the secret, what the secret must be besides.
_Rule = tuple[str, re.Pattern[str], Callable[[str], bool]]
_ADDRESSES: tuple[_Rule, ...] = (
    (
        "address",
        re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,30}://[^\s/:@'\"<>`]{0,200}:([^\s/'\"<>`]{1,400})@"),
        _is_address_password,
    ),
    (
        "address",
        re.compile(r"(?<![\w.-])[\w.-]{1,60}:([^\s:@/'\"]{3,200})@(?:tcp|unix|udp)\("),
        _is_address_password,
    ),
)
_IN_LINES: tuple[_Rule, ...] = (
    (
        "authorization",
        re.compile(
            r"\b(?:Bearer|Basic|Token|ApiKey|Digest|Negotiate|GenieKey|SSWS|Api-Key)[ :]{1,3}"
            r"([^\s\"'`\\,;<>(){}$]{8,})",
            re.IGNORECASE,
        ),
        _is_header,
    ),
    (
        "account-key",
        re.compile(
            r"\b(?:AccountKey|SharedAccessKey|SharedSecret(?:Value)?|SharedAccessSignature|_authToken|_password|_auth|"
            r"X-Amz-Signature|X-Amz-Security-Token|X-Goog-Signature)\s?=\s?\"?([\w+/=%.-]{16,})"
        ),
        _is_key,
    ),
    (
        "account-key",
        re.compile(
            r"[?&](?:sig|signature|code|access_token|token|key|api_?key)=([\w%+/=.-]{16,})", re.IGNORECASE
        ),
        _is_key,
    ),
    (
        "password",
        re.compile(r"\b(?:password|pwd|passphrase)\s?=\s?([^\s;\"'&`(){}$,]{4,})(?=[;\"'&])", re.IGNORECASE),
        _is_credential,
    ),
    (
        "password",
        re.compile(r"\b(?:login|machine|user|username|account)\s+\S{1,100}\s.{0,80}?\bpassword\s+(\S{4,})"),
        _is_credential,
    ),
    (
        "password",
        re.compile(
            r"\b(?:\w{0,40}auth\w{0,40}|login|\w{0,40}credentials?|connect)\s?[=(]\s?\(?\s?[\"'][^\"']{1,80}[\"']\s?,\s?"
            r"[\"']([^\"']{4,200})[\"']",
            re.IGNORECASE,
        ),
        is_chosen,
    ),
    (
        "password",
        re.compile(
            r"\b(?:IDENTIFIED (?:WITH \w{1,40} )?BY|PASSWORD|ConvertTo-SecureString)\s+[\"']([^\"'\s]{4,200})[\"']",
            re.IGNORECASE,
        ),
        is_chosen,
    ),
    (
        "password",
        re.compile(
            r"(?:password|passwd|secret|token)\w{0,40}\(\s?[\w.\"']{1,80}\s?,\s?[\"']([^\"']{6,200})[\"']",
            re.IGNORECASE,
        ),
        is_chosen,
    ),
)
_OPTIONS: tuple[_Rule, ...] = (
    (
        "password",
        re.compile(
            r"(?<![\w-])--?(?:[\w-]{0,40}-)?(?:password|passwd|pass|token|secret|api-?key|access-key|private-key|auth)"
            r"[= ]{1,3}['\"]?([^\s'\"]{6,})",
            re.IGNORECASE,
        ),
        _is_credential,
    ),
    (
        "password",
        re.compile(r"(?<![\w-])(?:-u|--user|-U)[ =]{0,3}['\"]?[\w.@+-]{1,100}:([^\s'\"]{4,})"),
        _is_credential,
    ),
    (
        "password",
        re.compile(
            r"\b(?:(?:mysql|mysqldump|mysqladmin|mariadb)\b.{0,200}?\s-p|sshpass\s-p\s?|redis-cli\b.{0,200}?\s-a\s?)"
            r"['\"]?([^\s'\"-][^\s'\"]{3,})"
        ),
        _is_credential,
    ),
)
# A telling name (the first group) and a value (the second), each in its own grammar.
_PAIRS = (
    re.compile(r"\b(?:ENV|ARG|setx?|export|SET)\s+(\w{1,100})[ =]{1,3}['\"]?([^\s'\"]{6,})"),
    re.compile(r"<([\w.:-]{1,100})>\s{0,10}([^\s<>]{6,400})\s{0,10}</"),
    # Whole lines of settings, whose value may hold what would end it in code.
    re.compile(r"[\s+>#-]{0,100}([\w.-]{1,100})\s?[=:]\s?(?=\S{0,400}[&;,|][^\s,;])([^\s\"'`(){}]{6,400})$"),
)
_WRAPPED = re.compile(
    r"(\w[\w.-]{0,100})[\"'\]]{0,2}\s{0,3}[:=]\s{0,3}[\w.]{1,60}\(\s?b?[\"']([\w+/=-]{16,})[\"']"
)


def addresses(line: str) -> Iterator[Span]:
    """Passwords between a user and a host."""
    return _by(_ADDRESSES, line)


def options(line: str) -> Iterator[Span]:
    """Passwords among the options of a command."""
    return _by(_OPTIONS, line)


def worded(line: str) -> Iterator[Span]:
    """Credentials in headers, connection strings, queries, settings of commands and pairs of strings."""
    yield from _by(_IN_LINES, line)
    for pattern in _PAIRS:
        for match in pattern.finditer(line):
            if strength(match[1]) >= 2 and _is_credential(match[2]):
                yield "password", *match.span(2)
    for match in _WRAPPED.finditer(line):
        if strength(match[1]) >= 2 and is_random(match[2]):
            yield "password", *match.span(2)


def _by(rules: tuple[_Rule, ...], line: str) -> Iterator[Span]:
    for kind, pattern, is_secret in rules:
        for match in pattern.finditer(line):
            if is_secret(match[1]):
                yield kind, *match.span(1)
