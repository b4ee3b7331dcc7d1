"""Does a value look like chance made it, or like a word, a name, a reference?"""

from __future__ import annotations

import math
import re
from collections import Counter

_GROUPS = re.compile(r"[a-z]+|[A-Z]+|[0-9]+|[^a-zA-Z0-9]+")
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LADDER = re.compile(r"abcdefgh|ABCDEFGH|01234567|zyxwvuts", re.IGNORECASE)
# What stands for a value that is to be put in: the whole value, never a part of it.
_STAND_IN = re.compile(
    r"(?:my|your|the|a|an|some|new|old|this|insert|enter|put|add|replace|change|use|set)?[-_ ]*"
    r"(?:(?:super|very|top|real|actual|secure|test|dummy|fake|mock|sample|example|default|invalid|wrong|correct|"
    r"bad|good|random|strong|access|refresh|auth|api|client|private|public|db|database|user|admin|root|bearer|"
    r"bot|session|secret|key|token|password|passwd|passphrase|pass|pwd|credentials?|string|value|text|"
    r"required|optional|hidden|redacted|removed|none|null|undefined|nil|true|false|todo|tbd|me|it|here|with|"
    r"this|in|production|prod|foo|bar|baz|qux|hello|world|placeholder|changeit|something|anything|whatever)"
    r"[-_ ]*)+[0-9]{0,3}[.!]*",
    re.IGNORECASE,
)
_BLANKED = re.compile(r"(.)\1*|.{0,12}(?:x{4,}|X{4,}|\*{3,}|\.{3,}|…|_{4,}).{0,12}|REDACTED.*", re.DOTALL)
_FILLED_IN = re.compile(
    r"\$\{|\{\{|\}\}|\$\(|<[\w| -]+>|^\$\w+$|^%\(?\w+\)?s?%?$|^\{[\w.!:]*\}$|^@[\w.]+@?$|#\{"
)


def entropy(value: str) -> float:
    """Bits a character, from the frequencies of its characters."""
    total = len(value)
    return -sum(count / total * math.log2(count / total) for count in Counter(value).values())


def is_stand_in(value: str) -> bool:
    """Whether a value holds the place of another: "changeme", "<your key>", "${TOKEN}", "xxxx"."""
    return (
        _FILLED_IN.search(value) is not None
        or _BLANKED.fullmatch(value) is not None
        or _STAND_IN.fullmatch(value) is not None
    )


def is_uuid(value: str) -> bool:
    """Whether a value is a UUID, which names things and seldom opens them."""
    return _UUID.fullmatch(value) is not None


def is_hex(value: str) -> bool:
    """Whether a value has hexadecimal digits of both kinds and nothing else."""
    return _HEX.fullmatch(value) is not None and not value.isdigit() and any(map(str.isdigit, value))


def is_random(value: str) -> bool:
    """Whether chance made a value of 16 characters or more: it changes between kinds of characters all the time."""
    if len(value) < 16 or _LADDER.search(value):
        return False
    groups = _GROUPS.findall(value)
    digits = sum(map(str.isdigit, value))
    if digits < (2 if len(value) < 32 else 1) or digits == len(value) or entropy(value) < 2.9:
        return False
    return len(groups) >= (0.3 if is_hex(value) else 0.4) * len(value)


def is_mixed(value: str) -> bool:
    """Whether a value has letters of both cases, and not as a word begins with a capital."""
    return (
        not value.islower() and not value.isupper() and not value.istitle() and any(map(str.isalpha, value))
    )


def is_chosen(value: str) -> bool:
    """Whether a value of 6 characters or more was chosen to be hard to guess: no word, no name, no reference."""
    if len(value) < 6 or is_stand_in(value):
        return False
    digits, letters = sum(map(str.isdigit, value)), sum(map(str.isalpha, value))
    marks = sum(letter in "!@#$%^&*?+=~,;|" for letter in value)
    return bool((digits and letters) or (marks and letters + digits >= 4))
