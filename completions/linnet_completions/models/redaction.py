"""Takes secrets out of what is sent, so that the code around them keeps its shape."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from linnet_completions.secrets import Secret, find

# Two lengths are enough to tell a password from a key, and a prompt's tokens are paid for.
_LONG, _SHOWN = 24, 24
PLACEHOLDER = re.compile(r"REDACTED_[0-9]+(?:_X+)?")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets, and where they were in the text as it was.

    Both texts have the same lines by number. `ends` are the ends of the placeholders in the new text.
    """

    text: str
    found: tuple[Secret, ...]
    ends: tuple[int, ...] = ()

    @property
    def kinds(self) -> Mapping[str, int]:
        """How many of each kind there were."""
        return Counter(secret.kind for secret in self.found)

    def offset(self, old: int) -> int:
        """Where an offset of the text as it was lies in the new one; inside of a secret: behind its placeholder."""
        before = bisect_left(self.found, old, key=lambda secret: secret.start)
        if before == 0:
            return old
        secret, end = self.found[before - 1], self.ends[before - 1]
        return end + max(0, old - secret.end)


class Redactor:
    """Puts placeholders for secrets: the same one for the same secret as long as this object lives.

    So consecutive prompts stay equal up to where the code differs. Secrets themselves are not kept, only their digests
    under a key that dies with this object. Placeholders are numbered from `first` on: two redactors that may meet in one
    text count from different numbers. May be used from several threads.
    """

    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._key = os.urandom(32)
        self._numbers: dict[bytes, int] = {}
        self._kinds: dict[str, str] = {}
        self._lock = threading.Lock()

    def redact(self, text: str) -> Redacted:
        """Give whole texts (a file, a buffer, a diff, a message), never a window that may cut a secret in two."""
        found = find(text)
        if not found:
            return Redacted(text, ())
        parts: list[str] = []
        ends: list[int] = []
        at = length = 0
        for secret in found:
            placeholder = self._placeholder(text[secret.start : secret.end], secret.kind)
            parts += (text[at : secret.start], placeholder)
            length += secret.start - at + len(placeholder)
            ends.append(length)
            at = secret.end
        return Redacted("".join((*parts, text[at:])), found, tuple(ends))

    def kinds_in(self, text: str) -> Mapping[str, int]:
        """How many placeholders of each kind of secret a text shows."""
        found = PLACEHOLDER.findall(text)
        with self._lock:
            return Counter(self._kinds[placeholder] for placeholder in found if placeholder in self._kinds)

    def _placeholder(self, value: str, kind: str) -> str:
        """Letters, digits and underscores only, so that it fits between quotes, into addresses and as a name."""
        digest = hashlib.blake2b(
            value.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16
        ).digest()
        with self._lock:
            number = self._numbers.setdefault(digest, self._first + len(self._numbers))
            short = f"REDACTED_{number}"
            placeholder = short if len(value) < _LONG else f"{short}_".ljust(_SHOWN, "X")
            self._kinds.setdefault(placeholder, kind)
        return placeholder


def has_placeholder(text: str) -> bool:
    """Whether a text repeats a placeholder: a model's answer that does must not become code."""
    return PLACEHOLDER.search(text) is not None
