"""How a secret is kept: as an argon2id hash that tells its own cost, never as itself."""

from __future__ import annotations

import hashlib
import hmac
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

OLD_KEY = "sha256"
"""Mark of a key's hash from before argon2id: `sha256$SALT$DIGEST` in hexadecimal digits."""

AT_ONCE = 2
"""Hashes computed at one time: each takes 64 MiB, and a burst of logins must not take the machine."""

_PASSWORDS = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# A key's secret is 256 random bits that nobody can search, so its hash may be the cheapest that OWASP's Password
# Storage Cheat Sheet names: 19 MiB, two passes, one lane.
_KEYS = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_turn = threading.BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    """The hash of a password that a person chose, at the cost that RFC 9106 recommends second."""
    with _turn:
        return _PASSWORDS.hash(_bytes(password))


def hash_key(secret: str) -> str:
    """The hash of a service key's secret."""
    with _turn:
        return _KEYS.hash(_bytes(secret))


def is_right(secret: str, kept: str) -> bool:
    """Whether the secret is the one behind the hash; what is no hash is nobody's."""
    if kept.startswith(f"{OLD_KEY}$"):
        return _is_right_old_key(secret, kept)
    try:
        with _turn:
            return _PASSWORDS.verify(kept, _bytes(secret))
    except (VerificationError, InvalidHashError):
        return False


def _is_right_old_key(secret: str, kept: str) -> bool:
    _, salt, digest = kept.split("$")
    found = hashlib.sha256(bytes.fromhex(salt) + _bytes(secret)).digest()
    return hmac.compare_digest(found, bytes.fromhex(digest))


def _bytes(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")
