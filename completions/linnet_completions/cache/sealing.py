"""What a team shares is named and sealed with its secret: the server that keeps it can neither read nor forge it."""

from __future__ import annotations

import hashlib
import hmac
import os

from linnet_context.problems import Problem

SHORTEST_SECRET = 16
_NONCE = 12
_VERSION = b"\x01"


class Seal:
    """Names by HMAC-SHA256 and values by ChaCha20-Poly1305, each with a key of its own from the team's secret.

    A value is bound to its name, so that none can be put in another's place. Raises `Problem` for a secret that is too
    short, and where the package for it is not installed.
    """

    def __init__(self, secret: str) -> None:
        if len(secret) < SHORTEST_SECRET:
            remedy = f"Use {SHORTEST_SECRET} or more random characters, the same for everybody in the team."
            raise Problem("The team's secret is too short.", remedy)
        try:
            from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
        except ImportError:
            what = "The Python package `cryptography` is not installed, so nothing is shared with the team."
            raise Problem(what, "Install Linnet with `pip install linnet[team]`.") from None
        master = hashlib.scrypt(secret.encode(), salt=b"linnet team cache", n=2**14, r=8, p=1, dklen=64)
        self._naming = master[:32]
        self._cipher = ChaCha20Poly1305(master[32:])

    def name(self, kind: str, key: str) -> bytes:
        """The name under which the server knows a key; equal for equal keys, and telling nothing."""
        digest = hmac.new(self._naming, f"{kind}\0{key}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return b"linnet:" + kind.encode() + b":" + digest.hexdigest().encode()

    def seal(self, name: bytes, value: str) -> bytes:
        """A value as the server keeps it."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._cipher.encrypt(nonce, value.encode("utf-8", "surrogatepass"), name)

    def unseal(self, name: bytes, sealed: bytes) -> str | None:
        """The value under a name; None for what nobody with the secret has put there. Never raises."""
        from cryptography.exceptions import InvalidTag

        nonce, rest = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        if sealed[:1] != _VERSION or len(nonce) < _NONCE:
            return None
        try:
            return self._cipher.decrypt(nonce, rest, name).decode("utf-8", "surrogatepass")
        except (InvalidTag, UnicodeDecodeError):
            return None
