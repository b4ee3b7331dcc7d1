"""How surely does a name say that its value opens something?"""

from __future__ import annotations

import re
from itertools import pairwise


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PASSWORDS = _words(
    "password passwords passwd passphrase passcode pwd psw contraseña kennwort passwort mdp senha"
)
_STRONG = _words(
    """pw pass secret secrets token tokens credential credentials apikey authkey accesskey secretkey privatekey
    authtoken accesstoken clientsecret mnemonic webhook dsn"""
)
# Before "key", these make it one that opens something; a primary key or a cache key does not.
_OF_A_KEY = _words(
    """api access account auth client service db database private encryption encrypt signing sign secret master admin
    license storage shared subscription hmac jwt cipher crypto session cookie app application consumer deploy security
    root ssh gpg rsa aes fernet django rails flask"""
)
_WEAK = _words(
    "key keys auth authorization cookie session signature sig salt nonce jwt bearer sid cert otp pat"
)
# A name that ends so speaks about a secret and does not hold it.
_ABOUT = _words(
    """name names url uri path paths file filename field fields type types header headers label prompt message hint
    regex pattern policy length len size format expiry expires ttl count limit id ids env var variable param prefix
    suffix placeholder error title description help text class kind endpoint index column table hash digest checksum
    algorithm alg method scope scopes strength manager provider version"""
)
_OPEN = _words(
    "sha sha1 sha224 sha256 sha384 sha512 md5 blake2 blake3 integrity checksum digest crc commit rev public publishable"
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-zß-ÿ]+[0-9]*|[0-9]+")
# Every name that `strength` judges above 0 has one of these in it, in lower case.
HINT = re.compile(
    r"pass|pwd|pw\b|secret|token|credential|key|auth|cookie|session|sig|salt|nonce|jwt|bearer|\bsid\b|contrase"
    r"|kennwort|mnemonic|webhook|dsn|_pat\b|psw|mdp|senha|cert|otp|login|identified|securestring"
)


def strength(name: str) -> int:
    """3 for a password, 2 for another secret, 1 where it may be one, 0 where it is none."""
    words = [word.lower() for word in _WORD.findall(name)]
    stems = [word.rstrip("0123456789") for word in words]
    if not stems or not _OPEN.isdisjoint((*words, *stems)):
        return 0
    about = stems[-1] in _ABOUT
    if not about and (stems[-1].endswith(("password", "passwd")) or not _PASSWORDS.isdisjoint(stems)):
        return 3
    if not (_STRONG | _PASSWORDS).isdisjoint(stems):
        return 1 if about else 2
    if any(second in ("key", "keys", "base") and first in _OF_A_KEY for first, second in pairwise(stems)):
        return 1 if about else 2
    return 0 if about or _WEAK.isdisjoint(stems) else 1
