"""Secrets that a change brings: what the scanner finds on added lines, less what only looks like a secret."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import PurePosixPath

from linnet_completions.secrets import TOKENS, WORDS, find
from linnet_completions.secrets.randomness import entropy
from linnet_context.languages import SOURCE_LANGUAGES, is_test_path, language_of
from linnet_context.text import Position

from .finding import Candidate, Severity

# A long random value alone is as often a digest or an identifier.
_TOO_VAGUE = frozenset({"encoded"})
# Shapes that tests and published settings are full of, and that open little by themselves.
_DOUBTFUL = frozenset({"jwt", "password-hash", "webhook"})
_LONGEST_LINE = 5000
_KEY_HEADER = "PRIVATE KEY"
_PLACEHOLDER = re.compile(
    r"example|sample|change|placeholder|dummy|fake|mock|test|insert|your|redacted|todo|secret|passw|xxx|\.\.\.|\*\*\*"
    r"|abcdef|foobar|12345|00000|hunter2|deadbeef|replace|none|null|undefined|default",
    re.IGNORECASE,
)
# Chance makes short words, too: in a token of a known shape only these show that it is none.
_PLACEHOLDER_TOKEN = re.compile(
    r"(?i:example|sample|placeholder|redacted|replace|insert|abcdef|foobar|12345|00000|deadbeef|xxxx)|your|YOUR|fake|FAKE|test|TEST"
    r"|dummy|DUMMY|\.\.\.|\*\*\*"
)
_LOOKED_UP = re.compile(
    r"environ|getenv|process\.env|import\.meta\.env|\benv[(\[.]|secrets?[.\[]|vault|keyring|hash|digest|checksum|sha\d+",
    re.IGNORECASE,
)
# References, places to fill in, formats of numbers and dates.
_INDIRECT = re.compile(r"[${}<>()\[\]]|%[(%]|%[sdrif](?![a-zA-Z0-9])|%[a-zA-Z].*%[a-zA-Z]|://|^[./~]|\s")
_CONFIG_TYPES = frozenset({".env", ".ini", ".cfg", ".conf", ".toml", ".yaml", ".yml", ".properties"})
_QUOTES = frozenset("\"'`")
_BARE_STRINGS = frozenset({"shellscript", "dockerfile", "makefile", "powershell", "terraform", "groovy"})
_PROSE = frozenset({"markdown", "restructuredtext", "plaintext", "latex", "html", None})


def masked(value: str) -> str:
    """A secret as it may be shown, as long as it is: enough to tell a token's kind by, never enough to use."""
    shown = value[:4] if len(value) >= 16 else ""
    return shown + "*" * (len(value) - len(shown))


def masked_line(line: str) -> str:
    """A line with the secrets in it masked; columns stay what they are."""
    for secret in find(line):
        if secret.kind not in _TOO_VAGUE:
            value = line[secret.start : secret.end]
            line = line[: secret.start] + masked(value) + line[secret.end :]
    return line


def masked_lines(text: str) -> dict[int, str]:
    """The lines of a whole text by number, all secrets in them masked: keys, which span lines, completely."""
    letters = list(text)
    for secret in find(text):
        if secret.kind not in _TOO_VAGUE:
            value = text[secret.start : secret.end]
            hidden = "*" * len(value) if secret.kind == "private-key" else masked(value)
            letters[secret.start : secret.end] = hidden
    return dict(enumerate("".join(letters).removesuffix("\n").split("\n")))


def new_secrets(path: str, added: Mapping[int, str], known: str) -> Iterator[Candidate]:
    """Secrets on added lines (0-based number -> text) whose value is not in `known`, the text there was before."""
    numbers = sorted(number for number, text in added.items() if len(text) <= _LONGEST_LINE)
    lines = [added[number].rstrip("\r\n") for number in numbers]
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    in_key = False
    for secret in find("\n".join(lines)):
        row = bisect_right(starts, secret.start) - 1
        start, end = secret.start - starts[row], secret.end - starts[row]
        value = lines[row][start:end]
        if secret.kind == "private-key":
            if not in_key and value not in known and not is_test_path(path):
                yield _private_key(numbers, lines, row)
            in_key = True
            continue
        in_key = False
        bare = secret.kind == "password" and _is_code(path) and lines[row][start - 1 : start] not in _QUOTES
        if not bare and value not in known and _is_meant(secret.kind, value, lines[row], path):
            yield _candidate(secret.kind, Position(numbers[row], start), Position(numbers[row], end))


def _private_key(numbers: list[int], lines: list[str], row: int) -> Candidate:
    """One finding for a whole key, at its header: none of the lines below is ever quoted."""
    header = next((above for above in range(row, max(-1, row - 4), -1) if _KEY_HEADER in lines[above]), row)
    column = max(0, lines[header].find("-----BEGIN"))
    number = numbers[header]
    return _candidate("private-key", Position(number, column), Position(number, column + 1))


def _candidate(kind: str, start: Position, end: Position) -> Candidate:
    severity: Severity = (
        "error" if kind in TOKENS and kind not in _DOUBTFUL or kind == "private-key" else "warning"
    )
    consequence = (
        "Whoever can read the repository, now or later, can use it: revoke it and keep it elsewhere."
    )
    return Candidate(
        f"secrets/{kind}", severity, "secrets", f"This looks like {WORDS[kind]}", consequence, start, end
    )


def _is_meant(kind: str, value: str, line: str, path: str) -> bool:
    """Whether a find is worth a reader's time: tests, prose and templates are full of examples."""
    if kind in _TOO_VAGUE or entropy(value) < 2.5:
        return False
    if kind in TOKENS and kind not in _DOUBTFUL:
        return _PLACEHOLDER_TOKEN.search(value) is None
    if _PLACEHOLDER.search(value):
        return False
    if is_test_path(path) or _is_prose(path) or _LOOKED_UP.search(line):
        return False
    return kind in TOKENS or _is_password(value)


def _is_code(path: str) -> bool:
    """Whether a value without quotes is an expression there."""
    return language_of(path) in SOURCE_LANGUAGES - _BARE_STRINGS


def _is_prose(path: str) -> bool:
    name = PurePosixPath(path)
    config = name.suffix in _CONFIG_TYPES or name.name.startswith(".env")
    return language_of(path) in _PROSE and not config


def _is_password(value: str) -> bool:
    """Whether a value looks chosen to be secret: not a word, a name, a reference or a sentence."""
    if len(value) < 8 or _INDIRECT.search(value):
        return False
    marks = any(not letter.isalnum() and letter not in "-_.:/" for letter in value)
    digits = any(map(str.isdigit, value))
    letters = any(map(str.isalpha, value))
    return letters and (digits or marks)
